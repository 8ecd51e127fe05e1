"""What every telephony connector must keep, as a suite of tests to inherit, and a loader of recorded events.

    class TestContract(TelephonyContract):
        def connector(self): return connect(Account(...))
        def recorded(self): return recorded_events(FIXTURES)

A recorded event is a JSON file: `about` (a sentence), `account` (optional: `names`, `own_numbers`, `zone`, `country`),
`request` (`method`, `query`, `content_type`, `body`, or `body_base64`) and `expected`: the facts, in the form of
`as_json`, or `{"error": code}`.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from switchhook.connectors.base import Account, RawEvent, TelephonyConnector
from switchhook.core.call import CallFact, EventKind, Status
from switchhook.core.errors import Unusable
from switchhook.core.inquiry import InquiryFact

LONGEST_INQUIRY_ID = 180
"""In characters; the hub puts the channel's name before it."""

RECEIVED_AT = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """A recorded delivery with the account it came to and what must be read from it."""

    name: str
    about: str
    account: Account
    event: RawEvent
    expected: Any


def recorded_events(folder: Path) -> list[RecordedEvent]:
    """Every recorded event of a folder, by file name."""
    return [_recorded(path) for path in sorted(folder.glob("*.json"))]


def _recorded(path: Path) -> RecordedEvent:
    data = json.loads(path.read_text(encoding="utf-8"))
    request, project = data["request"], data.get("account", {})
    text = request.get("body", "")
    return RecordedEvent(
        name=path.stem,
        about=data["about"],
        account=Account(
            settings={"names": project.get("names", {})},
            own_numbers=frozenset(project.get("own_numbers", ())),
            zone=ZoneInfo(project.get("zone", "Europe/Kyiv")),
            country=project.get("country", "UA"),
        ),
        event=raw_event(
            base64.b64decode(request["body_base64"]) if "body_base64" in request else text.encode(),
            method=request.get("method", "POST"),
            content_type=request.get("content_type", ""),
            query=request.get("query", ""),
        ),
        expected=data["expected"],
    )


def raw_event(
    body: bytes, *, method: str = "POST", content_type: str = "application/json", query: str = ""
) -> RawEvent:
    """A delivery as the intake would have stored it."""
    return RawEvent(
        method=method, content_type=content_type, query=query, body=body, headers={}, received_at=RECEIVED_AT
    )


def outcome_of(connector: TelephonyConnector, event: RawEvent) -> Any:
    """What reading gives, in the form in which recorded events expect it."""
    try:
        return [as_json(fact) for fact in connector.read(event)]
    except Unusable as error:
        return {"error": error.code}


def as_json(fact: CallFact | InquiryFact) -> dict[str, Any]:
    """The fields a fact states, as JSON values."""
    stated: dict[str, Any] = {}
    for field in fields(fact):
        value = getattr(fact, field.name)
        silent = {} if field.default_factory is not MISSING else field.default
        if value != silent:
            stated[field.name] = _plain(value)
    return stated


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {name: part for name, part in asdict(value).items() if part}
    return dict(value) if isinstance(value, Mapping) else value


class TelephonyContract:
    """Events are read into the same facts every time, and a bad one is refused by its name.

    Inherit, and say which `connector` and which `recorded` events (at least one yields a fact) to try.
    """

    def connector(self) -> TelephonyConnector:
        """A connector for a project in Ukraine."""
        raise NotImplementedError

    def recorded(self) -> Sequence[RecordedEvent]:
        """Deliveries in the shapes the vendor uses."""
        raise NotImplementedError

    def read(self) -> list[CallFact | InquiryFact]:
        """Every fact the recorded events yield."""
        connector, found = self.connector(), list[CallFact | InquiryFact]()
        for case in self.recorded():
            with suppress(Unusable):
                found += connector.read(case.event)
        return found

    def facts(self) -> list[CallFact]:
        """Those about calls; never none."""
        found = [fact for fact in self.read() if isinstance(fact, CallFact)]
        assert found
        return found

    def inquiries(self) -> list[InquiryFact]:
        """Those about forms and dialogues; none where the vendor reports neither."""
        return [fact for fact in self.read() if isinstance(fact, InquiryFact)]

    def test_reading_an_event_twice_gives_the_same_facts(self) -> None:
        for case in self.recorded():
            assert outcome_of(self.connector(), case.event) == outcome_of(self.connector(), case.event)

    def test_times_are_aware_and_in_utc(self) -> None:
        times = [fact.started_at for fact in self.facts() if fact.started_at]
        assert times
        assert all(time.tzinfo is UTC for time in times)

    def test_numbers_are_e164(self) -> None:
        for fact in self.facts():
            for number in (fact.client_number, fact.project_number, fact.employee and fact.employee.number):
                assert not number or (number.startswith("+") and number[1:].isdecimal())

    def test_a_hidden_client_has_no_number(self) -> None:
        assert not [fact for fact in self.facts() if fact.client_hidden and fact.client_number]

    def test_a_call_that_goes_on_is_not_final(self) -> None:
        early = {EventKind.BEFORE, EventKind.FORWARDING, EventKind.TAKING}
        for fact in self.facts():
            assert not (fact.final and (fact.kind in early or fact.status is Status.ACTIVE))

    def test_a_form_or_dialogue_has_an_id_a_time_in_utc_and_a_number_in_e164(self) -> None:
        for fact in self.inquiries():
            assert 0 < len(fact.external_id) <= LONGEST_INQUIRY_ID
            assert fact.at is not None
            assert fact.at.tzinfo is UTC
            assert not fact.client_number or (fact.client_number.startswith("+") and fact.client_number[1:].isdecimal())

    def test_a_form_or_dialogue_reported_again_an_hour_later_is_the_same_one(self) -> None:
        for case in self.recorded():
            later = replace(case.event, received_at=case.event.received_at + timedelta(hours=1))
            with suppress(Unusable):
                first, again = (self.connector().read(event) for event in (case.event, later))
                assert [fact.key for fact in first] == [fact.key for fact in again]

    @given(body=st.binary(max_size=400), query=st.text(max_size=60), content_type=st.text(max_size=40))
    def test_any_bytes_are_read_or_refused_as_unusable(self, body: bytes, query: str, content_type: str) -> None:
        outcome_of(self.connector(), raw_event(body, query=query, content_type=content_type))
