"""Keeps entries and tallies in step with the calls.

Database triggers note which calls changed (`Change`); `refresh` counts those anew, with the days on which they stand
and the clients whose earlier and later calls they put in another light. What is counted is always what a count of all
calls would give: `rebuild` does that, for a project seen for the first time or moved to another time zone.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

from switchhook.calls.models import Call
from switchhook.core.call import EmployeeRef
from switchhook.core.clock import utc_now
from switchhook.projects.models import Project
from switchhook.projects.people import Staff
from switchhook.reports import statements
from switchhook.reports.models import Change, Entry, Standing

logger = logging.getLogger(__name__)

AT_ONCE = 5_000
"""So many changed calls are counted in one go; more wait for the next one."""

FLOOD = 50_000
"""Of more changed calls than this, the whole project is counted anew."""

MOST_INLINE = 20_000
"""A project with more calls than this is counted for the first time in the background, not while somebody waits."""

_LOCK = 0x5EB0
"""The first half of the advisory lock under which a project is counted; the second is the project's id."""


class Outcome(StrEnum):
    """CURRENT: the figures are of now. BEHIND: some calls wait to be counted. ABSENT: nothing is counted yet."""

    CURRENT = "current"
    BEHIND = "behind"
    ABSENT = "absent"


def refresh(project: Project, *, patient: bool = True) -> Outcome:
    """Count what changed, at most `AT_ONCE` calls; the whole project where it was never counted with this zone.

    With `patient` False a whole count of more than `MOST_INLINE` calls is left to the background. Idempotent; while
    another process counts the same project, nothing is done and the outcome is BEHIND (or ABSENT).
    """
    standing = Standing.objects.filter(project=project).first()
    if standing and standing.time_zone == project.time_zone and not _is_flooded(project):
        return _catch_up(project)
    if not patient and Call.objects.filter(project=project)[: MOST_INLINE + 1].count() > MOST_INLINE:
        return Outcome.BEHIND if standing else Outcome.ABSENT
    if rebuild(project):
        return Outcome.CURRENT
    return Outcome.BEHIND if standing else Outcome.ABSENT


@transaction.atomic
def rebuild(project: Project) -> bool:
    """Count all calls of a project. False when another process does so at this moment."""
    if not _locked(project):
        return False
    # Forgotten first, read later: a call that changes meanwhile is counted now and once more, never lost.
    Change.objects.filter(project_id=project.pk).delete()
    Entry.objects.filter(project=project).delete()
    everything = {"project": project.pk, "zone": project.time_zone, "calls": None, "clients": None, "days": None}
    _note(project, everything)
    _run(statements.FOLLOW, everything)
    _run(statements.DROP, everything)
    _run(statements.SUM, everything)
    Standing.objects.update_or_create(project=project, defaults={"time_zone": project.time_zone, "built_at": utc_now()})
    if Entry.objects.filter(project=project)[: MOST_INLINE + 1].count() > MOST_INLINE:
        _run("ANALYZE reports_entry, reports_tally", {})
    return True


def _is_flooded(project: Project) -> bool:
    # After an import, counting everything once is quicker than each part anew.
    return Change.objects.filter(project_id=project.pk)[: FLOOD + 1].count() > FLOOD


def _catch_up(project: Project) -> Outcome:
    if not Change.objects.filter(project_id=project.pk).exists():
        return Outcome.CURRENT
    with transaction.atomic():
        if not _locked(project):
            return Outcome.BEHIND
        taken = _rows(statements.TAKE, {"project": project.pk, "limit": AT_ONCE})
        _count_anew(project, sorted({call for (call,) in taken}))
    return Outcome.BEHIND if len(taken) == AT_ONCE else Outcome.CURRENT


def _count_anew(project: Project, calls: list[int]) -> None:
    values: dict[str, Any] = {"project": project.pk, "zone": project.time_zone, "calls": calls}
    days, clients = _touched(calls)
    _run(statements.FORGET, values)
    _note(project, values)
    more_days, more_clients = _touched(calls)
    moved = _rows(statements.FOLLOW, values | {"clients": sorted(clients | more_clients)})
    touched = {"project": project.pk, "days": sorted(days | more_days | {day for (day,) in moved})}
    _run(statements.DROP, touched)
    _run(statements.SUM, touched)


def _note(project: Project, values: Mapping[str, Any]) -> None:
    _run(statements.NOTE, values)
    staff = Staff(project)
    refs = [_as_json(person) for (person,) in _rows(statements.TRIED, values)]
    known = [(json.dumps(ref), person.pk) for ref in refs if (person := staff.find(_ref(ref)))]
    if known:
        people, employees = zip(*known, strict=True)
        _run(statements.RING, {**values, "people": list(people), "employees": list(employees)})


def _as_json(value: Any) -> dict[str, Any]:
    # Under Django's cursor a jsonb column arrives as text.
    told: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return told


def _ref(told: Mapping[str, Any]) -> EmployeeRef:
    return EmployeeRef(**{name: str(value) for name, value in told.items() if name in EmployeeRef.__slots__})


def _touched(calls: Iterable[int]) -> tuple[set[date], set[str]]:
    rows = Entry.objects.filter(call_id__in=calls).values_list("day", "client")
    return {day for day, _client in rows}, {client for _day, client in rows if client}


def _locked(project: Project) -> bool:
    ((taken,),) = _rows("SELECT pg_try_advisory_xact_lock(%(lock)s, %(project)s)", _lock(project))
    return bool(taken)


def _lock(project: Project) -> dict[str, int]:
    return {"lock": _LOCK, "project": project.pk % 2**31}


def _run(statement: str, values: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def waiting_projects() -> list[Project]:
    """Projects with calls that are not counted yet, or that were counted with the days of another zone."""
    changed = set(Change.objects.values_list("project_id", flat=True).distinct())
    zones = dict(Standing.objects.values_list("project_id", "time_zone"))
    return [one for one in Project.objects.all() if one.pk in changed or zones.get(one.pk) != one.time_zone]


def sweep() -> None:
    """Count what waits in every project, and forget changes of projects that are gone."""
    Change.objects.exclude(project_id__in=Project.objects.values("pk")).delete()
    for project in waiting_projects():
        left = _waiting(project) + 1
        # Where nothing was taken, another process is at it.
        while refresh(project) is Outcome.BEHIND and (now := _waiting(project)) < left:
            left = now
            logger.info("Counting calls of project %s: %s to go", project.pk, left)


def _waiting(project: Project) -> int:
    return Change.objects.filter(project_id=project.pk).count()
