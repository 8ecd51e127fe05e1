"""A twin on a loopback port: served once, made new for every test."""

from collections.abc import Iterator
from typing import Any

import pytest

from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.connectors.zoho.tests.zoho_account import TwinClient
from switchhook.connectors.zoho.twin import create_twin


@pytest.fixture(autouse=True)
def loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")


@pytest.fixture(scope="session")
def served_zoho() -> Iterator[tuple[TwinClient, dict[str, Any]]]:
    with run_in_thread(create_twin()) as running, TwinClient(base_url=running.url, timeout=60) as client:
        yield client, client.get("/__twin__/configure").json()


@pytest.fixture
def twin(served_zoho: tuple[TwinClient, dict[str, Any]]) -> TwinClient:
    """An empty twin in its first configuration."""
    client, configured = served_zoho
    client.control("configure", **configured)
    client.control("reset")
    return client
