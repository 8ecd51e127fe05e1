"""The feed of changes: everything that was committed since a reader last looked, nothing lost, hardly anything twice.

A cursor holds the snapshot that its reader had: which transactions were finished. What changed since is exactly what
that snapshot could not see, however the commits were ordered (see `crm.models.Change`). Text of a cursor:

    <since>~<until>~<position>     in the middle of a round: `since` the round's start, `until` the next round's
    <since>~~                      between rounds

where `since` and `until` are PostgreSQL snapshots (`xmin:xmax:running,…`) and `position` is the last row read. A cursor
that cannot be read, or that comes from another database server (after a restore), starts again from the beginning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from switchhook.core.records import Kind, Record, Ref
from switchhook.crm.kinds import MODELS, rows
from switchhook.crm.records import record_of
from switchhook.projects.models import Project

PAGE = 500

_SNAPSHOT = r"\d+:\d+:[\d,]*"
_CURSOR = re.compile(rf"({_SNAPSHOT})?~({_SNAPSHOT})?~(?:(\d+),([a-z]+),(\d+))?")
_ROWS = """
    SELECT xid, kind, record_id, gone FROM crm_change
    WHERE project_id = %(project)s AND (xid, kind, record_id) > (%(xid)s, %(kind)s, %(id)s)
"""
_SINCE = """
      AND xid BETWEEN %(oldest)s AND %(newest)s
      AND NOT pg_visible_in_snapshot(xid::text::xid8, %(since)s::pg_snapshot)
"""
_ORDER = " ORDER BY xid, kind, record_id LIMIT %(limit)s"


@dataclass(frozen=True, slots=True)
class Page:
    """Records as they now stand, records that are gone, and where to go on; `more` is False at the end of a round."""

    records: Sequence[Record]
    gone: Sequence[Ref]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class _Cursor:
    since: str = ""
    until: str = ""
    position: tuple[int, str, int] = (-1, "", 0)


def changes(project: Project, cursor: str = "", *, limit: int = PAGE) -> Page:
    """The next page of what changed in the project since `cursor`; an empty cursor gives everything there is.

    A record that changes while a round is read may come again in the next one.
    """
    now, newest = _snapshot()
    read = _understood(cursor, newest)
    until = read.until or now
    found = _changed(project, read, newest, limit + 1)
    more, found = len(found) > limit, found[:limit]
    if more:
        xid, kind, record_id, _gone = found[-1]
        following = f"{read.since}~{until}~{xid},{kind},{record_id}"
    else:
        following = f"{until}~~"
    gone = [Ref(Kind(kind), str(record_id)) for _xid, kind, record_id, is_gone in found if is_gone]
    living = [(kind, record_id) for _xid, kind, record_id, is_gone in found if not is_gone]
    return Page(_records(project, living), gone, following, more)


def _snapshot() -> tuple[str, int]:
    """The snapshot as text, and the newest transaction that can exist in it."""
    with connection.cursor() as database:
        database.execute("SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text")
        text, own = database.fetchone()
    if own is None:
        return text, int(text.split(":")[1])
    # A reader inside a writing transaction: what it writes later is not seen yet, so it counts as running.
    oldest, newest, running = text.split(":")
    newest = str(max(int(newest), int(own) + 1))
    listed = sorted({int(xid) for xid in [*filter(None, running.split(",")), own]})
    return f"{min(int(oldest), int(own))}:{newest}:{','.join(map(str, listed))}", int(newest)


def _understood(cursor: str, newest: int) -> _Cursor:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        return _Cursor()
    since, until, xid, kind, record_id = match.groups()
    if any(int(snapshot.split(":")[1]) > newest for snapshot in (since, until) if snapshot):
        return _Cursor()
    position = (int(xid), kind, int(record_id)) if xid else _Cursor().position
    return _Cursor(since or "", until or "", position)


def _changed(project: Project, read: _Cursor, newest: int, limit: int) -> list[tuple[int, str, int, bool]]:
    xid, kind, record_id = read.position
    params: dict[str, int | str] = {"project": project.pk, "xid": xid, "kind": kind, "id": record_id, "limit": limit}
    if read.since:
        params |= {"since": read.since, "oldest": int(read.since.split(":")[0]), "newest": newest}
    with connection.cursor() as database:
        database.execute(_ROWS + (_SINCE if read.since else "") + _ORDER, params)
        found: list[tuple[int, str, int, bool]] = database.fetchall()
    return found


def _records(project: Project, living: Sequence[tuple[str, int]]) -> list[Record]:
    records: dict[tuple[str, int], Record] = {}
    for kind in MODELS:
        wanted = [record_id for name, record_id in living if name == kind]
        if wanted:
            records |= {(kind.value, row.pk): record_of(row) for row in rows(project, kind).filter(pk__in=wanted)}
    return [records[key] for key in living if key in records]
