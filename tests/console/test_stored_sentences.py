"""What went wrong is stored in English and said in the reader's language; a vendor's own words stay as they are."""

import pytest
from django.test import Client
from tests.factories import Desk, action
from tests.hub import after, before, make_hub

from switchhook.connections.models import Connection
from switchhook.crm.models import Task
from switchhook.projects.models import Project

from .test_messages import tool

BLOCKED = "What this depends on was refused; mend that first."
BLOCKED_PL = "To, od czego to zależy, odrzucono; najpierw napraw tamto."


@pytest.fixture
def polish(manager: Client) -> Client:
    manager.post("/language", {"language": "pl"})
    return manager


def test_the_hubs_own_sentences_are_said_in_the_readers_language(desk: Desk, polish: Client) -> None:
    call = desk.call()
    desk.decision(call, action())
    desk.effect(call, state="blocked", error=BLOCKED, error_code="rejected")
    for page in ("deliveries/", f"calls/{call.pk}/"):
        html = polish.get(f"/p/{desk.project.pk}/{page}").content.decode()
        assert (BLOCKED_PL in html, BLOCKED in html) == (True, False)


def test_a_vendors_words_stay_as_they_are(desk: Desk, polish: Client) -> None:
    Connection.objects.filter(pk=desk.crm.pk).update(state="broken", state_reason="Vendor says: no 100%.")
    assert "Vendor says: no 100%." in polish.get(f"/p/{desk.project.pk}/calls/").content.decode()


def test_an_empty_reason_says_nothing(desk: Desk, polish: Client) -> None:
    """The empty message id is the head of a catalogue."""
    desk.delivery(desk.call())
    assert "Plural-Forms" not in polish.get(f"/p/{desk.project.pk}/deliveries/?tab=done").content.decode()


def test_fixed_sentences_of_errors_are_collected() -> None:
    found = {message for message, _place, _context in tool.from_errors()}
    assert BLOCKED in found
    assert "This is no ticket." not in found, "nobody reads why an address was refused"


def test_a_record_that_was_made_stands_in_the_crm_beside_an_open_task(desk: Desk, manager: Client) -> None:
    call = desk.call()
    desk.decision(call, action("task", "task", subject="Call back"))
    desk.effect(call, "task", "task", state="done")
    html = manager.get(f"/p/{desk.project.pk}/calls/{call.pk}/").content.decode()
    assert '<span class="badge badge--good">In the CRM</span>' in html


@pytest.mark.django_db(transaction=True)
def test_a_task_is_closed_in_the_language_of_the_project() -> None:
    hub = make_hub()
    Project.objects.filter(pk=hub.project.pk).update(language="pl")
    hub.play(before(), after())
    hub.play(after("Olena"))
    assert "Już niepotrzebne: połączenie potoczyło się inaczej." in Task.objects.get(done=True).text
