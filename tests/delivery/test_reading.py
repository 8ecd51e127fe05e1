"""From raw events to calls: what is read again replaces, and one bad event harms no other."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.hub import CLIENT, Hub, after, answered, before, incoming, taking

from switchhook.calls.models import Call, Fact, Recording
from switchhook.calls.tasks import fetch_recording
from switchhook.delivery.models import Decision, Delivery
from switchhook.intake.models import RawEvent, RawState
from switchhook.intake.replay import replay
from switchhook.popups.models import PopUp
from switchhook.understanding import reader
from switchhook.understanding.reader import read_batch
from switchhook.worker import Understanding

LINK = "https://app.ringostat.com/recordings/a.wav?token="


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Recordings whose fetching was queued."""
    queued: list[int] = []
    monkeypatch.setattr(fetch_recording, "defer", lambda *, recording_id: queued.append(recording_id))
    return queued


def _replay(hub: Hub, *events: RawEvent) -> None:
    replay([event.pk for event in events])
    hub.settle()


def test_the_event_that_breaks_is_flagged_and_no_other(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = hub.deliver(before(), taking("Olena"))
    real = reader._facts

    def broken(desk: object, event: RawEvent) -> object:
        if event.pk == first.pk:
            raise KeyError("a fault of the hub's own")
        return real(desk, event)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "_facts", broken)
    reader.read_batch()
    assert RawEvent.objects.get(pk=first.pk).state == "flagged"
    assert RawEvent.objects.get(pk=second.pk).state == "read"


def test_an_employee_entered_later_is_found_when_the_events_are_read_again(hub: Hub) -> None:
    olena = hub.people["Olena"]
    olena.sips = []
    olena.save()
    hub.play(before(), taking("Olena"), after("Olena"))
    assert Call.objects.get().employee is None
    olena.sips = ["acme_olena"]
    olena.save()
    _replay(hub, *RawEvent.objects.all())
    assert Call.objects.get().employee == olena
    assert hub.owners()["lead"] == ["Olena"]


def test_a_call_without_a_date_begins_when_its_first_event_arrived_in_whatever_order_they_are_read(hub: Hub) -> None:
    early, late = hub.deliver(before(calldate=None, uniqueid="x"), taking("Olena", calldate=None, uniqueid="x"))
    RawEvent.objects.filter(pk=early.pk).update(state="unused")
    hub.settle()
    RawEvent.objects.filter(pk=early.pk).update(state="new")
    hub.settle()
    assert Call.objects.get().started_at == early.received_at < late.received_at


def test_a_new_link_to_a_recording_is_fetched_although_nothing_else_is_new(hub: Hub, fetched: list[int]) -> None:
    hub.play(after("Olena", recording_wav=f"{LINK}old"))
    Recording.objects.update(state="missing", attempts=99)
    hub.play(after("Olena", recording_wav=f"{LINK}older"), after("Olena", recording_wav=f"{LINK}zzz"))
    recording = Recording.objects.get()
    assert fetched == [recording.pk, recording.pk]
    assert (recording.state, recording.attempts) == ("expected", 0)


def test_an_event_that_states_fewer_facts_when_read_again_leaves_none_behind(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reader._facts
    with monkeypatch.context() as patch:
        patch.setattr(reader, "_facts", lambda desk, event: [*real(desk, event)] * 2)
        hub.play(before())
    assert Fact.objects.count() == 2
    _replay(hub, RawEvent.objects.get())
    assert Fact.objects.count() == 1


def test_an_event_that_turns_out_to_be_of_another_call_leaves_the_first_one(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    event = RawEvent.objects.order_by("id")[2]
    event.body = bytes(event.body).replace(b"ua9_-1790775458.1", b"ua9_-1790775458.7")
    event.save()
    _replay(hub, event)
    assert set(Call.objects.values_list("external_id", "facts_seen")) == {
        ("ua9_-1790775458.1", 2),
        ("ua9_-1790775458.7", 1),
    }


def test_a_call_that_loses_its_last_fact_and_left_nothing_disappears(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.play(before())
    monkeypatch.setattr(reader, "_facts", lambda desk, event: reader._settle(event, RawState.UNUSED, "", ""))
    _replay(hub, RawEvent.objects.get())
    assert (Call.objects.count(), Decision.objects.count(), Delivery.objects.count()) == (0, 0, 0)


OTHER = "380501112233"


def _without_id(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "uniqueid"}


def test_one_clients_rings_and_lanes_are_locked_before_the_next_clients(hub: Hub) -> None:
    hub.deliver(_without_id(taking("Olena")), before(), taking("Piotr"), before(**incoming("two", OTHER)))
    hub.deliver(_without_id(taking("Olena", userfield=OTHER, E164=f"+{OTHER}")))
    with CaptureQueriesContext(connection) as asked:
        read_batch()
    said = [query["sql"] for query in asked if re.search("INSERT INTO (delivery_lane|.popups_popup)", query["sql"])]
    assert [("lane" if "delivery_lane" in sql else "card", CLIENT in sql) for sql in said] == [
        ("card", False),
        ("lane", False),
        ("card", True),
        ("lane", True),
    ]


@pytest.mark.parametrize("batches", [1, 2])
def test_a_ring_without_an_id_and_its_call_make_one_card_in_whatever_batches_they_come(hub: Hub, batches: int) -> None:
    events = [_without_id(taking("Olena")), before()]
    for part in [events] if batches == 1 else [[event] for event in events]:
        hub.play(*part)
    told = [(popup.call_id, popup.employees) for popup in PopUp.objects.all()]
    assert told == [(Call.objects.get().pk, [hub.people["Olena"].pk])]


def test_a_ring_without_an_id_that_is_read_again_rings_no_more(hub: Hub) -> None:
    hub.play(_without_id(taking("Olena")))
    PopUp.objects.all().delete()
    _replay(hub, RawEvent.objects.get())
    assert not PopUp.objects.exists()


def test_a_worker_learns_that_it_no_longer_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Understanding) -> None:
        raise KeyError("a fault of the hub's own")

    monkeypatch.setattr(Understanding, "_listen", broken)
    ended: list[bool] = []
    with pytest.raises(KeyError):
        Understanding(on_end=lambda: ended.append(True)).run()
    assert ended == [True]
