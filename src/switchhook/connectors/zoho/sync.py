"""The feed of changes: every module by its time of change, from long ago the first time, then from the last reading.

A list that is sorted by Modified_Time is read on from the time of its last record, not by page numbers: a record that
is changed meanwhile moves to the end and is told again, none slips between two pages, and no list is too long. Only
where a whole page was changed within a second, or the list does not come sorted, its page token is followed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from switchhook.connectors.base import Changes
from switchhook.core.clock import Clock
from switchhook.core.errors import Rejected
from switchhook.core.records import Kind, Ref

from .client import PAGE, Page, Row, ZohoApi
from .config import Config
from .modules import MODULES, read_fields
from .records import Reader, moment

FED = (Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL)
BEGINNING = "2000-01-01T00:00:00+00:00"
OVERLAP = timedelta(minutes=5)
"""How far a reading goes back behind the last one: for clocks that differ, and for changes that came in slowly."""

FREE_EVERY = timedelta(minutes=10)
"""How often an account of the free edition is read: it has few credits."""

_GONE = "gone"
_TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the feed stands. Times are ISO; `since` is of the round, `position` of the module, `began` of this round.

    `step` counts the modules, first those with changes, then the lists of what was deleted. `page` and `token` lead
    into a list that cannot be read on by time.
    """

    since: str = BEGINNING
    began: str = ""
    read_at: str = ""
    step: int = 0
    position: str = ""
    page: int = 1
    token: str = ""

    @classmethod
    def of(cls, cursor: str) -> "Place":
        """The place that a cursor names; the beginning for one that cannot be read."""
        try:
            return cls(**json.loads(cursor))
        except (TypeError, ValueError):
            return cls()

    def cursor(self) -> str:
        """As text."""
        return json.dumps({name: value for name, value in asdict(self).items() if value != getattr(Place(), name)})


class Feed:
    """Reads the feed of one account."""

    def __init__(self, config: Config, api: ZohoApi, reader: Reader, clock: Clock) -> None:
        self._config = config
        self._api = api
        self._reader = reader
        self._clock = clock

    def changes(self, cursor: str) -> Changes:
        """One page of one module; `more` until all modules were read."""
        place = Place.of(cursor)
        if not place.began:
            if self._too_soon(place):
                return Changes(records=(), cursor=cursor)
            place = replace(place, began=self._clock().isoformat(), position=place.since)
        kind, task = self._tasks(place)[place.step]
        if task == _GONE:
            return self._gone(place, kind)
        page = self._page(place, kind)
        records = [self._reader.record(kind, row) for row in page.rows]
        after = self._after(place, page)
        return Changes(records=records, cursor=after.cursor(), more=bool(after.began))

    def _too_soon(self, place: Place) -> bool:
        read_at = moment(place.read_at)
        return self._config.edition == "free" and read_at is not None and self._clock() - read_at < FREE_EVERY

    def _tasks(self, place: Place) -> Sequence[tuple[Kind, str]]:
        """What this round reads; the first one has nothing to take back."""
        told = [(kind, _TOLD) for kind in FED]
        return told + ([(kind, _GONE) for kind in FED] if place.since != BEGINNING else [])

    def _page(self, place: Place, kind: Kind) -> Page:
        params = self._params(kind) | self._paging(place)
        since = "" if place.position == BEGINNING else place.position
        try:
            return self._api.page(f"/{MODULES[kind]}", params, since=since)
        except Rejected:
            if not place.token:
                raise
        # A token lives a day and fits its own question only: the list is read from its position again.
        return self._api.page(f"/{MODULES[kind]}", self._params(kind), since=since)

    def _params(self, kind: Kind) -> dict[str, Any]:
        fields = read_fields(kind, self._config.phones.get(kind, ()), description=kind is Kind.LEAD)
        converted = {"converted": "both"} if kind is Kind.LEAD else {}
        order = {"sort_by": "Modified_Time", "sort_order": "asc", "per_page": PAGE}
        return {"fields": ",".join(fields), **order, **converted}

    @staticmethod
    def _paging(place: Place) -> dict[str, Any]:
        if place.token:
            return {"page_token": place.token}
        return {"page": place.page} if place.page > 1 else {}

    def _after(self, place: Place, page: Page) -> Place:
        if not page.more or not page.rows:
            return self._next_step(place)
        reached = _reached(page.rows)
        if reached and reached > (moment(place.position) or datetime.min.replace(tzinfo=UTC)) and not place.token:
            return replace(place, position=reached.isoformat(), page=1, token="")
        return replace(place, page=place.page + 1, token=page.token)

    def _gone(self, place: Place, kind: Kind) -> Changes:
        params = {"type": "all", "per_page": PAGE, "page": place.page}
        page = self._api.page(f"/{MODULES[kind]}/deleted", params, since=place.since)
        gone = [Ref(kind, str(row["id"])) for row in page.rows if row.get("id")]
        after = replace(place, page=place.page + 1) if page.more and page.rows else self._next_step(place)
        return Changes(records=(), gone=gone, cursor=after.cursor(), more=bool(after.began))

    def _next_step(self, place: Place) -> Place:
        if place.step + 1 < len(self._tasks(place)):
            return replace(place, step=place.step + 1, position=place.since, page=1, token="")
        began = moment(place.began) or self._clock()
        return Place(since=(began - OVERLAP).isoformat(timespec="seconds"), read_at=began.isoformat())


def _reached(rows: Sequence[Row]) -> datetime | None:
    """A second before the last change of a page, None where the page is not in the order of changes."""
    times = [moment(row.get("Modified_Time")) for row in rows]
    known = [at for at in times if at is not None]
    if len(known) < len(times) or known != sorted(known):
        return None
    return known[-1] - timedelta(seconds=1)
