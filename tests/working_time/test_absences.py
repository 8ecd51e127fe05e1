"""Who stands in for whom, and what that does to deadlines and to the tasks of a call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories import Desk, open_desk
from tests.hub import Hub, after, answered, before, make_hub

from switchhook.crm.models import Task
from switchhook.projects.models import Employee
from switchhook.working_time import services
from switchhook.working_time.models import Absence, EmployeeHours, Holiday, ProjectHours
from switchhook.working_time.services import deadline, present_for

FRIDAY = datetime(2026, 11, 20, 15, 50, tzinfo=UTC)  # 17:50 in Kyiv
FOUR_HOURS = timedelta(hours=4)


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


@pytest.fixture
def hub(transactional_db: None) -> Hub:
    return make_hub()


def away(who: Employee, substitute: Employee | None = None, **more: Any) -> Absence:
    times = {"starts_at": FRIDAY - timedelta(days=1), "ends_at": datetime(2026, 11, 30, 22, tzinfo=UTC), **more}
    return Absence.objects.create(project=who.project, employee=who, substitute=substitute, **times)


def stand_in(who: Employee, at: datetime = FRIDAY) -> Employee | None:
    return present_for(who.pk, services.away(who.project, at))


def test_deadlines_are_plain_time_until_the_project_wants_otherwise(desk: Desk) -> None:
    assert deadline(desk.project, FRIDAY, FOUR_HOURS) == FRIDAY + FOUR_HOURS
    hours = ProjectHours.objects.create(project=desk.project)
    assert deadline(desk.project, FRIDAY, FOUR_HOURS) == FRIDAY + FOUR_HOURS
    hours.for_deadlines = True
    hours.save()
    assert deadline(desk.project, FRIDAY, FOUR_HOURS) == datetime(2026, 11, 23, 10, 50, tzinfo=UTC)
    Holiday.objects.create(project=desk.project, first="2026-11-23", last="2026-11-23")
    assert deadline(desk.project, FRIDAY, FOUR_HOURS) == datetime(2026, 11, 24, 10, 50, tzinfo=UTC)


def test_an_employee_with_hours_of_his_own_has_his_own_deadlines(desk: Desk) -> None:
    ProjectHours.objects.create(project=desk.project, for_deadlines=True)
    EmployeeHours.objects.create(employee=desk.piotr, week=[[[0, 1440]]] * 7)
    assert deadline(desk.project, FRIDAY, FOUR_HOURS, desk.piotr) == FRIDAY + FOUR_HOURS
    assert deadline(desk.project, FRIDAY, FOUR_HOURS, desk.olena) == datetime(2026, 11, 23, 10, 50, tzinfo=UTC)


def test_the_first_of_the_substitutes_who_is_there_stands_in(desk: Desk) -> None:
    third = Employee.objects.create(project=desk.project, name="Third")
    assert stand_in(desk.olena) is None
    away(desk.olena, desk.piotr)
    assert stand_in(desk.olena) == desk.piotr
    away(desk.piotr, third)
    assert stand_in(desk.olena) == third
    assert stand_in(desk.olena, FRIDAY + timedelta(days=30)) is None
    Employee.objects.filter(pk=third.pk).update(active=False)
    assert stand_in(desk.olena) is None


def test_substitutes_who_stand_in_for_each_other_are_nobody(desk: Desk) -> None:
    away(desk.olena, desk.piotr)
    away(desk.piotr, desk.olena)
    assert stand_in(desk.olena) is None


def notes(hub: Hub) -> list[str]:
    from switchhook.calls.models import Call
    from switchhook.delivery.trace import trace_of

    found = [trace_of(call) for call in Call.objects.all()]
    return [note for trace in found for one in trace.connections for note in one.notes]


def test_the_task_of_an_absent_senior_manager_goes_to_the_substitute_and_the_trace_says_so(hub: Hub) -> None:
    away(hub.people["Iryna"], hub.people["Piotr"])
    hub.play(before(), after())
    assert hub.tasks() == [("Piotr", False)]
    assert any("away until 2026-11-30; " in note and "stands in." in note for note in notes(hub))
    assert hub.owners()["lead"] == ["Iryna"], "records stay with who is responsible"


def test_without_a_substitute_the_task_waits_for_who_is_away(hub: Hub) -> None:
    away(hub.people["Iryna"])
    hub.play(before(), after())
    assert hub.tasks() == [("Iryna", False)]
    assert any("nobody stands in" in note for note in notes(hub))


def test_who_stood_in_when_the_call_was_keeps_its_task(hub: Hub) -> None:
    holiday = away(hub.people["Iryna"], hub.people["Piotr"])
    hub.play(before(), after())
    holiday.delete()
    hub.play(after(rating=5, pool_name="Context ads"))
    assert hub.tasks() == [("Piotr", False)]


def test_who_stands_in_gets_no_task_about_his_own_call(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    away(hub.people["Olena"], hub.people["Piotr"])
    hub.play(*answered("Piotr", uniqueid="ua9_-1.2", calldate="2026-11-20 11:00:00"))
    assert sorted(hub.tasks()) == [("Olena", False), ("Piotr", True)]
    assert any("was on the line" in note for note in notes(hub))


def test_a_project_that_counts_working_time_gives_tasks_working_time(hub: Hub) -> None:
    ProjectHours.objects.create(project=hub.project, for_deadlines=True, week=[[[600, 660]]] * 7)
    hub.play(before(), after())
    due_at = Task.objects.get(project=hub.project).due_at
    assert due_at == datetime(2026, 11, 24, 8, 0, 20, tzinfo=UTC), "an hour a day, and the call ended in the first"
