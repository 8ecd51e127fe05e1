"""What happened with a record, newest first, and what belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from switchhook.calls.models import Call
from switchhook.core.records import PARTIES, Kind, Ref
from switchhook.core.situation import Channel
from switchhook.crm.kinds import rows
from switchhook.crm.models import RecordRow
from switchhook.crm.queries import Search, page
from switchhook.crm.records import phones_of
from switchhook.projects.models import Project

MOST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline: `kind` is `call`, `task`, `comment`, `lead`, `deal` or `order`; `item` its row."""

    at: datetime
    kind: str
    item: Any


def timeline(project: Project, ref: Ref) -> list[Entry]:
    """The latest calls, tasks, comments and sales about a record; a party's calls are those of its numbers."""
    about = Search(about=(ref,))
    entries = []
    if ref.kind is not Kind.TASK:
        entries += [Entry(task.created_at, "task", task) for task in page(project, Kind.TASK, about, limit=MOST).rows]
    entries += [Entry(note.created_at, "comment", note) for note in page(project, Kind.COMMENT, about, limit=MOST).rows]
    if ref.kind in PARTIES:
        for kind in (Kind.LEAD, Kind.DEAL, Kind.ORDER):
            entries += [Entry(row.created_at, kind.value, row) for row in page(project, kind, about, limit=MOST).rows]
    entries += [Entry(call.started_at, "call", call) for call in _calls(project, ref)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST]


def _calls(project: Project, ref: Ref) -> QuerySet[Call]:
    row = rows(project, ref.kind).get(pk=ref.id)
    known: Q = Q(client_number__in=phones_of(row)) if ref.kind in PARTIES else Q(pk__in=_linked(project, ref, row))
    calls = Call.objects.filter(known, project=project, channel=Channel.CALL).exclude(client_number="")
    return calls.select_related("employee", "recording").order_by("-started_at", "-id")[:MOST]


def _linked(project: Project, ref: Ref, row: Any) -> list[int]:
    if ref.kind is Kind.TASK:
        named = [row.call_id]
    else:
        about = Search(about=(ref,))
        named = [
            item.call_id for kind in (Kind.TASK, Kind.CALL) for item in page(project, kind, about, limit=MOST).rows
        ]
    return [int(text) for text in named if text.isascii() and text.isdigit()]


def related(project: Project, row: RecordRow) -> Mapping[str, Sequence[Any]]:
    """What belongs to a record, by kind."""
    if row.KIND is Kind.TASK:
        return {}
    ref = Ref(row.KIND, str(row.pk))
    found: dict[str, Sequence[Any]] = {}
    if row.KIND in PARTIES:
        for kind in (Kind.LEAD, Kind.DEAL, Kind.ORDER):
            found[kind.value] = page(project, kind, Search(about=(ref,)), limit=10).rows
    if row.KIND is Kind.COMPANY:
        found["contact"] = page(project, Kind.CONTACT, Search(about=(ref,)), limit=10).rows
    found["task"] = page(project, Kind.TASK, Search(about=(ref,), status="open"), limit=10).rows
    return found
