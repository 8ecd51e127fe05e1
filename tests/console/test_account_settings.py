"""An account's own settings: what can be chosen is asked for at the CRM, what is saved is checked by its connector."""

from typing import Any

import pytest
from django.test import Client
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections.models import Connection
from switchhook.connections.services import add, mark_broken
from switchhook.core.errors import AuthFailed, Unreachable
from switchhook.projects.models import AuditEntry

HTMX = {"HX-Request": "true"}
WHOLE = {"field_region": "eu", "field_folder": "f1", "field_phone_field": "mobile", "field_days": "5"}


@pytest.fixture
def crm(desk: Desk, acme: Office) -> Connection:
    return add(desk.project, "acme", credentials={"api_key": "good-key"}, region="eu")


@pytest.fixture
def page(desk: Desk, crm: Connection) -> str:
    return f"/p/{desk.project.pk}/connections/{crm.pk}/set-up"


def test_the_page_itself_asks_the_crm_nothing(acme: Office, owner: Client, page: str) -> None:
    html = owner.get(page).content.decode()
    assert 'hx-trigger="load"' in html
    assert acme.requests == []


@pytest.mark.parametrize("how", [{"headers": HTMX}, {"data": {"load": "1"}}])
def test_the_choices_come_from_the_account(owner: Client, page: str, how: Any) -> None:
    html = owner.get(page, **how).content.decode()
    assert '<option value="f1">Clients</option>' in html
    assert "Meeting" in html
    assert "field_phone_field" not in html
    said = " ".join(html.split())
    assert "To be chosen after the settings above: Phone field, Field of the archive" in said


def test_a_setting_after_an_empty_one_is_offered_where_the_account_has_choices_all_the_same(
    owner: Client, page: str
) -> None:
    html = owner.get(page, headers=HTMX).content.decode()
    assert ('name="field_stage"' in html, 'name="field_archive_field"' in html) == (True, False)


def test_what_depends_on_a_choice_is_offered_once_it_is_made(crm: Connection, owner: Client, page: str) -> None:
    html = owner.post(f"{page}/fields", {"field_folder": "f2", "field_days": "9"}, headers=HTMX).content.decode()
    assert '<option value="tel">Telephone</option>' in html
    assert '<option value="f2" selected>Partners</option>' in html
    assert 'value="9"' in html
    assert Connection.objects.get(pk=crm.pk).settings == {"region": "eu"}


def test_settings_are_saved_as_the_connector_reads_them(desk: Desk, crm: Connection, owner: Client, page: str) -> None:
    form = {
        **WHOLE,
        "field_call_types": ["call", "meeting"],
        "field_hosts": "a.example\n\n b.example ",
        "field_quiet": "on",
    }
    assert owner.post(page, form).headers["Location"] == f"/p/{desk.project.pk}/connections/{crm.pk}/"
    assert Connection.objects.get(pk=crm.pk).settings == {
        "region": "eu",
        "folder": "f1",
        "phone_field": "mobile",
        "layout": "",
        "stage": "",
        "archive": "",
        "call_types": ["call", "meeting"],
        "hosts": ["a.example", "b.example"],
        "days": 5,
        "quiet": True,
    }
    changes = AuditEntry.objects.get(action="connection.settings").changes
    assert (changes["folder"], "region" in changes) == ({"from": None, "to": "f1"}, False)


def test_a_first_part_can_be_saved_before_the_rest(crm: Connection, owner: Client, page: str) -> None:
    answer = owner.post(page, {"field_region": "eu", "field_folder": "f1", "field_days": "3"})
    assert answer.status_code == 422
    assert "field_phone_field" in answer.content.decode()
    owner.post(page, WHOLE)
    assert Connection.objects.get(pk=crm.pk).settings["phone_field"] == "mobile"


def test_a_value_of_another_choice_is_refused(crm: Connection, owner: Client, page: str) -> None:
    owner.post(page, WHOLE)
    answer = owner.post(page, {**WHOLE, "field_folder": "f2"})
    assert answer.status_code == 422
    assert 'id="id_field_phone_field-error"' in answer.content.decode()
    assert Connection.objects.get(pk=crm.pk).settings["folder"] == "f1"


def test_a_value_that_the_connector_refuses_is_told_at_its_field(crm: Connection, owner: Client, page: str) -> None:
    html = owner.post(page, {**WHOLE, "field_days": "31"}).content.decode()
    assert 'id="id_field_days-error"' in html
    assert "At most 30 days." in html
    assert "days" not in Connection.objects.get(pk=crm.pk).settings


def test_an_account_that_does_not_answer_is_said_kindly_and_asked_once(
    acme: Office,
    crm: Connection,
    owner: Client,
    page: str,
) -> None:
    acme.failing = Unreachable("No answer in time.")
    html = owner.get(page, headers=HTMX).content.decode()
    assert "Acme CRM cannot be read now." in html
    assert "No answer in time." in html
    assert 'name="field_days"' in html
    assert acme.requests == ["choices"]


def test_other_settings_are_saved_while_the_account_does_not_answer(
    acme: Office,
    crm: Connection,
    owner: Client,
    page: str,
) -> None:
    owner.post(page, WHOLE)
    acme.failing = Unreachable("No answer in time.")
    answer = owner.post(page, {"field_region": "us", "field_days": "7"}, follow=True)
    assert "could not be tried: No answer in time." in answer.content.decode()
    saved = Connection.objects.get(pk=crm.pk).settings
    assert (saved["region"], saved["days"], saved["folder"]) == ("us", 7, "f1")


def test_a_value_that_is_no_longer_offered_stays_shown(crm: Connection, owner: Client, page: str) -> None:
    Connection.objects.filter(pk=crm.pk).update(settings={"folder": "old"})
    html = owner.get(page, headers=HTMX).content.decode()
    assert '<option value="old" selected>old (no longer offered)</option>' in html


def test_a_setting_that_broke_the_connection_lets_its_work_go_once_it_is_mended(
    crm: Connection, owner: Client, page: str
) -> None:
    mark_broken(crm, "At most 30 days.")
    owner.post(page, WHOLE)
    assert Connection.objects.get(pk=crm.pk).state == "active"


def test_settings_do_not_mend_refused_credentials(acme: Office, crm: Connection, owner: Client, page: str) -> None:
    mark_broken(crm, "invalid key")
    acme.failing = AuthFailed("invalid key")
    owner.post(page, {"field_region": "us", "field_days": "7"})
    assert Connection.objects.get(pk=crm.pk).state == "broken"
