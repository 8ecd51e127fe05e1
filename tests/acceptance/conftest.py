"""One demo hub for all of these tests (for each process that runs them); every test has clients of its own."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from tests.demo_hub import DemoHub, DemoProcess, running_process

_numbers = count(1)


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
