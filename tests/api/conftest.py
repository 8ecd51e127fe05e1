from collections.abc import Callable

import pytest
from django.test import Client
from tests.hub import Hub, make_hub

from switchhook.projects.models import ApiToken, Project, Role


@pytest.fixture
def hub(transactional_db: None) -> Hub:
    """A project with telephony and the built-in CRM."""
    return make_hub()


@pytest.fixture
def sign() -> Callable[..., Client]:
    """A client with a token of the project and role asked for."""

    def client(project: Project, role: Role = Role.ADMIN) -> Client:
        _, text = ApiToken.issue(project, "test", role)
        return Client(headers={"authorization": f"Bearer {text}"})

    return client
