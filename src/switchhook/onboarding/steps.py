"""How far a project has come on its first run, seen from what is there.

A step done elsewhere (by the API, on another page, in another browser) is done. Only decisions that leave no other
trace are kept with the guide: which steps were put off, and that the built-in CRM is the one that is wanted.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount
from switchhook.connections.options import lacking
from switchhook.connectors.registry import manifests
from switchhook.core.rehearsed import PREFIX
from switchhook.delivery.lanes import WAITING
from switchhook.delivery.models import Delivery, Rehearsal
from switchhook.intake.models import RawEvent
from switchhook.onboarding import reach
from switchhook.onboarding.acting import HEADER
from switchhook.onboarding.models import Guide
from switchhook.projects.models import Employee, Project, User
from switchhook.scenarios.models import MatrixVersion


class Step(StrEnum):
    """The steps, in their order."""

    TELEPHONY = "telephony"
    WEBHOOK = "webhook"
    CRM = "crm"
    PEOPLE = "people"
    RULES = "rules"
    TEST = "test"


LATER = "later:"
"""Put before a step's name in `Guide.settled`: it was put off."""

LOCAL_CRM, TAKES_NO_CALLS = "local-crm", "takes-no-calls"
MAY_WAIT = frozenset({Step.WEBHOOK})
"""Steps that can be put off, since they wait for somebody outside."""


class State(StrEnum):
    """`open` is the first that is not done; `closed` waits for it."""

    DONE = "done"
    LATER = "later"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One step: how it stands, and for which step a closed one waits."""

    step: Step
    state: State
    waits_for: Step | None = None


class FirstRun:
    """One project's first run, for one user. Looks at the database as it is asked; make a new one after a change."""

    def __init__(self, project: Project, user: User) -> None:
        self.project, self.user = project, user

    @cached_property
    def guide(self) -> Guide:
        """The guide's row, made when it is first looked at; a project that works without it has finished it."""
        now = timezone.now()
        beginning: dict[str, Any] = {"started_at": now}
        if not unfinished(self.project):
            beginning |= {"settled": [LOCAL_CRM], "finished_at": now}
        return Guide.objects.get_or_create(project=self.project, defaults=beginning)[0]

    @cached_property
    def telephony(self) -> Connection | None:
        """The telephony connection that the guide is about: the first."""
        return Connection.objects.filter(project=self.project, role="telephony").order_by("rank", "id").first()

    @cached_property
    def crm(self) -> Connection | None:
        """The CRM that the guide is about: a vendor's if there is one, else the hub's own if it is wanted."""
        crms = [one for one in self.crms if one.state != ConnectionState.PAUSED]
        vendors = [one for one in crms if not is_local(one)]
        local = crms if LOCAL_CRM in self.guide.settled else []
        return next(iter([*vendors, *local]), None)

    @cached_property
    def crms(self) -> list[Connection]:
        """All CRM connections in their order."""
        return list(Connection.objects.filter(project=self.project, role="crm").select_related("project"))

    @cached_property
    def first_event(self) -> RawEvent | None:
        """The first event that somebody else has sent."""
        if self.telephony is None:
            return None
        return came_from_outside(self.telephony).order_by("id").first()

    @cached_property
    def me(self) -> Employee | None:
        """The signed-in user as an employee."""
        return Employee.objects.filter(project=self.project, user=self.user, active=True).first()

    @cached_property
    def rehearsal(self) -> Rehearsal | None:
        """The last acted call."""
        return Rehearsal.objects.filter(telephony__project=self.project).order_by("-id").first()

    @cached_property
    def call(self) -> Call | None:
        """The acted call as it stands in the journal."""
        if self.rehearsal is None:
            return None
        return Call.objects.filter(
            connection=self.rehearsal.telephony_id, external_id=self.rehearsal.external_id
        ).first()

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Every step, in order."""
        found: list[Standing] = []
        waits_for: Step | None = None
        for step in Step:
            state = self._state(step, free=waits_for is None)
            found.append(Standing(step=step, state=state, waits_for=waits_for if state is State.CLOSED else None))
            if state is State.OPEN:
                waits_for = step
        return tuple(found)

    def _state(self, step: Step, *, free: bool) -> State:
        if self.is_done(step):
            return State.DONE
        if not free:
            return State.CLOSED
        return State.LATER if f"{LATER}{step}" in self.guide.settled else State.OPEN

    @property
    def open_step(self) -> Step | None:
        """The step to do now; None when all is done."""
        return next((one.step for one in self.standings if one.state is State.OPEN), None)

    @property
    def complete(self) -> bool:
        """Whether every step is done or put off."""
        return self.open_step is None

    def is_done(self, step: Step) -> bool:
        """Whether a step is done, whoever did it."""
        match step:
            case Step.TELEPHONY:
                return self.telephony is not None and self.telephony.state != ConnectionState.BROKEN
            case Step.WEBHOOK:
                return self.first_event is not None
            case Step.CRM:
                return self.crm is not None and self.crm.state == ConnectionState.ACTIVE and not self._lacks()
            case Step.PEOPLE:
                return self._people_known()
            case Step.RULES:
                return self.crm is not None and self._ruled(self.crm)
            case Step.TEST:
                return self.call is not None and self.call.ended_at is not None and not self.on_its_way()

    def on_its_way(self) -> bool:
        """Whether a CRM still has to deal with the acted call."""
        return Delivery.objects.filter(call=self.call, state__in=WAITING).exists()

    def may_wait(self) -> bool:
        """Whether the webhook step may be put off: the provider could come in, if it knew the address."""
        tried = reach.last(self.project)
        return tried is not None and tried.outcome.works

    def _lacks(self) -> bool:
        return self.crm is not None and self.crm.connector in manifests() and bool(lacking(self.crm))

    def _people_known(self) -> bool:
        mapped = EmployeeAccount.objects.filter(connection=self.crm, employee__active=True)
        known = self.me is not None or TAKES_NO_CALLS in self.guide.settled
        return self.crm is not None and known and mapped.exists()

    def _ruled(self, crm: Connection) -> bool:
        senior = EmployeeAccount.objects.filter(connection=crm, employee=OuterRef("pk"))
        named = Employee.objects.filter(Exists(senior), pk=crm.setting("senior_employee", 0), active=True)
        return named.exists() and MatrixVersion.objects.filter(connection=crm).exists()

    def settle(self, *names: str) -> None:
        """Keep a person's decisions. Idempotent."""
        kept = list(dict.fromkeys([*self.guide.settled, *names]))
        Guide.objects.filter(pk=self.guide.pk).update(settled=kept)
        self.guide.settled = kept

    def unsettle(self, *names: str) -> None:
        """Forget decisions. Idempotent."""
        kept = [name for name in self.guide.settled if name not in names]
        Guide.objects.filter(pk=self.guide.pk).update(settled=kept)
        self.guide.settled = kept

    def finish(self) -> None:
        """Put the guide out of the way. Idempotent."""
        Guide.objects.filter(pk=self.guide.pk, finished_at=None).update(finished_at=timezone.now())


def is_local(crm: Connection) -> bool:
    """Whether a CRM lives in the hub itself."""
    about = manifests().get(crm.connector)
    return about is not None and about.local


def came_from_outside(telephony: Connection) -> QuerySet[RawEvent]:
    """Events of a telephony connection that the hub has not sent itself."""
    return RawEvent.objects.filter(connection=telephony).exclude(headers__has_key=HEADER)


def unfinished(project: Project) -> bool:
    """Whether the guide still has its place in the navigation. Two queries at most; makes nothing.

    A project that had calls before there was a guide needs none.
    """
    finished = Guide.objects.filter(project=project).values_list("finished_at", flat=True)
    row = list(finished)
    if row:
        return row[0] is None
    return not Call.objects.filter(project=project).exclude(external_id__startswith=PREFIX).exists()
