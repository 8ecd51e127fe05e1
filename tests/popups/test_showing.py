"""On whose screen a call shows, from its events on."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Timer

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from tests.factories import make_user
from tests.hub import CLIENT, Hub, after, before, incoming, make_hub, taking

from switchhook.calls.models import Fact
from switchhook.popups.cards import Desk
from switchhook.popups.models import PopUp, PopUpSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub()


def step(who: str, **special: object) -> dict[str, object]:
    """The exchange tries `who`."""
    return {"event": "forwarding", **incoming(), "forward_location": f"acme_{who.lower()}", **special}


def dialled(who: str) -> dict[str, object]:
    """`who` dials the client."""
    return {
        "event": "before_outgoing_call",
        "uniqueid": "ua9_-1790775458.9",
        "calldate": "2026-11-20 10:00:00",
        "call_type": "out",
        "caller": f"acme_{who.lower()}",
        "dst": CLIENT,
        "connected_with": f"acme_{who.lower()}",
    }


def shown(hub: Hub) -> dict[str, set[str]]:
    """Who sees the pop-ups of now, by moment."""
    names = {person.pk: name for name, person in hub.people.items()}
    popups = PopUp.objects.filter(project=hub.project)
    return {popup.moment: {names[one] for one in popup.employees} for popup in popups}


def test_a_forwarding_step_shows_the_call_to_whom_it_rings_and_to_nobody_else(hub: Hub) -> None:
    hub.play(before(), step("Olena"))
    assert shown(hub) == {"ring": {"Olena"}}


def test_two_phones_that_ring_at_once_both_show_it_and_the_answer_closes_one(hub: Hub) -> None:
    hub.play(before(), step("Olena"), step("Piotr"))
    assert shown(hub) == {"ring": {"Olena", "Piotr"}}
    hub.play(taking("Piotr"))
    assert shown(hub) == {"pickup": {"Piotr"}}


def test_in_a_queue_only_the_phone_that_rings_now_shows_it(hub: Hub) -> None:
    hub.play(before(), step("Olena"))
    Fact.objects.filter(kind="forwarding").update(received_at=timezone.now() - timedelta(seconds=20))
    hub.play(step("Piotr"))
    assert shown(hub) == {"ring": {"Piotr"}}


def test_until_anybody_is_named_the_show_to_list_sees_it_and_the_step_narrows_it(hub: Hub) -> None:
    iryna = hub.people["Iryna"]
    PopUpSettings.objects.create(project=hub.project, show_to=[iryna.pk])
    hub.play(before())
    assert shown(hub) == {"ring": {"Iryna"}}
    hub.play(step("Olena"))
    assert shown(hub) == {"ring": {"Olena"}}


def test_without_a_list_nobody_sees_a_call_that_rings_nowhere_yet(hub: Hub) -> None:
    hub.play(before())
    assert shown(hub) == {"ring": set()}


def test_an_outgoing_call_shows_to_who_dials(hub: Hub) -> None:
    hub.play(dialled("Piotr"))
    assert shown(hub) == {"ring": {"Piotr"}}


def test_the_end_is_shown_to_who_spoke(hub: Hub) -> None:
    hub.play(before(), step("Olena"), step("Piotr"), taking("Piotr"))
    hub.play(after("Piotr"))
    popup = PopUp.objects.get()
    assert (shown(hub), popup.ended_at is not None) == ({"end": {"Piotr"}}, True)


def test_after_a_transfer_both_see_it_until_the_end_names_the_last(hub: Hub) -> None:
    hub.play(before(), taking("Olena"), taking("Piotr"))
    assert shown(hub) == {"pickup": {"Olena", "Piotr"}}
    hub.play(after("Piotr"))
    assert shown(hub) == {"end": {"Piotr"}}


def test_a_call_of_which_only_the_end_is_told_shows_nothing(hub: Hub) -> None:
    hub.play(after("Olena"))
    assert shown(hub) == {}


def test_a_replayed_event_raises_nothing_but_ends_what_is_shown(hub: Hub) -> None:
    hub.play(before(), step("Olena"))
    events = hub.deliver(after("Olena"))
    events[0].replayed = True
    events[0].save()
    hub.settle()
    assert shown(hub) == {"end": {"Olena"}}
    PopUp.objects.all().delete()
    events = hub.deliver(before(uniqueid="ua9_-1790775458.7"))
    events[0].replayed = True
    events[0].save()
    hub.settle()
    assert shown(hub) == {}


def test_a_call_announced_without_an_id_becomes_the_call_with_one(hub: Hub) -> None:
    hub.play({name: value for name, value in dialled("Piotr").items() if name != "uniqueid"})
    assert [popup.call for popup in PopUp.objects.all()] == [None]
    hub.play(dialled("Piotr"))
    popup = PopUp.objects.get()
    assert (popup.call is not None, shown(hub)) == (True, {"ring": {"Piotr"}})


def ago(**span: int) -> datetime:
    return timezone.now() - timedelta(**span)


def micros(at: datetime) -> str:
    """A moment as the exchange tells it to the microsecond."""
    return str(int(at.timestamp() * 1_000_000))


def announced(hub: Hub, at: datetime) -> PopUp:
    """A call that Piotr dialled at `at`, announced without an id."""
    hub.play({name: value for name, value in dialled("Piotr").items() if name != "uniqueid"})
    PopUp.objects.update(began_at=at, updated_at=at)
    return PopUp.objects.get()


def hung_up(**special: object) -> dict[str, object]:
    """The client whom Piotr dialled spoke and is gone."""
    told = {"disposition": "ANSWERED", "billsec": 290, "duration": 300}
    return {**dialled("Piotr"), "event": "after_call", **told, **special}


def test_the_end_of_a_long_call_ends_what_announced_it_without_an_id(hub: Hub) -> None:
    began = ago(minutes=5)
    ring = announced(hub, began)
    hub.play(hung_up(calldate_timestamp_micros=micros(began)))
    popup = PopUp.objects.get()
    assert (popup.pk, popup.call is not None, popup.moment) == (ring.pk, True, "end")


def test_a_ring_without_an_id_that_nothing_ends_leaves_the_screen_soon(hub: Hub) -> None:
    hub.people["Piotr"].user = make_user()
    hub.people["Piotr"].save()
    announced(hub, ago(minutes=2))
    desk = Desk(project=hub.project, user=hub.people["Piotr"].user)
    later = Desk(project=hub.project, user=desk.user, now=desk.now + timedelta(minutes=2))
    assert (len(desk.cards()), later.cards()) == (1, [])


def test_a_forwarding_that_stood_beside_the_call_goes_with_its_end_and_the_next_calls_stays(hub: Hub) -> None:
    began, olena = ago(minutes=5), [hub.people["Olena"].pk]
    hub.play(before(calldate_timestamp_micros=micros(began)), taking("Piotr"))
    for at in (began + timedelta(minutes=3), ago(seconds=1)):
        rings = PopUp(project=hub.project, client=f"+{CLIENT}", aim="forward", employees=olena)
        rings.began_at = rings.updated_at = at
        rings.save()
    hub.play(after("Piotr", duration=290, calldate_timestamp_micros=micros(began)))
    assert [popup.began_at for popup in PopUp.objects.filter(call=None)] == [rings.began_at]


@pytest.fixture
def overheard(transactional_db: None) -> Iterator[psycopg.Connection]:
    settings = connection.settings_dict
    address = psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"], dbname=settings["NAME"]
    )
    with psycopg.connect(address, autocommit=True) as listening:
        listening.execute("LISTEN switchhook_live")
        yield listening


@pytest.mark.django_db(transaction=True)
def test_who_rang_hears_that_another_took_the_call(overheard: psycopg.Connection) -> None:
    hub = make_hub()
    hub.play(before(), step("Olena"), taking("Piotr"))
    news = [json.loads(one.payload) for one in overheard.notifies(timeout=0.5)]
    last = [one for one in news if one["event"] == "popup"][-1]
    olena, piotr = hub.people["Olena"].pk, hub.people["Piotr"].pk
    assert (last["data"]["employees"], last["to"]) == ([piotr], sorted([olena, piotr]))


@pytest.mark.django_db(transaction=True)
def test_a_card_that_is_closed_while_the_call_is_taken_stays_closed(overheard: psycopg.Connection) -> None:
    hub = make_hub()
    hub.play(before(), step("Olena"))
    hub.deliver(taking("Olena"))
    with psycopg.connect(overheard.info.dsn) as closing:
        closing.execute("UPDATE popups_popup SET dismissed = '{7}'")
        done = Timer(0.3, closing.commit)
        done.start()
        hub.settle()
        done.join()
    popup = PopUp.objects.get()
    assert (popup.moment, popup.dismissed) == ("pickup", [7])
