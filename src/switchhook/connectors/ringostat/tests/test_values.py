"""Moments, durations and sides of a call, read from whatever the vendor writes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.connectors.ringostat.parties import Address, Parties, address, find_parties
from switchhook.connectors.ringostat.values import flag, moment, moment_in_id, seconds
from switchhook.core.call import Direction

KYIV = ZoneInfo("Europe/Kyiv")
EXPECTED = datetime(2026, 9, 3, 13, 7, 38, tzinfo=UTC)
CLIENT, LINE, MOBILE = "+380732130001", "+380736500001", "+380501112233"
SIP = '"acme_ivanov" <acme_ivanov>'


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-03 16:07:38",
        "2026-09-03T16:07:38",
        "2026-09-03T13:07:38+0000",
        "2026-09-03T16:07:38+03:00",
        "2026-09-03T13:07:38Z",
        "2026-09-03 16:07:38.000",
        "2026/09/03 16:07:38",
        "2026-9-3 16:07:38",
        "03.09.2026 16:07:38",
        "03.09.2026, 16:07:38",
        "3/9/26 16:07:38",
        "03-09-2026 4:07:38 PM",
        "20260903160738",
        "20260903T130738Z",
        "Thu, 03 Sep 2026 16:07:38 +0300",
        "1788440858",
        "1788440858000",
        "1788440858000000",
        "1788440858.0",
    ],
)
def test_a_moment_is_read_in_every_date_format(text: str) -> None:
    assert moment(text, KYIV) == EXPECTED


def test_microseconds_are_kept() -> None:
    assert moment("1728427645501605", KYIV) == datetime(2024, 10, 8, 22, 47, 25, 501605, tzinfo=UTC)


def test_a_month_over_twelve_is_a_day() -> None:
    assert (
        moment("09/30/2026 16:37", KYIV)
        == moment("30/09/2026 16:37", KYIV)
        == datetime(2026, 9, 30, 13, 37, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "text",
    ["", None, "soon", "0000-00-00 00:00:00", "2026-13-13 25:00:00", "1970-01-01 00:00:00", "9999-12-31 23:59:59",
     "12345", "99999999999999999999", "2026-02-30 10:00:00", "2026-09-03 16:07:38+99:99"],
)  # fmt: skip
def test_what_is_no_moment_is_none(text: str | None) -> None:
    assert moment(text, KYIV) is None


def test_a_wall_clock_that_occurs_twice_is_the_first_without_a_hint() -> None:
    assert moment("2026-10-25 03:30:00", KYIV) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("hour", [0, 1])
def test_a_hint_tells_which_of_two_moments_is_meant(hour: int) -> None:
    near = datetime(2026, 10, 25, hour, 30, 5, tzinfo=UTC)
    assert moment("2026-10-25 03:30:00", KYIV, near) == near.replace(second=0)


def test_a_wall_clock_that_never_occurs_is_read() -> None:
    assert moment("2026-03-29 03:30:00", KYIV) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    text=st.text(max_size=40) | st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]\d{1,2}:\d\d(:\d\d)?([+-]\d{4})?")
)
def test_no_text_breaks_the_reading_of_moments(text: str) -> None:
    found = moment(text, KYIV)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("call_id", "expected"),
    [
        ("ua9_-1790775458.2139025", datetime(2026, 9, 30, 13, 37, 38, tzinfo=UTC)),
        ("1790775458.2139025", datetime(2026, 9, 30, 13, 37, 38, tzinfo=UTC)),
        ("3677960d-aaaa", None),
        ("", None),
        (None, None),
    ],
)
def test_a_call_id_carries_its_start(call_id: str | None, expected: datetime | None) -> None:
    assert moment_in_id(call_id) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("83", 83),
        ("83.7", 83),
        ("0", 0),
        ("01:23", 83),
        ("0:01:23", 83),
        ("-1", None),
        ("", None),
        ("٣", None),
        ("9" * 12, None),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, expected: int | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("true", True), ("0", False), ("False", False), ("", None), ("2", None)]
)
def test_a_flag_is_yes_no_or_silent(text: str, expected: bool | None) -> None:
    assert flag(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("380732130001", Address(number=CLIENT)),
        ("+380 73 213 00 01", Address(number=CLIENT)),
        ("0732130001", Address(number=CLIENT)),
        ('"Олена Коваль" <380732130001>', Address(number=CLIENT, display="Олена Коваль")),
        (SIP, Address(sip="acme_ivanov", display="acme_ivanov")),
        ("acme_ivanov", Address(sip="acme_ivanov")),
        ("<sip:acme_ivanov@sip.example.com>", Address(sip="acme_ivanov")),
        ("SIP/acme_ivanov", Address(sip="acme_ivanov")),
        ("sip:380732130001@sip.example.com;user=phone", Address(number=CLIENT)),
        ("101", Address(short="101")),
        ("anonymous", Address(hidden=True)),
        ('"Anonymous" <anonymous@anonymous.invalid>', Address(hidden=True)),
        ("Restricted", Address(hidden=True)),
        ('"unknown" <>', Address(hidden=True)),
        ("", Address()),
        (None, Address()),
    ],
)
def test_an_address_is_a_number_a_login_or_hidden(text: str | None, expected: Address) -> None:
    assert address(text, "UA") == expected


def parties(direction: Direction | None = None, **stated: str | None) -> Parties:
    return find_parties(stated, direction, Direction.IN, country="UA", own=frozenset({LINE, MOBILE}))


@pytest.mark.parametrize(
    ("case", "direction", "stated"),
    [
        ("incoming", Direction.IN, {"E164": "+380732130001", "caller": "380736500001", "dst": "380736500001"}),
        ("incoming, caller only", Direction.IN, {"caller": "380732130001", "dst": "380736500001"}),
        ("incoming, all fields", Direction.IN, dict.fromkeys(["E164", "dst", "connected_with"], "380732130001")),
        ("dialled by the employee", Direction.OUT, {"caller": SIP, "dst": "380732130001", "userfield": "380736500001"}),
        ("started by the API", Direction.OUT, {"caller": SIP, "dst": "380736500001", "E164": "+380732130001"}),
        ("the line is known from the event", Direction.OUT,
         {"caller": SIP, "dst": "380445550000", "outbound_number": "380445550000", "E164": "+380732130001"}),
        ("call log, started by the API", Direction.OUT,
         {"caller": "380732130001", "dst": "acme_ivanov", "connected_with": "acme_ivanov"}),
        ("log, Smart Phone", Direction.OUT, {"caller": SIP, "dst": "380732130001", "connected_with": "380732130001"}),
        ("the caller repeats the client", Direction.OUT,
         {"caller": "380732130001", "userfield": "380732130001", "dst": "380445550000"}),
        ("callback, dialled last", Direction.IN, {"call_type": "callback", "caller": SIP, "dst": "380732130001"}),
        ("no type, an employee calls", None, {"caller": SIP, "dst": "380732130001"}),
        ("no type, to the line", None, {"caller": "380732130001", "dst": "380736500001"}),
    ],
)  # fmt: skip
def test_the_client_is_found(case: str, direction: Direction | None, stated: dict[str, str | None]) -> None:
    found = parties(direction, **stated)
    assert (found.client, found.hidden) == (CLIENT, False), case


@pytest.mark.parametrize(
    ("direction", "stated", "sip", "number"),
    [
        (Direction.IN, {"caller": "380732130001", "connected_with": "acme_ivanov"}, "acme_ivanov", ""),
        (Direction.IN, {"caller": "380732130001", "connected_with": "380501112233"}, "", MOBILE),
        (Direction.IN, {"caller": "380732130001", "connected_with": "380732130001"}, "", ""),
        (Direction.OUT, {"caller": SIP, "dst": "380732130001"}, "acme_ivanov", ""),
        (Direction.OUT, {"caller": "380501112233", "dst": "380732130001"}, "", MOBILE),
        (Direction.OUT, {"caller": "380732130001", "dst": "acme_ivanov", "E164": "+380732130001"}, "acme_ivanov", ""),
    ],
)
def test_the_employee_is_found(direction: Direction, stated: dict[str, str | None], sip: str, number: str) -> None:
    employee = parties(direction, **stated).employee
    assert (employee.sip if employee else "", employee.number if employee else "") == (sip, number)


@pytest.mark.parametrize("number", ["-1", "0", "", None])
def test_nobody_is_no_employee(number: str | None) -> None:
    assert parties(Direction.IN, caller="380732130001", employee_number=number).employee is None


def test_an_address_of_another_kind_is_no_email() -> None:
    assert parties(Direction.IN, caller="380732130001", employee_email="331851").employee is None


@pytest.mark.parametrize("caller", ["anonymous", "", None, "Restricted"])
def test_an_incoming_call_without_a_number_is_hidden(caller: str | None) -> None:
    found = parties(Direction.IN, caller=caller, E164=None, dst="380736500001")
    assert (found.client, found.hidden, found.line) == (None, True, LINE)


def test_an_event_that_does_not_speak_of_the_client_hides_nobody() -> None:
    assert parties(Direction.IN, dst="380736500001").hidden is None


@pytest.mark.parametrize("called", ["101", "acme_petrenko"])
def test_a_call_to_a_colleague_is_internal(called: str) -> None:
    found = parties(Direction.OUT, caller=SIP, dst=called)
    assert (found.direction, found.client, found.hidden) == (Direction.INTERNAL, None, None)


def test_the_name_beside_the_number_is_kept() -> None:
    assert parties(Direction.IN, caller='"Олена Коваль" <380732130001>').client_name == "Олена Коваль"
    assert parties(Direction.IN, caller='"380732130001" <380732130001>').client_name == ""
