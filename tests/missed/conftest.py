import pytest
from tests.factories import Desk, open_desk
from tests.hub import Hub, make_hub


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def hub(db: None) -> Hub:
    """A project whose events are read by hand."""
    return make_hub()
