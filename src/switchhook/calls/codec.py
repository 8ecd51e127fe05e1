"""Facts and folded states as JSON for the database, and back."""

from typing import Any

from pydantic import TypeAdapter

from switchhook.core.call import CallFact, CallState
from switchhook.core.redaction import redact

_FACT = TypeAdapter(CallFact)
_STATE = TypeAdapter(CallState)


def fact_to_json(fact: CallFact) -> dict[str, Any]:
    """Only what the fact states; times as ISO 8601."""
    data: dict[str, Any] = _FACT.dump_python(fact, mode="json", exclude_defaults=True)
    return data


def fact_from_json(data: dict[str, Any]) -> CallFact:
    """The fact that `fact_to_json` wrote."""
    return _FACT.validate_python(data)


def state_to_json(state: CallState) -> dict[str, Any]:
    """The folded state, for pages and programs: tokens in the vendor's links are credentials, and are masked."""
    data: dict[str, Any] = _STATE.dump_python(state, mode="json", exclude_defaults=True, exclude={"recording_url"})
    data["reached"] = sorted(data.get("reached", ()))
    return data | {name: redact(data[name]) for name in ("tags", "analysis") if name in data}


def state_from_json(data: dict[str, Any]) -> CallState:
    """The state that `state_to_json` wrote."""
    return _STATE.validate_python(data)
