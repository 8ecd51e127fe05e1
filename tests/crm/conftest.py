"""Our project, and a second one whose rows nobody of ours may reach."""

import pytest
from tests.crm.office import Office, open_office


@pytest.fixture
def office(db: None) -> Office:
    return open_office("Ours")


@pytest.fixture
def stranger(db: None) -> Office:
    return open_office("Theirs")
