"""A twin on a loopback port: served once, made new for every test."""

from collections.abc import Iterator

import pytest

from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin import create_twin
from switchhook.connectors.testing.twin import run_in_thread


@pytest.fixture(autouse=True)
def _loopback_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHHOOK_ALLOW_PRIVATE", "1")


@pytest.fixture(scope="session")
def served_office() -> Iterator[Office]:
    with run_in_thread(create_twin()) as running, Office(running.url) as office:
        yield office


@pytest.fixture
def office(served_office: Office) -> Office:
    """The company as it was built, with nothing in it, and only the limits that a test asks for."""
    served_office.renew()
    return served_office
