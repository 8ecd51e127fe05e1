"""Which of Ringostat's events a delivery is: by the name in its address or body, else by what it tells."""

from collections.abc import Mapping
from enum import StrEnum

from switchhook.core.call import Direction, EventKind
from switchhook.core.inquiry import InquiryEvent

from .names import ANALYSIS, folded
from .values import seconds, whole


class Event(StrEnum):
    """The vendor's events; values are the names used in `?event=`."""

    BEFORE = "before_call"
    FORWARDING = "forwarding"
    TAKING = "taking_call"
    AFTER = "after_call"
    RATING = "rating"
    OUTGOING_BEFORE = "outgoing_before"
    OUTGOING_AFTER = "outgoing_after"
    ANALYSIS = "ai_analysis"
    FORM = "form"
    DIALOGUE_START = "dialogue_start"
    DIALOGUE_TAKEN = "dialogue_taken"
    CONTACT_GIVEN = "contact_given"
    DIALOGUE_RELEASED = "dialogue_released"
    DIALOGUE_END = "dialogue_end"
    DEAL = "deal"
    TEST = "test"


KINDS = {
    Event.BEFORE: EventKind.BEFORE,
    Event.FORWARDING: EventKind.FORWARDING,
    Event.TAKING: EventKind.TAKING,
    Event.AFTER: EventKind.AFTER,
    Event.RATING: EventKind.RATING,
    Event.OUTGOING_BEFORE: EventKind.BEFORE,
    Event.OUTGOING_AFTER: EventKind.AFTER,
    Event.ANALYSIS: EventKind.ANALYSIS,
}
"""Events about calls."""

INQUIRIES = {
    Event.FORM: InquiryEvent.FORM,
    Event.DIALOGUE_START: InquiryEvent.STARTED,
    Event.DIALOGUE_TAKEN: InquiryEvent.TAKEN,
    Event.CONTACT_GIVEN: InquiryEvent.CONTACT,
    Event.DIALOGUE_RELEASED: InquiryEvent.RELEASED,
    Event.DIALOGUE_END: InquiryEvent.FINISHED,
}
"""Events about forms and dialogues.

The vendor's list of webhooks has the form, the start and the end. What lies between is on the vendor's list of rules
only; where such an event comes all the same, it is understood. All others are stored and not used.
"""

OUTGOING = frozenset({Event.OUTGOING_BEFORE, Event.OUTGOING_AFTER})
INCOMING = frozenset({Event.BEFORE, Event.FORWARDING, Event.TAKING, Event.AFTER, Event.RATING})

_SPELLINGS = {
    Event.BEFORE: "before incoming_before incoming_before_call before_incoming_call call_start start ring ringing new",
    Event.FORWARDING: "forward forward_location forwarding_step forwarding_location incoming_forwarding step",
    Event.TAKING: "taking taking_the_call when_taking_the_call incoming_taking pickup pick_up answer call_answer taken",
    Event.AFTER: "after incoming_after incoming_after_call after_incoming_call call_end end hangup completed finished",
    Event.RATING: "after_rating call_rating rating_menu after_call_rating after_call_rating_menu incoming_rating mark",
    Event.OUTGOING_BEFORE: "outgoing_before_call before_outgoing before_outgoing_call out_before outbound_before "
    "outbound_before_call",
    Event.OUTGOING_AFTER: "outgoing_after_call after_outgoing after_outgoing_call out_after outbound_after "
    "outbound_after_call",
    Event.ANALYSIS: "ai analysis ai_analytics call_processed_by_ai processed_by_ai after_ai ai_ready",
    Event.FORM: "form_sent site_form form_submit form_submitted site_form_sent",
    Event.DIALOGUE_START: "dialog_start dialogue_started dialog_started chat_start chat_started chat_opened",
    Event.DIALOGUE_TAKEN: "dialog_taken dialogue_taken_into_work dialog_taken_into_work chat_taken "
    "chat_taken_into_work dialogue_accepted dialog_accepted",
    Event.CONTACT_GIVEN: "contacts_given contact_data_given client_contact_given client_gave_contact_data "
    "dialogue_contact_given phone_given",
    Event.DIALOGUE_RELEASED: "dialog_released chat_released sent_to_crm send_to_crm client_sent_to_crm "
    "client_data_sent send_client_data dialogue_sent_to_crm chat_sent_to_crm",
    Event.DIALOGUE_END: "dialog_end dialogue_ended dialog_ended dialogue_finished chat_end chat_ended chat_closed",
    Event.DEAL: "deal_created deal_updated deal_status_updated deal_status deal_created_or_status_updated",
    Event.TEST: "test_webhook webhook_test",
}
_BY_NAME = {folded(name): event for event in Event for name in (event.value, *_SPELLINGS[event].split())}

CALL_NAMES = frozenset({"uniqueid", "caller", "caller_number", "E164", "userfield", "dst"})
_RUNNING = {"INPROGRESS", "CALLING"}

Stated = Mapping[str, str | None]


def event_of(stated: Stated) -> Event | None:
    """The event by its name, else by the body; None where neither tells."""
    named = _BY_NAME.get(folded(stated.get("event") or ""))
    return named or _by_content(stated)


def outgoing(stated: Stated) -> bool:
    """Whether the call type says that the project called the client."""
    return (stated.get("call_type") or "") in {"out", "transitout"}


def _by_content(stated: Stated) -> Event | None:
    given = {name for name, value in stated.items() if value}
    if visitor := _visitor_event(given, stated):
        return visitor
    out = outgoing(stated)
    signs = (
        (Event.ANALYSIS, bool(given & ANALYSIS)),
        (
            Event.OUTGOING_AFTER if out else Event.AFTER,
            has_result(stated) or bool(given & {"recording", "recording_wav"}),
        ),
        (Event.RATING, any((whole(stated.get(name)) or 0) > 0 for name in ("category_mark", "employee_mark"))),
        (Event.OUTGOING_BEFORE, out and bool(given & CALL_NAMES)),
        (Event.FORWARDING, "forward_location" in given),
        (Event.TAKING, bool(given & {"connected_with", "employee_fio", "employee_number", "employee_email"})),
        (Event.BEFORE, bool(given & CALL_NAMES)),
    )
    return next((event for event, seen in signs if seen), None)


def _visitor_event(given: set[str], stated: Stated) -> Event | None:
    if "uniqueid" in given or has_result(stated):
        return None
    if given & {"dialogue_id", "messenger", "messenger_client_id"}:
        return Event.DIALOGUE_START
    return Event.FORM if given & {"form_id", "form_name"} else None


def has_result(stated: Stated) -> bool:
    """Whether the values tell how the call ended."""
    word = folded(stated.get("disposition") or "").upper()
    if word:
        return word not in _RUNNING
    return any(seconds(stated.get(name)) is not None for name in ("billsec", "duration", "duration_ms"))


def default_direction(event: Event) -> Direction | None:
    """The direction of the family an event belongs to."""
    if event in OUTGOING:
        return Direction.OUT
    return Direction.IN if event in INCOMING else None
