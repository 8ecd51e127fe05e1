"""The feed of changes, put together from the feeds of the folders.

NetHunt's feeds have no pages and no order, only a time since when. The first reading takes every record of a folder;
later ones ask for the folder's log of changes (one request while nothing happens) and for the records only where the
log tells of some. Each asks a little further back than it has seen, and remembers which changes it has told.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from switchhook.connectors.base import Changes
from switchhook.core.clock import Clock
from switchhook.core.errors import Misconfigured, Rejected, Unreachable
from switchhook.core.records import Kind, Record, Ref

from .client import MOST_ITEMS, Item, NetHuntApi
from .config import Config, Folder
from .records import Glasses, changed_at, id_of, is_deleted
from .values import when

KINDS = (Kind.CONTACT, Kind.COMPANY, Kind.DEAL)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
OVERLAP = timedelta(seconds=120)
MOST_REMEMBERED = 2_000
MOST_ROUNDS = 200
PAGE_LIMITS = (MOST_ITEMS, 2_000, 500)
ROUND_NUMBER = 50
"""A page of so many records, or a multiple, looks as if the vendor had cut it."""
BACK = timedelta(seconds=1)
_WATCHED = ("name", "phone", "owner", "stage", "contact", "company")


@dataclass(slots=True)
class Place:
    """How far a folder is read: the time of the newest change told, and the keys of those told shortly before it."""

    at: datetime
    told: tuple[str, ...] = ()


@dataclass(slots=True)
class Cursor:
    """Places by folder id; a folder without one is read from the beginning."""

    places: dict[str, Place] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor that `text` is; one that cannot be read begins anew."""
        try:
            saved = json.loads(text) if text else {}
            return cls({name: Place(datetime.fromisoformat(at), tuple(told)) for name, (at, told) in saved.items()})
        except (ValueError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        return json.dumps({name: [place.at.isoformat(), place.told] for name, place in self.places.items()})


class Feed:
    """The account's feed of contacts, companies and deals."""

    def __init__(self, api: NetHuntApi, config: Config, glasses: Glasses, clock: Clock) -> None:
        self._api = api
        self._glasses = glasses
        self._clock = clock
        self._limits = list(PAGE_LIMITS)
        self._folders = [config.folder(kind) for kind in KINDS if kind in config.folders]
        if not self._folders:
            raise Misconfigured("Choose the folder of contacts first.", field="contacts_folder")

    def after(self, text: str) -> Changes:
        """The changes after a cursor: a page for each folder that is new, then what all have changed."""
        cursor = Cursor.read(text)
        cursor.places = {f.id: cursor.places[f.id] for f in self._folders if f.id in cursor.places}
        new = [folder for folder in self._folders if folder.id not in cursor.places]
        if new:
            records = self._everything(new[0], cursor)
            return Changes(records=records, cursor=cursor.text(), more=len(new) > 1)
        told, gone = list[Record](), list[Ref]()
        for folder in self._folders:
            records, lost = self._changes(folder, cursor)
            told += records
            gone += lost
        return Changes(records=told, gone=gone, cursor=cursor.text())

    def _everything(self, folder: Folder, cursor: Cursor) -> list[Record]:
        started, since, looks_cut = self._clock(), BEGINNING, False
        found: dict[str, Item] = {}
        for _ in range(MOST_ROUNDS):
            page = self._page(folder, since)
            fresh = {id_of(item): item for item in page if id_of(item) and id_of(item) not in found}
            found |= fresh
            looks_cut = looks_cut or (bool(page) and len(page) % ROUND_NUMBER == 0)
            # The vendor's own cap is not known: where it has cut a list that began with the oldest, later ones follow.
            newest = _newest(page, "createdAt")
            if not fresh or newest is None or newest - BACK <= since:
                break
            since = newest - BACK
        if looks_cut:
            found |= {id_of(item): item for item in self._searched(folder) if id_of(item) not in found}
        seen = [moment for item in found.values() if (moment := changed_at(item))]
        cursor.places[folder.id] = Place(min([max(seen, default=BEGINNING), started]))
        return [
            self._glasses.record(item, folder.kind) for item in found.values() if id_of(item) and not is_deleted(item)
        ]

    def _page(self, folder: Folder, since: datetime) -> list[Item]:
        """Records made since; fewer are asked for where so many are too long an answer, or too late a one."""
        while True:
            limit = self._limits[0]
            try:
                return self._api.feed("new-record", folder.id, since=since, limit=limit)
            except (Rejected, Unreachable):
                if len(self._limits) == 1:
                    raise
                self._limits.pop(0)

    def _searched(self, folder: Folder) -> list[Item]:
        """Records with a number, by a search that all of them match: older ones may lie behind a feed's cap."""
        return self._api.find(folder.id, query="+", limit=self._limits[0]) if folder.name("phone") else []

    def _changes(self, folder: Folder, cursor: Cursor) -> tuple[list[Record], list[Ref]]:
        place, started = cursor.places[folder.id], self._clock()
        since = max(place.at - OVERLAP, BEGINNING)
        log = self._api.feed("record-change", folder.id, since=since)
        known = set(place.told)
        fresh = [change for change in log if _key(change) not in known]
        if not fresh:
            return [], []
        records, gone = self._told(folder, log, since)
        newest = _newest(log, "time") or place.at
        at = max(place.at, min(newest, started))
        recent = [_key(change) for change in log if (when(change.get("time")) or at) > at - OVERLAP]
        cursor.places[folder.id] = Place(at, tuple(recent[:MOST_REMEMBERED]))
        return records, gone

    def _told(self, folder: Folder, log: list[Item], since: datetime) -> tuple[list[Record], list[Ref]]:
        last = {str(change.get("recordId") or ""): _action(change) for change in sorted(log, key=_time)}
        kinds_of_change = {_action(change) for change in log}
        cut = len(log) >= MOST_ITEMS
        items: list[Item] = []
        if cut or "CREATE" in kinds_of_change:
            items += self._api.feed("new-record", folder.id, since=since)
        if cut or kinds_of_change - {"CREATE", "DELETE"}:
            watched = [folder.name(role) for role in _WATCHED if folder.name(role)]
            items += self._api.feed("updated-record", folder.id, since=since, fields=watched)
        in_order = sorted(items, key=lambda item: changed_at(item) or BEGINNING)
        latest = {id_of(item): item for item in in_order if id_of(item)}
        thrown = {name for name, action in last.items() if name and action == "DELETE"}
        thrown |= {name for name, item in latest.items() if is_deleted(item)}
        records = [self._glasses.record(item, folder.kind) for name, item in latest.items() if name not in thrown]
        return records, [Ref(folder.kind, name) for name in sorted(thrown)]


def _newest(items: Iterable[Item], name: str) -> datetime | None:
    return max(_times(items, name), default=None)


def _times(items: Iterable[Item], name: str) -> Iterator[datetime]:
    return (moment for item in items if (moment := when(item.get(name))))


def _time(change: Item) -> datetime:
    return when(change.get("time")) or BEGINNING


def _action(change: Item) -> Any:
    return str(change.get("recordAction") or "").upper()


def _key(change: Item) -> str:
    """What makes a change known again, also where the feed gives it no id."""
    return str(change.get("id") or f"{change.get('recordId')} {change.get('time')} {_action(change)}")
