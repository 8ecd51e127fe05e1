"""What the command palette offers to whom, and what it finds."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.console.conftest import signed_in
from tests.factories import Desk, open_desk

from switchhook.console import palette
from switchhook.console.palette import commands, found
from switchhook.projects.models import Role


def titles(groups: Any, name: str) -> list[str]:
    return [str(option.title) for group in groups if group.name == name for option in group.options]


def offered(desk: Desk, role: Role) -> set[str]:
    groups = commands(desk.project, role)
    return {*titles(groups, "pages"), *titles(groups, "actions")}


def test_a_viewer_is_offered_nothing_that_he_may_not_do(desk: Desk) -> None:
    viewer, admin = offered(desk, Role.VIEWER), offered(desk, Role.ADMIN)
    assert {"Calls", "Reports", "Contacts", "Scenarios", "Settings", "Working hours"} <= viewer
    assert not {"New contact", "New employee", "API tokens"} & viewer
    assert {"New contact", "New employee", "API tokens"} <= admin


@pytest.mark.parametrize("role", list(Role))
def test_every_page_that_is_offered_opens(desk: Desk, role: Role) -> None:
    browser = signed_in(desk, role)
    links = [option.href for group in commands(desk.project, role) for option in group.options if option.href]
    codes = {link: browser.get(link).status_code for link in links if not link.startswith("/accounts/")}
    assert {link: code for link, code in codes.items() if code not in {200, 302}} == {}
    assert len(codes) >= 10


def test_no_key_leads_to_two_pages_and_none_is_a_key_of_its_own(desk: Desk) -> None:
    keys = [place.key for place in palette.places(desk.project, Role.OWNER) if place.key]
    assert len(keys) == len(set(keys)) >= 10
    assert not {"g", "p", "/", "?"} & set(keys)


def test_every_key_is_documented_and_every_documented_one_leads_somewhere(desk: Desk) -> None:
    text = (settings.ROOT.parents[1] / "docs" / "reference" / "shortcuts.md").read_text(encoding="utf-8")
    documented = dict(re.findall(r"^\| G, then ([A-Z]) \| ([^|]+) \|", text, re.MULTILINE))
    assert documented == {
        place.key.upper(): str(place.title) for place in palette.places(desk.project, Role.OWNER) if place.key
    }


def test_a_client_is_found_by_the_beginnings_of_his_names(desk: Desk) -> None:
    desk.known(title="Анна Коваленко")
    desk.known("+380501112233", title="Анна Коваленко")
    desk.known("+380670000000", title="Acme Ltd", kind="company", record_id="7")
    assert titles(found(desk.project, Role.VIEWER, "ков анн"), "found") == ["Анна Коваленко"]
    assert titles(found(desk.project, Role.VIEWER, "acm"), "found") == ["Acme Ltd"]
    assert titles(found(desk.project, Role.VIEWER, "оваленко"), "found") == []


@pytest.mark.parametrize("typed", ["+380671234567", "067 123-45-67", "1234567", "4567"])
def test_a_client_is_found_by_any_spelling_or_end_of_his_number(desk: Desk, typed: str) -> None:
    desk.call("+380671234567")
    desk.known("+380671234567", title="Anna")
    groups = found(desk.project, Role.VIEWER, typed)
    calls = [option for group in groups for option in group.options if "Calls of" in str(option.note)]
    assert [(call.title, call.href) for call in calls] == [
        ("Anna", f"/p/{desk.project.pk}/calls/?number=%2B380671234567")
    ]


def test_a_whole_number_can_be_called_by_those_who_may(desk: Desk) -> None:
    assert titles(found(desk.project, Role.MANAGER, "0671234567"), "number")[-1] == "New contact with +380 67 123 4567"
    assert titles(found(desk.project, Role.VIEWER, "0671234567"), "number") == []
    assert titles(found(desk.project, Role.MANAGER, "067"), "number") == []


def test_nothing_of_another_project_is_found(desk: Desk, stranger: Client) -> None:
    other = open_desk("Other one")
    other.known(title="Secret Client")
    other.call("+380509999999")
    for text in ("secret", "0509999999"):
        assert titles(found(desk.project, Role.OWNER, text), "found") == []
    assert stranger.get(f"/p/{desk.project.pk}/palette/found?q=secret").status_code == 404


@pytest.mark.parametrize("typed", ["", "a", "'", "a' & b:*", "\0\0", "+", "((", "%27", "x" * 5000])
def test_nothing_that_can_be_typed_breaks_the_search(desk: Desk, viewer: Client, typed: str) -> None:
    answer = viewer.get(f"/p/{desk.project.pk}/palette/found", {"q": typed})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"


def test_a_search_takes_few_queries(desk: Desk, viewer: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        desk.known(f"+38050{number:07d}", title=f"Anna {number}", record_id=str(number))
    with django_assert_max_num_queries(6):
        answer = viewer.get(f"/p/{desk.project.pk}/palette/found?q=anna", headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert len(re.findall(r'data-group="found"', page)) == 1
    assert page.count('role="option"') == 8 + 2


def test_what_a_crm_calls_a_client_is_text_and_its_link_is_not_trusted(desk: Desk, viewer: Client) -> None:
    desk.known(title="<b>Anna</b>", url="javascript:alert(1)")
    desk.known("+380501112233", title="<b>Anna</b> Two", record_id="2")
    page = viewer.get(f"/p/{desk.project.pk}/palette/found?q=anna").content.decode()
    assert "<b>" not in page
    assert "javascript:" not in page
    assert "&lt;b&gt;Anna&lt;/b&gt; Two" in page
