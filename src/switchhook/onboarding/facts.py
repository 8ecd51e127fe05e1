"""What the checks look at, gathered in a fixed number of queries; nothing here sends a request."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db.models import Count, Q
from django.utils import timezone

from switchhook.calls.models import Call, Fact
from switchhook.connections.accounts import open_crm
from switchhook.connections.models import AccessToken, Connection, EmployeeAccount, ForwardingUse
from switchhook.connectors.registry import manifests
from switchhook.core.call import EventKind
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_check import Problem as TableProblem
from switchhook.core.matrix_check import check as check_table
from switchhook.core.rehearsed import PREFIX
from switchhook.delivery import observing
from switchhook.delivery.models import Delivery, DeliveryState, Effect, EffectState
from switchhook.intake.models import RawEvent, RawState
from switchhook.onboarding import reach
from switchhook.onboarding.models import Finding
from switchhook.onboarding.steps import came_from_outside
from switchhook.projects.models import Employee, Membership, Number, Project, Role
from switchhook.scenarios.models import MatrixVersion

CLOSER = "account"
"""Name of the findings about one account (`onboarding.closer`)."""

_LAST_CALLS, _LAST_EVENTS = 100, 300
QUIET = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An employee: whether he works here, has a line, and signs in."""

    id: int
    name: str
    active: bool = True
    directed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephony:
    """A telephony connection. `last_event` is of the provider's; `unreadable` counts among the latest ones."""

    id: int
    name: str
    state: str = "active"
    reason: str = ""
    last_event: datetime | None = None
    forwarding_asked: datetime | None = None
    unreadable: int = 0
    closer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crm:
    """A CRM connection. `mapped` are employees' ids; `senior` and `top` what is set, None for nobody.

    `table` is what is wrong with the scenario table in force; `closer` what a look into the account has found.
    """

    id: int
    name: str
    state: str = "active"
    reason: str = ""
    local: bool = False
    mapped: frozenset[int] = frozenset()
    senior: int | None = None
    top: int | None = None
    observes_until: datetime | None = None
    token_error: str = ""
    table: tuple[TableProblem, ...] = ()
    has_table: bool = False
    refused: int = 0
    dead: int = 0
    closer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One project as it stands at `now`. `reach` is the outcome of the last try, "" where there was none."""

    now: datetime
    public_url: str = "https://hub.example.com"
    reach: str = "reached"
    people: tuple[Person, ...] = ()
    telephony: tuple[Telephony, ...] = ()
    crms: tuple[Crm, ...] = ()
    members_without_employee: tuple[str, ...] = ()
    lines: int = 1
    calls: int = 0
    last_call: datetime | None = None
    event_kinds: frozenset[str] = frozenset()
    calls_ahead: timedelta = timedelta(0)
    clock_off: timedelta = timedelta(0)
    disk_free: int = 10**12
    disk_total: int = 10**12

    @property
    def active_people(self) -> tuple[Person, ...]:
        return tuple(person for person in self.people if person.active)

    @property
    def connections(self) -> tuple[Telephony | Crm, ...]:
        return (*self.telephony, *self.crms)

    def person(self, pk: int | None) -> Person | None:
        """An employee by id; None where he is none any more."""
        return next((one for one in self.people if one.id == pk), None)


def gather(project: Project) -> Facts:
    """The facts of now."""
    tried, calls = reach.last(project), _last_calls(project)
    free = shutil.disk_usage(_folder())
    return Facts(
        now=timezone.now(),
        public_url=settings.PUBLIC_URL,
        reach=tried.outcome if tried else "",
        people=_people(project),
        telephony=_telephony(project),
        crms=_crms(project),
        members_without_employee=_members(project),
        lines=Number.objects.filter(project=project).count(),
        calls=len(calls),
        last_call=max((call.started_at for call in calls), default=None),
        event_kinds=_kinds(calls),
        calls_ahead=_ahead(calls),
        clock_off=_clock_off(),
        disk_free=free.free,
        disk_total=free.total,
    )


def _folder() -> str:
    folder = settings.DATA_DIR
    return str(next(path for path in (folder, *folder.parents) if os.path.exists(path)))  # noqa: PTH110


def _people(project: Project) -> tuple[Person, ...]:
    return tuple(
        Person(id=one.pk, name=one.name, active=one.active, directed=bool(one.sips or one.mobiles or one.extension))
        for one in Employee.objects.filter(project=project)
    )


def _members(project: Project) -> tuple[str, ...]:
    """Those who work with clients and are no employee: no call rings on their screens."""
    known = Employee.objects.filter(project=project, active=True).exclude(user=None).values("user")
    without = Membership.objects.filter(project=project, role=Role.MANAGER).exclude(user__in=known)
    return tuple(str(one.user) for one in without.select_related("user"))


def _closer(project: Project) -> dict[str, Mapping[str, Any]]:
    return {one.subject: one.found for one in Finding.objects.filter(project=project, check_name=CLOSER)}


def _telephony(project: Project) -> tuple[Telephony, ...]:
    closer = _closer(project)
    return tuple(
        Telephony(
            id=one.pk,
            name=one.name,
            state=one.state,
            reason=one.state_reason,
            last_event=came_from_outside(one).order_by("-id").values_list("received_at", flat=True).first(),
            forwarding_asked=ForwardingUse.objects.filter(connection=one).values_list("asked_at", flat=True).first(),
            unreadable=_unreadable(one),
            closer=closer.get(str(one.pk), {}),
        )
        for one in Connection.objects.filter(project=project, role="telephony")
    )


def _unreadable(telephony: Connection) -> int:
    latest = RawEvent.objects.filter(connection=telephony).order_by("-id").values_list("state", flat=True)
    return list(latest[:_LAST_EVENTS]).count(RawState.FLAGGED)


def _crms(project: Project) -> tuple[Crm, ...]:
    crms = list(Connection.objects.filter(project=project, role="crm").select_related("project"))
    mapped = list(EmployeeAccount.objects.filter(connection__in=crms).values_list("connection", "employee"))
    errors = dict(
        AccessToken.objects.filter(connection__in=crms).exclude(failed_at=None).values_list("connection", "error")
    )
    refused = _counted(Effect.objects.filter(connection__in=crms, state=EffectState.REFUSED))
    dead = _counted(Delivery.objects.filter(connection__in=crms, state=DeliveryState.DEAD))
    closer = _closer(project)
    return tuple(
        Crm(
            id=crm.pk,
            name=crm.name,
            state=crm.state,
            reason=crm.state_reason,
            local=crm.connector in manifests() and manifests()[crm.connector].local,
            mapped=frozenset(employee for connection, employee in mapped if connection == crm.pk),
            senior=_named(crm, "senior_employee"),
            top=_named(crm, "top_employee"),
            observes_until=observing.until(crm),
            token_error=errors.get(crm.pk, ""),
            table=_table(crm),
            has_table=crm.matrices.exists(),
            refused=refused.get(crm.pk, 0),
            dead=dead.get(crm.pk, 0),
            closer=closer.get(str(crm.pk), {}),
        )
        for crm in crms
    )


def _counted(rows: Any) -> dict[int, int]:
    return dict(rows.order_by().values_list("connection").annotate(Count("pk")))


def _named(crm: Connection, role: str) -> int | None:
    said = crm.setting(role)
    return said if isinstance(said, int) else None


def _table(crm: Connection) -> tuple[TableProblem, ...]:
    """What is wrong with the table in force; a connection whose table was never looked at has a shipped one."""
    version = MatrixVersion.objects.filter(connection=crm).order_by("-number").first()
    if version is None or crm.connector not in manifests():
        return ()
    try:
        return tuple(check_table(Matrix.from_data(version.data), open_crm(crm).capabilities))
    except Misconfigured:  # said by its state
        return ()


def _last_calls(project: Project) -> list[Call]:
    real = Call.objects.filter(project=project, channel="call").exclude(external_id__startswith=PREFIX)
    return list(real.order_by("-started_at", "-id").only("started_at", "created_at")[:_LAST_CALLS])


def _kinds(calls: list[Call]) -> frozenset[str]:
    """What the events of the last calls reported."""
    told = Fact.objects.filter(call__in=[call.pk for call in calls]).exclude(Q(kind=EventKind.ANALYSIS))
    return frozenset(told.order_by().values_list("kind", flat=True).distinct())


def _ahead(calls: list[Call]) -> timedelta:
    """By how much most of the last calls began after the hub heard of them: a wrong clock or time zone."""
    ahead = sorted(call.started_at - call.created_at for call in calls)
    return max(ahead[len(ahead) // 2], timedelta(0)) if ahead else timedelta(0)


def _clock_off() -> timedelta:
    """How far the database's clock and this machine's are apart."""
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return abs(there - timezone.now())
