"""The fixture that installs Acme for a test: `from tests.acme.installed import acme`."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest
from tests.acme.office import OFFICE, Office

from switchhook.connectors import registry

ENTRY = EntryPoint(name="acme", value="tests.acme", group=registry.GROUP)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Acme among the installed connectors, and its account."""

    def with_acme(**chosen: Any) -> list[EntryPoint]:
        return [*entry_points(**chosen), ENTRY]

    monkeypatch.setattr(registry, "entry_points", with_acme)
    registry.manifests.cache_clear()
    OFFICE.reset()
    yield OFFICE
    monkeypatch.undo()
    registry.manifests.cache_clear()
