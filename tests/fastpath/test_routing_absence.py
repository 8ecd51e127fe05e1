"""Smart forwarding past employees who are away."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.fastpath.conftest import FastServer

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Employee, Project
from switchhook.working_time.models import Absence

CLIENT = "+380732130001"


@pytest.fixture
def asked(telephony: Connection, secret: str) -> str:
    return f"/forward/{telephony.pk}/{secret}"


@pytest.fixture
def sydor(project: Project) -> Employee:
    return Employee.objects.create(project=project, name="Sydor", sips=["acme_sydor"])


@pytest.fixture(autouse=True)
def known(crm: Connection, ivanov: Employee, petrov: Employee) -> None:
    """Ivanov has the client's lead, Petrov the contact."""
    for person, kind in ((ivanov, "lead"), (petrov, "contact")):
        EmployeeAccount.objects.create(connection=crm, employee=person, user_id=person.name)
        DirectoryEntry.objects.create(
            connection=crm, e164=CLIENT, kind=kind, record_id=kind, owner=person.name, confirmed_at=timezone.now()
        )


def away(who: Employee, substitute: Employee | None = None, *, begins: int = -1, ends: int = 1) -> None:
    """Away from `begins` to `ends` hours from now."""
    now = timezone.now()
    times = {"starts_at": now + timedelta(hours=begins), "ends_at": now + timedelta(hours=ends)}
    Absence.objects.create(project=who.project, employee=who, substitute=substitute, **times)


def ask(server: FastServer, path: str) -> Any:
    return server.json(path, {"from": CLIENT, "direction": "in", "state": "ping"}).json().get("dst_phone")


def test_who_is_away_is_passed_over_for_the_next_in_order(server: FastServer, asked: str, ivanov: Employee) -> None:
    away(ivanov)
    assert ask(server, asked) == "acme_petrov"


def test_the_substitute_comes_before_the_next_in_order(
    server: FastServer, asked: str, ivanov: Employee, sydor: Employee
) -> None:
    away(ivanov, sydor)
    assert ask(server, asked) == "acme_sydor"


def test_a_substitute_who_is_away_is_stood_in_for_too(
    server: FastServer, asked: str, ivanov: Employee, petrov: Employee, sydor: Employee
) -> None:
    away(ivanov, petrov)
    away(petrov, sydor)
    assert ask(server, asked) == "acme_sydor"
    Employee.objects.filter(pk=sydor.pk).update(active=False)
    assert ask(server, asked) is None


def test_substitutes_who_stand_in_for_each_other_do_not_hang_the_call(
    server: FastServer, asked: str, ivanov: Employee, petrov: Employee
) -> None:
    away(ivanov, petrov)
    away(petrov, ivanov)
    assert ask(server, asked) is None


@pytest.mark.parametrize(("begins", "ends"), [(1, 2), (-2, -1)], ids=["not yet", "no longer"])
def test_only_the_absence_of_this_moment_counts(
    server: FastServer, asked: str, ivanov: Employee, begins: int, ends: int
) -> None:
    away(ivanov, begins=begins, ends=ends)
    assert ask(server, asked) == "acme_ivanov"


def test_absences_can_be_left_out_of_account(
    server: FastServer, asked: str, telephony: Connection, ivanov: Employee
) -> None:
    Connection.objects.filter(pk=telephony.pk).update(settings={"forward_skip_absent": False})
    away(ivanov)
    assert ask(server, asked) == "acme_ivanov"


def test_who_talked_last_is_stood_in_for_while_away(
    server: FastServer, asked: str, telephony: Connection, ivanov: Employee, sydor: Employee
) -> None:
    Connection.objects.filter(pk=telephony.pk).update(settings={"forward_order": "last_talk"})
    Call.objects.create(
        project=telephony.project,
        connection=telephony,
        external_id="1",
        client_number=CLIENT,
        status="answered",
        employee=ivanov,
        started_at=timezone.now(),
    )
    assert ask(server, asked) == "acme_ivanov"
    away(ivanov, sydor)
    assert ask(server, asked) == "acme_sydor"
