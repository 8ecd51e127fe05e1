"""What pages ask of the telephony: its staff list, and a reading of its call log."""

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories import Desk

from switchhook.calls.models import LogCursor
from switchhook.projects.models import AuditEntry, Employee

from .conftest import Exchange


@pytest.fixture
def fetch(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/employees/fetch/{desk.telephony.pk}"


def test_the_staff_list_becomes_employees(desk: Desk, owner: Client, fetch: str, exchange: Exchange) -> None:
    exchange.connect(desk.telephony)
    answer = owner.post(fetch, follow=True).content.decode()
    listed = {member.name for member in exchange.config.employees}
    assert listed <= set(Employee.objects.filter(project=desk.project).values_list("name", flat=True))
    assert f"{len(listed)} employees are taken over from Ringostat." in answer
    assert AuditEntry.objects.filter(project=desk.project, action="employee.fetch").count() == 1


def test_fetching_twice_makes_nobody_twice(desk: Desk, owner: Client, fetch: str, exchange: Exchange) -> None:
    exchange.connect(desk.telephony)
    owner.post(fetch)
    count = Employee.objects.count()
    owner.post(fetch)
    assert Employee.objects.count() == count


def test_an_employee_who_was_typed_in_is_recognised(desk: Desk, owner: Client, fetch: str, exchange: Exchange) -> None:
    exchange.connect(desk.telephony)
    member = exchange.config.employees[0]
    typed = Employee.objects.create(project=desk.project, name="Olena K.", sips=list(member.sip))
    owner.post(fetch)
    typed.refresh_from_db()
    assert (typed.name, typed.staff_id) == ("Olena K.", str(member.staff_id))
    assert not Employee.objects.filter(name=member.name).exists()


def test_a_telephony_that_refuses_is_told_in_words(desk: Desk, owner: Client, fetch: str, exchange: Exchange) -> None:
    exchange.connect(desk.telephony, "key-of-yesterday")
    count = Employee.objects.count()
    html = owner.post(fetch, follow=True).content.decode()
    assert "toast--error" in html
    assert "Ringostat does not accept the credentials." in html
    assert Employee.objects.count() == count


def test_a_crm_has_no_staff_to_fetch_and_no_call_log(desk: Desk, owner: Client) -> None:
    root = f"/p/{desk.project.pk}/"
    asked = [f"{root}employees/fetch/{desk.crm.pk}", f"{root}connections/{desk.crm.pk}/read-log"]
    assert [owner.post(page).status_code for page in asked] == [404, 404]


def test_a_reading_of_the_call_log_is_queued(desk: Desk, owner: Client) -> None:
    owner.post(f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/read-log")
    queued = ProcrastinateJob.objects.filter(task_name="reconcile_connection", status="todo")
    assert [job.args for job in queued] == [{"connection_id": desk.telephony.pk}]


def test_the_page_tells_when_the_log_was_read(desk: Desk, viewer: Client) -> None:
    from django.utils import timezone

    page = f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/"
    assert "It has not been read yet." in viewer.get(page).content.decode()
    LogCursor.objects.create(connection=desk.telephony, read_until=timezone.now())
    assert "Last read: Today" in viewer.get(page).content.decode()
