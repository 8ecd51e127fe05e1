import pytest
from django.utils import timezone
from tests.delivery.faulty import FaultyCrm
from tests.delivery.remote import Days, RemoteCrm, make_remote
from tests.hub import Hub, make_hub

from switchhook.connections.accounts import open_crm
from switchhook.delivery import handling


@pytest.fixture
def hub(transactional_db: None) -> Hub:
    """A project on the Pipedrive lead-mode preset, written to the built-in CRM."""
    return make_hub()


@pytest.fixture
def crm(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> FaultyCrm:
    """The hub's CRM, which can be told to fail."""
    faulty = FaultyCrm(open_crm(hub.crm))
    monkeypatch.setattr(handling, "open_crm", lambda connection, **_: faulty)
    return faulty


@pytest.fixture
def remote(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> RemoteCrm:
    """The hub's CRM, beyond the network."""
    return make_remote(hub, monkeypatch)


@pytest.fixture
def days(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Days:
    """The hub's time, in the test's hand: 20 November 2026, 10:00 UTC at first."""
    clock = Days(hub)
    monkeypatch.setattr(timezone, "now", clock)
    return clock
