"""New credentials by program: tried at the vendor first, and the held work goes on by itself."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from tests.hub import Hub

from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import mark_broken, pause
from switchhook.connectors.ringostat.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.projects.models import Project, Role

Sign = Callable[..., Client]
JSON = "application/json"


@pytest.fixture
def telephony(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to a twin that takes the key “good” alone."""
    monkeypatch.setenv("SWITCHHOOK_ALLOW_PRIVATE", "1")
    with run_in_thread(create_twin(TwinConfig(auth_key="good"))) as twin:
        hub.telephony.settings = {**hub.telephony.settings, "base_url": twin.url, "project_id": "11111"}
        hub.telephony.save()
        yield hub.telephony


def send(client: Client, connection: Connection, **credentials: str) -> int:
    address = f"/api/v1/connections/{connection.pk}/credentials"
    return client.post(address, {"credentials": credentials}, JSON).status_code


def test_what_the_vendor_takes_is_saved_and_a_broken_connection_goes_on(
    hub: Hub, telephony: Connection, sign: Sign
) -> None:
    mark_broken(telephony, "The key was refused.")
    assert send(sign(hub.project), telephony, auth_key="good") == 200
    saved = Connection.objects.get(pk=telephony.pk)
    assert saved.credentials["auth_key"] == "good"
    assert (saved.state, saved.state_reason) == (ConnectionState.ACTIVE, "")


def test_what_the_vendor_refuses_changes_nothing(hub: Hub, telephony: Connection, sign: Sign) -> None:
    assert send(sign(hub.project), telephony, auth_key="bad") == 422
    assert Connection.objects.get(pk=telephony.pk).credentials["auth_key"] == "k"


def test_a_connection_that_a_person_switched_off_stays_off(hub: Hub, telephony: Connection, sign: Sign) -> None:
    pause(telephony)
    assert send(sign(hub.project), telephony, auth_key="good") == 200
    assert Connection.objects.get(pk=telephony.pk).state == ConnectionState.PAUSED


def test_a_name_that_is_no_credential_is_refused(hub: Hub, telephony: Connection, sign: Sign) -> None:
    assert send(sign(hub.project), telephony, base_url="https://elsewhere.example") == 422


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_a_lower_role_renews_nothing(hub: Hub, telephony: Connection, sign: Sign, role: Role) -> None:
    assert send(sign(hub.project, role), telephony, auth_key="good") == 403


def test_a_stranger_finds_no_connection(hub: Hub, telephony: Connection, sign: Sign) -> None:
    stranger = sign(Project.objects.create(name="Strangers"))
    assert send(stranger, telephony, auth_key="good") == 404
