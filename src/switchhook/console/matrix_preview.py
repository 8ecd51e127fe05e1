"""How an action's texts will read in the CRM: written by the planner's own clerk for an invented client."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from switchhook.calls.queries import tags_seen
from switchhook.console.matrix_desk import Desk
from switchhook.console.wording import PARAMETERS
from switchhook.core.call import CallState, Direction, EmployeeRef, Moment, Status
from switchhook.core.drafts import Clerk
from switchhook.core.mapping import PLACES, same, unknown_places
from switchhook.core.matrix import MADE, ActionSpec, Do, Row
from switchhook.core.situation import Channel, Inquiry, Outcome, Person, Step
from switchhook.projects.models import Employee, Project

CLIENT = "+380671234567"
_VISIT = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
_FIRST = ("phone", "name", "employee", "date", "time", "line", "text", "link", "id", "source", "campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What would be written; `notes` say what is to be known of it."""

    title: str = ""
    text: str = ""
    notes: list[str] = field(default_factory=list)


def preview(desk: Desk, row: Row, spec: ActionSpec) -> Sample:
    """The texts of `spec` for an invented event of its row, in the project's language and cut as the CRM needs it."""
    event = _event(desk.connection.project, row)
    person = _person(desk.connection.project)
    clerk = Clerk.of(event, desk.settings, desk.capabilities.limits, person)
    kind = spec.do.kind
    title, text = "", ""
    if spec.do is Do.TASK:
        values = clerk.task(replace(spec, due_minutes=None), None)
        title, text = values.get("subject", ""), values.get("text", "")
    elif kind in MADE and kind is not None:
        title = clerk.title_with_id(spec, kind).get("title") or clerk.title(spec, kind)
    elif spec.do is Do.COMMENT:
        text = clerk.comment(spec)
    return Sample(title=title, text=text, notes=_notes(desk, spec))


def _notes(desk: Desk, spec: ActionSpec) -> list[str]:
    own = tags_seen(desk.connection.project)
    unknown = [place for text in (spec.title, spec.text) for place in unknown_places(text, also=own)]
    text = _("No call has had {%(name)s} so far: where it is missing, nothing stands in its place.")
    return [text % {"name": name} for name in dict.fromkeys(unknown)]


def places(project: Project) -> list[tuple[str, Any]]:
    """The parameters that a text may name, with their meaning: the usual ones first, the project's own last."""
    rest = sorted(PLACES - set(_FIRST))
    meanings = PARAMETERS | {"id": _("The new record's own id")}
    own = sorted({same(tag) for tag in tags_seen(project)} - PLACES)
    return [(name, meanings.get(name, name)) for name in (*_FIRST, *rest)] + [
        (name, _("seen in your calls")) for name in own
    ]


def _person(project: Project) -> Person:
    first = Employee.objects.filter(project=project, active=True).first()
    return Person(name=first.name if first else "Olena Kovalenko", line=(first.sips or [""])[0] if first else "")


def _event(project: Project, row: Row) -> CallState | Inquiry:
    at = timezone.now().astimezone(UTC)
    if row.when.channel is not Channel.CALL:
        steps = frozenset(row.when.step or (Step.FORM_SENT,))
        return Inquiry(
            channel=row.when.channel,
            steps=steps,
            at=at,
            client_number=CLIENT,
            client_name=_("Ivan"),
            text=_("I would like to order."),
            link="https://example.com/",
            utm=_VISIT,
        )
    return _call(at, row)


def _call(at: datetime, row: Row) -> CallState:
    missed = row.when.outcome == (Outcome.MISSED,)
    return CallState(
        direction=Direction.OUT if row.when.direction == (Direction.OUT,) else Direction.IN,
        client_number=CLIENT,
        project_number="+380441112233",
        status=Status.MISSED if missed else Status.ANSWERED,
        started_at=at - timedelta(minutes=2),
        ended_at=at,
        employee=None if missed else EmployeeRef(sip=""),
        utm=_VISIT,
        reached=frozenset({Moment.RING, Moment.END}),
    )
