"""The fixtures of these tests, to be imported where they are needed."""

from collections.abc import Iterator

import pytest
from tests.dialing.phones import Phones, connected

from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.ringostat.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import RunningApp, run_in_thread


@pytest.fixture(scope="session")
def dialing_twin() -> Iterator[RunningApp]:
    with run_in_thread(create_twin(TwinConfig())) as running:
        yield running


@pytest.fixture
def phones(dialing_twin: RunningApp, monkeypatch: pytest.MonkeyPatch, db: None) -> Phones:
    """The stand-in listens on loopback, which a hub does not call unless it is told that it may."""
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    return connected(dialing_twin)
