"""Calls as lines of CSV, a few hundred at a time: a journal of any length needs no more memory than a page of it."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from switchhook.calls.models import Call, RecordingState
from switchhook.calls.queries import KnownClient, known_clients, write_cursor
from switchhook.calls.queries import after as after_cursor
from switchhook.projects.models import Project

PIECE = 500
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"\+\d+", re.ASCII)


def rows_of(project: Project, calls: QuerySet[Call]) -> Iterator[str]:
    """Text of about `PIECE` rows each, the first with the heads.

    Words are in the language and times in the zone that are in force while the text is taken. A row that comes or goes
    meanwhile shifts none of the others: each piece begins after the last call of the one before.
    """
    yield _text([_heads()])
    cursor = ""
    while True:
        piece = list(_piece(calls, cursor))
        if piece:
            clients = known_clients(project, {call.client_number for call in piece})
            yield _text([_row(call, clients) for call in piece])
        if len(piece) < PIECE:
            return
        cursor = write_cursor(piece[-1])


def _piece(calls: QuerySet[Call], cursor: str) -> QuerySet[Call]:
    wanted = after_cursor(calls, cursor) if cursor else calls
    return wanted.select_related("employee", "recording").defer("state")[:PIECE]


def safe(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula. Telephone numbers stay as they are: digits compute nothing."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RISKY) and not _NUMBER.fullmatch(text) else text


def _text(rows: Sequence[Sequence[Any]]) -> str:
    page = StringIO()
    csv.writer(page).writerows([safe(cell) for cell in row] for row in rows)
    return page.getvalue()


def _heads() -> list[str]:
    return [
        _("Date"),
        _("Time"),
        _("Kind"),
        _("Direction"),
        _("Status"),
        _("Client"),
        _("Client's number"),
        _("Line"),
        _("Employee"),
        _("Wait, seconds"),
        _("Talk, seconds"),
        _("Source"),
        _("Campaign"),
        _("In the CRM"),
        _("Recording"),
        _("Call id"),
    ]


def _row(call: Call, clients: Mapping[str, KnownClient]) -> list[Any]:
    client, at = clients.get(call.client_number), timezone.localtime(call.started_at)
    return [
        f"{at:%Y-%m-%d}",
        f"{at:%H:%M:%S}",
        call.get_channel_display(),
        call.get_direction_display() if call.channel == "call" else "",
        call.get_status_display() if call.channel == "call" else "",
        client.name if client else "",
        call.client_number,
        call.project_number,
        call.employee.name if call.employee else "",
        call.wait_seconds,
        call.talk_seconds,
        call.source,
        call.campaign,
        _("yes") if client else _("not linked"),
        _recording(call),
        call.external_id,
    ]


def _recording(call: Call) -> str:
    recording = getattr(call, "recording", None)
    if recording is None or recording.state != RecordingState.STORED or recording.revoked_at:
        return ""
    return f"{settings.PUBLIC_URL}/r/{recording.public_id}"
