"""A token reaches nothing of another project, and one of a low role changes nothing, by any route of the document."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import Desk, fill, open_desk

from switchhook.api.root import api
from switchhook.core.records import Kind
from switchhook.dialing.models import DialRequest
from switchhook.missed.desk import follow
from switchhook.missed.models import MissedClient
from switchhook.projects.models import Role

BODIES: dict[str, Any] = {
    "post /contacts": {"name": "New"},
    "post /companies": {"name": "New"},
    "post /leads": {"title": "New"},
    "post /deals": {"title": "New"},
    "post /orders": {"title": "New"},
    "post /tasks": {"subject": "New"},
    "post /comments": {"text": "New", "links": [{"kind": "contact", "id": "{contacts}"}]},
    "patch /contacts/{record_id}": {"name": "Changed"},
    "patch /companies/{record_id}": {"name": "Changed"},
    "patch /leads/{record_id}": {"title": "Changed"},
    "patch /deals/{record_id}": {"title": "Changed"},
    "patch /orders/{record_id}": {"title": "Changed"},
    "patch /tasks/{record_id}": {"subject": "Changed"},
    "patch /comments/{record_id}": {"text": "Changed"},
    "post /leads/{record_id}/convert": {},
    "post /events/{event_id}/replay": None,
    "post /missed-calls/{entry_id}/close": {"reason": "spam"},
    "patch /connections/{connection_id}": {"settings": {"task_due_minutes": 5}},
    "post /connections/{connection_id}/secret": None,
    "post /connections/{connection_id}/reconcile": None,
    "put /connections/{connection_id}/matrix": {"data": {"name": "x", "rows": []}},
    "post /connections/{connection_id}/matrix/try": {"preset": "nethunt"},
    "post /connections/{connection_id}/preset": {"preset": "builtin"},
    "post /click-to-call": {"number": "+380671234567", "employee": "{employee}"},
    "post /connections/{connection_id}/credentials": {"credentials": {}},
}
"""A body that each writing route would take."""

Sign = Callable[..., Client]


def routes() -> list[tuple[str, str]]:
    """(method, path) of every route, in the document's order."""
    found = api.get_openapi_schema(path_prefix="/")["paths"]
    return [(method, path) for path, operations in found.items() for method in operations]


def rows_of(desk: Desk) -> dict[str, Any]:
    """What arguments stand for, by name; `record_id` is looked up by the path's folder."""
    made = fill(desk)
    made["comments"] = desk.record(Kind.COMMENT, made["contacts"], text="Theirs")
    ids = {name: row.pk for name, row in made.items()}
    at = {"created_at": timezone.now(), "changed_at": timezone.now()}
    dial = DialRequest.objects.create(project=desk.project, employee=desk.olena, number="+380671234567", **at)
    desk.call("+380501112233", status="missed")
    follow(desk.project, ["+380501112233"])
    missed = MissedClient.objects.get(project=desk.project)
    ids |= {"dial_id": dial.pk, "employee": desk.olena.pk, "entry_id": missed.pk}
    return {**ids, "call_id": ids["call"], "event_id": ids["event"], "connection_id": desk.crm.pk}


def ask(client: Client, method: str, path: str, rows: dict[str, Any]) -> int:
    """Sends a good request; gives the status."""
    body = None if method == "get" else BODIES[f"{method} {path}"]
    folder = path.split("/")[1]
    address = "/api/v1" + path.format(**{"record_id": rows.get(folder), **rows})
    kind = {} if body is None else {"data": body, "content_type": "application/json"}
    return int(getattr(client, method)(address, **kind).status_code)


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def neighbour(db: None) -> Desk:
    return open_desk("Neighbour")


def test_no_route_reaches_a_row_of_another_project(desk: Desk, neighbour: Desk, sign: Sign) -> None:
    client, theirs = sign(desk.project, Role.OWNER), rows_of(neighbour)
    asked = {f"{method} {path}": ask(client, method, path, theirs) for method, path in routes() if "{" in path}
    assert len(asked) > 20
    assert {route: code for route, code in asked.items() if code != 404} == {}


def test_a_viewers_token_changes_nothing_by_any_route(desk: Desk, sign: Sign) -> None:
    client, own = sign(desk.project, Role.VIEWER), rows_of(desk)
    asked = {f"{method} {path}": ask(client, method, path, own) for method, path in routes() if method != "get"}
    assert {route: code for route, code in asked.items() if code != 403} == {}


def test_no_route_answers_without_a_token(desk: Desk) -> None:
    own = rows_of(desk)
    asked = {f"{method} {path}": ask(Client(), method, path, own) for method, path in routes()}
    assert {route: code for route, code in asked.items() if code != 401} == {}
