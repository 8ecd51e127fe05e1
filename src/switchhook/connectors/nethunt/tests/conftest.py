"""Twins on loopback ports, one for each way in which NetHunt may behave, served once and made new for every test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from switchhook.connectors.nethunt.connector import NetHunt, connect
from switchhook.connectors.nethunt.tests.account import account_at
from switchhook.connectors.nethunt.twin import TwinConfig, create_twin
from switchhook.connectors.testing.twin import RunningApp, Twin, run_in_thread


@pytest.fixture(autouse=True)
def private_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin is served on this machine."""
    monkeypatch.setenv("SWITCHHOOK_ALLOW_PRIVATE", "1")


@dataclass(frozen=True)
class TwinAt:
    """A served twin, and what its control routes do."""

    url: str
    app: Twin
    config: TwinConfig

    def control(self, what: str, **body: Any) -> Any:
        """POST to a control route; its answer."""
        answer = httpx2.post(f"{self.url}/__twin__/{what}", json=body)
        answer.raise_for_status()
        return answer.json()

    def people(self, do: str, **what: Any) -> Any:
        """What a person does in NetHunt's own pages."""
        return self.control("people", do=do, **what)

    def state(self) -> dict[str, Any]:
        """What the twin holds."""
        return dict(httpx2.get(f"{self.url}/__twin__/state").json())

    def asked(self) -> list[str]:
        """The requests since the last reset, as "METHOD operation"."""
        log = httpx2.get(f"{self.url}/__twin__/requests?last=1000").json()["log"]
        return [f"{one['request']['method']} {one['request']['path'].split('/')[5]}" for one in log]


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[TwinConfig], TwinAt]]:
    """Serves one application for all configurations of this session."""
    app = create_twin()
    running: RunningApp | None = None

    def served(config: TwinConfig) -> TwinAt:
        nonlocal running
        running = running or run_in_thread(app)
        state: Any = app.state
        state.configure(config)
        app.reset()
        return TwinAt(running.url, app, config)

    yield served
    if running:
        running.stop()


@pytest.fixture
def twin(serve: Callable[[TwinConfig], TwinAt]) -> TwinAt:
    """An empty workspace as the vendor's English template makes it."""
    return serve(TwinConfig())


@pytest.fixture
def crm(twin: TwinAt) -> NetHunt:
    """The connector, with every folder and field set."""
    return connect(account_at(twin.url, twin.config))


@pytest.fixture
def crm_at(serve: Callable[[TwinConfig], TwinAt]) -> Callable[..., tuple[NetHunt, TwinAt]]:
    """A connector and its twin, the twin's configuration changed as named; `settings` are put over the account's."""

    def opened(*, settings: dict[str, Any] | None = None, **changes: Any) -> tuple[NetHunt, TwinAt]:
        twin = serve(replace(TwinConfig(), **changes))
        return connect(account_at(twin.url, twin.config, **(settings or {}))), twin

    return opened
