"""Renewing credentials: tried at the vendor first, never shown, and held work goes on."""

import pytest
from django.test import Client
from tests.factories import Desk

from switchhook.connections.models import Connection
from switchhook.connections.services import mark_broken, pause
from switchhook.delivery.lanes import append
from switchhook.delivery.models import Lane
from switchhook.projects.models import AuditEntry

from .conftest import Exchange


@pytest.fixture
def page(desk: Desk, exchange: Exchange) -> str:
    """Where the form of a connection to the exchange is sent, whose stored key is the good one."""
    exchange.connect(desk.telephony)
    return f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/credentials"


def stored(desk: Desk) -> Connection:
    return Connection.objects.get(pk=desk.telephony.pk)


def test_a_key_that_the_vendor_takes_is_saved(desk: Desk, owner: Client, page: str, exchange: Exchange) -> None:
    exchange.connect(desk.telephony, "key-of-yesterday")
    assert owner.post(page, {"field_auth_key": exchange.auth_key}).status_code == 302
    assert stored(desk).credentials == {"project_id": exchange.project_id, "auth_key": exchange.auth_key}
    entry = AuditEntry.objects.get(project=desk.project, action="connection.renew_credentials")
    assert (entry.target, entry.changes) == (desk.telephony.name, {"fields": ["auth_key"]})


def test_a_key_that_the_vendor_refuses_is_told_and_not_saved(desk: Desk, owner: Client, page: str) -> None:
    before = stored(desk).credentials
    answer = owner.post(page, {"field_auth_key": "wrong-key-of-today"})
    assert (answer.status_code, stored(desk).credentials) == (422, before)
    html = answer.content.decode()
    assert "Ringostat does not accept the credentials. Its answer: Refused with status 401" in html
    assert "wrong-key-of-today" not in html
    assert not AuditEntry.objects.filter(action="connection.renew_credentials").exists()


def test_a_setting_at_fault_is_told_at_its_field(desk: Desk, owner: Client, page: str) -> None:
    answer = owner.post(page, {"field_auth_key": "ключ"})
    assert 'id="id_field_auth_key-error"' in answer.content.decode()


def test_a_refused_connection_is_switched_on_again(desk: Desk, owner: Client, page: str, exchange: Exchange) -> None:
    mark_broken(desk.telephony, "The key has expired.")
    owner.post(page, {"field_auth_key": exchange.auth_key})
    assert (stored(desk).state, stored(desk).state_reason) == ("active", "")


def test_a_paused_connection_stays_paused(desk: Desk, owner: Client, page: str, exchange: Exchange) -> None:
    pause(desk.telephony)
    owner.post(page, {"field_auth_key": exchange.auth_key})
    assert stored(desk).state == "paused"


def test_no_stored_value_is_shown(desk: Desk, owner: Client, page: str, exchange: Exchange) -> None:
    html = owner.get(page.removesuffix("credentials")).content.decode()
    assert 'name="field_auth_key"' in html
    assert exchange.auth_key not in html
    assert exchange.project_id not in html


def test_a_crm_without_credentials_has_no_such_form(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/connections/{desk.crm.pk}/"
    assert "credentials-title" not in owner.get(page).content.decode()
    assert owner.post(f"{page}credentials").status_code == 404


def test_credentials_sealed_with_a_lost_key_are_entered_again(
    desk: Desk, owner: Client, page: str, exchange: Exchange
) -> None:
    Connection.objects.filter(pk=desk.telephony.pk).update(sealed_credentials="sealed elsewhere")
    both = {"field_auth_key": exchange.auth_key, "field_project_id": exchange.project_id}
    assert owner.post(page, both).status_code == 302
    assert stored(desk).credentials == {"project_id": exchange.project_id, "auth_key": exchange.auth_key}


@pytest.fixture
def held(desk: Desk, exchange: Exchange) -> Connection:
    """A CRM with credentials, which were refused while a call waited. A telephony's manifest stands in for a CRM's."""
    exchange.connect(desk.crm)
    Connection.objects.filter(pk=desk.crm.pk).update(connector=desk.telephony.connector)
    mark_broken(Connection.objects.get(pk=desk.crm.pk), "The key has expired.")
    crm = Connection.objects.get(pk=desk.crm.pk)
    append(crm, desk.call())
    return crm


def test_held_work_goes_on(desk: Desk, owner: Client, held: Connection, exchange: Exchange) -> None:
    assert Lane.objects.get(connection=held).scheduled is False
    page = f"/p/{desk.project.pk}/connections/{held.pk}/credentials"
    owner.post(page, {"field_auth_key": exchange.auth_key})
    assert Lane.objects.get(connection=held).scheduled is True
