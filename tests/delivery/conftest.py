import pytest
from tests.delivery.faulty import FaultyCrm
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
