import pytest
from django.test import Client
from tests.factories import Desk, open_desk

from switchhook.projects.models import Role


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def manager(desk: Desk) -> Client:
    client = Client()
    client.force_login(desk.members[Role.MANAGER])
    return client
