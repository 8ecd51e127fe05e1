"""However a body is written, the call is the same; and whatever arrives is answered without a fault and kept."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.acceptance.console import Console
from tests.acceptance.records import OLENA, everything, one_of_each, owners
from tests.demo_hub import DemoHub, Record

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

NewClient = Callable[[], str]

OWN_NAMES = {
    "uniqueid": "Call-ID",
    "calldate": "{{start}}",
    "disposition": "Result of the call",
    "billsec": "sec",
    "waittime": ["Waiting", "wait_again"],
    "employee_fio": None,
    "userfield": None,
    "caller_number": None,
}


@pytest.mark.parametrize("encoding", ["json", "form", "query"])
@pytest.mark.parametrize("layout", ["flat", "nested", "classic"])
def test_every_layout_in_every_encoding_is_the_same_call(
    hub: DemoHub, new_client: NewClient, layout: str, encoding: str
) -> None:
    plain, written = new_client(), new_client()
    hub.send("incoming-answered", plain, employee=OLENA)
    hub.play("incoming-answered", written, employee=OLENA, layout=layout, encoding=encoding)
    found = everything(hub, [plain, written])
    assert found[written] == found[plain]
    assert owners(hub, written) == one_of_each(OLENA)


@pytest.mark.parametrize("empty", ["null", "missing", "blank"])
@pytest.mark.parametrize("numbers", ["string", "int"])
def test_numbers_as_text_and_missing_values_are_the_same_call(
    hub: DemoHub, new_client: NewClient, numbers: str, empty: str
) -> None:
    plain, written = new_client(), new_client()
    hub.send("incoming-missed", plain)
    hub.play("incoming-missed", written, numbers=numbers, empty=empty)
    found = everything(hub, [plain, written])
    assert found[written] == found[plain]


def test_parameters_may_have_other_names(hub: DemoHub, new_client: NewClient) -> None:
    plain, written = new_client(), new_client()
    hub.send("incoming-answered", plain, employee=OLENA)
    hub.play("incoming-answered", written, employee=OLENA, names=OWN_NAMES, extra={"Comment": "ours", "version": 3})
    found = everything(hub, [plain, written])
    del found[plain]["call"], found[written]["call"]  # the length of the talk bears a name that nobody could know
    assert found[written] == found[plain]


# --- bad input ------------------------------------------------------------------------------------------------------


SQL = "'; DROP TABLE calls_call; --"
HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"

BAD: dict[str, bytes] = {
    "nothing": b"",
    "truncated JSON": b'{"uniqueid": "ua9_-1790775458.77", "userfield": "38067',
    "no JSON": b"hello",
    "an array": b"[1, 2, 3]",
    "an array of calls": b'[{"uniqueid": "ua9_-1790775458.78"}, null, [], "x"]',
    "a number": b"7",
    "a text": b'"text"',
    "null": b"null",
    "latin-1": '{"uniqueid": "ua9_-1790775458.79", "employee_fio": "Müller"}'.encode("latin-1"),
    "UTF-16": '{"uniqueid": "ua9_-1790775458.80"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + b'{"uniqueid": "ua9_-1790775458.81", "call_type": "in"}',
    "NUL bytes": b'{"uniqueid": "ua9_-1790775458.82\\u0000", "employee_fio": "a\\u0000b"}\x00',
    "lone surrogates": b'{"uniqueid": "ua9_-1790775458.83", "employee_fio": "\\ud800"}',
    "random bytes": bytes(range(256)) * 40,
    "deep nesting": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "huge numbers": b'{"uniqueid": "ua9_-1790775458.84", "billsec": 1' + b"0" * 5000 + b', "duration": -1e999}',
    "wrong kinds": b'{"uniqueid": {"a": 1}, "calldate": [], "billsec": "many", "userfield": true, "disposition": 5}',
    "impossible times": b'{"uniqueid": "ua9_-1790775458.85", "calldate": "9999-99-99 77:00", "duration": 99999999999}',
    "a long id": b'{"uniqueid": "' + b"9" * 5000 + b'", "userfield": "' + b"8" * 5000 + b'"}',
    "many keys": json.dumps({f"key{n}": n for n in range(20_000)}).encode(),
}
KINDS = ["application/json", "application/x-www-form-urlencoded", "text/plain", ""]


def _deliver(hub: DemoHub, body: bytes, kind: str, event: str = "after_call") -> Any:
    return hub.web.post(f"{hub.webhook_url}?event={event}", content=body, headers={"content-type": kind})


def _kept(hub: DemoHub, stored: Sequence[str]) -> list[Record]:
    """The stored events as the API shows them."""
    kept = {event["id"]: event for event in hub.api.all("events", limit=200)}
    return [kept[one] for one in stored]


@pytest.mark.parametrize("what", BAD)
def test_a_body_that_makes_no_sense_is_taken_kept_and_harms_nothing(hub: DemoHub, client: str, what: str) -> None:
    stored = []
    for kind in KINDS:
        answer = _deliver(hub, BAD[what], kind)
        assert answer.status_code == 200, answer.text
        stored.append(str(answer.json()["stored"]))
    hub.play("incoming-answered", client, employee=OLENA)
    kept = _kept(hub, stored)
    assert {event["state"] for event in kept} <= {"read", "unused", "flagged"}
    assert "internal" not in {event["error_code"] for event in kept}
    assert [hub.process.query("SELECT body FROM intake_rawevent WHERE id = %s", one) for one in stored] == [
        [(BAD[what],)]
    ] * 4
    assert owners(hub, client) == one_of_each(OLENA)


def test_ten_megabytes_are_refused_and_their_beginning_is_kept(hub: DemoHub) -> None:
    answer = _deliver(hub, b'{"uniqueid": "' + b"x" * 10_000_000 + b'"}', "application/json")
    assert answer.status_code == 413
    hub.settle()
    kept = next(one for one in hub.api.all("events", limit=200) if one["id"] == str(answer.json()["stored"]))
    assert (kept["truncated"], kept["state"]) == (True, "flagged")


NUMBERS = ("userfield", "E164", "dst", "connected_with")
WORDS = ("employee_fio", "employee_email", "disposition", "utm_source", "landing", "pool_name")
FIELDS: tuple[str, ...] = ("uniqueid", "calldate", "call_type", "billsec", "recording_wav", *NUMBERS, *WORDS)


@pytest.mark.parametrize("text", [SQL, HTML], ids=["SQL", "HTML"])
def test_sql_and_html_in_every_field_stay_text(hub: DemoHub, client: str, text: str) -> None:
    call = {
        "uniqueid": f"ua9_-1790775458.{client[-6:]}",
        "call_type": "in",
        "userfield": client[1:],
        "dst": "380441230001",
    }
    spoilt = [{**call, "disposition": "NO ANSWER", **dict.fromkeys(names, text)} for names in (*zip(FIELDS), FIELDS)]
    answers = [_deliver(hub, json.dumps(body).encode(), "application/json") for body in spoilt]
    assert {answer.status_code for answer in answers} == {200}
    hub.settle()
    kept = _kept(hub, [str(answer.json()["stored"]) for answer in answers])
    assert "internal" not in {event["error_code"] for event in kept}
    assert hub.calls(client)
    with Console(hub) as console:
        of_calls = [f"calls/{seen['id']}/" for seen in hub.calls(client)]
        of_records = [f"crm/{kind}/" for kind in ("contacts", "companies", "leads", "tasks")]
        for page in ("", "calls/", "events/", *of_calls, *of_records, *(f"events/{event['id']}/" for event in kept)):
            assert HTML[:12] not in console.page(page), page


def test_sql_and_html_in_the_address_stay_text(hub: DemoHub) -> None:
    answer = hub.web.get(hub.webhook_url, params={"event": HTML, SQL: HTML, "uniqueid": "\x00"})
    assert answer.status_code == 200
    hub.settle()
