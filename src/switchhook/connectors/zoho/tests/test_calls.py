"""Calls: their kinds, their length in the account's unit, what has no field."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.zoho.calls import length_of
from switchhook.connectors.zoho.connector import connect
from switchhook.connectors.zoho.records import seconds_of
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, account_of, open_crm
from switchhook.core.records import Draft, Kind, Record

CALL = {
    "direction": "in",
    "status": "answered",
    "client_number": "+380671234567",
    "project_number": "+380441234567",
    "started_at": "2026-11-20T09:30:00+00:00",
    "talk_seconds": 205,
    "wait_seconds": 7,
    "employee": "5725767000000412001",
    "employee_name": "Piotr Nowak",
    "recording_url": "https://hub.example/r/1",
    "call_id": "call-1",
}


def logged(twin: TwinClient, settings: dict[str, Any] | None = None, **values: Any) -> tuple[dict[str, Any], Record]:
    """The call as Zoho has it, and as it was given back."""
    crm = connect(account_of(twin, settings, zone=ZoneInfo("Europe/Kyiv")))
    made = crm.create(Draft(kind=Kind.CALL, values={**CALL, **values}), mark="swh-1")
    return next(row for row in twin.state()["records"]["call"] if row["id"] == made.id), made


def test_an_answered_call_keeps_all_that_is_known_of_it(twin: TwinClient) -> None:
    row, made = logged(twin)
    assert (row["Call_Type"], row["Call_Duration"], row["Call_Duration_in_seconds"]) == ("Inbound", "03:25", 205)
    assert row["Call_Start_Time"] == "2026-11-20T11:30:00+02:00"
    assert row["Voice_Recording__s"] == "https://hub.example/r/1"
    assert row["Subject"] == "Incoming call from +380671234567"
    read = open_crm(twin).get(made.ref).values
    assert {name: read[name] for name in CALL} == CALL
    assert made.remarks == ()


@pytest.mark.parametrize(
    ("direction", "status", "choice", "type_", "length", "remarks"),
    [
        ("in", "missed", "outbound", "Missed", "00:00", 0),
        ("in", "failed", "outbound", "Missed", "00:00", 0),
        ("in", "answered", "outbound", "Inbound", "00:01", 1),
        ("out", "answered", "missed", "Outbound", "00:01", 1),
        ("out", "missed", "outbound", "Outbound", "00:01", 1),
        ("out", "missed", "missed", "Missed", "00:00", 0),
    ],
)
def test_a_call_without_a_talk_is_entered_as_zoho_takes_it(
    twin: TwinClient, direction: str, status: str, choice: str, type_: str, length: str, remarks: int
) -> None:
    settings = {"unanswered_outgoing": choice}
    row, made = logged(twin, settings, direction=direction, status=status, talk_seconds=0, recording_url="")
    assert (row["Call_Type"], row["Call_Duration"], len(made.remarks)) == (type_, length, remarks)
    read = open_crm(twin).get(made.ref).values
    assert (read["direction"], read["status"], read["talk_seconds"]) == (direction, status, 0)


def test_the_length_can_be_in_hours_and_minutes(twin: TwinClient) -> None:
    twin.control("configure", call_length="HH:mm")
    row, _made = logged(twin, {"call_length": "HH:mm"}, talk_seconds=3725)
    assert (row["Call_Duration"], row["Call_Duration_in_seconds"]) == ("01:02", 3720)


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 3599, 3600, 90_000])
def test_a_length_is_read_as_it_was_written(seconds: int) -> None:
    assert seconds_of(length_of(seconds, "mm:ss"), "mm:ss") == seconds
    assert seconds_of(length_of(seconds, "HH:mm"), "HH:mm") == seconds // 60 * 60
    assert seconds_of("nonsense", "mm:ss") == 0


def test_the_check_notices_that_the_account_counts_in_another_unit(twin: TwinClient) -> None:
    twin.control("configure", call_length="HH:mm")
    logged(twin)
    remarks = open_crm(twin, edition="enterprise", licences=10).check().remarks
    assert remarks == ("This account takes the length of a call as HH:mm. Change “Length of a call”.",)


def test_a_status_of_outgoing_calls_is_sent_where_the_account_wants_one(twin: TwinClient) -> None:
    row, _made = logged(twin, {"outgoing_status_field": "Outgoing_Call_Status"}, direction="out")
    assert row["Outgoing_Call_Status"] == "Completed"


def test_a_recordings_field_that_the_account_has_not_is_left_out_and_the_link_kept(twin: TwinClient) -> None:
    twin.control("configure", missing={"Calls": ["Voice_Recording__s"]})
    row, made = logged(twin)
    assert "Voice_Recording__s" not in row
    assert "Voice_Recording__s" in str(made.remarks[0])
    assert open_crm(twin).get(made.ref).values["recording_url"] == "https://hub.example/r/1"


def test_what_became_of_a_call_later_changes_its_record(twin: TwinClient) -> None:
    _row, made = logged(twin, status="missed", talk_seconds=0, recording_url="")
    crm = open_crm(twin)
    crm.update(made.ref, {"status": "answered", "talk_seconds": 61, "recording_url": "https://hub.example/r/9"})
    (row,) = twin.state()["records"]["call"]
    assert (row["Call_Type"], row["Call_Duration"]) == ("Inbound", "01:01")
    read = crm.get(made.ref).values
    assert (read["status"], read["talk_seconds"], read["recording_url"]) == ("answered", 61, "https://hub.example/r/9")
    assert row["Description"].splitlines()[-1] == "swh-1"


def test_a_call_without_a_number_or_a_time_is_recorded(twin: TwinClient) -> None:
    row, _made = logged(twin, client_number=None, started_at=None)
    assert row["Subject"] == "Incoming call from"
    assert row["Call_Start_Time"]
