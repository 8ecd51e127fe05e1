import pytest
from tests.hub import Hub, make_hub


@pytest.fixture
def hub(transactional_db: None) -> Hub:
    """A project on the Pipedrive lead-mode preset, written to the built-in CRM."""
    return make_hub()
