"""A sample event: what its parameters mean, what of it a person has to say, and the map that comes of it."""

import json
from typing import Any

import pytest
from tests.factories import Desk, open_desk

from switchhook.calls.models import Call
from switchhook.connectors.base import NamedValue, SampleReading
from switchhook.core.errors import AnomalousPayload
from switchhook.delivery.models import Delivery
from switchhook.intake.models import RawState
from switchhook.understanding.reader import read_batch
from switchhook.understanding.sample import missing, name_map, read_sample, read_stored, uncertain

TEST_WEBHOOK = {
    "my_call": "ua9_-1790775458.2139025",
    "when_called": "2022-01-01 10:16:46",
    "employe_fio": "Test Test",
    "klient": "+380501234567",
    "status": "ANSWERED",
    "colour": "green",
}
"""What the provider's test delivery looks like with the customer's own names."""


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk()


def reading(desk: Desk, body: dict[str, Any]) -> SampleReading:
    return read_sample(desk.telephony, json.dumps(body).encode(), content_type="application/json")


def meanings(read: SampleReading) -> dict[str, tuple[str, str]]:
    return {value.name: (value.meaning, value.by) for value in read.values}


def test_names_are_told_by_the_name_the_shape_of_the_value_and_likeness(desk: Desk) -> None:
    assert meanings(reading(desk, TEST_WEBHOOK)) == {
        "my_call": ("uniqueid", "value"),
        "when_called": ("calldate", "likeness"),
        "employe_fio": ("employee_fio", "likeness"),
        "klient": ("E164", "likeness"),
        "status": ("disposition", "name"),
        "colour": ("", ""),
    }


def test_a_person_looks_only_at_what_is_not_sure(desk: Desk) -> None:
    read = reading(desk, TEST_WEBHOOK)
    assert uncertain(read) == ["when_called", "employe_fio", "klient", "colour"]
    assert missing(read, ["uniqueid", "billsec"]) == ["billsec"]


def test_the_confirmed_map_makes_the_same_event_certain(desk: Desk) -> None:
    read = reading(desk, TEST_WEBHOOK)
    chosen = {"when_called": "calldate", "employe_fio": "employee_fio", "klient": "E164", "colour": ""}
    desk.telephony.settings["names"] = name_map(read, chosen, {"old": "department"})
    assert desk.telephony.settings["names"] == {
        "old": "department",
        "when_called": "calldate",
        "employe_fio": "employee_fio",
        "klient": "E164",
    }
    assert uncertain(reading(desk, TEST_WEBHOOK)) == ["colour"]


def test_taking_a_meaning_back_takes_the_entry_out() -> None:
    read = SampleReading(event="", test=False, values=(NamedValue(name="tel", value="1", meaning="E164", by="map"),))
    assert name_map(read, {"tel": ""}, {"tel": "E164", "x": "dst"}) == {"x": "dst"}


def test_the_test_webhook_writes_nothing_anywhere(desk: Desk) -> None:
    event = desk.event(TEST_WEBHOOK, state=RawState.NEW)
    assert read_stored(desk.telephony, event).test
    read_batch()
    event.refresh_from_db()
    assert (event.state, Call.objects.count(), Delivery.objects.count()) == (RawState.READ, 0, 0)


def test_a_value_that_looks_like_a_secret_is_not_shown(desk: Desk) -> None:
    read = reading(desk, {"api_key": "0123456789abcdef", "uniqueid": "ua9_-1790775458.2139025"})
    assert [value.value for value in read.values] == ["•••", "ua9_-1790775458.2139025"]


def test_a_body_that_is_none_is_refused_with_the_remedy(desk: Desk) -> None:
    with pytest.raises(AnomalousPayload, match="neither JSON nor a form"):
        read_sample(desk.telephony, b"hello")
