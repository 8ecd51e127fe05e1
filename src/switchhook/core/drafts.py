"""The canonical values of the records that a plan asks for (`core.records` lists them)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from switchhook.core.analysis import analysis_text
from switchhook.core.call import CallState, Status
from switchhook.core.mapping import cut, mapped, parameters, render, render_with_id
from switchhook.core.matrix import ActionSpec, Do, TaskState
from switchhook.core.planned import PlanSettings
from switchhook.core.records import Kind, Record
from switchhook.core.situation import Channel, Inquiry, Person
from switchhook.core.words import _

TITLE_LIMIT = 255
"""The longest name or subject where the vendor states none."""

_DEFAULT_TITLES = {
    Channel.CALL: _("Call {phone} {date}"),
    Channel.FORM: _("Form {phone} {date}"),
    Channel.DIALOGUE: _("Chat {name} {date}"),
}
_NAMELESS = _("Unknown client")
_CALL_IN_WORDS = _("Call {phone} {date} {time}: {direction}, {status}, {employee}")
_NAMES = {Kind.CONTACT: "name", Kind.COMPANY: "name", Kind.TASK: "subject"}
_WITH_VISIT = frozenset({Kind.CONTACT, Kind.LEAD, Kind.DEAL})


@dataclass(frozen=True, slots=True)
class Clerk:
    """Writes the values of one event's records in the project's language and time zone."""

    event: CallState | Inquiry
    settings: PlanSettings
    limits: Mapping[str, int]
    words: dict[str, str]

    @classmethod
    def of(
        cls, event: CallState | Inquiry, settings: PlanSettings, limits: Mapping[str, int], person: Person | None
    ) -> "Clerk":
        """The clerk for `event`, on which `person` spoke; `limits` are the vendor's longest texts."""
        return cls(event, settings, limits, parameters(event, zone=settings.zone, person=person))

    def record(self, spec: ActionSpec, kind: Kind, owner: str | None, *, with_phone: bool) -> dict[str, Any]:
        """The values of a new contact, company, lead, deal or order."""
        number = self.event.client_number
        values: dict[str, Any] = {_NAMES.get(kind, "title"): self.title(spec, kind), "owner": owner}
        values["phones"] = [number] if number and with_phone else []
        values["email"] = self.words.get("email", "") if kind is Kind.CONTACT else ""
        if kind in _WITH_VISIT:
            values |= self.visit() | {"source": spec.source or self.words.get("source", "")}
        values["custom"] = mapped(self.settings.fields, kind, self.words)
        return _filled(values)

    def update(self, record: Record) -> dict[str, Any]:
        """What the event adds to an existing record; empty where it adds nothing."""
        current = record.values.get("custom")
        known = current if isinstance(current, dict) else {}
        custom = mapped(self.settings.fields, record.kind, self.words, current=known)
        visit = self.visit() if record.kind in _WITH_VISIT else {}
        return _filled({**visit, "custom": custom})

    def visit(self) -> dict[str, Any]:
        """Visit tags and the visitor's id."""
        return {"utm": dict(self.event.utm), "client_id": self.words.get("client_id", "")}

    def task(self, spec: ActionSpec, assignee: str | None) -> dict[str, Any]:
        """The values of a task. Its due time hangs on the call's end only, in whatever order events come."""
        done = spec.state is TaskState.DONE
        at = self.at()
        allowed = self.settings.task_due if spec.due_minutes is None else timedelta(minutes=spec.due_minutes)
        due = at if done or at is None else self.settings.due(at, allowed, assignee)
        values = {
            "subject": self.title(spec, Kind.TASK),
            "text": self.text(spec, Kind.TASK),
            "assignee": assignee,
            "due_at": due.astimezone(UTC).isoformat() if due else None,
            "recording_url": self.recording() if done else "",
        }
        return _filled(values) | {"done": done}

    def call(self, employee: str | None) -> dict[str, Any]:
        """The values of a call record; `employee` is the CRM user whose call it is."""
        call = self.event
        if isinstance(call, Inquiry):
            return {}
        values = {
            "direction": call.direction.value if call.direction else "",
            "status": call.status.value,
            "client_number": call.client_number,
            "project_number": call.project_number,
            "started_at": call.started_at.isoformat() if call.started_at else None,
            "employee": employee,
            "employee_name": self.words.get("employee", "") if employee else "",
            "employee_line": self.words.get("line", ""),
            "recording_url": self.recording(),
        }
        return _filled(values) | {"talk_seconds": call.talk_seconds or 0, "wait_seconds": call.wait_seconds or 0}

    def comment(self, spec: ActionSpec) -> str:
        """The text of a comment, also of one that stands in for a task or a call record; may be empty."""
        translate, limit = self.settings.translate, self.limits.get("comment.text")
        if spec.do is Do.AI_COMMENT and not spec.text and isinstance(self.event, CallState):
            return cut(analysis_text(self.event.analysis, translate), limit)
        if spec.do is Do.LOG_CALL:
            said = render(translate(spec.text or _CALL_IN_WORDS), self.words)
            return cut(f"{said}\n{self.recording()}".strip(), limit)
        if spec.do is Do.TASK:
            said = render(f"{self.title(spec, Kind.TASK)}\n{translate(spec.text)}", self.words)
            return cut(said, limit)
        return self.text(spec, Kind.COMMENT)

    def title(self, spec: ActionSpec, kind: Kind) -> str:
        """The name or subject: the action's own, else the connection's, else the default; never empty."""
        text = render(self._title_template(spec, kind), self.words, limit=self._title_limit(kind))
        return text or self.settings.translate(_NAMELESS)

    def title_with_id(self, spec: ActionSpec, kind: Kind) -> dict[str, str]:
        """The value that brings a new record's own id into its title; empty where the title has no place for it."""
        text = render_with_id(self._title_template(spec, kind), self.words, limit=self._title_limit(kind))
        return {_NAMES.get(kind, "title"): text} if text else {}

    def _title_template(self, spec: ActionSpec, kind: Kind) -> str:
        channel = self.event.channel if isinstance(self.event, Inquiry) else Channel.CALL
        edited = self.settings.titles.get(kind.value if channel is Channel.CALL else f"{channel.value}.{kind.value}")
        default = "{name}" if _NAMES.get(kind) == "name" else self.settings.translate(_DEFAULT_TITLES[channel])
        return self.settings.translate(spec.title) if spec.title else edited or default

    def _title_limit(self, kind: Kind) -> int:
        return self.limits.get(f"{kind.value}.{_NAMES.get(kind, 'title')}", TITLE_LIMIT)

    def text(self, spec: ActionSpec, kind: Kind) -> str:
        """The body of a task or comment."""
        return render(self.settings.translate(spec.text), self.words, limit=self.limits.get(f"{kind.value}.text"))

    def at(self) -> datetime | None:
        """When the event ended, as far as that is known."""
        return self.event.at if isinstance(self.event, Inquiry) else self.event.ended_at or self.event.started_at

    def recording(self) -> str:
        """The hub's link, for a talk and for a message left."""
        call = self.event
        if isinstance(call, Inquiry) or not (call.status is Status.ANSWERED or call.has_recording):
            return ""
        return self.settings.recording_link


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
