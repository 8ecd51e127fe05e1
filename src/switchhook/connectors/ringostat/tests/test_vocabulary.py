"""The vendor's words: results, kinds of calls, names of events."""

import pytest

from switchhook.connectors.ringostat.dispositions import (
    CALL_TYPES,
    canonical_call_type,
    canonical_disposition,
    status_of,
)
from switchhook.connectors.ringostat.kinds import Event, event_of
from switchhook.core.call import Direction, Status

STATUSES = {
    "ANSWERED": Status.ANSWERED,
    "PROPER": Status.ANSWERED,
    "REPEATED": Status.ANSWERED,
    "NO ANSWER": Status.MISSED,
    "BUSY": Status.MISSED,
    "FAILED": Status.FAILED,
    "NO-FORWARD": Status.MISSED,
    "NO FORWARD": Status.MISSED,
    "VOICEMAIL": Status.MISSED,
    "WRONG EXTENSION": Status.MISSED,
    "NO EXTENSION": Status.MISSED,
    "CLIENT NO ANSWER": Status.MISSED,
    "FAILED FORBIDDEN DESTINATION": Status.FAILED,
    "DECLINE": Status.MISSED,
    "IN PROGRESS": Status.ACTIVE,
    "CALLING": Status.ACTIVE,
    "SOMETHING NEW": Status.OTHER,
    "": Status.OTHER,
}


@pytest.mark.parametrize(("word", "status"), STATUSES.items())
@pytest.mark.parametrize("separator", [" ", "_", "-", "+", "", "  "])
def test_a_result_is_classified_in_every_spelling(word: str, status: Status, separator: str) -> None:
    spelled = word.replace("-", " ").replace(" ", separator)
    assert {status_of(spelled), status_of(spelled.lower()), status_of(spelled.title())} == {status}


@pytest.mark.parametrize("spelling", ["no_answer", "NO+ANSWER", "No-Answer", "NOANSWER"])
def test_a_known_result_is_kept_in_the_vendors_spelling(spelling: str) -> None:
    assert canonical_disposition(spelling) == "NO ANSWER"


def test_an_unknown_result_is_kept_as_it_came() -> None:
    assert canonical_disposition(" Teleported_away ") == "Teleported_away"


@pytest.mark.parametrize(
    ("word", "canonical", "direction"),
    [
        ("in", "in", Direction.IN),
        ("OUT", "out", Direction.OUT),
        ("callback", "callback", Direction.IN),
        ("Call-back", "callback", Direction.IN),
        ("transitin", "transitin", Direction.IN),
        ("transit_out", "transitout", Direction.OUT),
        ("incoming", "in", Direction.IN),
        ("outbound", "out", Direction.OUT),
        ("conference", "conference", None),
    ],
)
def test_a_call_type_tells_the_direction(word: str, canonical: str, direction: Direction | None) -> None:
    assert canonical_call_type(word) == canonical
    assert CALL_TYPES.get(canonical_call_type(word)) is direction


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("before_call", Event.BEFORE),
        ("Before call", Event.BEFORE),
        ("forward-location", Event.FORWARDING),
        ("when_taking_the_call", Event.TAKING),
        ("afterCall", Event.AFTER),
        ("after_call_rating_menu", Event.RATING),
        ("outgoing_before", Event.OUTGOING_BEFORE),
        ("outbound-after-call", Event.OUTGOING_AFTER),
        ("Call processed by AI", Event.ANALYSIS),
        ("form_sent", Event.FORM),
        ("chat_start", Event.DIALOGUE_START),
        ("dialog_end", Event.DIALOGUE_END),
        ("chat-taken-into-work", Event.DIALOGUE_TAKEN),
        ("contactDataGiven", Event.CONTACT_GIVEN),
        ("send_to_crm", Event.DIALOGUE_RELEASED),
        ("deal_created", Event.DEAL),
    ],
)
def test_an_event_is_known_by_its_name_in_many_spellings(name: str, event: Event) -> None:
    assert event_of({"event": name, "uniqueid": "1"}) is event


@pytest.mark.parametrize(
    ("stated", "event"),
    [
        ({"uniqueid": "1", "disposition": "BUSY"}, Event.AFTER),
        ({"uniqueid": "1", "call_type": "out", "billsec": "0"}, Event.OUTGOING_AFTER),
        ({"uniqueid": "1", "disposition": "IN PROGRESS", "connected_with": "acme_ivanov"}, Event.TAKING),
        ({"uniqueid": "1", "employee_fio": "Ivanov Ivan", "disposition": None}, Event.TAKING),
        ({"uniqueid": "1", "call_type": "out", "caller": "acme_ivanov", "dst": "380501112233"}, Event.OUTGOING_BEFORE),
        ({"uniqueid": "1", "caller": "380501112233"}, Event.BEFORE),
        ({"uniqueid": "1", "summary": "Asked about delivery.", "duration": "97"}, Event.ANALYSIS),
        ({"uniqueid": "1", "category_mark": "5"}, Event.RATING),
        ({"uniqueid": "1", "category_mark": "-1", "caller": "380501112233"}, Event.BEFORE),
        ({"uniqueid": "1", "recording_wav": "https://app.example.com/1.wav"}, Event.AFTER),
        ({"form_name": "Order", "phone": "1"}, Event.FORM),
        ({"dialogue_id": "7"}, Event.DIALOGUE_START),
        ({"weather": "fine"}, None),
    ],
)
def test_an_event_without_a_name_is_known_by_its_content(stated: dict[str, str | None], event: Event | None) -> None:
    assert event_of(stated) is event


def test_an_unknown_name_gives_way_to_the_content() -> None:
    assert event_of({"event": "hook_7", "uniqueid": "1", "disposition": "BUSY"}) is Event.AFTER
