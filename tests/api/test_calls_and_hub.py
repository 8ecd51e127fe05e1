"""The journal, traces and the hub's own work in the API: shapes, filters, pages, and who may read them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.factories import CLIENT, LINE, Desk, fill, open_desk

from switchhook.intake.models import RawEvent
from switchhook.projects.models import ApiToken, Role

Get = Callable[..., Any]


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def get(client: Client, desk: Desk) -> Get:
    """Reads an address of the API with a token of the desk's project."""
    _token, text = ApiToken.issue(desk.project, "tests", Role.VIEWER)

    def read(path: str, expected: int = 200, /, **query: Any) -> Any:
        answer = client.get(f"/api/v1/{path}", query, headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == expected, answer.content
        return answer.json()

    return read


def test_a_call_has_the_documented_shape(desk: Desk, get: Get) -> None:
    call = desk.call(state={"utm": {"utm_source": "google"}, "legs": [{"employee": {"sip": "a"}, "answered": True}]})
    recording = desk.recording(call)
    desk.known()
    read = get(f"calls/{call.pk}")
    assert read["employee"] == {"id": str(desk.olena.pk), "email": desk.olena.email, "name": desk.olena.name}
    assert read["contact"]["name"] == "Anna Kovalenko"
    assert read["recording"].endswith(f"/r/{recording.public_id}")
    assert (read["client_number"], read["project_number"], read["answered"]) == (CLIENT, LINE, True)
    assert (read["utm"], read["legs"][0]["employee"]["sip"]) == ({"utm_source": "google"}, "a")
    assert read["started_at"].endswith("Z")


def test_a_hidden_number_is_null(desk: Desk, get: Get) -> None:
    assert get(f"calls/{desk.call('').pk}")["client_number"] is None


def test_a_revoked_recording_is_not_told(desk: Desk, get: Get) -> None:
    from django.utils import timezone

    call = desk.call()
    desk.recording(call, revoked_at=timezone.now())
    assert get(f"calls/{call.pk}")["recording"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"number": "067 123-45-67"},
        {"status": "missed"},
        {"direction": "out"},
        {"linked": "yes"},
        {"external_id": "wanted"},
    ],
)
def test_calls_are_filtered(desk: Desk, get: Get, query: dict[str, str]) -> None:
    wanted = desk.call(CLIENT, status="missed", direction="out", external_id="wanted")
    desk.call("+380501112233")
    desk.known()
    assert [call["id"] for call in get("calls", **query)["items"]] == [str(wanted.pk)]


def test_an_unknown_employee_is_named_in_the_refusal(get: Get) -> None:
    assert "nobody@example.com" in get("calls", 422, employee="nobody@example.com")["detail"]


def test_pages_of_calls_follow_by_cursor(desk: Desk, get: Get) -> None:
    made = {str(desk.call().pk) for _ in range(5)}
    first = get("calls", limit=3)
    second = get("calls", limit=3, cursor=first["next"])
    assert {call["id"] for page in (first, second) for call in page["items"]} == made
    assert second["next"] is None


@pytest.mark.parametrize("path", ["calls?cursor=x", "calls?limit=0", "calls?status=x", "calls?since=x"])
def test_a_senseless_parameter_is_refused(get: Get, path: str) -> None:
    get(path, 422)


def test_a_trace_tells_matches_actions_and_results(desk: Desk, get: Get) -> None:
    trace = get(f"calls/{fill(desk)['call'].pk}/trace")
    crm = trace["connections"][0]
    assert crm["matches"][0]["takes_call"] is True
    assert [(one["id"], one["state"]) for one in crm["actions"]] == [
        ("Anna Kovalenko", "planned"),
        ("call", "refused"),
        ("contact", "done"),
    ]
    assert crm["actions"][0]["reason"] == "Reason for Anna Kovalenko"
    assert crm["skipped"] == [{"id": "lead", "reason": "The lead “Anna Kovalenko” is open."}]
    assert trace["events"][0]["kind"] == "after"


def test_a_trace_never_holds_the_vendors_recording_link(desk: Desk, get: Get) -> None:
    call = desk.call()
    desk.fact(call, desk.event(), recording_url="sealed-token")
    assert "sealed-token" not in str(get(f"calls/{call.pk}/trace"))


@pytest.mark.parametrize("path", ["calls", "deliveries", "connections", "events"])
def test_lists_hold_only_the_tokens_project(desk: Desk, get: Get, path: str) -> None:
    fill(open_desk("Other"))
    own = {str(desk.crm.pk), str(desk.telephony.pk)}
    found = {item["id"] for item in get(path)["items"]}
    assert found == (own if path == "connections" else set())


@pytest.mark.parametrize("path", ["calls/{call}", "calls/{call}/trace"])
def test_a_call_of_another_project_is_not_found(get: Get, path: str) -> None:
    get(path.format(call=fill(open_desk("Other"))["call"].pk), 404)


def test_deliveries_and_events_are_filtered_by_state(desk: Desk, get: Get) -> None:
    made = fill(desk)
    assert get("deliveries", state="dead", call_id=made["call"].pk)["items"][0]["error"] == "Anna Kovalenko"
    assert get("deliveries", state="done")["items"] == []
    assert [item["id"] for item in get("events", state="flagged")["items"]] == [str(made["event"].pk)]


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.MANAGER, 200)])
def test_an_event_is_replayed_by_a_manager_only(desk: Desk, client: Client, role: Role, status: int) -> None:
    event, (_token, text) = desk.event(), ApiToken.issue(desk.project, "tests", role)
    answer = client.post(f"/api/v1/events/{event.pk}/replay", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == status
    assert (RawEvent.objects.get(pk=event.pk).state == "new") is (status == 200)


def test_connections_show_nothing_secret(desk: Desk, get: Get) -> None:
    assert not {"credentials", "sealed_credentials", "settings", "secrets"} & set(get("connections")["items"][0])
