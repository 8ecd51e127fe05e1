"""The desk for programs."""

import pytest
from django.test import Client
from tests.factories import CLIENT, Desk

from switchhook.missed.desk import follow
from switchhook.missed.models import Closing, MissedClient
from switchhook.projects.models import ApiToken, IgnoredClient

ADDRESS = "/api/v1/missed-calls"


@pytest.fixture
def program(desk: Desk) -> Client:
    _token, text = ApiToken.issue(desk.project, "A program")
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def waiting(desk: Desk) -> MissedClient:
    desk.call(status="missed", employee=None, source="google")
    desk.known()
    follow(desk.project, [CLIENT])
    return MissedClient.objects.get()


def test_who_waits_is_listed_with_what_is_known(desk: Desk, waiting: MissedClient, program: Client) -> None:
    entry = program.get(ADDRESS).json()["items"][0]
    shown = {name: entry[name] for name in ("id", "client_number", "missed_calls", "attempts", "source", "closed_by")}
    told = {"id": str(waiting.pk), "client_number": CLIENT, "missed_calls": 1, "attempts": 0}
    assert shown == told | {"source": "google", "closed_by": None}
    assert entry["contact"]["name"] == "Anna Kovalenko"


@pytest.mark.parametrize(
    ("query", "found"), [("state=closed", 0), ("state=", 1), ("owner=nobody", 1), ("overdue=1", 0)]
)
def test_filters_leave_what_they_name(waiting: MissedClient, program: Client, query: str, found: int) -> None:
    assert len(program.get(f"{ADDRESS}?{query}").json()["items"]) == found


def test_a_program_settles_an_entry_once(waiting: MissedClient, program: Client) -> None:
    body = {"reason": "spam", "note": "a robot", "ignore": True}
    for _again in range(2):
        answer = program.post(f"{ADDRESS}/{waiting.pk}/close", body, content_type="application/json")
        assert (answer.status_code, answer.json()["closed_by"]) == (200, "hand")
    assert (Closing.objects.count(), IgnoredClient.objects.count()) == (1, 1)


def test_calls_are_searched_by_name(desk: Desk, waiting: MissedClient, program: Client) -> None:
    desk.call("+380501112233")
    found = program.get("/api/v1/calls?search=anna").json()["items"]
    assert [call["client_number"] for call in found] == [CLIENT]
