"""The secret in an incoming address, checked against the digests of the connection's live secrets."""

import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from switchhook.core.errors import BadSecret

REMEMBERED_SECONDS = 5.0
"""How long what was read of a connection is used again; a revoked secret and a changed setting live on that long."""

_ID = re.compile(r"[1-9]\d{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What a fast path knows of a connection. `digests` are SHA-256 in hexadecimal, one for each live secret."""

    connection: int
    digests: tuple[str, ...]

    def opens_to(self, secret: str) -> bool:
        """Whether `secret` is live here. Takes as long for a wrong one as for a right one."""
        digest = hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
        matches = [hmac.compare_digest(digest, each) for each in self.digests]
        return any(matches)


D = TypeVar("D", bound=Door)


class Gate(Generic[D]):
    """Lets requests through to their connection.

    `load` reads a connection, None where there is none. Only existing connections are remembered, so that guessing
    addresses fills no memory; a secret that does not fit is looked up afresh, so that a new one is good at once.
    """

    def __init__(
        self, load: Callable[[int], Awaitable[D | None]], *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._seconds = seconds
        self._doors: dict[int, tuple[D, float]] = {}

    async def admit(self, connection: str, secret: str) -> D:
        """The connection named in the address. Raises BadSecret where it is unknown or the secret is not its own."""
        if not _ID.fullmatch(connection):
            raise BadSecret("There is no such address.")
        remembered = self._doors.get(int(connection))
        if remembered and remembered[1] > self._seconds() and remembered[0].opens_to(secret):
            return remembered[0]
        door = await self._read(int(connection))
        if door is None or not door.opens_to(secret):
            raise BadSecret("There is no such address.")
        return door

    def knows(self, connection: str) -> bool:
        """Whether the connection is remembered: a refusal then concerns a real address."""
        return _ID.fullmatch(connection) is not None and int(connection) in self._doors

    async def _read(self, connection: int) -> D | None:
        door = await self._load(connection)
        if door is None:
            self._doors.pop(connection, None)
        else:
            self._doors[connection] = (door, self._seconds() + REMEMBERED_SECONDS)
        return door
