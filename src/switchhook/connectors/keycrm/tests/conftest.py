"""A twin on a loopback port: served once, as new for every test."""

from collections.abc import Iterator

import httpx2
import pytest

from switchhook.connectors.keycrm import recent
from switchhook.connectors.keycrm.tests.account import TwinAccount
from switchhook.connectors.keycrm.twin import TwinConfig, create_twin
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.testing.twin import run_in_thread

UNHURRIED = TwinConfig(requests_per_minute=0, put_delay=0.0)


@pytest.fixture(scope="session")
def served() -> Iterator[httpx2.Client]:
    with run_in_thread(create_twin(UNHURRIED)) as running, httpx2.Client(base_url=running.url, timeout=30) as client:
        yield client


@pytest.fixture
def account(served: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> TwinAccount:
    """An empty account without limits, in which changes are carried out at once."""
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    account = TwinAccount(served, UNHURRIED)
    account.control("reset")
    recent.clear()
    return account
