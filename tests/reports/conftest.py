import pytest
from tests.factories import Desk, open_desk


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()
