"""Forms and dialogues are kept beside the calls and are none: lists, figures and pages show them only when asked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import CLIENT, Desk, open_desk

from switchhook.calls.models import Call
from switchhook.calls.queries import JournalFilter, figures, journal
from switchhook.console.timeline import timeline
from switchhook.core.records import Kind, Ref
from switchhook.projects.models import ApiToken, Role

Get = Callable[..., Any]

FORM = {"channel": "form", "steps": ["form_sent"], "released": True, "client_name": "Olha", "text": "size: 42"}
CHAT = {
    "channel": "dialogue",
    "steps": ["dialogue_started", "dialogue_taken"],
    "released": False,
    "client_name": "<b>Olha</b>",
    "source": "telegram",
    "link": "javascript:alert(1)",
}


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


@pytest.fixture
def viewer(client: Client, desk: Desk) -> Client:
    client.force_login(desk.members[Role.VIEWER])
    return client


@pytest.fixture
def three(desk: Desk) -> tuple[Call, Call, Call]:
    """A missed call, a form and a chat without a number, of this minute."""
    now: dict[str, Any] = {"started_at": timezone.now() - timedelta(seconds=5)}
    told: dict[str, Any] = {"employee": None, "project_number": "", "talk_seconds": None, "wait_seconds": None, **now}
    call = desk.call(status="missed", **now)
    form = desk.call(channel="form", status="other", state=FORM, external_id="form:1", **told)
    chat = desk.call("", channel="dialogue", status="active", state=CHAT, external_id="dialogue:1", **told)
    return call, form, chat


def test_the_journal_holds_calls_unless_others_are_asked_for(desk: Desk, three: tuple[Call, Call, Call]) -> None:
    call, form, chat = three
    assert list(journal(desk.project, JournalFilter())) == [call]
    assert list(journal(desk.project, JournalFilter(channel="form"))) == [form]
    assert list(journal(desk.project, JournalFilter(channel="dialogue"))) == [chat]
    assert set(journal(desk.project, JournalFilter(channel=""))) == {call, form, chat}


def test_the_days_figures_count_calls_only(desk: Desk, three: tuple[Call, Call, Call]) -> None:
    found = figures(desk.project, timezone.localdate(timezone=desk.project.zone))
    assert (found["total"], found["missed"], found["active"]) == (1, 1, 0)


def test_the_api_lists_calls_by_default_and_others_by_channel(
    desk: Desk, get: Get, three: tuple[Call, Call, Call]
) -> None:
    call, form, chat = (str(one.pk) for one in three)
    asked = {channel: {item["id"] for item in get("calls", channel=channel)["items"]} for channel in ("form", "all")}
    assert [item["id"] for item in get("calls")["items"]] == [call]
    assert asked == {"form": {form}, "all": {call, form, chat}}
    get("calls", 422, channel="smoke")


def test_the_api_tells_what_a_form_says(desk: Desk, get: Get, three: tuple[Call, Call, Call]) -> None:
    call, form, _chat = three
    read = get(f"calls/{form.pk}")
    assert (read["channel"], read["client_number"]) == ("form", CLIENT)
    assert read["inquiry"] == {
        "steps": ["form_sent"],
        "released": True,
        "name": "Olha",
        "email": "",
        "source": "",
        "text": "size: 42",
        "link": "",
    }
    assert get(f"calls/{call.pk}")["inquiry"] is None


@pytest.mark.parametrize(("query", "shown"), [("", 0), ("?channel=form", 1), ("?channel=dialogue", 2)])
def test_the_journals_page_shows_one_channel(
    desk: Desk, viewer: Client, three: tuple[Call, Call, Call], query: str, shown: int
) -> None:
    html = viewer.get(f"/p/{desk.project.pk}/calls/{query}").content.decode()
    assert [f'data-call="{one.pk}"' in html for one in three] == [number == shown for number in range(3)]


def test_the_page_of_a_form_says_what_was_sent(desk: Desk, viewer: Client, three: tuple[Call, Call, Call]) -> None:
    html = viewer.get(f"/p/{desk.project.pk}/calls/{three[1].pk}/").content.decode()
    assert "size: 42" in html
    assert "Form sent" in html


def test_what_a_visitor_wrote_is_escaped(desk: Desk, viewer: Client, three: tuple[Call, Call, Call]) -> None:
    for path in (f"calls/{three[2].pk}/", "calls/?channel=dialogue"):
        html = viewer.get(f"/p/{desk.project.pk}/{path}").content.decode()
        assert "&lt;b&gt;Olha&lt;/b&gt;" in html
        assert 'href="javascript' not in html


def test_a_clients_timeline_has_his_calls_and_not_his_forms(desk: Desk, three: tuple[Call, Call, Call]) -> None:
    contact = desk.record(Kind.CONTACT, name="Olha", phones=[CLIENT])
    entries = timeline(desk.project, Ref(Kind.CONTACT, str(contact.pk)))
    assert [entry.item for entry in entries if entry.kind == "call"] == [three[0]]
