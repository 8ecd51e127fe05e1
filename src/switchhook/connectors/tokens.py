"""Access tokens of OAuth accounts: short-lived, shared by all workers, renewed by one of them at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from switchhook.core.clock import Clock, utc_now

EARLY = timedelta(seconds=60)
"""A token that ends within this time is renewed before it is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token. `refresh` is a new refresh token where the vendor gave one with it, `address` its API origin."""

    access: str = field(repr=False)
    expires_at: datetime
    refresh: str = field(default="", repr=False)
    address: str = ""


class TokenStore(Protocol):
    """Keeps one account's access token for all workers of the hub."""

    def token(self, renew: Callable[[], Token], *, refused: str = "") -> Token:
        """A token good for another minute. `refused` is one that the vendor has just turned down: not given again.

        `renew` is called by one thread of one worker at a time; its errors are passed on, and nothing is kept then.
        """


class TokensInMemory:
    """For an account outside the hub, or one that is tested before it is saved."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._lock = Lock()
        self._token: Token | None = None

    def token(self, renew: Callable[[], Token], *, refused: str = "") -> Token:
        """As `TokenStore`, for this object's lifetime."""
        with self._lock:
            held = self._token
            if held is None or held.access == refused or held.expires_at - EARLY <= self._clock():
                held = self._token = renew()
            return held
