"""Who is who in a CRM: the hub suggests, a person confirms."""

import pytest
from django.test import Client
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.connections.services import add, map_employee
from switchhook.connectors.base import CrmUser
from switchhook.core.errors import Unreachable
from switchhook.projects.models import AuditEntry, Employee

HTMX = {"HX-Request": "true"}


@pytest.fixture
def crm(desk: Desk, acme: Office) -> Connection:
    Employee.objects.filter(pk=desk.olena.pk).update(email="olena@acme.example")
    return add(desk.project, "acme", credentials={"api_key": "good-key"})


@pytest.fixture
def page(desk: Desk, crm: Connection) -> str:
    return f"/p/{desk.project.pk}/connections/{crm.pk}/people"


def rows(browser: Client, page: str) -> str:
    return browser.get(page, headers=HTMX).content.decode()


def mapped(crm: Connection) -> dict[int, str]:
    return dict(EmployeeAccount.objects.filter(connection=crm).values_list("employee", "user_id"))


def test_the_page_itself_asks_the_crm_nothing(acme: Office, owner: Client, page: str) -> None:
    assert 'hx-trigger="load"' in owner.get(page).content.decode()
    assert acme.requests == []


def test_users_are_suggested_by_e_mail_and_by_name_and_not_saved(
    acme: Office,
    crm: Connection,
    owner: Client,
    page: str,
) -> None:
    html = rows(owner, page)
    assert '<option value="u1" selected>Olena Kovalenko · OLENA@acme.example</option>' in html
    assert '<option value="u2" selected>Nowak Piotr' in html
    assert ("same e-mail" in html, "same name" in html, "2 suggestions to confirm" in html) == (True, True, True)
    assert mapped(crm) == {}
    assert acme.requests == ["users"]


def test_suggestions_are_confirmed_in_one_save(desk: Desk, crm: Connection, owner: Client, page: str) -> None:
    owner.post(page, {f"user-{desk.olena.pk}": "u1", f"user-{desk.piotr.pk}": "u2"})
    assert mapped(crm) == {desk.olena.pk: "u1", desk.piotr.pk: "u2"}
    noted = AuditEntry.objects.get(action="connection.people").changes
    assert noted == {desk.olena.name: {"from": "", "to": "u1"}, desk.piotr.name: {"from": "", "to": "u2"}}
    assert "to confirm" not in rows(owner, page)


def test_saving_what_stands_changes_nothing(desk: Desk, crm: Connection, owner: Client, page: str) -> None:
    map_employee(crm, desk.olena, "u1")
    owner.post(page, {f"user-{desk.olena.pk}": "u1"})
    assert not AuditEntry.objects.filter(action="connection.people").exists()


def test_who_is_not_mapped_is_said_and_stands_first(
    desk: Desk,
    acme: Office,
    crm: Connection,
    owner: Client,
    page: str,
) -> None:
    acme.users = acme.users[:1]
    map_employee(crm, desk.olena, "u1")
    html = rows(owner, page)
    assert html.index(desk.piotr.name) < html.index(desk.olena.name)
    assert "badge--bad" in html.partition(desk.piotr.name)[2].partition("<select")[0]


def test_an_inactive_or_vanished_user_of_a_mapping_is_marked(
    desk: Desk, crm: Connection, owner: Client, page: str
) -> None:
    map_employee(crm, desk.olena, "u3")
    map_employee(crm, desk.piotr, "u9")
    html = rows(owner, page)
    assert "inactive in the CRM" in html
    assert "no such user any more" in html


def test_inactive_users_are_not_offered(owner: Client, page: str) -> None:
    assert "Former Colleague" not in rows(owner, page)


def test_one_user_is_not_suggested_for_two_namesakes(desk: Desk, owner: Client, page: str) -> None:
    Employee.objects.create(project=desk.project, name="Piotr Nowak")
    assert "same name" not in rows(owner, page)


def test_two_employees_cannot_be_one_user(desk: Desk, crm: Connection, owner: Client, page: str) -> None:
    answer = owner.post(page, {f"user-{desk.olena.pk}": "u1", f"user-{desk.piotr.pk}": "u1"}, follow=True)
    assert "Two employees cannot be the same user" in answer.content.decode()
    assert mapped(crm) == {}


def test_a_crm_that_does_not_answer_is_said_and_ids_can_be_typed(
    acme: Office,
    crm: Connection,
    desk: Desk,
    owner: Client,
    page: str,
) -> None:
    acme.failing = Unreachable("No answer in time.")
    map_employee(crm, desk.olena, "u1")
    html = rows(owner, page)
    assert "No answer in time." in html
    assert f'name="user-{desk.olena.pk}" value="u1"' in html


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Сергій Ткачук", "Serhii Tkachuk"),
        ("Юлія Щербак", "Shcherbak Yuliia"),
        ("Пётр Новак", "Petr Novak"),
        ("Paweł Łoś", "PAWEL LOS"),
        ("Ольга Мельник", "Olha Melnyk"),
        ("Maria  Żak", "zak maria"),
    ],
)
def test_a_name_is_the_same_in_another_alphabet(
    desk: Desk,
    acme: Office,
    owner: Client,
    page: str,
    here: str,
    there: str,
) -> None:
    Employee.objects.filter(pk=desk.piotr.pk).update(name=here)
    acme.users = [CrmUser(id="u7", name=there), CrmUser(id="u8", name="Somebody Else")]
    assert '<option value="u7" selected>' in rows(owner, page)


def test_similar_names_are_not_the_same(desk: Desk, acme: Office, owner: Client, page: str) -> None:
    Employee.objects.filter(pk=desk.piotr.pk).update(name="Олег Коваль")
    acme.users = [CrmUser(id="u7", name="Olha Koval"), CrmUser(id="u8", name="Oleh Kovalenko")]
    assert " selected>" not in rows(owner, page)
