"""The catalogues are complete, certain and compiled, and the pages speak all four languages."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from django.test import Client
from django.utils.translation import gettext, ngettext, override
from tests.factories import Desk

from switchhook.projects.models import Role

TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = load_tool()


@pytest.fixture(scope="module")
def collected() -> Catalog:
    catalog: Catalog = tool.collect()
    return catalog


@pytest.mark.parametrize("language", tool.LANGUAGES)
def test_a_language_is_complete_and_compiled(language: str, collected: Catalog) -> None:
    assert tool.problems(language, collected) == []


def test_sentences_of_every_source_are_collected(collected: Catalog) -> None:
    """One from a template, a template with a variable, a plural, Python, core, a preset, a connector's manifest."""
    ids = {message.id for message in collected}
    assert {
        "Last calls",
        "Connect %(name)s",
        ("%(n)s event is read again.", "%(n)s events are read again."),
        "Senior manager",
        "The lead “%(title)s” is open.",
        "Missed call from {phone}",
        "Project id",
    } <= ids


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("uk", ["1 спроба", "3 спроби", "5 спроб", "21 спроба"]),
        ("pl", ["1 próba", "3 próby", "5 prób", "21 prób"]),
        ("ru", ["1 попытка", "3 попытки", "5 попыток", "21 попытка"]),
    ],
)
def test_plurals_follow_the_language(language: str, forms: list[str]) -> None:
    with override(language):
        assert [ngettext("%(n)s attempt", "%(n)s attempts", n) % {"n": n} for n in (1, 3, 5, 21)] == forms


def test_texts_for_crms_are_translated_too() -> None:
    with override("pl"):
        assert gettext("Missed call from {phone}") == "Nieodebrane połączenie od {phone}"


def test_a_users_language_goes_with_him(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.members[Role.VIEWER])
    client.post("/language", {"language": "uk", "next": f"/p/{desk.project.pk}/"})
    elsewhere = Client()
    elsewhere.force_login(desk.members[Role.VIEWER])
    assert '<html lang="uk"' in elsewhere.get(f"/p/{desk.project.pk}/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_language_switch_leads_nowhere_else(client: Client, db: None, back: str) -> None:
    assert client.post("/language", {"language": "uk", "next": back}).headers["Location"] == "/"
