"""What the calls of one client say about a call-back: pure, and the same whatever the order in which calls come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A call of the client that nobody answered."""

    at: datetime
    call: int
    line: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """When somebody had spoken with the client (the talk's end), or a person closed the entry (`call` is None)."""

    at: datetime
    call: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """The client's last missed calls with no contact between them.

    `tries` are our own calls to him since the first of them that he did not answer. `closed` is the contact that came
    after the last of them, None while he still waits.
    """

    misses: tuple[Miss, ...]
    tries: int = 0
    last_try: datetime | None = None
    closed: Contact | None = None

    @property
    def since(self) -> datetime:
        """When he was missed first."""
        return self.misses[0].at

    @property
    def last(self) -> Miss:
        """The last missed call."""
        return self.misses[-1]


def streak(misses: Iterable[Miss], contacts: Iterable[Contact], tries: Iterable[datetime]) -> Streak | None:
    """The last streak of these calls; None for a client who was never missed.

    A contact counts for all that was missed before it or at the same moment; a call missed after it begins anew.
    """
    missed = sorted(misses, key=lambda miss: (miss.at, miss.call))
    if not missed:
        return None
    last, spoken = missed[-1], sorted(contacts, key=lambda one: (one.at, one.call or 0))
    before = max((one.at for one in spoken if one.at < last.at), default=None)
    closed = next((one for one in spoken if one.at >= last.at), None)
    ours = tuple(miss for miss in missed if before is None or miss.at > before)
    tried = _between(tries, ours[0].at, closed.at if closed else None)
    return Streak(misses=ours, tries=len(tried), last_try=max(tried, default=None), closed=closed)


def _between(moments: Iterable[datetime], since: datetime, until: datetime | None) -> Sequence[datetime]:
    return [at for at in moments if at >= since and (until is None or at <= until)]
