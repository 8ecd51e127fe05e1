"""Reference pages name what there is, and nothing that there is not."""

import re
from dataclasses import fields

import pytest

from switchhook.connectors.ringostat.twin.config import TwinConfig
from switchhook.connectors.ringostat.twin.scenarios import SCENARIOS
from switchhook.connectors.ringostat.twin.state import RingostatState
from switchhook.connectors.testing.twin import Twin, TwinClock, _ControlRoutes
from switchhook.connectors.testing.twin_faults import ACTIONS, FaultRule
from switchhook.connectors.testing.twin_page import STYLE
from switchhook.core import errors
from switchhook.core.errors import SwitchhookError
from switchhook.embedded import errors as embedded_errors
from switchhook.scenarios import catalog

from .conftest import ROOT


def page(name: str) -> str:
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def rows(text: str) -> list[str]:
    """The names in the first column of a page's tables."""
    return re.findall(r"^\| `([a-z_-]+)` \|", text, re.MULTILINE)


def codes() -> set[str]:
    """Those of all error classes, and the one for the hub's own faults on an event."""
    modules = (errors, embedded_errors)
    classes = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {found.code for found in classes if issubclass(found, SwitchhookError)} | {"internal"}


def test_every_play_scenario_is_documented_and_every_documented_one_exists() -> None:
    assert rows(page("play-scenarios.md")) == list(SCENARIOS)


def test_every_control_of_a_twin_is_documented_and_every_documented_one_exists() -> None:
    table = page("twins.md").partition("\n## ")[0]
    documented = set(re.findall(r"^\| [^|]*(?:GET|POST|DELETE) ([a-z]+)`", table, re.MULTILINE)) - {"people"}
    routes = _ControlRoutes(Twin(RingostatState(TwinConfig(), TwinClock()), [])).routes()
    assert documented == {route.path.strip("/") for route in routes} - {"", STYLE.name}


def test_everything_that_a_fault_can_say_is_documented() -> None:
    faults = page("twins.md").partition("\n## Faults")[2]
    table = "".join(line for line in faults.splitlines() if line.startswith("|"))
    assert {field.name for field in fields(FaultRule)} - {"fired"} <= set(re.findall(r"`(\w+)`", table))
    assert set(ACTIONS) <= set(re.findall(r"`(\w+)`", table))


def test_every_error_code_has_its_fate_documented_and_every_documented_one_exists() -> None:
    assert set(rows(page("errors.md"))) == codes()


def test_every_preset_has_its_section_and_every_section_its_preset() -> None:
    assert tuple(re.findall(r"^## `([a-z-]+)`", page("presets.md"), re.MULTILINE)) == catalog.names()


@pytest.mark.parametrize("name", catalog.names())
def test_every_row_of_a_preset_is_documented_in_its_order(name: str) -> None:
    section = page("presets.md").partition(f"## `{name}`")[2].partition("\n## ")[0]
    titles = [title.removesuffix(" †") for title in re.findall(r"^\| \*\*(.+?)\*\*", section, re.MULTILINE)]
    assert titles == [row.title for row in catalog.preset(name).rows]


@pytest.mark.parametrize("name", catalog.names())
def test_what_a_vendor_does_not_state_is_marked_in_the_documentation(name: str) -> None:
    section = page("presets.md").partition(f"## `{name}`")[2].partition("\n## ")[0]
    marked = [title for title in re.findall(r"^\| \*\*(.+?)\*\*", section, re.MULTILINE) if title.endswith("†")]
    assert len(marked) == sum(row.unstated for row in catalog.preset(name).rows)


def test_the_glossary_points_to_files_that_exist() -> None:
    cells = re.findall(r"\| ([^|]+) \|$", page("glossary.md"), re.MULTILINE)
    places = [place for cell in cells for place in re.findall(r"`([\w./*]+)`", cell)]
    folder = ROOT / "src" / "switchhook"
    missing = [place for place in places if "/" in place and not list(folder.glob(place.rstrip("/")))]
    assert len(places) > 80
    assert missing == []


def test_the_readers_map_points_to_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Where do I add")[2]
    table = text.partition("\n## ")[0]
    places = [place for place in re.findall(r"`([\w./-]+/[\w./-]*)`", table) if "<" not in place]
    roots = (ROOT, ROOT / "src" / "switchhook", ROOT / "src" / "switchhook" / "connectors" / "ringostat")
    assert len(places) > 30
    assert [place for place in places if not any((root / place).exists() for root in roots)] == []
