"""One demo hub for all of these tests (for each process that runs them); every test has clients of its own."""

from collections.abc import Callable, Generator, Iterator
from itertools import count

import pytest
from tests.demo_hub import DemoHub, DemoProcess, running_process

_numbers = count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say with a failure what its hub has done lately; afterwards nobody can ask it any more."""
    report = yield
    arguments: dict[str, object] = getattr(item, "funcargs", {})
    hub = next((one for one in arguments.values() if isinstance(one, DemoHub)), None)
    if report.failed and report.when == "call" and hub:
        report.sections.append(("what the hub did lately", hub.process.last_work()))
    return report


@pytest.fixture(scope="session")
def process() -> Iterator[DemoProcess]:
    """The demo, ended by SIGTERM: with exit code 0, and with nothing of it left running."""
    with running_process("pipedrive-leads") as process:
        yield process


@pytest.fixture
def hub(process: DemoProcess) -> Iterator[DemoHub]:
    hub = DemoHub(process)
    yield hub
    hub.close()


@pytest.fixture
def new_client() -> Callable[[], str]:
    """Gives the number of somebody who never called before."""
    return lambda: f"+38067{2_000_000 + next(_numbers)}"


@pytest.fixture
def client(new_client: Callable[[], str]) -> str:
    """The number of somebody who never called before."""
    return new_client()
