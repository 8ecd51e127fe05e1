"""The settings page, the project's own settings, a second project, employees, lines and ignored clients."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import Desk

from switchhook.projects.models import AuditEntry, Employee, IgnoredClient, Number, Project, Role

from .conftest import signed_in

PROJECT = {"name": "Acme", "time_zone": "Europe/Warsaw", "country": "PL", "language": "pl"}


def test_the_settings_page_says_how_things_stand(desk: Desk, owner: Client, viewer: Client) -> None:
    page = f"/p/{desk.project.pk}/settings/"
    html = owner.get(page).content.decode()
    assert "2 employees, 2 without a sign-in" in html
    assert f"/p/{desk.project.pk}/settings/members/" in html
    seen = viewer.get(page).content.decode()
    assert (f"/p/{desk.project.pk}/employees/" in seen, "/settings/members/" in seen) == (True, False)


def test_a_projects_zone_country_and_language_are_changed_and_noted(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/settings/project"
    assert owner.post(page, PROJECT).status_code == 302
    assert Project.objects.filter(pk=desk.project.pk, **PROJECT).exists()
    assert AuditEntry.objects.get(action="project.change").changes["country"] == {"from": "UA", "to": "PL"}
    assert owner.post(page, PROJECT | {"time_zone": "Mars/Base"}).status_code == 422


def test_an_owner_makes_a_second_project_and_is_its_owner(desk: Desk, owner: Client) -> None:
    owner.post("/projects/new", PROJECT | {"name": "Second"})
    made = Project.objects.get(name="Second")
    assert made.memberships.get().user == desk.members[Role.OWNER]
    assert owner.get(f"/p/{made.pk}/settings/").status_code == 200
    assert signed_in(desk, Role.ADMIN).post("/projects/new", PROJECT).status_code == 403
    assert Client().get("/projects/new").status_code == 302


def employee(**more: Any) -> dict[str, Any]:
    return {"name": "Taras", "email": "", "sips": "", "mobiles": "", "extension": "", "staff_id": "", "user": ""} | more


def test_a_line_of_two_people_is_refused_by_name(desk: Desk, owner: Client) -> None:
    answer = owner.post(f"/p/{desk.project.pk}/employees/new", employee(sips="taras\npiotr"))
    assert (answer.status_code, "piotr belongs to Piotr Nowak." in answer.content.decode()) == (422, True)
    Employee.objects.filter(pk=desk.piotr.pk).update(mobiles=["+380671112233"], extension="101")
    refused = owner.post(f"/p/{desk.project.pk}/employees/new", employee(mobiles="067 111 22 33", extension="101"))
    assert {"mobiles", "extension"} == set(refused.context["form"].errors)


def test_an_employee_is_switched_off_and_on_and_keeps_his_lines(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/employees/{desk.piotr.pk}/"
    owner.post(page, {"do": "deactivate"})
    assert Employee.objects.get(pk=desk.piotr.pk).active is False
    owner.post(f"/p/{desk.project.pk}/employees/new", employee(sips="piotr"))
    assert "belongs to Taras" in owner.post(page, {"do": "activate"}, follow=True).content.decode()
    Employee.objects.filter(name="Taras").delete()
    owner.post(page, {"do": "activate"})
    assert Employee.objects.filter(pk=desk.piotr.pk, active=True, sips=["piotr"]).exists()
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["employee.deactivate", "employee.add", "employee.activate"]


def test_employees_are_found_by_name_login_and_number(desk: Desk, viewer: Client) -> None:
    Employee.objects.filter(pk=desk.piotr.pk).update(mobiles=["+380671112233"])
    for text in ("now", "piotr", "067 111"):
        rows = viewer.get(f"/p/{desk.project.pk}/employees/", {"q": text}).context["rows"]
        assert [row["person"] for row in rows] == [desk.piotr]
    assert "Nobody matches" in viewer.get(f"/p/{desk.project.pk}/employees/?q=zzz").content.decode()


def test_the_list_of_employees_says_what_is_missing(desk: Desk, viewer: Client) -> None:
    desk.crm.accounts.filter(employee=desk.piotr).delete()
    page = f"/p/{desk.project.pk}/employees/"
    rows = viewer.get(page, {"show": "unmapped"}).context["rows"]
    assert [row["person"] for row in rows] == [desk.piotr]
    assert "not mapped" in viewer.get(page).content.decode()


def test_who_is_away_is_marked(desk: Desk, viewer: Client) -> None:
    from datetime import timedelta

    from switchhook.working_time.models import Absence

    now = timezone.now()
    Absence.objects.create(project=desk.project, employee=desk.piotr, starts_at=now, ends_at=now + timedelta(days=2))
    assert viewer.get(f"/p/{desk.project.pk}/employees/").content.decode().count("away until") == 1


def test_many_clients_are_ignored_at_once(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/numbers/ignored/many"
    IgnoredClient.objects.create(project=desk.project, e164="+380671234567", note="old")
    owner.post(page, {"many-lines": "067 123 45 67 spam bot\n\n+48 601 234 567\n380501112233; a partner"})
    rows = dict(IgnoredClient.objects.values_list("e164", "note"))
    assert rows == {"+380671234567": "spam bot", "+48601234567": "", "+380501112233": "a partner"}
    assert AuditEntry.objects.get(action="ignored.add_many").changes["count"] == 2
    refused = owner.post(page, {"many-lines": "067 123 45 68\nnonsense"})
    assert (refused.status_code, "nonsense" in refused.content.decode()) == (422, True)
    assert IgnoredClient.objects.count() == 3


def test_lines_that_share_a_pair_warn_and_a_new_one_follows_them(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/numbers/"
    for n in (1, 2):
        Number.objects.create(project=desk.project, e164=f"+38044000000{n}", sip_pair="p", stopped=n == 1)
    assert "stopped together: +380440000001 too." in owner.get(page).content.decode()
    owner.post(f"{page}number", {"e164": "044 000 00 03", "label": "", "sip_pair": "p"})
    assert Number.objects.get(e164="+380440000003").stopped is True


def test_a_line_is_relabelled_and_noted(desk: Desk, owner: Client) -> None:
    line = Number.objects.get(project=desk.project)
    owner.post(f"/p/{desk.project.pk}/numbers/number/{line.pk}/", {"e164": line.e164, "label": "Shop", "sip_pair": ""})
    assert AuditEntry.objects.get(action="number.change").changes == {"label": {"from": "Main", "to": "Shop"}}


@pytest.mark.parametrize(("text", "found"), [("044 123", 1), ("main", 1), ("nothing", 0)])
def test_lines_are_searched(desk: Desk, viewer: Client, text: str, found: int) -> None:
    assert len(viewer.get(f"/p/{desk.project.pk}/numbers/", {"q": text}).context["lines"]) == found
