"""The accounts server's memory: codes, refresh tokens, access tokens."""

import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from switchhook.connectors.testing.twin import TwinClock

from .config import ALL_SCOPES

CODE_LIFE = timedelta(minutes=3)
TOKEN_SECONDS = 3600
MOST_LIVE = 15
MOST_RENEWALS = 10
RENEWAL_WINDOW = timedelta(minutes=10)
DEFAULT_REFRESH = "1000.twin-refresh-token"


@dataclass(slots=True)
class Grant:
    """A refresh token: what it opens, its live access tokens (oldest first), when it was renewed."""

    scopes: tuple[str, ...]
    access: deque[str] = field(default_factory=deque)
    renewed: deque[datetime] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Access:
    """An access token."""

    refresh: str
    expires_at: datetime
    scopes: tuple[str, ...]


class Tokens:
    """All that has been given out."""

    def __init__(self, clock: TwinClock) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Only the default refresh token is good."""
        self.codes: dict[str, tuple[datetime, tuple[str, ...], str]] = {}
        self.grants: dict[str, Grant] = {DEFAULT_REFRESH: Grant(ALL_SCOPES)}
        self.live: dict[str, Access] = {}

    def code(self, scopes: tuple[str, ...], redirect_uri: str = "") -> str:
        """A code that is good once, for three minutes."""
        code = f"1000.{secrets.token_hex(16)}"
        self.codes[code] = (self._clock() + CODE_LIFE, scopes, redirect_uri)
        return code

    def consent(self, scopes: tuple[str, ...]) -> str:
        """A new refresh token."""
        refresh = f"1000.{secrets.token_hex(16)}"
        self.grants[refresh] = Grant(scopes)
        return refresh

    def redeemed(self, code: str, redirect_uri: str) -> str | None:
        """The refresh token for a code; None where the code is not good."""
        until, scopes, wanted = self.codes.pop(code, (self._clock(), (), ""))
        if until <= self._clock() or (wanted and wanted != redirect_uri):
            return None
        return self.consent(scopes)

    def renewed(self, refresh: str) -> str | None:
        """A new access token; None where there have been too many. Raises KeyError for a bad refresh token."""
        grant, now = self.grants[refresh], self._clock()
        while grant.renewed and grant.renewed[0] <= now - RENEWAL_WINDOW:
            grant.renewed.popleft()
        if len(grant.renewed) >= MOST_RENEWALS:
            return None
        grant.renewed.append(now)
        access = f"1000.{secrets.token_hex(16)}"
        self.live[access] = Access(refresh, now + timedelta(seconds=TOKEN_SECONDS), grant.scopes)
        grant.access.append(access)
        if len(grant.access) > MOST_LIVE:
            self.live.pop(grant.access.popleft(), None)
        return access

    def opened(self, access: str) -> Access | None:
        """What an access token opens; None where it is not good (any more)."""
        found = self.live.get(access)
        return found if found and found.expires_at > self._clock() else None

    def revoke(self, refresh: str) -> bool:
        """Whether the refresh token was good; it and its access tokens are not any more."""
        grant = self.grants.pop(refresh, None)
        for access in grant.access if grant else ():
            self.live.pop(access, None)
        return grant is not None

    def revoke_all(self) -> None:
        """Every token is refused."""
        self.grants.clear()
        self.live.clear()

    def kill_access(self) -> None:
        """Only the access tokens are refused: a renewal helps."""
        self.live.clear()

    def good_refresh(self, scopes: tuple[str, ...]) -> str:
        """A refresh token that is good now."""
        return next(iter(self.grants), "") or self.consent(scopes)
