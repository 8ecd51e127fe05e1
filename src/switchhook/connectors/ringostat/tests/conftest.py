"""A twin and a receiving hub, each on a loopback port: served once, made new for every test."""

from collections.abc import Iterator
from typing import Any

import pytest

from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, TwinClient
from switchhook.connectors.ringostat.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import run_in_thread


@pytest.fixture(scope="session")
def served_hub() -> Iterator[tuple[ReceivingHub, str]]:
    hub = ReceivingHub()
    with run_in_thread(hub.app()) as running:
        yield hub, running.url


@pytest.fixture(scope="session")
def served_twin(served_hub: tuple[ReceivingHub, str]) -> Iterator[tuple[TwinClient, dict[str, Any]]]:
    _, url = served_hub
    config = TwinConfig(webhook_url=f"{url}/in?own=1", forward_url=f"{url}/forward", forward_timeout=5.0)
    with (
        run_in_thread(create_twin(config)) as running,
        TwinClient(base_url=running.url, headers={"Auth-key": config.auth_key}, timeout=60) as client,
    ):
        yield client, client.get("/__twin__/configure").json()


@pytest.fixture
def hub_outside(served_hub: tuple[ReceivingHub, str]) -> ReceivingHub:
    """Forgets what it took, and answers as it does by default."""
    hub, _ = served_hub
    vars(hub).update(vars(ReceivingHub()))
    return hub


@pytest.fixture
def twin(served_twin: tuple[TwinClient, dict[str, Any]], hub_outside: ReceivingHub) -> TwinClient:
    """An empty twin in its first configuration."""
    client, configured = served_twin
    client.control("configure", **configured)
    client.control("reset")
    return client
