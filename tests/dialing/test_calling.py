"""Requests carried out against the provider's stand-in: presence first, one callback, each failure with its reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.dialing.phones import Phones
from tests.factories import CLIENT

from switchhook.dialing.calling import LATEST
from switchhook.dialing.models import DialPreference, DialRequest, DialState
from switchhook.dialing.placing import Order, place
from switchhook.dialing.tasks import REPORTED_WITHIN, dial
from switchhook.projects.models import Role

CLIENT_DIGITS = CLIENT.removeprefix("+")


def clicked(phones: Phones, **special: Any) -> DialRequest:
    """Olena's request after its job has run."""
    order = {"project": phones.desk.project, "employee": phones.desk.olena, "number": CLIENT, **special}
    made = place(Order(**order))
    phones.work()
    made.refresh_from_db()
    return made


def fault(phones: Phones, path: str, **rule: Any) -> None:
    phones.control("faults", path=path, **{"action": "status", "times": None, **rule})


def test_the_employee_is_rung_first_and_then_the_client(phones: Phones) -> None:
    made = clicked(phones)
    assert (made.state, made.line) == (DialState.CALLING, "acme_olena")
    assert phones.asked() == [("acme_olena", CLIENT_DIGITS)]


def test_a_job_that_runs_twice_calls_once(phones: Phones) -> None:
    made = clicked(phones)
    dial.func(made.pk)
    assert len(phones.asked()) == 1


def test_a_job_that_was_lost_after_asking_is_taken_up_where_the_watching_begins(phones: Phones) -> None:
    made = clicked(phones)
    ProcrastinateJob.objects.all().delete()
    dial.func(made.pk)
    assert ProcrastinateJob.objects.filter(task_name="follow_dial", args__dial_id=made.pk).exists()


def test_an_offline_phone_is_said_before_calling_and_can_be_called_anyway(phones: Phones) -> None:
    phones.control("configure", sip_online=[])
    made = clicked(phones)
    assert (made.state, made.reason, made.line) == (DialState.FAILED, "offline", "acme_olena")
    assert phones.asked() == []
    assert clicked(phones, anyway=True).state == DialState.CALLING
    assert len(phones.asked()) == 1


def test_the_mobile_is_another_direction_when_the_phone_is_offline(phones: Phones) -> None:
    phones.control("configure", sip_online=[])
    assert clicked(phones, line="+380501110001").state == DialState.CALLING
    assert phones.asked() == [("380501110001", CLIENT_DIGITS)]


def test_of_two_phones_the_one_that_is_online_rings(phones: Phones) -> None:
    phones.desk.olena.sips = ["acme_home", "acme_olena"]
    phones.desk.olena.save()
    assert clicked(phones).line == "acme_olena"


def test_the_line_that_a_person_prefers_rings(phones: Phones) -> None:
    user = phones.desk.members[Role.MANAGER]
    DialPreference.objects.create(user=user, project=phones.desk.project, line="+380501110001")
    assert clicked(phones, requested_by=user).line == "+380501110001"


def test_a_phone_in_conversation_is_not_called(phones: Phones) -> None:
    phones.control("configure", callbacks_play=True, callback_talk=30)
    clicked(phones)
    DialRequest.objects.update(state=DialState.UNREPORTED, created_at=timezone.now() - timedelta(minutes=2))
    made = clicked(phones)
    assert (made.state, made.reason) == (DialState.FAILED, "speaking")


def test_where_presence_cannot_be_asked_the_call_is_made(phones: Phones) -> None:
    fault(phones, "/sipstatus/*", status=503)
    assert clicked(phones).state == DialState.CALLING


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"status": 429}, "rate_limited"),
        ({"status": 400, "body": "No."}, "refused"),
        ({"status": 401}, "auth_failed"),
    ],
)
def test_a_refusal_of_the_exchange_is_kept_with_its_reason(phones: Phones, rule: dict[str, Any], reason: str) -> None:
    fault(phones, "/a/v2", **rule)
    made = clicked(phones)
    assert (made.state, made.reason) == (DialState.FAILED, reason)
    phones.desk.telephony.refresh_from_db()
    assert (phones.desk.telephony.state == "broken") is (reason == "auth_failed")


def test_a_lost_answer_is_not_a_failure_and_nothing_is_asked_twice(phones: Phones) -> None:
    fault(phones, "/a/v2", action="drop_after_commit")
    made = clicked(phones)
    dial.func(made.pk)
    made.refresh_from_db()
    assert (made.state, len(phones.asked())) == (DialState.CALLING, 1)


def test_a_phone_does_not_ring_long_after_the_click(phones: Phones) -> None:
    made = place(Order(project=phones.desk.project, employee=phones.desk.olena, number=CLIENT))
    DialRequest.objects.update(created_at=timezone.now() - LATEST - timedelta(seconds=1))
    phones.work()
    made.refresh_from_db()
    assert (made.reason, phones.asked()) == ("late", [])


def test_who_picks_up_is_told_that_the_client_rings(phones: Phones) -> None:
    phones.control("configure", callbacks_play=True, callback_talk=30)
    made = clicked(phones)
    assert phones.follow(made).state == DialState.RINGING


def test_a_call_of_which_nothing_is_heard_is_given_up(phones: Phones) -> None:
    made = clicked(phones)
    assert phones.follow(made).state == DialState.CALLING
    DialRequest.objects.update(asked_at=timezone.now() - REPORTED_WITHIN)
    assert phones.follow(made, looks=99).state == DialState.UNREPORTED
