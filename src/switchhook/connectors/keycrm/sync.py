"""The feed for the directory: buyers, companies and cards, everything first, then what was changed.

A round reads the three lists one after the other, page by page. The first goes by the time of creation, which never
changes, so that nothing moves between the pages while it is read; later rounds go by the time of change, with an open
end, so that nothing leaves the list. A list that becomes shorter meanwhile (a record was deleted) is begun again.
Rounds overlap by `OVERLAP`. KeyCRM does not tell what was deleted.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from switchhook.connectors.base import Changes
from switchhook.core.clock import Clock
from switchhook.core.records import Record

from .client import KeyCrmApi, PipelinesOff, Row
from .rows import BUYER, CARD, COMPANY, Reader, wall

OVERLAP = timedelta(minutes=10)
"""For clocks that differ, and for changes that KeyCRM carries out later than it accepts them."""

AHEAD = timedelta(days=1)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOST_RESTARTS = 3
_LISTS = ("/buyer", "/companies", "/pipelines/cards")
_INCLUDES = {"/buyer": BUYER, "/companies": COMPANY, "/pipelines/cards": CARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a reading stands: the round from `since` (None: the first) was begun at `began`, and reads `page` next."""

    since: str | None = None
    began: str = ""
    at: int = 0
    page: int = 1
    total: int = 0
    restarts: int = 0

    @classmethod
    def of(cls, cursor: str) -> "_Place":
        try:
            return cls(**json.loads(cursor)) if cursor else cls()
        except (ValueError, TypeError):
            return cls()

    def text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


class Feed:
    """Reads the feed of one account. One request a page; the cursor is JSON of its own."""

    def __init__(self, api: KeyCrmApi, reader: Reader, *, clock: Clock) -> None:
        self._api, self._clock = api, clock
        self._read: dict[str, Callable[[Row], Record]] = {
            "/buyer": reader.buyer,
            "/companies": reader.company,
            "/pipelines/cards": reader.card,
        }

    def changes(self, cursor: str) -> Changes:
        """The page that `cursor` names; a cursor may be used again."""
        place = _Place.of(cursor)
        if place.at >= len(_LISTS) or not place.began:
            place = _Place(since=place.since, began=self._clock().isoformat())
        path = _LISTS[place.at]
        try:
            rows, total, more = self._api.page(path, self._asked(path, place), place.page)
        except PipelinesOff:
            rows, total, more = [], 0, False
        following = self._following(place, total, more=more and bool(rows))
        records = [self._read[path](row) for row in rows]
        return Changes(records=records, cursor=following.text(), more=following.at < len(_LISTS))

    def _asked(self, path: str, place: _Place) -> dict[str, str]:
        span = "created_between" if place.since is None else "updated_between"
        since = BEGINNING if place.since is None else datetime.fromisoformat(place.since) - OVERLAP
        until = datetime.fromisoformat(place.began) + AHEAD
        return {f"filter[{span}]": f"{wall(since)},{wall(until)}", "include": _INCLUDES[path]}

    def _following(self, place: _Place, total: int, *, more: bool) -> _Place:
        shrunk = place.page > 1 and total < place.total and place.restarts < MOST_RESTARTS
        if shrunk:
            return replace(place, page=1, total=total, restarts=place.restarts + 1)
        if more:
            return replace(place, page=place.page + 1, total=total)
        if place.at + 1 < len(_LISTS):
            return replace(place, at=place.at + 1, page=1, total=0, restarts=0)
        return _Place(since=place.began, at=len(_LISTS))
