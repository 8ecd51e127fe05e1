"""The page of a CRM connection: how it stands, what becomes of held calls, what is left of its allowances."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections.governor import SharedGovernor
from switchhook.connections.models import Connection
from switchhook.connections.services import add, mark_broken, pause
from switchhook.connectors.allowances import Allowance
from switchhook.core.errors import Unreachable
from switchhook.delivery import outages
from switchhook.delivery.lanes import append
from switchhook.delivery.models import Delivery
from switchhook.projects.models import AuditEntry


@pytest.fixture
def crm(desk: Desk, acme: Office) -> Connection:
    chosen = {"region": "eu", "folder": "f1", "phone_field": "phone"}
    made = add(desk.project, "acme", credentials={"api_key": "good-key"}, **chosen)
    Connection.objects.filter(pk=made.pk).update(activated_at=timezone.now() - timedelta(days=30))
    return made


@pytest.fixture
def page(desk: Desk, crm: Connection) -> str:
    return f"/p/{desk.project.pk}/connections/{crm.pk}/"


@pytest.fixture
def held(desk: Desk, crm: Connection) -> Connection:
    """Paused by a person, with a call of today and one of last week waiting."""
    pause(crm)
    for days in (0, 7):
        append(crm, desk.call(f"+38067111000{days}", started_at=timezone.now() - timedelta(days=days)))
    return crm


def text_of(browser: Client, page: str) -> str:
    return " ".join(browser.get(page).content.decode().split())


def states(crm: Connection) -> list[str]:
    return sorted(Delivery.objects.filter(connection=crm).values_list("state", flat=True))


def test_work_that_flows_is_said(viewer: Client, page: str) -> None:
    html = text_of(viewer, page)
    assert "Work flows." in html
    assert 'hx-trigger="every 5s"' not in html


def test_switching_on_asks_what_becomes_of_the_held_calls(owner: Client, page: str, held: Connection) -> None:
    html = text_of(owner, page)
    assert "2 calls are held." in html
    assert 'name="held" value="none" checked' in html
    assert "Send all: 2 calls" in html
    assert ": 1 call" in html.partition("Send those of the last three days")[2]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({}, ["kept", "kept"]),
        ({"held": "none"}, ["kept", "kept"]),
        ({"held": "recent"}, ["kept", "pending"]),
        ({"held": "all"}, ["pending", "pending"]),
        ({"held": "nonsense"}, ["kept", "kept"]),
    ],
)
def test_the_choice_decides(
    owner: Client, page: str, held: Connection, choice: dict[str, str], expected: list[str]
) -> None:
    owner.post(f"{page}state", {"to": "resume", **choice})
    assert (states(held), Connection.objects.get(pk=held.pk).state) == (expected, "active")


def test_what_was_kept_back_can_be_sent_later(owner: Client, page: str, held: Connection) -> None:
    owner.post(f"{page}state", {"to": "resume", "held": "none"})
    assert "2 calls were kept back and not sent." in text_of(owner, page)
    owner.post(f"{page}state", {"to": "send", "held": "recent"})
    assert states(held) == ["kept", "pending"]
    owner.post(f"{page}state", {"to": "send", "held": "all"})
    assert states(held) == ["pending", "pending"]
    assert AuditEntry.objects.filter(action="connection.send_skipped").count() == 2


def test_an_empty_lane_of_a_paused_connection_needs_no_choice(owner: Client, page: str, crm: Connection) -> None:
    pause(crm)
    html = text_of(owner, page)
    assert "Switched off by a person since" in html
    assert 'name="held"' not in html


def test_a_broken_connection_says_why_and_is_not_asked_about(
    desk: Desk, owner: Client, page: str, crm: Connection
) -> None:
    mark_broken(crm, "The key has expired.")
    append(Connection.objects.get(pk=crm.pk), desk.call())
    html = text_of(owner, page)
    assert "The key has expired." in html
    assert "goes on by itself once they are renewed" in html
    assert 'name="held"' not in html
    owner.post(f"{page}credentials", {"field_api_key": "good-key"})
    assert states(crm) == ["pending"]
    assert Connection.objects.get(pk=crm.pk).state == "active"


def test_a_crm_that_does_not_answer_is_told_with_the_next_try(
    desk: Desk, owner: Client, page: str, crm: Connection
) -> None:
    append(crm, desk.call())
    outages.begin(crm.pk, Unreachable("No answer in time."))
    html = text_of(owner, page)
    assert ("No answer in time." in html, "Next try:" in html, 'hx-trigger="every 5s"' in html) == (True, True, True)
    assert "Waiting</span>" in text_of(owner, f"/p/{desk.project.pk}/connections/")
    owner.post(f"{page}state", {"to": "try"})


def test_a_crm_that_is_back_shows_how_far_it_has_caught_up(
    desk: Desk, viewer: Client, page: str, crm: Connection
) -> None:
    outages.begin(crm.pk, Unreachable("No answer in time."))
    append(crm, desk.call())
    outages.drain(crm.pk)
    html = text_of(viewer, f"{page}flow")
    assert "is back and catches up" in html
    assert '<progress class="bar" max="1" value="0"' in html


def test_used_and_left_of_each_allowance_are_shown(viewer: Client, page: str, crm: Connection) -> None:
    day = Allowance(name="day", most=30000, per=86400)
    with SharedGovernor(crm.pk).admit({day: 7500}):
        pass
    html = text_of(viewer, page)
    assert "7,500 of 30,000 used, 22,500 left" in html
    assert "in 24 h" in html
    assert '<progress class="bar" max="30000" value="7500" aria-label="Per day">' in html


def test_a_pause_that_the_vendor_asked_for_is_said(viewer: Client, page: str, crm: Connection) -> None:
    SharedGovernor(crm.pk).stop(600)
    assert "The CRM has asked for a pause until" in text_of(viewer, page)


def test_crms_are_ranked_by_hand(desk: Desk, owner: Client, page: str, crm: Connection) -> None:
    owner.post(f"{page}move", {"to": "up"})
    ranked = Connection.objects.filter(project=desk.project, role="crm")
    assert list(ranked) == [crm, desk.crm]
    owner.post(f"{page}move", {"to": "up"})
    assert AuditEntry.objects.filter(action="connection.move").count() == 1
    owner.post(f"{page}move", {"to": "down"})
    assert list(ranked.all()) == [desk.crm, crm]


def test_a_telephony_cannot_be_ranked(desk: Desk, owner: Client) -> None:
    assert owner.post(f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/move").status_code == 404
