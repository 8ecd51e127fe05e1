"""A connection that a person had switched off: what of the calls that waited is sent, and what is kept."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.delivery.remote import Days, RemoteCrm
from tests.hub import Hub, after

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.connections.services import mark_broken, pause
from switchhook.crm.models import Lead
from switchhook.delivery import holding
from switchhook.delivery.holding import Held
from switchhook.delivery.models import Delivery, Flow
from switchhook.projects.models import AuditEntry
from switchhook.understanding.reader import read_batch

BEGAN = {"old": "2026-11-17 23:30:00", "third": "2026-11-18 00:30:00", "new": "2026-11-20 09:00:00"}
"""In the project's zone; the test's now is 20 November, 12:00 there."""


def _event(name: str, **special: Any) -> dict[str, Any]:
    client = f"38067100000{sorted(BEGAN).index(name)}"
    return after("Olena", uniqueid=name, calldate=BEGAN[name], userfield=client, E164=f"+{client}", **special)


@pytest.fixture
def held(hub: Hub, days: Days) -> Connection:
    """Switched off, with a call of four days ago, one of the first hour that counts as recent, and one of today."""
    hub.project.time_zone = "Europe/Kyiv"
    hub.project.save()
    pause(hub.crm)
    hub.deliver(*(_event(name) for name in BEGAN))
    while read_batch():
        pass
    return Connection.objects.get(pk=hub.crm.pk)


def _states() -> dict[str, str]:
    return dict(Delivery.objects.order_by("id").values_list("call__external_id", "state"))


@pytest.mark.parametrize(
    ("choice", "sent"), [(Held.NONE, set()), (Held.RECENT, {"third", "new"}), (Held.ALL, {"old", "third", "new"})]
)
def test_what_is_sent_is_what_was_chosen_and_the_rest_is_kept(
    held: Connection, days: Days, choice: Held, sent: set[str]
) -> None:
    resumed = holding.resume(held, held=choice)
    days.work()
    assert _states() == {name: "done" if name in sent else "kept" for name in BEGAN}
    assert (resumed.kept, Lead.objects.count()) == (3 - len(sent), len(sent))


def test_without_a_choice_nothing_is_sent(held: Connection, days: Days) -> None:
    holding.resume(held)
    days.work()
    assert Lead.objects.count() == 0


def test_the_page_can_say_what_the_choice_means(held: Connection) -> None:
    found = holding.count(held)
    assert (found.waiting, found.recent, found.kept) == (3, 2, 0)
    assert found.recent_from == datetime(2026, 11, 18, tzinfo=ZoneInfo("Europe/Kyiv"))
    assert found.oldest == Call.objects.get(external_id="old").started_at
    assert holding.asks(held)


def test_kept_calls_can_be_sent_later_and_go_in_order(held: Connection, days: Days) -> None:
    holding.resume(held)
    assert holding.count(held).kept == 3
    assert holding.send_skipped(held) == 3
    days.work()
    assert (set(_states().values()), Lead.objects.count(), holding.count(held).kept) == ({"done"}, 3, 0)
    assert holding.send_skipped(held) == 0


def test_only_the_recent_ones_of_the_kept_can_be_sent(held: Connection, days: Days) -> None:
    holding.resume(held)
    assert holding.send_skipped(held, held=Held.RECENT) == 2
    days.work()
    assert _states() == {"old": "kept", "third": "done", "new": "done"}


def test_what_is_heard_later_of_a_kept_call_is_kept_with_it(hub: Hub, held: Connection, days: Days) -> None:
    holding.resume(held)
    hub.deliver({**_event("old"), "recording_wav": "https://app.ringostat.com/recordings/a.wav?token=x"})
    while read_batch():
        pass
    days.work()
    assert Delivery.objects.filter(call__external_id="old").values_list("state", flat=True).distinct().get() == "kept"
    assert holding.send_skipped(held) == 3
    days.work()
    assert Lead.objects.count() == 3
    assert not Delivery.objects.filter(state__in=["kept", "pending", "running"]).exists()


def test_a_call_after_the_switching_on_is_sent_as_ever(hub: Hub, held: Connection, days: Days) -> None:
    holding.resume(held)
    hub.deliver(after("Olena", uniqueid="fresh", userfield="380671112233", E164="+380671112233"))
    while read_batch():
        pass
    days.work()
    assert Lead.objects.count() == 1


def test_renewed_credentials_let_everything_go_whatever_is_said(hub: Hub, days: Days) -> None:
    mark_broken(hub.crm, "token expired")
    hub.deliver(*(_event(name) for name in BEGAN))
    while read_batch():
        pass
    broken = Connection.objects.get(pk=hub.crm.pk)
    assert not holding.asks(broken)
    holding.resume(broken, held=Held.NONE)
    days.work()
    assert set(_states().values()) == {"done"}


def test_switching_on_twice_changes_nothing(held: Connection, days: Days) -> None:
    holding.resume(held)
    assert holding.resume(held, held=Held.ALL).kept == 0
    days.work()
    assert set(_states().values()) == {"kept"}


def test_the_choice_stands_in_the_audit_trail(held: Connection) -> None:
    holding.resume(held, held=Held.RECENT)
    entry = AuditEntry.objects.get(action="connection.keep_held")
    assert entry.changes == {"calls": 1, "held": "recent"}


def test_keeping_many_calls_is_one_statement(held: Connection, hub: Hub) -> None:
    with CaptureQueriesContext(database) as few:
        holding.resume(held)
    assert sum('UPDATE "delivery_delivery"' in query["sql"] for query in few) == 1
    assert Flow.objects.get().kept


def test_a_backlog_of_a_remote_crm_goes_through_the_window(hub: Hub, remote: RemoteCrm, days: Days) -> None:
    pause(hub.crm)
    hub.deliver(
        *(after("Olena", uniqueid=f"n{n}", userfield=f"3806720{n:05}", E164=f"+3806720{n:05}") for n in range(70))
    )
    while read_batch():
        pass
    days.now += timedelta(hours=2)
    resumed = holding.resume(Connection.objects.get(pk=hub.crm.pk), held=Held.ALL)
    assert resumed.lanes == 50
    days.work()
    assert Lead.objects.count() == 70
    assert not Flow.objects.exists()
