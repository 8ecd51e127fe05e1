"""Where another program makes the CRM's records: what there is to add to may appear only later."""

from datetime import timedelta
from typing import Any

import pytest
from tests.delivery.remote import Days, RemoteCrm
from tests.hub import CLIENT, Hub, after, before, taking

from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection
from switchhook.core.records import Draft, Kind, Ref
from switchhook.crm.models import Contact, Lead, Task
from switchhook.delivery.models import Decision, Delivery, Effect
from switchhook.delivery.trace import trace_of
from switchhook.understanding.reader import read_batch

TIMES = {"calldate": "2026-11-20 12:00:00"}
"""In the project's zone: the test's now."""


@pytest.fixture
def adding(hub: Hub, remote: RemoteCrm, days: Days) -> RemoteCrm:
    """The CRM of a connection that only adds to what another program makes."""
    settings = {**hub.crm.settings, "update_only": True}
    Connection.objects.filter(pk=hub.crm.pk).update(settings=settings)
    hub.crm.refresh_from_db()
    return remote


def _play(hub: Hub, days: Days, *events: dict[str, Any]) -> None:
    hub.deliver(*({**event, **TIMES} for event in events))
    while read_batch():
        pass
    days.work()


def _other_program_makes_a_lead(hub: Hub) -> None:
    crm = open_crm(hub.crm)
    contact = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Марія", "phones": [f"+{CLIENT}"]}), mark="").ref
    crm.create(Draft(kind=Kind.LEAD, values={"title": "Site form"}, links=(contact,)), mark="")


def _utm() -> dict[str, str]:
    lead: Lead = Lead.objects.get()
    return dict(lead.utm)


def test_a_lead_that_appears_between_ring_and_pick_up_is_found_at_the_pick_up(
    hub: Hub, adding: RemoteCrm, days: Days
) -> None:
    _play(hub, days, before())
    _other_program_makes_a_lead(hub)
    _play(hub, days, taking("Olena"))
    assert _utm() == {"utm_source": "google"}


@pytest.mark.parametrize(("minutes", "found_after"), [(1, 2), (10, 15)])
def test_a_lead_that_appears_after_the_call_is_found_two_or_fifteen_minutes_after_its_end(
    hub: Hub, adding: RemoteCrm, days: Days, minutes: int, found_after: int
) -> None:
    _play(hub, days, before(), taking("Olena"), after("Olena"))
    end = hub.project.calls.get().ended_at
    assert end
    days.now = end + timedelta(minutes=minutes)
    days.work()
    _other_program_makes_a_lead(hub)
    days.now = end + timedelta(minutes=found_after, seconds=-1)
    days.work()
    assert _utm() == {}
    days.forward(seconds=2)
    assert _utm() == {"utm_source": "google"}


def test_nobody_is_made_and_after_the_last_look_the_trace_says_why(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    _play(hub, days, before(), taking("Olena"), after("Olena"))
    for _ in range(60):
        days.forward(minutes=1)
    assert (Contact.objects.count(), Lead.objects.count()) == (0, 0)
    skipped = trace_of(hub.project.calls.get()).connections[0].skipped
    assert any("Nothing to update" in one.reason for one in skipped)


def test_it_is_looked_for_five_times_and_no_more(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    for event in (before(), taking("Olena"), after("Olena")):
        _play(hub, days, event)
        days.now += timedelta(seconds=20)
    for _ in range(60):
        days.forward(minutes=1)
    _play(hub, days, {"event": "after_rating", **after("Olena"), "rating": 5})
    assert adding.requests["find"] == 5
    assert Decision.objects.get().look_at is None


def test_a_repeated_event_brings_no_further_look(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    _play(hub, days, before())
    _play(hub, days, before(), before(pool_name="x"))
    assert adding.requests["find"] == 1


def test_a_look_that_was_due_while_the_hub_was_down_is_made_afterwards(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    _play(hub, days, before(), taking("Olena"), after("Olena"))
    _other_program_makes_a_lead(hub)
    days.forward(days=1)
    assert _utm() == {"utm_source": "google"}
    assert Decision.objects.get().look_at is None


def test_what_is_found_is_written_once(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    _play(hub, days, before(), taking("Olena"))
    _other_program_makes_a_lead(hub)
    _play(hub, days, after("Olena"))
    for _ in range(30):
        days.forward(minutes=1)
    visits = Effect.objects.filter(action="visit")
    assert [(effect.state, effect.attempts) for effect in visits] == [("done", 1)]
    assert adding.log.count(("update", "lead")) == 1


def test_the_verdict_on_the_client_stays_as_it_was(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    _play(hub, days, before())
    _other_program_makes_a_lead(hub)
    _play(hub, days, taking("Olena"), after("Olena"))
    assert Decision.objects.get().verdict["client"] == "new"
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}
    assert Task.objects.count() <= 1


def test_a_connection_that_makes_records_itself_looks_for_nothing_again(
    hub: Hub, remote: RemoteCrm, days: Days
) -> None:
    _play(hub, days, before(), taking("Olena"), after("Olena"))
    days.forward(minutes=20)
    assert remote.requests["find"] == 1
    assert not Decision.objects.exclude(look_at=None).exists()


def test_what_is_found_is_named_by_the_plan(hub: Hub, adding: RemoteCrm, days: Days) -> None:
    _play(hub, days, before())
    _other_program_makes_a_lead(hub)
    _play(hub, days, taking("Olena"))
    visit = next(one for one in trace_of(hub.project.calls.get()).connections[0].actions if one.id == "visit")
    assert visit.target == f"lead {Ref(Kind.LEAD, str(Lead.objects.get().pk)).id}"
