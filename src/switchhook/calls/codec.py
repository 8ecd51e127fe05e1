"""Facts and folded states, of calls and of inquiries, as JSON for the database, and back."""

from typing import Any

from pydantic import TypeAdapter

from switchhook.core.call import CallFact, CallState
from switchhook.core.inquiry import InquiryFact
from switchhook.core.redaction import redact
from switchhook.core.situation import Inquiry, Step

_FACT = TypeAdapter(CallFact)
_STATE = TypeAdapter(CallState)
_INQUIRY_FACT = TypeAdapter(InquiryFact)
_INQUIRY = TypeAdapter(Inquiry)


def fact_to_json(fact: CallFact | InquiryFact) -> dict[str, Any]:
    """Only what the fact states; times as ISO 8601."""
    if isinstance(fact, InquiryFact):
        told: dict[str, Any] = _INQUIRY_FACT.dump_python(fact, mode="json", exclude_defaults=True)
        return told
    data: dict[str, Any] = _FACT.dump_python(fact, mode="json", exclude_defaults=True)
    return data


def fact_from_json(data: dict[str, Any]) -> CallFact:
    """The fact about a call that `fact_to_json` wrote."""
    return _FACT.validate_python(data)


def inquiry_fact_from_json(data: dict[str, Any]) -> InquiryFact:
    """The fact about a form or dialogue that `fact_to_json` wrote."""
    return _INQUIRY_FACT.validate_python(data)


def state_to_json(state: CallState | Inquiry) -> dict[str, Any]:
    """The folded state, for pages and programs: tokens in the vendor's links are credentials, and are masked."""
    if isinstance(state, Inquiry):
        told: dict[str, Any] = _INQUIRY.dump_python(state, mode="json", exclude_defaults=True)
        said = {"steps": sorted(state.steps, key=list(Step).index), "released": state.released}
        shown: dict[str, Any] = redact(told | said)
        return shown
    data: dict[str, Any] = _STATE.dump_python(state, mode="json", exclude_defaults=True, exclude={"recording_url"})
    data["reached"] = sorted(data.get("reached", ()))
    return data | {name: redact(data[name]) for name in ("tags", "analysis") if name in data}


def state_from_json(data: dict[str, Any]) -> CallState | Inquiry:
    """The state that `state_to_json` wrote."""
    return _INQUIRY.validate_python(data) if "channel" in data else _STATE.validate_python(data)


def visit_of(state: CallState | Inquiry) -> tuple[str, str]:
    """Source and campaign of the visit before a call or inquiry, "" where unknown; with or without the prefix `utm_`.

    A form or dialogue that no visit is known of has the messenger or site for its source.
    """
    said = {name.lower().removeprefix("utm_"): value for name, value in state.utm.items()}
    source = said.get("source") or (state.source if isinstance(state, Inquiry) else "")
    return source[:200], said.get("campaign", "")[:200]
