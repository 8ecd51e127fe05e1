"""Default names: of calls, forms and dialogues; saved as the planner reads them, shown on a real call."""

from typing import Any

import pytest
from django.test import Client
from tests.factories import CLIENT, Desk

from switchhook.connections.models import Connection
from switchhook.projects.models import AuditEntry
from switchhook.scenarios.plan_settings import settings_of


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/connections/{desk.crm.pk}/titles"


def held(desk: Desk) -> dict[str, Any]:
    titles: dict[str, Any] = Connection.objects.get(pk=desk.crm.pk).settings.get("titles", {})
    return titles


def test_names_of_every_channel_are_saved_as_the_planner_reads_them(desk: Desk, owner: Client, page: str) -> None:
    sent = {"titles-lead": "Call from {phone}", "titles-form.lead": "Form {phone}", "titles-dialogue.deal": "#{id}"}
    assert owner.post(page, sent).status_code == 302
    expected = {"lead": "Call from {phone}", "form.lead": "Form {phone}", "dialogue.deal": "#{id}"}
    assert held(desk) == expected
    assert settings_of(Connection.objects.get(pk=desk.crm.pk)).titles == expected
    assert AuditEntry.objects.filter(action="connection.titles").count() == 1


def test_an_emptied_name_is_the_default_again(desk: Desk, owner: Client, page: str) -> None:
    owner.post(page, {"titles-lead": "Call from {phone}"})
    owner.post(page, {"titles-lead": ""})
    assert held(desk) == {}


def test_a_name_with_a_place_that_nothing_fills_is_refused(desk: Desk, owner: Client, page: str) -> None:
    answer = owner.post(page, {"titles-lead": "Call {fone}"})
    assert (answer.status_code, "There is no parameter called {fone}." in answer.content.decode()) == (422, True)
    desk.call(state={"tags": {"fone": "x"}})
    assert owner.post(page, {"titles-lead": "Call {fone}"}).status_code == 302


def test_the_preview_shows_names_of_the_chosen_calls_channel(desk: Desk, owner: Client, page: str) -> None:
    desk.call(state={"client_number": CLIENT, "tags": {"pool": "Ads"}})
    lines = owner.post(f"{page}/try", {"titles-lead": "{pool}: {phone}", "titles-form.lead": "Form"}).context["lines"]
    told = {label: name for label, name, _wrong in lines}
    assert told["Lead"] == f"Ads: {CLIENT}"
    assert told["Contact"] == CLIENT
    assert held(desk) == {}


def test_without_a_call_the_page_says_what_will_stand_there(owner: Client, page: str) -> None:
    assert "As soon as there is a call" in owner.get(page).content.decode()
