"""The missed-call desk as people see and use it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import CLIENT, Desk

from switchhook.missed.desk import follow
from switchhook.missed.models import MissedClient
from switchhook.projects.models import AuditEntry, Employee, IgnoredClient, Role


@pytest.fixture
def waiting(desk: Desk) -> MissedClient:
    desk.call(status="missed", employee=None, started_at=timezone.now() - timedelta(hours=6))
    follow(desk.project, [CLIENT])
    return MissedClient.objects.get()


def page(client: Client, desk: Desk, query: str = "") -> str:
    return client.get(f"/p/{desk.project.pk}/missed/?{query}").content.decode()


def test_a_waiting_client_stands_there_with_what_is_known(desk: Desk, waiting: MissedClient, viewer: Client) -> None:
    desk.known()
    html = page(viewer, desk)
    assert "Anna Kovalenko" in html
    assert "Overdue" in html
    assert f"missed/{waiting.pk}/close" not in html, "a viewer has no buttons"


def test_each_tab_shows_its_own(desk: Desk, waiting: MissedClient, manager: Client) -> None:
    row = f'id="missed-{waiting.pk}"'
    shown = {tab: row in page(manager, desk, f"tab={tab}") for tab in ("", "mine", "unassigned", "overdue", "closed")}
    assert shown == {"": True, "mine": False, "unassigned": True, "overdue": True, "closed": False}
    assert manager.get(f"/p/{desk.project.pk}/missed/?tab=x").status_code == 404


def test_who_takes_it_has_it_among_his(desk: Desk, waiting: MissedClient, manager: Client) -> None:
    Employee.objects.filter(pk=desk.piotr.pk).update(user=desk.members[Role.MANAGER])
    manager.post(f"/p/{desk.project.pk}/missed/{waiting.pk}/take")
    assert f'id="missed-{waiting.pk}"' in page(manager, desk, "tab=mine")
    assert AuditEntry.objects.get(action="missed.assigned").changes == {"owner": "Piotr Nowak"}


def test_who_is_no_employee_is_told_so(desk: Desk, waiting: MissedClient, manager: Client) -> None:
    answer = manager.post(f"/p/{desk.project.pk}/missed/{waiting.pk}/take", follow=True)
    assert "belongs to no employee" in answer.content.decode()


def test_it_is_given_to_somebody_of_the_project_only(
    desk: Desk, waiting: MissedClient, manager: Client, stranger: Client
) -> None:
    address = f"/p/{desk.project.pk}/missed/{waiting.pk}/assign"
    theirs = Employee.objects.exclude(project=desk.project).first()
    assert theirs
    assert manager.post(address, {"owner": theirs.pk}).status_code == 404
    manager.post(address, {"owner": desk.olena.pk})
    waiting.refresh_from_db()
    assert (waiting.owner, waiting.chosen) == (desk.olena, True)


def test_settling_asks_for_a_reason_and_can_be_undone(desk: Desk, waiting: MissedClient, manager: Client) -> None:
    address = f"/p/{desk.project.pk}/missed/{waiting.pk}"
    manager.post(f"{address}/close", {})
    assert MissedClient.objects.get().is_open
    manager.post(f"{address}/close", {"reason": "spam", "note": "a robot", "ignore": "1"})
    assert "a robot" in page(manager, desk, "tab=closed")
    assert IgnoredClient.objects.filter(e164=CLIENT).exists()
    manager.post(f"{address}/reopen")
    assert MissedClient.objects.get().is_open


def test_the_count_stands_in_the_navigation(desk: Desk, waiting: MissedClient, viewer: Client) -> None:
    assert 'class="nav__count">1<' in viewer.get(f"/p/{desk.project.pk}/").content.decode()


def test_a_call_page_says_that_the_client_waits(desk: Desk, waiting: MissedClient, viewer: Client) -> None:
    html = viewer.get(f"/p/{desk.project.pk}/calls/{waiting.last_call_id}/").content.decode()
    assert "The client waits for a call-back." in html


def test_a_desk_of_many_clients_comes_in_pages(desk: Desk, viewer: Client) -> None:
    numbers = [f"+38067000{n:04d}" for n in range(120)]
    for number in numbers:
        desk.call(number, status="missed")
    follow(desk.project, numbers)
    first, second = page(viewer, desk), page(viewer, desk, "page=2")
    assert (first.count("desk__row"), second.count("desk__row")) == (100, 20)


def test_another_projects_entry_is_not_found(desk: Desk, waiting: MissedClient, stranger: Client) -> None:
    from switchhook.projects.models import Project

    own = Project.objects.get(name="Other").pk
    assert stranger.post(f"/p/{own}/missed/{waiting.pk}/close", {"reason": "spam"}).status_code == 404
    assert MissedClient.objects.get().is_open
