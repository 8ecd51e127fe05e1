"""Observe mode and acted calls: everything is planned, nothing is written."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.hub import CLIENT, Hub, make_hub

from switchhook.connections.models import Connection
from switchhook.core.rehearsed import PREFIX
from switchhook.crm.models import Contact, Lead, Task
from switchhook.delivery import holding, observing
from switchhook.delivery.models import Decision, Delivery, Effect, Rehearsal
from switchhook.delivery.trace import trace_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Hub:
    made = make_hub()
    observing.begin(made.crm, 3)
    return made


def missed(call: str = "ua1_-1.1", **values: object) -> dict[str, object]:
    return {
        "event": "after_call",
        "uniqueid": call,
        "call_type": "in",
        "E164": f"+{CLIENT}",
        "dst": "380441230001",
        "disposition": "NO ANSWER",
        "billsec": 0,
        **values,
    }


def written(hub: Hub) -> tuple[int, int, int]:
    return (
        Contact.objects.filter(project=hub.project).count(),
        Lead.objects.filter(project=hub.project).count(),
        Task.objects.filter(project=hub.project).count(),
    )


def renewed(hub: Hub) -> Connection:
    return Connection.objects.select_related("project").get(pk=hub.crm.pk)


def test_an_observed_call_is_planned_and_nothing_is_written(hub: Hub) -> None:
    hub.play(missed())
    delivery = Delivery.objects.get(connection=hub.crm)
    trace = trace_of(delivery.call).connections[0]
    assert (delivery.state, trace.delivery) == ("observed", "observed")
    assert {action.kind for action in trace.actions} >= {"contact", "lead", "task"}
    assert {action.state for action in trace.actions} == {"observed"}
    assert written(hub) == (0, 0, 0)
    assert not Effect.objects.exists()


def test_observing_ends_by_itself_and_what_was_observed_stays_unsent(hub: Hub) -> None:
    hub.play(missed())
    _observe_until(hub, timezone.now() - timedelta(seconds=1))
    hub.play(missed(recording_wav="https://app.example.com/recordings/x.wav?token=0"))
    assert written(hub) == (0, 0, 0)
    hub.play(missed("ua1_-1.2", E164="+380501112299"))
    assert written(hub) == (1, 1, 1)


def test_what_was_observed_by_the_setting_alone_stays_unsent_too() -> None:
    hub = make_hub()
    _observe_until(hub, timezone.now() + timedelta(days=1))
    hub.play(missed())
    _observe_until(hub, timezone.now() - timedelta(seconds=1))
    hub.play(missed(recording_wav="https://app.example.com/recordings/x.wav?token=0"))
    assert written(hub) == (0, 0, 0)


def test_what_was_observed_is_sent_when_a_person_says_so(hub: Hub) -> None:
    hub.play(missed(), missed("ua1_-1.2"))
    assert holding.send_observed(renewed(hub)) == 0
    observing.end(renewed(hub))
    assert holding.count(renewed(hub)).observed == 2
    assert holding.send_observed(renewed(hub)) == 2
    assert not Decision.objects.exists()
    hub.settle()
    # Two calls of one new client: the second finds what the first has made.
    assert written(hub)[:2] == (1, 1)
    assert holding.count(renewed(hub)).observed == 0


def test_ending_it_makes_the_next_call_a_written_one(hub: Hub) -> None:
    observing.end(renewed(hub))
    hub.play(missed())
    assert written(hub) == (1, 1, 1)


@pytest.mark.parametrize(("writes", "expected"), [(False, (0, 0, 0)), (True, (1, 1, 1))])
def test_an_acted_call_writes_only_where_it_was_asked_to(writes: bool, expected: tuple[int, int, int]) -> None:
    hub = make_hub()
    Rehearsal.objects.create(
        telephony=hub.telephony,
        external_id=f"{PREFIX}1",
        writes=[hub.crm.pk] if writes else [],
        client=f"+{CLIENT}",
        line="+380441230001",
        started_at=timezone.now(),
    )
    hub.play(missed(f"{PREFIX}1"))
    assert written(hub) == expected


def test_an_acted_call_nobody_asked_for_writes_nothing() -> None:
    hub = make_hub()
    hub.play(missed(f"{PREFIX}made-up"))
    assert written(hub) == (0, 0, 0)


def test_an_acted_call_is_never_sent_afterwards(hub: Hub) -> None:
    hub.play(missed(f"{PREFIX}1"))
    observing.end(renewed(hub))
    assert (holding.count(renewed(hub)).observed, holding.send_observed(renewed(hub))) == (0, 0)


def _observe_until(hub: Hub, end: object) -> None:
    held = renewed(hub)
    held.settings[observing.UNTIL] = str(end)
    held.save(update_fields=["settings"])
