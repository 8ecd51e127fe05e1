"""The check page: what is wrong with a real project, the way to the remedy, and the look into the accounts."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections.models import Connection
from switchhook.connections.services import add, map_employee
from switchhook.onboarding import checks, closer
from switchhook.onboarding.facts import gather
from switchhook.projects.models import Employee, Membership, Role

from .conftest import Exchange


def page(client: Client, desk: Desk) -> str:
    return client.get(f"/p/{desk.project.pk}/check/").content.decode()


def test_a_problem_stands_with_a_button_to_its_remedy(desk: Desk, owner: Client) -> None:
    text = page(owner, desk)
    assert "Built-in CRM has no senior manager" in text
    assert f'href="/p/{desk.project.pk}/connections/{desk.crm.pk}/rules"' in text
    assert text.index("has never sent an event") < text.index("has no senior manager")


def test_every_remedy_leads_to_a_page_that_there_is() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(checks.__file__).parent.glob("checks_*.py"))
    remedies = re.findall(r'page="(\w+)"(, args=)?', text)
    assert len(remedies) > 20
    assert all(reverse(name, args=(1, 2) if of_one else (1,)) for name, of_one in remedies)


def test_a_viewer_sees_the_problems_and_no_dead_buttons(desk: Desk, viewer: Client) -> None:
    text = page(viewer, desk)
    assert "Built-in CRM has no senior manager" in text
    assert "Choose somebody" not in text
    assert "check/now" not in text


def test_the_navigation_counts_what_is_urgent_and_counts_anew_after_a_look(desk: Desk, owner: Client) -> None:
    before = checks.count(desk.project)
    Connection.objects.filter(pk=desk.crm.pk).update(
        settings={"senior_employee": desk.olena.pk, "top_employee": desk.piotr.pk}
    )
    assert checks.count(desk.project) == before
    page(owner, desk)
    assert checks.count(desk.project) == before - 2


def test_the_facts_cost_a_fixed_number_of_queries(desk: Desk, django_assert_max_num_queries: object) -> None:
    for number in range(5):
        desk.call(f"+38067123456{number}")
    with django_assert_max_num_queries(32):  # type: ignore[operator]
        gather(desk.project)


def test_a_manager_who_is_no_employee_is_named(desk: Desk) -> None:
    assert gather(desk.project).members_without_employee == ("The manager",)
    Employee.objects.filter(pk=desk.olena.pk).update(user=Membership.objects.get(role=Role.MANAGER).user)
    assert gather(desk.project).members_without_employee == ()


def test_an_event_that_cannot_be_read_is_counted(desk: Desk) -> None:
    desk.event(state="flagged")
    desk.event(state="read")
    assert gather(desk.project).telephony[0].unreadable == 1


@pytest.fixture
def crm(desk: Desk, acme: Office) -> Connection:
    made = add(desk.project, "acme", credentials={"api_key": "good-key"}, region="eu")
    map_employee(made, desk.olena, "nobody-there")
    made.settings["field_rules"] = [{"kind": "contact", "parameter": "utm_source", "field": "gone", "policy": "always"}]
    made.save()
    return made


def test_a_look_into_the_accounts_finds_what_only_they_know(desk: Desk, crm: Connection, exchange: Exchange) -> None:
    exchange.connect(desk.telephony)
    closer.ask(desk.project)
    assert closer.last_look(desk.project)[1]
    closer.look(desk.project)
    facts = gather(desk.project)
    found = next(one for one in facts.crms if one.id == crm.pk).closer
    assert (found["users_gone"], found["fields_gone"]) == ([desk.olena.name], ["gone"])
    assert len(facts.telephony[0].closer["strangers"]) >= 3
    assert not closer.last_look(desk.project)[1]


def test_an_account_that_refuses_the_hub_is_a_finding_and_no_error(
    desk: Desk, crm: Connection, exchange: Exchange
) -> None:
    exchange.connect(desk.telephony, auth_key="wrong")
    closer.look(desk.project)
    assert "401" in gather(desk.project).telephony[0].closer["problem"]


def test_asking_for_a_look_is_for_admins_and_is_told(desk: Desk, owner: Client) -> None:
    owner.post(f"/p/{desk.project.pk}/check/now")
    assert "are being looked into" in page(owner, desk)
