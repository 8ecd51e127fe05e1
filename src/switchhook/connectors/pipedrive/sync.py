"""The feed of changes: everything once, then what changed.

A cursor is JSON. A *round* reads persons, organizations, leads and deals one after the other; the first takes all, the
next ones what changed since the round before began, with an overlap for clocks that differ. Persons and deals that are
new are asked for apart until the vendor has shown that `updated_since` tells of them: new records have no time of
change. Archived leads and deals leave their lists, so every few rounds the archives are read too.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from switchhook.connectors.base import Changes
from switchhook.core.clock import Clock
from switchhook.core.errors import Misconfigured, Rejected, TargetGone
from switchhook.core.records import Kind, Record, Ref

from .client import V1, V2, PipedriveApi
from .finding import PAGE, more_items
from .records import Reader, Row, instant

OVERLAP = timedelta(minutes=2)
ARCHIVES_EVERY = 24
"""Rounds, by their usual distance, between two readings of the archives."""

FULL = ("persons", "organizations", "leads", "deals")
NEW = ("new persons", "new organizations", "new deals")
ARCHIVES = ("archived leads", "archived deals")
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the feed stands. Times are epoch seconds.

    `since` is 0 in the first round. `part` is what is being read, `rest` what is still to be read in this round. `page`
    is the vendor's own cursor, `at` and `start` and `seen` are the place in a list of the first API. `told` are the
    kinds of whose new records `updated_since` tells. `began` and `archived` say when this round and the last reading of
    the archives began.
    """

    since: float = 0.0
    began: float = 0.0
    archived: float = 0.0
    part: str = ""
    rest: list[str] = field(default_factory=list)
    page: str = ""
    at: str = ""
    start: int = 0
    seen: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """A cursor as it was given; one that cannot be read begins anew."""
        try:
            return cls(**json.loads(text)) if text else cls()
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        usual = asdict(Cursor())
        return json.dumps({name: value for name, value in asdict(self).items() if value != usual[name]})

    @property
    def incremental(self) -> bool:
        return self.since > 0

    @property
    def changed_since(self) -> str:
        """`since`, less the overlap, as the vendor takes it."""
        return _moment(self.since)

    def next_part(self) -> "Cursor":
        """At the beginning of what is read next; between two rounds where that was the last."""
        part, rest = (self.rest[0], self.rest[1:]) if self.rest else ("", [])
        after = replace(self, part=part, rest=rest, page="", at="", start=0, seen=[])
        return after if part else replace(after, since=self.began)


def _moment(epoch: float) -> str:
    return (datetime.fromtimestamp(epoch, UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


class Feed:
    """One account's changes."""

    def __init__(self, api: PipedriveApi, reader: Reader, *, every: timedelta, clock: Clock) -> None:
        """`every` is the least time between two rounds: each costs a part of the account's daily budget."""
        self._api = api
        self._reader = reader
        self._every = every.total_seconds()
        self._clock = clock

    def changes(self, text: str) -> Changes:
        """A page. Between two rounds nothing is asked, and nothing told."""
        cursor = Cursor.read(text)
        if not cursor.part:
            now = self._clock().timestamp()
            if cursor.incremental and now - cursor.since < self._every:
                return Changes(records=(), cursor=text)
            cursor = self._begin(cursor, now)
        try:
            return self._page(cursor)
        except (Rejected, TargetGone, Misconfigured):
            if cursor.part in {*NEW, *ARCHIVES}:
                after = cursor.next_part()  # a company without it must not be without the rest
                return Changes(records=(), cursor=str(after), more=bool(after.part))
            if not cursor.page:
                raise
            # How long the vendor honours a page's cursor is not published: this list is read from its start.
            return self._page(replace(cursor, page=""))

    def _begin(self, cursor: Cursor, now: float) -> Cursor:
        parts = list(FULL)
        archived = cursor.archived
        if cursor.incremental:
            parts += [name for name in NEW if name.removeprefix("new ") not in cursor.told]
        if now - archived >= self._every * ARCHIVES_EVERY and cursor.incremental:
            parts += ARCHIVES
            archived = now
        return replace(cursor, began=now, archived=archived or now, rest=parts).next_part()

    def _page(self, cursor: Cursor) -> Changes:
        if cursor.part == "leads":
            return self._leads(cursor)
        if cursor.part == "archived leads":
            return self._archived_leads(cursor)
        if cursor.part in NEW:
            return self._new(cursor)
        return self._listed(cursor)

    def _listed(self, cursor: Cursor) -> Changes:
        kind = cursor.part.removeprefix("archived ")
        path = "deals/archived" if cursor.part == "archived deals" else kind
        query: dict[str, Any] = {"limit": PAGE, **({"cursor": cursor.page} if cursor.page else {})}
        if cursor.incremental:
            since = cursor.changed_since if path == kind else _moment(cursor.since - self._every * ARCHIVES_EVERY)
            query |= {"updated_since": since, "sort_by": "update_time"}
        if path == "deals":
            query["status"] = "open,won,lost,deleted" if cursor.incremental else "open,won,lost"
            query["include_fields"] = "source_lead_id"
        page = self._api.page(f"{V2}/{path}", query)
        rows = page.get("data") or []
        told = list(cursor.told)
        if cursor.incremental and path not in told and any(row.get("update_time") is None for row in rows):
            told.append(path)
        following = (page.get("additional_data") or {}).get("next_cursor") or ""
        after = replace(cursor, told=told, page=following)
        if kind in told:
            after = replace(after, rest=[part for part in after.rest if part != f"new {kind}"])
        return self._changes(kind, rows, after if following else after.next_part(), gone=cursor.incremental)

    def _new(self, cursor: Cursor) -> Changes:
        kind = cursor.part.removeprefix("new ")
        query = {"limit": PAGE, "sort_by": "add_time", "sort_direction": "desc"}
        page = self._api.page(f"{V2}/{kind}", query | ({"cursor": cursor.page} if cursor.page else {}))
        since = datetime.fromisoformat(cursor.changed_since)
        rows = page.get("data") or []
        fresh = [row for row in rows if (instant(row.get("add_time")) or _EPOCH) >= since]
        following = (page.get("additional_data") or {}).get("next_cursor") or ""
        on = following and rows and len(fresh) == len(rows)
        return self._changes(kind, fresh, replace(cursor, page=following) if on else cursor.next_part())

    def _leads(self, cursor: Cursor) -> Changes:
        """By time of change, a page beginning where the last one ended: a list that changes meanwhile loses nobody.

        Where a page cannot begin so (all of one second, or the vendor passes over `updated_since`), places are counted.
        """
        at = cursor.at or (cursor.changed_since if cursor.incremental else "")
        query: dict[str, Any] = {"limit": PAGE, "start": cursor.start, "sort": "update_time ASC"}
        page = self._api.page(f"{V1}/leads", query | ({"updated_since": at} if at else {}))
        rows = page.get("data") or []
        fresh = [row for row in rows if _version(row) not in cursor.seen]
        if not more_items(page) or not rows:
            return self._changes("leads", fresh, cursor.next_part())
        first, last = _second(rows[0]), _second(rows[-1])
        if cursor.start or last == at or first < at:
            return self._changes("leads", fresh, replace(cursor, start=cursor.start + len(rows)))
        same = [_version(row) for row in rows if _second(row) == last]
        return self._changes("leads", fresh, replace(cursor, at=last, seen=same))

    def _archived_leads(self, cursor: Cursor) -> Changes:
        query = {"limit": PAGE, "start": cursor.start, "sort": "update_time DESC"}
        page = self._api.page(f"{V1}/leads/archived", query)
        since = datetime.fromisoformat(_moment(cursor.since - self._every * ARCHIVES_EVERY))
        rows = page.get("data") or []
        fresh = [row for row in rows if (instant(row.get("update_time")) or _EPOCH) >= since]
        on = rows and len(fresh) == len(rows) and more_items(page)
        after = replace(cursor, start=cursor.start + len(rows)) if on else cursor.next_part()
        return self._changes("leads", fresh, after)

    def _changes(self, kind: str, rows: list[dict[str, Any]], after: Cursor, *, gone: bool = False) -> Changes:
        """What deals tell of converted leads is believed only in later rounds: at first the leads are not there."""
        live = [row for row in rows if not row.get("is_deleted") and row.get("status") != "deleted"]
        missing = [Ref(Kind.DEAL, str(row["id"])) for row in rows if row not in live] if kind == "deals" else []
        if gone and kind == "deals":
            missing += [Ref(Kind.LEAD, str(row["source_lead_id"])) for row in live if row.get("source_lead_id")]
        records = [self._read(kind, row) for row in live]
        return Changes(records=records, gone=missing, cursor=str(after), more=bool(after.part))

    def _read(self, kind: str, row: Row) -> Record:
        match kind:
            case "persons":
                return self._reader.contact(row)
            case "organizations":
                return self._reader.company(row)
            case "leads":
                return self._reader.lead(row)
            case _:
                return self._reader.deal(row)


def _version(row: Mapping[str, Any]) -> str:
    return f"{row['id']} {row.get('update_time')}"


def _second(row: Mapping[str, Any]) -> str:
    return (instant(row.get("update_time")) or _EPOCH).strftime("%Y-%m-%dT%H:%M:%SZ")
