"""What rules notice, when it is told, and that it is told once."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from tests.alerts.conftest import NOON, Office

from switchhook.alerts.models import AlertMessage
from switchhook.connections.services import activate, mark_broken
from switchhook.delivery.models import Flow
from switchhook.missed.models import MissedClient, Reason
from switchhook.missed.services import close
from switchhook.projects.models import Employee, Membership, Role
from switchhook.working_time.models import ProjectHours


def test_a_missed_call_is_told_once_with_a_link_to_its_page(office: Office, mailoutbox: list[EmailMessage]) -> None:
    office.rule("missed")
    office.desk.known(title="Anna Kovalenko")
    call = office.missed()
    (message,) = office.look()
    assert message.state == "sent"
    (mail,) = mailoutbox
    assert (mail.subject, mail.to) == ("Acme: 1 missed call", [office.desk.members[Role.OWNER].email])
    assert "Anna Kovalenko, +380 67 123 4567" in mail.body
    assert f"https://hub.example/p/{office.project.pk}/calls/{call.pk}/" in mail.body
    office.wait(hours=1)
    assert office.look() == []


def test_twenty_missed_calls_are_two_messages_at_the_most(office: Office) -> None:
    office.rule("missed")
    office.missed("+380671230000")
    first = office.look()
    for number in range(1, 20):
        office.missed(f"+3806712300{number:02}")
        office.wait(seconds=10)
        assert number % 5 or office.look() == []
    office.wait(minutes=5)
    (grouped,) = office.look()
    assert [message.subject for message in (*first, grouped)] == ["Acme: 1 missed call", "Acme: 19 missed calls"]
    assert "and 4 more" in grouped.text


def test_who_was_called_back_meanwhile_is_not_told(office: Office) -> None:
    ProjectHours.objects.create(project=office.project)
    office.rule("missed", waits=True)
    office.wait(hours=10)
    office.missed("+380671230001")
    office.missed("+380671230002")
    office.missed("")
    assert office.look() == [], "it is night"
    office.desk.call("+380671230001", direction="out", started_at=office.now)
    office.wait(days=2, hours=11)
    (message,) = office.look()
    assert message.subject == "Acme: 2 missed calls"
    assert "123 0001" not in message.text
    assert "hidden number" in message.text


@pytest.mark.parametrize("values", [{"stopped": True}, {"journal_only": True}, {"direction": "out"}])
def test_calls_that_are_no_missed_calls_of_clients_are_not_told(office: Office, values: dict[str, Any]) -> None:
    office.rule("missed")
    office.missed(**values)
    assert office.look() == []


def test_what_happened_before_the_rule_is_not_told(office: Office) -> None:
    office.rule("missed", since=NOON)
    office.missed("+380671230001", minutes_ago=5)
    rang = office.missed("+380671230002", minutes_ago=1)
    rang.ended_at = NOON
    rang.save()
    (message,) = office.look()
    assert "123 0002" in message.text, "it rang when the rule was made"
    assert "123 0001" not in message.text


def test_a_client_whom_nobody_calls_back_is_told_when_his_time_is_over(office: Office) -> None:
    office.rule("overdue")
    office.missed(minutes_ago=30)
    assert office.look() == []
    entry = MissedClient.objects.get()
    office.now = entry.due_at - timedelta(seconds=1)
    assert office.look() == []
    office.wait(seconds=1)
    (message,) = office.look()
    assert message.subject == "Acme: 1 client waits to be called back"
    assert f"https://hub.example/p/{office.project.pk}/missed/" in message.text
    office.wait(minutes=40)
    assert office.look() == [], "the same client was told already"


def test_a_client_whom_somebody_has_settled_is_not_told(office: Office) -> None:
    for kind in ("missed", "overdue"):
        office.rule(kind, waits=True)
    ProjectHours.objects.create(project=office.project)
    office.wait(hours=10)
    office.missed()
    assert office.look() == [], "it is night"
    close(MissedClient.objects.get(), Reason.SPAM, office.desk.members[Role.OWNER], at=office.now)
    office.wait(days=3)
    assert office.look() == []


def test_a_digest_comes_once_a_day_and_only_where_somebody_waits(office: Office) -> None:
    office.rule("digest", at=time(18, 0))
    office.missed()
    assert office.look() == []
    office.wait(hours=6, minutes=1)
    (message,) = office.look()
    assert message.subject == "Acme: 1 client waits to be called back"
    office.desk.call(started_at=office.now)
    office.wait(days=1)
    assert office.look() == []


def test_a_broken_connection_is_told_at_night_too_and_again_when_it_works(office: Office) -> None:
    ProjectHours.objects.create(project=office.project)
    office.rule("connection")
    office.wait(hours=12)
    mark_broken(office.desk.crm, "The token has expired.")
    (message,) = office.look()
    assert message.subject == f"Acme: {office.desk.crm.name}: does not work"
    assert f"/p/{office.project.pk}/connections/{office.desk.crm.pk}/" in message.text
    assert office.look() == []
    office.desk.crm.refresh_from_db()
    activate(office.desk.crm)
    office.wait(minutes=10)
    assert [one.subject for one in office.look()] == [f"Acme: {office.desk.crm.name}: works again"]
    office.wait(minutes=10)
    assert office.look() == []


def test_a_crm_that_is_out_for_a_moment_is_no_alert(office: Office) -> None:
    office.rule("connection")
    Flow.objects.create(connection=office.desk.crm, state="waiting", since=office.now, reason="No answer in time.")
    office.wait(minutes=9)
    assert office.look() == []
    office.wait(minutes=2)
    assert "No answer in time." in office.look()[0].text


def test_work_that_piles_up_is_told_once_until_it_has_gone_down(office: Office) -> None:
    office.rule("work", threshold=2)
    calls = [office.desk.call() for _ in range(3)]
    office.desk.effect(calls[0], state="refused")
    assert office.look() == []
    office.desk.effect(calls[1], state="refused")
    (message,) = office.look()
    assert "2 things were refused" in message.text
    office.desk.effect(calls[2], state="refused")
    office.wait(hours=1)
    assert office.look() == []


def test_silence_counts_in_working_time(office: Office) -> None:
    ProjectHours.objects.create(project=office.project)
    office.rule("silence", threshold=3)
    office.desk.event(received_at=NOON + timedelta(hours=5))
    office.wait(hours=15)
    assert office.look() == [], "one hour, then the office closed"
    office.wait(days=2, hours=8)
    (message,) = office.look()
    assert message.subject == "Acme: No events have come in for 3 working hours"
    office.wait(hours=1)
    assert office.look() == []


def test_a_recording_that_does_not_come_is_told(office: Office) -> None:
    office.rule("recordings")
    office.desk.recording(office.desk.call(started_at=office.now - timedelta(hours=8)), state="missing")
    assert [one.subject for one in office.look()] == ["Acme: 1 recording cannot be fetched"]


def test_everybody_reads_his_own_language_and_nobody_is_told_twice(office: Office) -> None:
    rule = office.rule("missed")
    owner, admin = office.desk.members[Role.OWNER], office.desk.members[Role.ADMIN]
    owner.language, admin.language = "uk", "pl"
    owner.save()
    admin.save()
    rule.users.add(admin)
    rule.employees.add(Employee.objects.create(project=office.project, name="Owner", email=owner.email.upper()))
    office.missed()
    messages = {one.address: one.subject for one in office.look()}
    assert messages == {owner.email: "Acme: 1 пропущений дзвінок", admin.email: "Acme: 1 nieodebrane połączenie"}


def test_who_is_no_member_any_more_is_told_nothing(office: Office) -> None:
    office.rule("missed")
    Membership.objects.filter(user=office.desk.members[Role.OWNER]).delete()
    office.missed()
    assert office.look() == []
    assert AlertMessage.objects.count() == 0
