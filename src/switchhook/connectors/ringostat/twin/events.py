"""What each event of a script says, as variables with values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import calls
from .analysis import analysis_of
from .calls import Call
from .config import TwinConfig, TwinEmployee

EVENT_NAMES = {
    "before": ("before_call", "outgoing_before"),
    "forwarding": ("forwarding", "forwarding"),
    "taking": ("taking_call", "taking_call"),
    "after": ("after_call", "outgoing_after"),
    "rating": ("rating", "rating"),
    "ai": ("ai_analysis", "ai_analysis"),
    "form": ("form", "form"),
    "dialogue_start": ("dialogue_start", "dialogue_start"),
    "dialogue_taken": ("dialogue_taken", "dialogue_taken"),
    "contact_given": ("contact_given", "contact_given"),
    "dialogue_released": ("dialogue_released", "dialogue_released"),
    "dialogue_end": ("dialogue_end", "dialogue_end"),
}
"""Kind of event → its `?event=` name for incoming and for outgoing calls."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a script. `own_names` replaces the layout's keys; `held` events wait for `finish` when asked to."""

    name: str
    kind: str
    values: dict[str, Any]
    own_names: Mapping[str, str] = field(default_factory=dict)
    held: bool = False


@dataclass(slots=True, kw_only=True)
class Stage:
    """What a step may use: the call, the project, where recordings lie, which directions are tried."""

    call: Call
    config: TwinConfig
    base: str
    tried: list[str] = field(default_factory=list)
    details: Mapping[str, Any] = field(default_factory=dict)

    def event(self, kind: str, values: dict[str, Any], own_names: Mapping[str, str] | None = None) -> Event:
        """An event named for the call's direction."""
        incoming, outgoing = EVENT_NAMES[kind]
        return Event(outgoing if self.call.call_type == "out" else incoming, kind, values, own_names or {})

    @property
    def known(self) -> dict[str, Any]:
        """Identity, parties and marketing: what the PBX knows when the call reaches it."""
        return {
            **calls.identity(self.call, self.config),
            **calls.parties(self.call),
            **calls.marketing(self.call),
        }


Step = Callable[[Stage], list[Event]]


def before(stage: Stage) -> list[Event]:
    """The call reached the PBX, or the employee has dialled. Nothing about the result, not even keys."""
    return [stage.event("before", stage.known)]


def before_without_id(stage: Stage) -> list[Event]:
    """An outgoing call before the PBX gave it an id."""
    return [stage.event("before", {key: value for key, value in stage.known.items() if key != "uniqueid"})]


def forwarding(stage: Stage) -> list[Event]:
    """One event per destination tried."""
    return [
        stage.event("forwarding", {**stage.known, "connected_with": tried, **calls.OUTCOME_UNKNOWN})
        for tried in stage.tried
    ]


def taking(stage: Stage) -> list[Event]:
    """The handset is lifted: by the one who is transferred from, where there is a transfer."""
    return [_taken(stage, stage.call.employee, stage.call.connected_with)]


def transfer(stage: Stage) -> list[Event]:
    """The second employee takes the call, which is his from now on. The id and the date stay the same."""
    return [_taken(stage, stage.call.last_employee, stage.call.last_direction)]


def _taken(stage: Stage, employee: TwinEmployee | None, connected_with: str) -> Event:
    return stage.event("taking", {**stage.known, **calls.staff(employee, connected_with), **calls.OUTCOME_UNKNOWN})


def after(stage: Stage) -> list[Event]:
    """Hung up: everything is known."""
    return [stage.event("after", _final(stage))]


def _final(stage: Stage) -> dict[str, Any]:
    answered = stage.call.disposition in calls.ANSWERED
    # An employee who did not answer is nobody in an incoming call; an outgoing call is his in any case.
    person, connected = stage.call.last_employee, stage.call.last_direction
    if stage.call.made_by == "client" and not answered:
        person, connected = None, ""
    elif stage.call.made_by == "employee":
        connected = calls.spellings(stage.call.client)[1] if answered else ""
    ended = calls.outcome(stage.call, stage.base, stage.config.project_id)
    return {**stage.known, **calls.staff(person, connected), **ended}


def after_without_recording(stage: Stage) -> list[Event]:
    """Hung up, and the recording is still being written."""
    silent = {"has_recording": "0", "recording_wav": None, "recording": None}
    return [stage.event("after", {**_final(stage), **silent})]


def late_recording(stage: Stage) -> list[Event]:
    """The after-call event once more, for the recording's sake: everything else about the result is null."""
    link = stage.call.recording_url(stage.base)
    values = {
        **calls.identity(stage.call, stage.config),
        **calls.parties(stage.call),
        **calls.OUTCOME_UNKNOWN,
        "has_recording": "1",
        "recording_wav": link,
        "recording": link,
    }
    event = stage.event("after", values)
    return [Event(event.name, event.kind, values, held=True)]


def rating(stage: Stage) -> list[Event]:
    """The client rated the talk in the menu after it."""
    mark = int(stage.details.get("rating", 5))
    values = {
        **calls.identity(stage.call, stage.config),
        **calls.parties(stage.call),
        "category_number": 1,
        "category_name": "Service quality",
        "category_mark": mark,
        "employee_mark": mark,
        "employee_number": stage.call.employee.staff_id if stage.call.employee else -1,
    }
    return [stage.event("rating", values)]


AI_NAMES = {"uniqueid": "call_id", "caller": "callerId", "duration": "call_duration", "call_card": "call_card_link"}


def analysis(stage: Stage) -> list[Event]:
    """The recording has been listened to by a machine. Keys are those a customer gave it, in every layout."""
    e164, digits = calls.spellings(stage.call.client)
    values = {
        "uniqueid": stage.call.call_id,
        "caller": digits or e164,
        "duration": str(stage.call.duration),
        "transcript_vtt": stage.call.recording_url(stage.base, "vtt"),
        "call_card": calls.call_card(stage.call, stage.base, stage.config.project_id),
        **analysis_of(stage.call),
        **dict(stage.details.get("analysis") or {}),
    }
    return [stage.event("ai", values, AI_NAMES)]
