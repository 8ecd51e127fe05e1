"""Whoever is not of a project reaches nothing of it, by any address; a viewer changes nothing, by any address."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.console.alert_rows import fill_working_time
from tests.factories import Desk, fill, open_desk

from switchhook.calls.models import SavedView
from switchhook.connections.models import SignInAttempt
from switchhook.dialing.models import DialRequest, DialToken
from switchhook.missed.models import MissedClient
from switchhook.projects.membership import invite as invited
from switchhook.projects.models import ApiToken, Invitation, Membership, Number, Role
from switchhook.scenarios.services import in_force

from .conftest import signed_in
from .every_address import addresses_of

BOOKKEEPING = re.compile(r'"(switchhook_cache|reports_\w+|django_session)"')
"""What the hub writes for itself when anybody looks at a page: counts that are kept for a while."""


def invite(desk: Desk) -> Invitation:
    owner = Membership.objects.get(project=desk.project, role=Role.OWNER)
    made, _token = invited(desk.project, owner, "guest@example.com", Role.VIEWER, now=timezone.now())
    return made


def everything_of(desk: Desk) -> dict[str, Any]:
    """A row for each argument of an address, by the argument's name without `_id`."""
    attempt = SignInAttempt.objects.create(
        project=desk.project, user=desk.members[Role.OWNER], connector="builtin", name="A", nonce="n" * 43
    )
    return {
        **fill(desk),
        **fill_working_time(desk),
        "attempt": attempt,
        "token": ApiToken.issue(desk.project, "theirs")[0],
        "row": Number.objects.get(project=desk.project),
        "membership": Membership.objects.get(project=desk.project, role=Role.VIEWER),
        "invitation": invite(desk),
        **of_a_days_work(desk),
    }


def of_a_days_work(desk: Desk) -> dict[str, Any]:
    """What comes to be while people use the pages."""
    now, call, owner = timezone.now(), desk.call("+380501112233", status="missed"), desk.members[Role.OWNER]
    missed = {"e164": "+380501112233", "since": now, "last_at": now, "due_at": now}
    dialed = {"number": "+380501112233", "created_at": now, "changed_at": now}
    secret = {"name": "theirs", "digest": f"{desk.project.pk:064}", "created_at": now}
    in_force(desk.crm)
    return {
        "popup": desk.popup(call),
        "entry": MissedClient.objects.create(project=desk.project, last_call=call, **missed),
        "view": SavedView.objects.create(project=desk.project, user=owner, name="Theirs", query="status=missed"),
        "dial": DialRequest.objects.create(project=desk.project, employee=desk.olena, requested_by=owner, **dialed),
        "browser": DialToken.objects.create(project=desk.project, user=owner, **secret),
    }


@pytest.fixture
def neighbour(desk: Desk) -> Desk:
    """A second project with one of everything."""
    return open_desk("Neighbour")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_nobody_reaches_anything_of_another_project(desk: Desk, neighbour: Desk, role: Role, method: str) -> None:
    browser, theirs = signed_in(desk, role), addresses_of(neighbour, everything_of(neighbour))
    answers = {name: getattr(browser, method)(address).status_code for name, address in theirs.items()}
    assert {name: code for name, code in answers.items() if code not in {404, 405}} == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_rows_of_another_project_are_not_found_below_the_own_one(desk: Desk, neighbour: Desk, method: str) -> None:
    browser, theirs = signed_in(desk, Role.OWNER), addresses_of(neighbour, everything_of(neighbour))
    moved = {name: at_home(address, neighbour, desk) for name, address in theirs.items() if names_a_row(address)}
    answers = {name: getattr(browser, method)(address).status_code for name, address in moved.items()}
    assert len(moved) > 20
    assert {name: code for name, code in answers.items() if code not in {404, 405}} == {}


def test_a_viewer_changes_nothing_by_any_address(desk: Desk) -> None:
    viewer, own = signed_in(desk, Role.VIEWER), addresses_of(desk, everything_of(desk))
    written = {name: writes(viewer, address) for name, address in own.items()}
    assert {name: queries for name, queries in written.items() if queries} == {}


def test_a_signed_out_visitor_is_sent_to_sign_in_by_every_address(desk: Desk, client: Client) -> None:
    answers = {name: client.get(address) for name, address in addresses_of(desk, everything_of(desk)).items()}
    let_in = {name for name, answer in answers.items() if "/accounts/login/" not in answer.headers.get("Location", "")}
    assert {name: answers[name].status_code for name in let_in if answers[name].status_code != 405} == {}


def writes(browser: Client, address: str) -> list[str]:
    """The statements by which a post to the address changed a row."""
    with CaptureQueriesContext(connection) as asked:
        browser.post(address)
    changing = ("INSERT", "UPDATE", "DELETE")
    written = [query["sql"][:120] for query in asked.captured_queries if query["sql"].startswith(changing)]
    return [statement for statement in written if not BOOKKEEPING.search(statement)]


def names_a_row(address: str) -> bool:
    return re.search(r"/\d+(/|$)", address.split("/", 3)[3]) is not None


def at_home(address: str, of: Desk, to: Desk) -> str:
    return address.replace(f"/p/{of.project.pk}/", f"/p/{to.project.pk}/", 1)
