"""Trying a scenario table: an invented call as the planner takes it, and plans as people read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.console.matrix_table import said
from switchhook.console.matrix_words import CONDITIONS, SYMBOLS
from switchhook.console.wording import KINDS, MOMENTS
from switchhook.core.call import CallState, Direction, Moment, Status
from switchhook.core.matrix import Condition
from switchhook.core.plan import Person, Plan, PlanSettings
from switchhook.core.planned import Action
from switchhook.core.reason import Reason
from switchhook.core.records import Kind, Record, Ref
from switchhook.core.situation import Channel, Client, Inquiry, Step, Verdict, describe
from switchhook.core.tryout import Case, content, content_by_action


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One action of a plan: `head` says what, `facts` for whom, until when and on what, `why` gives the reason.

    `only_here`: the plan beside which it is shown asks for nothing like it.
    """

    head: str
    facts: list[str]
    text: str = ""
    why: str = ""
    kind: str = ""
    only_here: bool = False

    @property
    def symbol(self) -> str:
        """The icon of what is made."""
        return SYMBOLS[self.kind]


@dataclass(frozen=True, slots=True)
class PlannedMoment:
    """What is done at one moment of the call; "" for forms and chats."""

    moment: str
    lines: list[PlannedLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A plan in words."""

    situation: str
    reason: str
    moments: list[PlannedMoment]
    skipped: list[str]
    notes: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is made."""
        return not any(moment.lines for moment in self.moments)


@dataclass(frozen=True, slots=True)
class Names:
    """What users of the CRM are called, and what its records are."""

    users: Mapping[str, str]

    @classmethod
    def of(cls, connection: Connection) -> "Names":
        """The employees' names by their user ids at this connection."""
        accounts = EmployeeAccount.objects.filter(connection=connection).select_related("employee")
        return cls({account.user_id: account.employee.name for account in accounts})

    def user(self, user: str | None) -> str:
        """A user's name; his id where no employee is mapped to him."""
        return self.users.get(user, user) if user else ""


def shown(plan: Plan, case: Case[Any], names: Names, *, beside: Plan | None = None) -> ShownPlan:
    """The plan as people read it, marked where the plan `beside` it asks for nothing like it.

    User ids of the CRM become names where they are known.
    """
    own = content_by_action(plan)
    others = set(content_by_action(beside).values()) if beside is not None else set(own.values())
    reader = _Reader(plan, case, names, frozenset(id_ for id_, said in own.items() if said not in others))
    moments = [Moment.END] if isinstance(case.event, Inquiry) else list(Moment)
    grouped = [
        PlannedMoment(_moment(case, one), [reader.line(a) for a in plan.actions if a.moment is one]) for one in moments
    ]
    return ShownPlan(
        situation=said(describe(plan.situation)),
        reason=said(plan.reason),
        moments=[one for one in grouped if one.lines],
        skipped=[said(skip.reason) for skip in plan.skipped],
        notes=[reader.named(note) for note in plan.notes],
    )


def _moment(case: Case[Any], moment: Moment) -> str:
    return "" if isinstance(case.event, Inquiry) else str(MOMENTS[moment])


def differs(one: Plan, other: Plan) -> bool:
    """Whether two plans ask for different records."""
    return content(one) != content(other)


@dataclass(frozen=True, slots=True)
class _Reader:
    plan: Plan
    case: Case[Any]
    names: Names
    different: frozenset[str]

    def line(self, action: Action) -> PlannedLine:
        values = action.draft.values
        title = str(values.get("name") or values.get("title") or values.get("subject") or "")
        return PlannedLine(
            head=self.head(action),
            facts=self.facts(action),
            text="\n".join(part for part in (title, str(values.get("text") or "")) if part),
            why=said(action.reason),
            kind=action.draft.kind.value,
            only_here=action.id in self.different,
        )

    def head(self, action: Action) -> str:
        kind = str(KINDS[action.draft.kind])
        if action.amends:
            return _("%(kind)s: its own id goes into its name") % {"kind": kind}
        if action.target is not None:
            return _("%(kind)s changed: %(name)s") % {"kind": kind, "name": self.record(action.target)}
        if action.draft.kind is Kind.TASK and action.draft.values.get("done"):
            return _("Done task")
        return kind

    def facts(self, action: Action) -> list[str]:
        values, facts = action.draft.values, []
        owner = self.names.user(values.get("owner") or values.get("employee"))
        if owner:
            facts.append(_("owner: %(name)s") % {"name": owner})
        if action.draft.kind is Kind.TASK:
            name = self.names.user(values.get("assignee"))
            facts.append(_("for: %(name)s") % {"name": name} if name else _("for nobody"))
            facts += self.due(values)
        if action.condition is not Condition.ALWAYS:
            facts.append(str(CONDITIONS[action.condition]))
        ties = [self.record(ref) for ref in action.draft.links]
        kinds = {one.id: one.draft.kind for one in self.plan.actions}
        ties += [_("%(kind)s (new)") % {"kind": KINDS[kinds[use]]} for use in action.uses if use in kinds]
        facts += [_("linked to: %(records)s") % {"records": ", ".join(ties)}] if ties and not action.amends else []
        return facts

    def due(self, values: Mapping[str, Any]) -> list[str]:
        if values.get("done") or not values.get("due_at"):
            return []
        at = datetime.fromisoformat(str(values["due_at"])).astimezone(self.case.settings.zone)
        return [_("due %(when)s") % {"when": date_format(at, "j M, H:i")}]

    def record(self, ref: Ref) -> str:
        found = next((match for match in self.case.verdict.matches if match.ref == ref), None)
        name = found.title if found and found.title else ref.id
        return f"{KINDS[ref.kind]} “{name}”"

    def named(self, note: Reason) -> str:
        params = {name: self.names.users.get(value, value) for name, value in note.params.items()}
        return said(Reason(text=note.text, params=params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A situation that a person makes up. `found` are the records that carry the number: (kind, status, owner)."""

    channel: Channel
    direction: Direction = Direction.IN
    outcome: str = "answered"
    late: frozenset[Moment] = frozenset()
    answerer: Person | None = None
    phone: str | None = None
    name: str = ""
    text: str = ""
    step: Step = Step.FORM_SENT
    utm: Mapping[str, str] = field(default_factory=dict)
    found: Sequence[tuple[Kind, str, str | None]] = ()


def invented_case(wanted: Invented, settings: PlanSettings, recording_link: str) -> Case[str]:
    """The case that stands for an invented situation, happening now."""
    at = timezone.now().astimezone(UTC).replace(microsecond=0)
    records = tuple(_record(number, wanted, *one) for number, one in enumerate(wanted.found, 1))
    client = Client.KNOWN if records else Client.NEW
    if wanted.phone is None and wanted.channel is Channel.CALL:
        client = Client.HIDDEN
    event = _call(wanted, at) if wanted.channel is Channel.CALL else _inquiry(wanted, at)
    return Case(
        what="",
        event=event,
        verdict=Verdict(client=client, matches=records),
        settings=replace(settings, recording_link=recording_link),
        answerer=wanted.answerer if wanted.channel is not Channel.FORM else None,
    )


def _record(number: int, wanted: Invented, kind: Kind, status: str, owner: str | None) -> Record:
    contact = next((str(n) for n, one in enumerate(wanted.found, 1) if one[0] is Kind.CONTACT), None)
    company = next((str(n) for n, one in enumerate(wanted.found, 1) if one[0] is Kind.COMPANY), None)
    return Record(
        kind=kind,
        id=str(number),
        title=wanted.name or wanted.phone or "",
        owner=owner,
        status=status,
        contact_id=contact if kind is not Kind.CONTACT else None,
        company_id=company if kind is not Kind.COMPANY else None,
    )


def _call(wanted: Invented, at: datetime) -> CallState:
    ended = wanted.outcome != "ringing"
    answered = wanted.outcome == "answered"
    status = Status.ANSWERED if answered else Status.MISSED if ended else Status.ACTIVE
    reached = {Moment.RING} | ({Moment.END, *wanted.late} if ended else set())
    return CallState(
        external_id="invented",
        direction=wanted.direction,
        client_number=wanted.phone,
        client_hidden=wanted.phone is None,
        status=status,
        started_at=at - timedelta(minutes=2),
        ended_at=at if ended else None,
        talk_seconds=95 if answered else 0,
        wait_seconds=12,
        has_recording=Moment.RECORDING in wanted.late,
        utm=wanted.utm,
        analysis={"summary": _("The client asks for the price.")} if Moment.ANALYSIS in wanted.late else {},
        reached=frozenset(reached | ({Moment.PICKUP} if answered else set())),
    )


def _inquiry(wanted: Invented, at: datetime) -> Inquiry:
    order = list(Step)
    dialogue = frozenset(one for one in order[1:] if order.index(one) <= order.index(wanted.step))
    is_form = wanted.channel is Channel.FORM
    return Inquiry(
        channel=wanted.channel,
        steps=frozenset({Step.FORM_SENT}) if is_form else dialogue or frozenset({Step.DIALOGUE_STARTED}),
        at=at,
        started_at=at - timedelta(minutes=5),
        client_number=wanted.phone,
        client_name=wanted.name,
        text=wanted.text,
        link="https://example.com/",
        source="" if is_form else "telegram",
        utm=wanted.utm,
    )
