"""Taking orders: guards, double clicks, keys, pace."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.dialing.phones import Phones
from tests.factories import CLIENT, LINE, open_desk

from switchhook.connections.services import pause
from switchhook.dialing.models import DialRequest, DialState, Via
from switchhook.dialing.placing import MOST_A_MINUTE, Order, place
from switchhook.dialing.refusals import DialRefused
from switchhook.projects.models import IgnoredClient

Click = Callable[..., DialRequest]


@pytest.fixture
def click(phones: Phones) -> Click:
    """Olena asks for a call."""

    def order(number: str = CLIENT, **special: Any) -> DialRequest:
        values = {"project": phones.desk.project, "employee": phones.desk.olena, "number": number, **special}
        return place(Order(**values))

    return order


def code_of(click: Click, *args: Any, **special: Any) -> str:
    with pytest.raises(DialRefused) as refused:
        click(*args, **special)
    assert refused.value.sentence
    assert "%(" not in refused.value.sentence
    return refused.value.code


def test_an_order_waits_as_a_job_and_the_exchange_is_not_asked_by_the_page(phones: Phones, click: Click) -> None:
    made = click("067 123 45 67", via=Via.EXTENSION)
    assert (made.number, made.state, made.via) == (CLIENT, DialState.CHECKING, Via.EXTENSION)
    assert phones.asked() == []


def test_a_double_click_is_one_call(phones: Phones, click: Click) -> None:
    assert click().pk == click("0671234567").pk
    phones.work()
    assert len(phones.asked()) == 1


def test_the_same_number_is_called_again_after_a_while(click: Click) -> None:
    first = click()
    DialRequest.objects.update(created_at=timezone.now() - timedelta(minutes=2), state=DialState.ENDED)
    assert click().pk != first.pk


def test_what_failed_may_be_tried_again_at_once(click: Click) -> None:
    first = click()
    DialRequest.objects.update(state=DialState.FAILED)
    assert click().pk != first.pk


def test_a_key_gives_the_same_request_for_ever_and_takes_no_other_number(click: Click) -> None:
    first = click(key="order-17")
    DialRequest.objects.update(created_at=timezone.now() - timedelta(days=3), state=DialState.ENDED)
    assert click(key="order-17").pk == first.pk
    assert code_of(click, "+380501112233", key="order-17") == "key_used"


def test_a_phone_that_is_being_called_is_not_called_for_another_number(click: Click) -> None:
    click()
    assert code_of(click, "+380501112233") == "in_progress"
    assert click("+380501112233", anyway=True).pk


def test_too_many_calls_in_a_minute_are_refused_with_a_time_to_wait(click: Click) -> None:
    for _ in range(MOST_A_MINUTE):
        click(anyway=True)
    with pytest.raises(DialRefused) as refused:
        click(anyway=True)
    assert refused.value.code == "too_many"
    assert refused.value.retry_after
    assert 0 < refused.value.retry_after <= 60


def test_own_lines_and_colleagues_are_not_called(click: Click) -> None:
    assert [code_of(click, number) for number in (LINE, "+380501110002")] == ["own_line", "own_line"]


def test_an_ignored_number_is_called_only_after_a_warning(phones: Phones, click: Click) -> None:
    IgnoredClient.objects.create(project=phones.desk.project, e164=CLIENT)
    assert code_of(click) == "ignored"
    assert click(anyway=True).number == CLIENT


def test_without_a_telephony_that_works_nothing_is_taken(phones: Phones, click: Click) -> None:
    pause(phones.desk.telephony)
    assert code_of(click) == "telephony_stopped"
    phones.desk.telephony.delete()
    assert code_of(click) == "no_telephony"


def test_only_lines_and_people_of_the_project_are_called(phones: Phones, click: Click) -> None:
    assert code_of(click, line="somebody_else") == "unknown_line"
    assert code_of(click, employee=open_desk("Other").olena) == "unknown_employee"
    phones.desk.olena.sips, phones.desk.olena.mobiles = [], []
    phones.desk.olena.save()
    assert code_of(click) == "no_line"
