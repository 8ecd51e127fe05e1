"""Whether the hub can be reached under its public address: it fetches a word from itself there.

The provider's servers must come in by `PUBLIC_URL`. The hub asks its own address for an answer that only it can give,
over the same guarded way out that all of its requests take, and says in one word how that went.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2
from django.conf import settings
from django.core.signing import Signer
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from switchhook.connectors.network import open_transport, private_allowed
from switchhook.core.errors import Misconfigured, SwitchhookError, Unreachable
from switchhook.onboarding.models import Finding
from switchhook.projects.models import Project

PATH = "/reach/"
CHECK = "reach"
SECONDS = 6.0
_MOST_BYTES = 4096
_SALT = "switchhook.reach"


class Outcome(StrEnum):
    """`loopback` and `private` cannot be reached from outside at all; `plain` is reached, but not by https."""

    REACHED = "reached"
    PLAIN = "plain"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    UNKNOWN_HOST = "unknown_host"
    NO_ANSWER = "no_answer"
    CERTIFICATE = "certificate"
    ANOTHER = "another"

    @property
    def works(self) -> bool:
        """Whether a provider can come in, or the hub is one that only this machine uses."""
        return self in (Outcome.REACHED, Outcome.PLAIN, Outcome.LOOPBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How the last try went, and when (UTC). `detail` is what the other side said, for a person."""

    outcome: Outcome
    at: datetime
    detail: str = ""


Fetch = Callable[[str], str]
"""Gives the body behind a URL. Raises httpx2.HTTPError, Unreachable and Misconfigured."""


def answer(nonce: str) -> str:
    """What this hub, and no other, answers to `nonce`."""
    return Signer(salt=_SALT).signature(nonce[:100])


def try_address(url: str, fetch: Fetch | None = None) -> tuple[Outcome, str]:
    """Ask `url` (the public address) for the answer; never raises."""
    parts = urlsplit(url)
    if is_loopback(parts.hostname or ""):
        return Outcome.LOOPBACK, ""
    nonce = secrets.token_urlsafe(18)
    try:
        said = (fetch or _fetch)(f"{url}{PATH}{nonce}")
    except (SwitchhookError, httpx2.HTTPError) as error:
        return _failed(error, parts.hostname or "")
    if not constant_time_compare(said.strip(), answer(nonce)):
        return Outcome.ANOTHER, parts.hostname or ""
    return (Outcome.REACHED if parts.scheme == "https" else Outcome.PLAIN), ""


def _failed(error: Exception, host: str) -> tuple[Outcome, str]:
    if isinstance(error, Misconfigured):
        return Outcome.PRIVATE, host
    if isinstance(error, Unreachable):
        return Outcome.UNKNOWN_HOST, host
    said = str(error)[:200] or type(error).__name__
    broken = isinstance(error, httpx2.ConnectError) and re.search("certificate|ssl", said, re.IGNORECASE)
    return (Outcome.CERTIFICATE if broken else Outcome.NO_ANSWER), said


def _fetch(url: str) -> str:
    with (
        httpx2.Client(
            transport=open_transport(allow_private=private_allowed()), timeout=SECONDS, follow_redirects=False
        ) as client,
        client.stream("GET", url) as response,
    ):
        held = b""
        for chunk in response.iter_bytes():
            held += chunk
            if len(held) > _MOST_BYTES:
                break
    return held.decode("utf-8", "replace")


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine's own."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def look(project: Project, fetch: Fetch | None = None) -> Reach:
    """Try the hub's public address now and remember how that went. Sends a request."""
    outcome, detail = try_address(settings.PUBLIC_URL, fetch)
    now = timezone.now()
    Finding.objects.update_or_create(
        project=project,
        check_name=CHECK,
        subject="",
        defaults={"found": {"outcome": outcome, "detail": detail, "url": settings.PUBLIC_URL}, "at": now},
    )
    return Reach(outcome=outcome, at=now, detail=detail)


def last(project: Project) -> Reach | None:
    """How the last try went; None where there was none of the address that is set now. A loopback needs no try."""
    if is_loopback(urlsplit(settings.PUBLIC_URL).hostname or ""):
        return Reach(outcome=Outcome.LOOPBACK, at=timezone.now())
    kept = Finding.objects.filter(project=project, check_name=CHECK, subject="").first()
    if kept is None or kept.found.get("url") != settings.PUBLIC_URL:
        return None
    return Reach(outcome=Outcome(kept.found["outcome"]), at=kept.at, detail=kept.found.get("detail", ""))
