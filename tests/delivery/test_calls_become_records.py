"""From events to records: the lead-mode preset on the built-in CRM."""

from collections.abc import Callable, Iterable
from itertools import permutations
from typing import Any

import pytest
from tests.hub import Hub, after, answered, before, make_hub, taking

from switchhook.crm.models import Contact, Lead, Task


def test_a_new_client_answered_gets_contact_company_and_lead_of_who_answered_and_no_task(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    assert hub.owners() == {"contact": ["Olena"], "company": ["Olena"], "lead": ["Olena"]}
    assert hub.tasks() == []
    assert Lead.objects.get().utm["utm_source"] == "google"


def test_records_are_there_at_pick_up_before_the_call_ends(hub: Hub) -> None:
    hub.play(before(), taking("Olena"))
    assert hub.owners() == {"contact": ["Olena"], "company": ["Olena"], "lead": ["Olena"]}


def test_a_ring_alone_makes_nothing(hub: Hub) -> None:
    hub.play(before())
    assert hub.owners() == {"contact": [], "company": [], "lead": []}


def test_a_new_client_missed_gives_the_senior_manager_records_and_an_open_task(hub: Hub) -> None:
    hub.play(before(), after())
    assert hub.owners() == {"contact": ["Iryna"], "company": ["Iryna"], "lead": ["Iryna"]}
    assert hub.tasks() == [("Iryna", False)]


def test_the_responsible_who_answers_again_has_one_done_task_with_the_recording(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    hub.play(*answered("Olena", uniqueid="ua9_-1.2", calldate="2026-11-20 11:00:00"))
    assert Lead.objects.count() == 1
    assert hub.tasks() == [("Olena", True)]
    assert "/r/" in Task.objects.get().recording_url


def test_another_who_answers_leaves_a_done_task_and_an_open_one_for_the_responsible(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    hub.play(*answered("Piotr", uniqueid="ua9_-1.2", calldate="2026-11-20 11:00:00"))
    assert hub.tasks() == [("Olena", False), ("Piotr", True)]
    assert hub.owners()["lead"] == ["Olena"]


def test_the_hubs_own_records_do_not_make_the_client_known_at_the_end(hub: Hub) -> None:
    hub.play(before())
    hub.play(taking("Olena"))
    hub.play(after("Olena"))
    assert hub.tasks() == []


EVENTS: dict[str, Callable[[], Iterable[dict[str, Any]]]] = {
    "answered": lambda: answered("Olena"),
    "missed": lambda: [before(), after()],
    "transferred": lambda: [before(), taking("Olena"), taking("Piotr"), after("Piotr")],
    "late recording": lambda: [
        before(),
        taking("Olena"),
        after("Olena", has_recording="0"),
        after("Olena", disposition=None, recording_wav="https://app.ringostat.com/recordings/a.wav?token=t"),
    ],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", EVENTS)
def test_every_order_of_a_calls_events_gives_the_same_records(case: str) -> None:
    results = []
    for order in permutations(EVENTS[case]()):
        hub = make_hub()
        for event in order:
            hub.play(event)
        results.append((hub.owners(), hub.tasks()))
    assert all(result == results[0] for result in results)
    assert results[0][0]["lead"] != []


def test_an_event_delivered_four_times_makes_nothing_twice(hub: Hub) -> None:
    hub.play(*(event for event in answered("Olena") for _ in range(4)))
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)
