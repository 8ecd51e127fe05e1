"""Bodies of every layout, encoding and spelling come down to the same facts."""

import json
import string
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.connectors.base import Account, RawEvent
from switchhook.connectors.ringostat.connector import connect
from switchhook.connectors.ringostat.events import read
from switchhook.connectors.ringostat.twin.bodies import CLASSIC_NAMES, NESTED_OBJECT, NESTED_TOP
from switchhook.connectors.ringostat.visits import LONGEST_TAG, MOST_TAGS
from switchhook.connectors.testing.telephony import as_json, raw_event
from switchhook.core.call import CallFact, Direction, EventKind
from switchhook.core.errors import AnomalousPayload, UnsupportedEvent, Unusable

KYIV = ZoneInfo("Europe/Kyiv")
OWN = frozenset({"+380736500001", "+380501112233"})
ACCOUNT = Account(zone=KYIV, own_numbers=OWN)
CALL = {"uniqueid": "ua9_-1790775458.2139025", "call_type": "in", "caller": "380732130001", "dst": "380736500001"}
ENDED = {**CALL, "disposition": "PROPER", "billsec": "83", "duration": "97"}


def facts(body: Any, *, query: str = "", account: Account = ACCOUNT) -> tuple[CallFact, ...]:
    return calls_of(raw_event(json.dumps(body).encode(), query=query), account)


def calls_of(event: RawEvent, account: Account = ACCOUNT) -> tuple[CallFact, ...]:
    return tuple(fact for fact in read(event, account) if isinstance(fact, CallFact))


def fact(body: Mapping[str, Any], **options: Any) -> CallFact:
    (found,) = facts(body, **options)
    return found


numbers = st.integers(0, 7000).map(str)
words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=30).filter(
    lambda text: (
        text.strip() == text and text not in {"null", "NULL", "Null", "None", "undefined"} and text[0] not in "{(%"
    )
)
calls = st.fixed_dictionaries(
    {"uniqueid": st.from_regex(r"[a-z]{2}\d_-17907\d{5}\.\d{1,7}", fullmatch=True)},
    optional={
        "call_type": st.sampled_from(["in", "out", "callback", "transitin"]),
        "dst": st.sampled_from(["380736500001", "380501234567", "acme_ivanov"]),
        "E164": st.sampled_from(["+380732130001", "+48221234567"]),
        "caller": st.sampled_from(
            ["380732130001", '"acme_ivanov" <acme_ivanov>', '"Olena" <380732130001>', "anonymous"]
        ),
        "connected_with": st.sampled_from(["acme_ivanov", "380501112233"]),
        "disposition": st.sampled_from(["PROPER", "NO ANSWER", "VOICEMAIL", "NOVELTY", "CALLING"]),
        "billsec": numbers,
        "duration": numbers,
        "waittime": numbers,
        "calldate": st.integers(1_577_836_800, 1_893_456_000).map(
            lambda epoch: datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%S")
        ),
        "employee_number": st.sampled_from(["331851", "-1"]),
        "employee_fio": words,
        "pool_name": words,
        "utm_source": words,
        "has_recording": st.sampled_from(["0", "1"]),
    },
)


def in_layout(layout: str, call: Mapping[str, str]) -> dict[str, Any]:
    if layout == "classic":
        return {CLASSIC_NAMES.get(name, name): value for name, value in call.items()}
    if layout == "nested":
        inner = {name: value for name, value in call.items() if name not in NESTED_TOP}
        return {name: value for name, value in call.items() if name in NESTED_TOP} | {NESTED_OBJECT: inner}
    return dict(call)


def in_encoding(encoding: str, body: dict[str, Any], event: str) -> RawEvent:
    if encoding == "json":
        return raw_event(json.dumps(body).encode(), query=f"event={event}")
    pairs = [
        (name if not part else f"{name}[{part}]", text)
        for name, value in body.items()
        for part, text in (value.items() if isinstance(value, dict) else [("", value)])
    ]
    text = urlencode(pairs)
    if encoding == "query":
        return raw_event(b"", method="GET", content_type="", query=f"{text}&event={event}")
    return raw_event(text.encode(), content_type="application/x-www-form-urlencoded", query=f"event={event}")


def outcome(event: RawEvent) -> Any:
    try:
        return read(event, ACCOUNT)
    except Unusable as error:
        return error.code


@given(call=calls, event=st.sampled_from(["before_call", "taking_call", "after_call", "outgoing_after", "rating"]))
def test_a_call_is_the_same_in_three_layouts_and_three_encodings(call: dict[str, str], event: str) -> None:
    ways = [(layout, encoding) for layout in ("flat", "nested", "classic") for encoding in ("json", "form", "query")]
    first, *others = [outcome(in_encoding(encoding, in_layout(layout, call), event)) for layout, encoding in ways]
    assert others == [first] * len(others)


@given(call=calls)
def test_numbers_may_be_numbers_or_strings(call: dict[str, str]) -> None:
    unquoted = {
        name: int(value) if name in {"billsec", "duration", "waittime"} else value for name, value in call.items()
    }
    assert outcome(raw_event(json.dumps(unquoted).encode())) == outcome(raw_event(json.dumps(call).encode()))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)
known_names = st.sampled_from(
    [
        *CALL,
        "calldate",
        "date",
        "disposition",
        "billsec",
        "duration_ms",
        "record",
        "event",
        "E164",
        "summary",
        "call_timestamp",
    ]
)


@given(body=json_values | st.dictionaries(known_names | st.text(max_size=12), json_values, max_size=12))
def test_any_json_is_read_or_refused_as_unusable(body: Any) -> None:
    try:
        found = facts(body)
    except Unusable:
        return
    stored = json.dumps([as_json(item) for item in found], ensure_ascii=False)
    assert "\\u0000" not in stored
    assert stored.encode().decode() == stored


@given(text=st.text(alphabet=string.printable, max_size=300))
def test_any_text_in_any_field_is_read_or_refused_as_unusable(text: str) -> None:
    for name in ("calldate", "caller", "dst", "duration", "recording_wav", "employee_number", "connected_with"):
        outcome(raw_event(json.dumps({**ENDED, name: text}).encode()))


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_truncated_json_names_the_remedy(cut: int) -> None:
    with pytest.raises(AnomalousPayload, match="Send the event again"):
        read(raw_event(json.dumps(ENDED).encode()[:-cut]), ACCOUNT)


def test_a_body_over_the_limit_names_the_remedy() -> None:
    event = RawEvent(
        method="POST", content_type="", query="", body=b"{}", headers={}, received_at=datetime.now(UTC), truncated=True
    )
    with pytest.raises(AnomalousPayload, match="fewer parameters"):
        read(event, ACCOUNT)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b"&" * 1000 + b"a=1", b'"text"', b"12", b"<xml a='1'/>"]
)
def test_malformed_bodies_are_refused_in_time(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(AnomalousPayload):
        read(raw_event(body), ACCOUNT)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("name", ["caller", "calldate", "disposition", "recording_wav", "employee_fio", "E164", "zzz"])
@pytest.mark.parametrize("piece", [" ", '"', "<", "0 ", "a/recordings/", "{{", "a "])
def test_a_huge_value_is_read_in_time(name: str, piece: str) -> None:
    started = time.perf_counter()
    outcome(raw_event(json.dumps({**ENDED, name: "x" + piece * 200_000 + "y"}).encode()))
    assert time.perf_counter() - started < 5


def test_a_lone_surrogate_and_a_nul_can_be_stored() -> None:
    body = b'{"uniqueid": "1", "caller": "380732130001", "pool_name": "a\\ud800b\\u0000c", "x\\u0000": "y"}'
    (found,) = calls_of(raw_event(body))
    assert found.tags["pool_name"] == "a\ufffdb\ufffdc"
    assert [name for name in found.tags if "\x00" in name] == []


def test_raw_line_breaks_in_a_json_text_are_tolerated() -> None:
    (found,) = calls_of(raw_event(b'{"uniqueid":"ua9_-1790775458.1","summary":"one\ntwo"}'))
    assert found.analysis == {"summary": "one\ntwo"}


@pytest.mark.parametrize(
    ("body", "content_type", "name"),
    [
        ("José".encode("latin-1"), "", "José"),
        ("Ірина".encode("cp1251"), "application/x-www-form-urlencoded; charset=windows-1251", "Ірина"),
        ("Ірина".encode(), "application/x-www-form-urlencoded; charset=iso-8859-1", "Ірина"),
        ("Ірина".encode(), "text/plain; charset=rot13", "Ірина"),
        (b"Jos\xe9", "text/plain; charset=rot13", "José"),
        (b"Jos%E9", "", "José"),
        (b"%D0%86%D1%80%D0%B8%D0%BD%D0%B0", "", "Ірина"),
    ],
)
def test_names_survive_the_encoding_of_the_body(body: bytes, content_type: str, name: str) -> None:
    event = raw_event(urlencode(ENDED).encode() + b"&employee_fio=" + body, content_type=content_type)
    (found,) = read(event, ACCOUNT)
    assert found.employee is not None
    assert found.employee.name == name


@pytest.mark.parametrize("value", [None, "null", "NULL", "", "undefined", "{{duration}}", "-3", "soon", "99999999999"])
def test_what_is_no_value_is_silence(value: str | None) -> None:
    assert fact({**ENDED, "duration": value, "duration_ms": None}).duration is None


def test_a_duration_in_milliseconds_stands_in() -> None:
    assert fact({**CALL, "disposition": "PROPER", "duration_ms": "36999"}).duration == 36


def test_the_body_goes_before_the_query() -> None:
    assert fact(ENDED, query="disposition=BUSY&pool_name=Ads").tags == {"pool_name": "Ads"}
    assert fact(ENDED, query="disposition=BUSY").disposition == "PROPER"


def test_the_event_named_in_the_address_goes_before_the_body() -> None:
    assert fact({**CALL, "event": "call"}, query="event=after_call").kind is EventKind.AFTER
    assert fact({**CALL, "event": "after_call"}).kind is EventKind.AFTER


def test_one_bad_event_of_a_batch_does_not_spoil_the_others() -> None:
    deal = {"event": "deal_created", "deal_id": "7"}
    assert [found.external_id for found in facts([deal, ENDED, {"hello": "world"}])] == [ENDED["uniqueid"]]
    with pytest.raises(UnsupportedEvent):
        facts([deal, deal])


def test_the_connections_names_go_before_the_vendors() -> None:
    account = Account(zone=KYIV, settings={"names": {"Status": "pool_name", "{{My Result}}": "disposition", "dst": ""}})
    found = fact({**CALL, "status": "Ads", "my_result": "BUSY", "roistat": "7"}, account=account)
    assert (found.disposition, found.project_number) == ("BUSY", None)
    assert found.tags == {"pool_name": "Ads", "roistat": "7"}


@pytest.mark.parametrize("names", [None, [], "x", {"a": 3}, {3: "a"}])
def test_a_broken_name_map_does_no_harm(names: Any) -> None:
    assert fact(ENDED, account=Account(zone=KYIV, settings={"names": names})).disposition == "PROPER"


def test_a_nested_name_can_be_mapped_by_its_path() -> None:
    account = Account(zone=KYIV, settings={"names": {"deal.author": "employee_fio"}})
    found = fact({**ENDED, "deal": {"author": "Ivanov Ivan"}}, account=account)
    assert found.employee is not None
    assert found.employee.name == "Ivanov Ivan"


def test_a_record_that_is_a_link_is_the_recording_and_not_the_id() -> None:
    link = "https://app.ringostat.com/recordings/x.wav?token=t"
    found = fact({"record": link, "call_id": "1", "caller": "380732130001", "status": "BUSY"})
    assert (found.external_id, found.recording_url) == ("1", link)
    assert fact({"record": "1", "caller": "380732130001", "status": "BUSY"}).external_id == "1"


def test_an_open_recording_link_never_becomes_a_tag() -> None:
    links = {f"field{n}": f"https://app.ringostat.com/recordings/{n}.wav?token=t" for n in range(3)}
    found = fact({**ENDED, **links, "recording": "javascript:alert(1)"})
    assert (found.tags, found.recording_url) == ({}, None)


def test_a_second_call_id_is_a_tag() -> None:
    found = fact({**ENDED, "parent": "ua9_-1790775400.7"})
    assert (found.external_id, found.tags) == (ENDED["uniqueid"], {"parent": "ua9_-1790775400.7"})


def test_short_visit_names_fill_missing_utm_tags() -> None:
    visit = {"source": "google", "medium": "cpc", "campaign": "brand", "keyword": "phone", "utm_medium": "(none)"}
    found = fact({**ENDED, **visit, "utm_source": "bing"})
    assert found.utm == {"utm_source": "bing", "utm_medium": "cpc", "utm_campaign": "brand", "utm_term": "phone"}
    assert found.tags == {}


@pytest.mark.parametrize("nothing", ["(direct)", "(none)", "(not set)", "(Not Set)"])
def test_the_words_for_no_visit_are_no_tags(nothing: str) -> None:
    assert fact({**ENDED, "utm_source": nothing, "landing": nothing}).utm == {}


def test_tags_are_bounded_in_number_and_length() -> None:
    found = fact({**ENDED, "pool_name": "p" * 5_000, **{f"custom{n}": "x" for n in range(300)}})
    assert len(found.tags) == MOST_TAGS
    assert len(found.tags["pool_name"]) == LONGEST_TAG


def test_an_absurdly_long_call_id_is_refused() -> None:
    with pytest.raises(AnomalousPayload) as caught:
        fact({**ENDED, "uniqueid": "9" * 500})
    assert caught.value.field == "uniqueid"


def test_no_credentials_are_needed_to_read() -> None:
    assert connect(Account()).read(raw_event(json.dumps(ENDED).encode()))


@pytest.mark.parametrize("test", [{"test": True}, {"uniqueid": "test"}, {"event": "test"}])
def test_a_test_delivery_states_nothing(test: dict[str, Any]) -> None:
    assert facts({**ENDED, **test}) == ()


def test_an_analysis_keeps_what_the_profile_adds() -> None:
    found = fact({"call_id": "1", "Summary": "Short.", "Слова-паразити": "немає", "pool_name": "Ads"}, query="event=ai")
    assert found.analysis == {"summary": "Short.", "Слова-паразити": "немає"}
    assert found.tags == {"pool_name": "Ads"}


@pytest.mark.parametrize(
    ("disposition", "final"), [("PROPER", True), ("NOVELTY", True), ("IN PROGRESS", False), ("calling", False)]
)
def test_only_a_finished_call_is_final(disposition: str, final: bool) -> None:
    assert fact({**ENDED, "disposition": disposition}, query="event=after_call").final is final


def test_an_employee_who_dials_is_known_before_the_call() -> None:
    found = fact({**CALL, "call_type": "out", "caller": '"acme_ivanov" <acme_ivanov>', "dst": "0501234567"})
    assert (found.direction, found.client_number) == (Direction.OUT, "+380501234567")
    assert found.employee is not None
    assert found.employee.sip == "acme_ivanov"
