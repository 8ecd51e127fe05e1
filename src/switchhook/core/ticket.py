"""Signed tickets: how a page lets the browser onto the live path and to guarded recordings.

Those paths know no sessions. A page of the console, which does, issues a ticket for one user and one project; it is
good for a minute, for as many requests as are made within it.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from switchhook.core.errors import BadSecret

LIFETIME = timedelta(seconds=60)

_SHAPE = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,12})\.([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a ticket names, and to which project it opens."""

    user: int
    project: int


def issue(secret: str, user: int, project: int, *, now: datetime) -> str:
    """A ticket for `user` in `project`, safe in an address. `secret` is the hub's secret key; `now` is aware."""
    claim = f"{user}.{project}.{int((now + LIFETIME).timestamp())}"
    return f"{claim}.{_signature(secret, claim)}"


def verify(secret: str, text: str, *, now: datetime) -> Ticket:
    """The ticket that `issue` wrote. Raises BadSecret where it is forged, spoilt or out of date."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise BadSecret("This is no ticket.")
    claim, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature, _signature(secret, claim)):
        raise BadSecret("The ticket's signature is not the hub's.")
    if int(found[3]) <= now.timestamp():
        raise BadSecret("The ticket is out of date.")
    return Ticket(int(found[1]), int(found[2]))


def _signature(secret: str, claim: str) -> str:
    key = hashlib.sha256(b"switchhook ticket " + secret.encode()).digest()
    digest = hmac.new(key, claim.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
