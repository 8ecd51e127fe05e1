"""Keeps every account within its vendor's allowances, whatever number of processes and threads use it at once.

A request is booked in the database, by one statement that all workers take in turn; what must wait is refused with the
exact time and never waits here. Less urgent requests leave a part of each allowance to more urgent ones.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db import Error, connection
from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connections.usage import AllowanceUse, RequestSlot, RequestStop
from switchhook.connectors.allowances import Allowance, Costs
from switchhook.connectors.http import TOTAL_SECONDS
from switchhook.core.errors import RateLimited
from switchhook.core.words import _


class Urgency(StrEnum):
    """Who waits first: `live` is a person looking now, `delivery` a call that goes on, `backlog` work of an outage."""

    LIVE = "live"
    DELIVERY = "delivery"
    BACKLOG = "backlog"
    SYNC = "sync"

    @property
    def reserve(self) -> float:
        """The part of every allowance that requests of this urgency leave to more urgent ones."""
        return _RESERVES[self]


_RESERVES = {Urgency.LIVE: 0.0, Urgency.DELIVERY: 0.05, Urgency.BACKLOG: 0.10, Urgency.SYNC: 0.30}

HOLD_SECONDS = TOTAL_SECONDS + 15
"""How long a request of a dead worker counts as under way: longer than any request takes."""

SHORT_WINDOW = 60.0
"""Windows of fewer seconds are not lowered by what a vendor says: his answer leaves out requests on their way."""

LONG_STOP = 60.0
"""Seconds of a stop that mean a used-up day or hour, no mere burst."""

_SLICES = 12
_NEAR = 0.01
_ADMIT = "SELECT wait, cause, booked, used_before FROM connections_admit(%s, %s, %s, %s, %s, %s, %s, %s)"
_LEARN = "SELECT connections_learn(%s, %s, %s, %s, %s, %s, %s)"
_STOP = """
INSERT INTO connections_requeststop AS held (connection_id, until, renews) VALUES (%s, %s, %s)
ON CONFLICT (connection_id) DO UPDATE
SET until = greatest(held.until, EXCLUDED.until), renews = held.renews OR EXCLUDED.renews
"""


class SharedGovernor:
    """The governor of one saved connection (`connectors.allowances.Governor`); one statement per request.

    Not to be used inside a transaction: what was booked stays locked for all others until it ends.
    """

    def __init__(self, account: int, urgency: Urgency = Urgency.DELIVERY) -> None:
        """`account` is the connection's id."""
        self._account = account
        self._urgency = urgency
        self._believed: dict[str, float] = {}

    def admit(self, costs: Costs) -> AbstractContextManager[None]:
        """Book one request for the time of the block. Raises RateLimited with the exact wait, nothing booked."""
        return self._admitted(sorted(costs.items(), key=lambda item: item[0].name))

    @contextmanager
    def _admitted(self, costs: Sequence[tuple[Allowance, float]]) -> Iterator[None]:
        slots = self._book(costs)
        try:
            yield
        finally:
            if slots:
                with suppress(Error):  # it lapses by itself
                    RequestSlot.objects.filter(pk__in=slots).delete()

    def _book(self, costs: Sequence[tuple[Allowance, float]]) -> list[int]:
        named, mosts = [a.name for a, _ in costs], [float(a.most) for a, _ in costs]
        pers, prices = [float(a.per) for a, _ in costs], [float(cost) for _, cost in costs]
        how = (self._urgency.reserve, HOLD_SECONDS)
        with connection.cursor() as cursor:
            cursor.execute(_ADMIT, (self._account, _now(), named, mosts, pers, prices, *how))
            wait, cause, booked, used = cursor.fetchone()
        if wait > 0:
            raise RateLimited(_PAUSE if cause == "stop" else _USED_UP, retry_after=wait)
        self._believed = {a.name: a.most - before - cost for (a, cost), before in zip(costs, used, strict=True)}
        return list(booked)

    def stop(self, seconds: float) -> None:
        """Nobody sends this account another request before `seconds` are over."""
        until = timezone.now() + timedelta(seconds=max(seconds, 0.0))
        with connection.cursor() as cursor:
            cursor.execute(_STOP, (self._account, until, seconds >= LONG_STOP))

    def learn(self, allowance: Allowance, left: float) -> None:
        """Take over how much the vendor says is left. Costs nothing where it is what was believed anyway."""
        believed = self._believed.get(allowance.name)
        if allowance.per <= 0 or (believed is not None and abs(believed - left) <= allowance.most * _NEAR):
            return
        fall = allowance.per >= SHORT_WINDOW
        if believed is not None and left > believed and not fall:
            return
        spent = max(allowance.most - left, 0.0)
        with connection.cursor() as cursor:
            asked = (self._account, _now(), allowance.name, allowance.most, allowance.per, spent, fall)
            cursor.execute(_LEARN, asked)
        self._believed[allowance.name] = left


def _now() -> float:
    return timezone.now().timestamp()


_PAUSE = _("The CRM has asked for a pause: nothing is sent before it is over.")
_USED_UP = _("An allowance of the account is used up: the next request goes when there is room again.")


# --- what people see --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceBudget:
    """How an account stands with one allowance: `used` and `left` of `most` units, `share` the part used (0 to 1).

    `per` is in seconds, 0 for requests at once. `resets_at` (UTC) is when nothing of what is used now counts any more.
    """

    name: str
    most: float
    per: float
    used: float
    left: float
    share: float
    resets_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """An account's allowances, those with the longest window first, and until when it is stopped altogether (UTC)."""

    stopped_until: datetime | None
    allowances: tuple[AllowanceBudget, ...]


def budget(account: Connection) -> Budget:
    """Used and left of every allowance that this account has ever used; three queries, nothing is asked of the CRM."""
    now = timezone.now()
    stop = RequestStop.objects.filter(connection=account, until__gt=now).values_list("until", flat=True).first()
    slots = RequestSlot.objects.filter(connection=account, until__gt=now).values_list("name", "units")
    at_once: dict[str, float] = {}
    for name, units in slots:
        at_once[name] = at_once.get(name, 0.0) + units
    uses = AllowanceUse.objects.filter(connection=account).order_by("-per", "name")
    return Budget(stopped_until=stop, allowances=tuple(_stands(use, at_once.get(use.name, 0.0), now) for use in uses))


def _stands(use: AllowanceUse, at_once: float, now: datetime) -> AllowanceBudget:
    ends = dict(_ends(use)) if use.per else {}
    counting = {end: units for end, units in ends.items() if end > now and units}
    used = round(sum(counting.values()), 6) if use.per else at_once
    return AllowanceBudget(
        name=use.name,
        most=use.most,
        per=use.per,
        used=used,
        left=max(use.most - used, 0.0),
        share=min(used / use.most, 1.0) if use.most else 1.0,
        resets_at=max(counting, default=None),
    )


def _ends(use: AllowanceUse) -> Iterator[tuple[datetime, float]]:
    """When each slice of the window stops to count, with its units."""
    width = use.per / _SLICES
    for place, units in enumerate(use.slices):
        yield datetime.fromtimestamp((use.newest - place + _SLICES + 1) * width, UTC), units
