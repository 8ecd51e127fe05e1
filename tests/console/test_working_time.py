"""The pages of working hours, holidays and absences."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.console.conftest import signed_in
from tests.factories import Desk

from switchhook.projects.models import Employee, Role
from switchhook.working_time.models import Absence, EmployeeHours, Holiday, ProjectHours


def week(**days: list[tuple[str, str]]) -> dict[str, Any]:
    """Form data: `d0=[("09:00", "18:00")]` is Monday."""
    data: dict[str, Any] = {}
    for day, rows in days.items():
        data |= {f"{day}-start": [start for start, _end in rows], f"{day}-end": [end for _start, end in rows]}
    return data


def test_an_admin_saves_the_hours_and_lets_deadlines_count_them(desk: Desk) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/working-time/"
    data = week(d0=[("14:00", "18:00"), ("09:00", "13:00")], d5=[("22:00", "00:00")], d6=[("", "")])
    answer = admin.post(page, {**data, "for_deadlines": "1", "do": "save"}, follow=True)
    assert answer.redirect_chain
    hours = ProjectHours.objects.get(project=desk.project)
    assert hours.week == [[[540, 780], [840, 1080]], [], [], [], [], [[1320, 1440]], []]
    assert hours.for_deadlines
    entry = desk.project.audit.get(action="working_time.save")
    assert entry.changes["week"] == hours.week


@pytest.mark.parametrize(
    ("row", "said"),
    [(("18:00", "09:00"), "after the start"), (("09:00", ""), "Both times"), (("9", "x"), "looks like 9:00")],
)
def test_hours_that_make_no_sense_are_refused_in_their_place(desk: Desk, row: tuple[str, str], said: str) -> None:
    answer = signed_in(desk, Role.ADMIN).post(f"/p/{desk.project.pk}/working-time/", week(d2=[row]))
    assert answer.status_code == 422
    error = re.search(r'id="d2-0-error">.*?</svg>([^<]*)', answer.content.decode(), re.DOTALL)
    assert error
    assert said in error[1]
    assert not ProjectHours.objects.exists()


def test_a_day_is_copied_to_the_others_in_one_click_without_saving(desk: Desk) -> None:
    data = {**week(d1=[("10:00", "16:00")], d6=[("01:00", "02:00")]), "do": "copy-1-weekdays"}
    answer = signed_in(desk, Role.ADMIN).post(
        f"/p/{desk.project.pk}/working-time/", data, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert re.findall(r'name="(d\d)-start"[^>]* value="([^"]*)"', text) == [
        *((f"d{day}", "10:00") for day in range(5)),
        ("d6", "01:00"),
    ]
    assert "<html" not in text
    assert not ProjectHours.objects.exists()


def test_rows_are_added_and_taken_away_before_saving(desk: Desk) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/working-time/"
    added = admin.post(page, {**week(d0=[("09:00", "18:00")]), "do": "add-0"}).content.decode()
    assert added.count('name="d0-start"') == 2
    gone = admin.post(page, {**week(d0=[("09:00", "18:00")]), "do": "remove-0-0"}).content.decode()
    assert 'name="d0-start"' not in gone


def test_the_page_says_when_a_call_of_friday_evening_is_due(desk: Desk) -> None:
    ProjectHours.objects.create(project=desk.project, for_deadlines=True)
    page = signed_in(desk, Role.VIEWER).get(f"/p/{desk.project.pk}/working-time/").content.decode()
    assert "missed on Friday, 17:50, is due on Monday, 12:50" in page
    assert page.count("disabled") >= 10, "a viewer reads"


def test_an_employee_gets_hours_of_his_own_and_loses_them_again(desk: Desk) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/working-time/people/{desk.olena.pk}/"
    admin.post(page, {**week(d6=[("10:00", "12:00")]), "do": "save"})
    assert EmployeeHours.objects.get(employee=desk.olena).week == [[], [], [], [], [], [], [[600, 720]]]
    admin.post(page, {"do": "none"})
    assert not EmployeeHours.objects.exists()


def test_public_holidays_are_taken_over_once(desk: Desk) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/working-time/holidays/"
    year = timezone.localdate().year
    own = Holiday.objects.create(
        project=desk.project, name="Closed", first=date(2000, 12, 25), last=date(2000, 12, 26), yearly=True
    )
    for country in ("PL", "PL", "UA"):
        admin.post(f"{page}public", {"country": country, "year": year})
    names = {one.first: one.name for one in Holiday.objects.exclude(pk=own.pk)}
    assert date(year, 11, 11) in names, "Poland's Independence Day"
    assert date(year, 8, 24) in names, "Ukraine's, which is worked on during the war"
    assert date(year, 12, 25) not in names
    assert len(names) == Holiday.objects.exclude(pk=own.pk).count()


def test_a_holiday_is_a_day_or_a_range_and_can_be_removed(desk: Desk) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/working-time/holidays/"
    admin.post(page, {"name": "Inventory", "first": "2026-12-01", "last": ""})
    assert admin.post(page, {"name": "X", "first": "2026-12-05", "last": "2026-12-01"}).status_code == 422
    found = Holiday.objects.get()
    assert (found.first, found.last) == (date(2026, 12, 1), date(2026, 12, 1))
    admin.post(f"{page}{found.pk}/remove")
    assert not Holiday.objects.exists()


def entered(desk: Desk, who: Employee, **more: Any) -> dict[str, Any]:
    return {"employee": who.pk, "first": "2026-12-01", "last": "2026-12-04", "substitute": desk.piotr.pk, **more}


def test_whole_days_and_parts_of_days_are_kept_in_the_project_s_zone(desk: Desk) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/absences/"
    admin.post(f"{page}new", entered(desk, desk.olena))
    admin.post(f"{page}new", entered(desk, desk.olena, first="2026-12-07", last="", start="13:00", end="15:30"))
    spans = [(one.starts_at.isoformat()[:16], one.ends_at.isoformat()[:16]) for one in Absence.objects.all()]
    assert spans == [("2026-11-30T22:00", "2026-12-04T22:00"), ("2026-12-07T11:00", "2026-12-07T13:30")]
    again = admin.get(f"{page}{Absence.objects.all()[0].pk}/").content.decode()
    assert 'value="2026-12-01"' in again
    assert 'value="2026-12-04"' in again


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"substitute": "himself"}, "stands in for himself"),
        ({"last": "2026-11-01"}, "before the first"),
        ({"first": "2026-12-04", "last": "2026-12-09"}, "away then already"),
        ({"last": "2036-11-01"}, "two years"),
    ],
)
def test_absences_that_cannot_be_are_refused(desk: Desk, change: dict[str, Any], said: str) -> None:
    admin, page = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/absences/new"
    if "away then" in said:
        admin.post(page, entered(desk, desk.olena))
    if change.get("substitute"):
        change = {"substitute": desk.olena.pk}
    answer = admin.post(page, entered(desk, desk.olena, **change))
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_manager_enters_his_own_absences_only(desk: Desk, manager: Client) -> None:
    page = f"/p/{desk.project.pk}/absences/"
    assert manager.get(f"{page}new").status_code == 403, "he is no employee yet"
    assert "not linked to an employee" in manager.get(page).content.decode()
    Employee.objects.filter(pk=desk.olena.pk).update(user=desk.members[Role.MANAGER])
    assert manager.post(f"{page}new", entered(desk, desk.piotr, substitute="")).status_code == 422
    manager.post(f"{page}new", entered(desk, desk.olena))
    own = Absence.objects.get()
    now = timezone.now()
    times = {"starts_at": now, "ends_at": now + timedelta(days=1)}
    other = Absence.objects.create(project=desk.project, employee=desk.piotr, **times)
    assert manager.post(f"{page}{other.pk}/remove").status_code == 403
    assert manager.post(f"{page}{own.pk}/remove").status_code == 302
    assert list(Absence.objects.all()) == [other]


def test_nobody_of_another_project_can_be_a_substitute(desk: Desk, stranger: Client) -> None:
    theirs = Employee.objects.exclude(project=desk.project)[0]
    answer = signed_in(desk, Role.ADMIN).post(
        f"/p/{desk.project.pk}/absences/new", entered(desk, desk.olena, substitute=theirs.pk)
    )
    assert answer.status_code == 422


def test_the_list_warns_where_the_substitute_is_away_too(desk: Desk) -> None:
    now = timezone.now()
    times = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=3)}
    Absence.objects.create(project=desk.project, employee=desk.olena, substitute=desk.piotr, **times)
    Absence.objects.create(project=desk.project, employee=desk.piotr, **times)
    page = signed_in(desk, Role.VIEWER).get(f"/p/{desk.project.pk}/absences/").content.decode()
    assert "Piotr Nowak stands in, and is away then too" in page
    assert page.count("away now") == 2
    assert "nobody stands in" in page
    assert "is-away" in page
