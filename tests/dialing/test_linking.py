"""Telephony's events find the click that asked for the call."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.hub import Hub, make_hub

from switchhook.dialing.models import DialRequest, DialState

CLIENT = "380671234567"
CALL_ID = "ua9_-1790775458.77"


@pytest.fixture
def hub(db: None) -> Hub:
    return make_hub()


def clicked(hub: Hub, who: str = "Olena", *, ago: float = 5, **special: Any) -> DialRequest:
    """A request that the exchange was told of."""
    at = timezone.now() - timedelta(seconds=ago)
    values = {"created_at": at, "asked_at": at, "changed_at": at, "state": DialState.CALLING, **special}
    person = hub.people[who]
    return DialRequest.objects.create(project=hub.project, employee=person, number=f"+{CLIENT}", **values)


def event(kind: str, who: str = "Olena", *, ago: float = 0, **special: Any) -> dict[str, Any]:
    """An event of a call that was started by the API."""
    began = datetime.now(UTC) - timedelta(seconds=ago)
    return {
        "event": kind,
        "uniqueid": CALL_ID,
        "calldate_timestamp_micros": str(int(began.timestamp() * 1_000_000)),
        "call_type": "out",
        "caller": f'"acme_{who.lower()}" <acme_{who.lower()}>',
        "dst": "380441230001",
        "userfield": CLIENT,
        "E164": f"+{CLIENT}",
        **special,
    }


def over(**special: Any) -> dict[str, Any]:
    return event("outgoing_after", disposition="ANSWERED", billsec=42, duration=50, waittime=8, **special)


def test_the_events_of_its_call_bring_a_request_to_its_end(hub: Hub) -> None:
    made = clicked(hub)
    hub.play(event("outgoing_before"))
    made.refresh_from_db()
    assert (made.state, made.call and made.call.external_id) == (DialState.RINGING, CALL_ID)
    hub.play(event("taking_call", connected_with=CLIENT))
    made.refresh_from_db()
    assert made.state == DialState.CONNECTED
    hub.play(over())
    made.refresh_from_db()
    assert made.state == DialState.ENDED


def test_events_in_the_wrong_order_do_not_bring_it_back(hub: Hub) -> None:
    made = clicked(hub)
    hub.play(over(), event("outgoing_before"))
    made.refresh_from_db()
    assert made.state == DialState.ENDED


def test_a_call_reported_late_is_taken_all_the_same(hub: Hub) -> None:
    made = clicked(hub, ago=1000, state=DialState.UNREPORTED)
    hub.play(over(ago=990))
    made.refresh_from_db()
    assert (made.state, made.call is not None) == (DialState.ENDED, True)


@pytest.mark.parametrize(
    ("what", "special"),
    [
        ("of another employee", {"who": "Piotr"}),
        ("incoming", {"call_type": "in"}),
        ("to another number", {"userfield": "380501112233", "E164": "+380501112233"}),
        ("begun long before the click", {"ago": 600}),
    ],
)
def test_another_call_is_not_taken_for_the_one_asked_for(hub: Hub, what: str, special: dict[str, Any]) -> None:
    made = clicked(hub)
    hub.play(event("outgoing_before", **special))
    made.refresh_from_db()
    assert made.call is None, what


def test_a_call_known_before_the_click_is_not_its_call(hub: Hub) -> None:
    hub.play(event("outgoing_before"))
    made = clicked(hub, ago=0)
    hub.play(over())
    made.refresh_from_db()
    assert made.call is None


def test_two_clicks_get_a_call_each_in_their_order(hub: Hub) -> None:
    first, second = clicked(hub, ago=60), clicked(hub, ago=20)
    hub.play(event("outgoing_before", ago=55))
    hub.play(event("outgoing_before", ago=15, uniqueid=f"{CALL_ID}8"))
    first.refresh_from_db()
    second.refresh_from_db()
    assert [one.call and one.call.external_id for one in (first, second)] == [CALL_ID, f"{CALL_ID}8"]


def test_a_call_announced_without_an_id_rings_at_the_client(hub: Hub) -> None:
    made = clicked(hub)
    hub.play({key: value for key, value in event("outgoing_before").items() if key != "uniqueid"})
    made.refresh_from_db()
    assert (made.state, made.call) == (DialState.RINGING, None)
