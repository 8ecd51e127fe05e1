"""Taking an order for a call: who, whom, whether it may be made. Carried out by a job, so that no page waits."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from switchhook.dialing.models import DialRequest, DialState, Via
from switchhook.dialing.news import tell
from switchhook.dialing.numbers import dialable
from switchhook.dialing.refusals import DialRefused
from switchhook.dialing.ways import lines_of, telephony_of
from switchhook.projects.models import Employee, IgnoredClient, Number, Project, User

DOUBLE_CLICK = timedelta(seconds=5)
"""The same person asking for the same number within this time means one call."""

OWN_RING = timedelta(seconds=45)
"""How long a phone that is being called counts as ringing."""

MINUTE = timedelta(seconds=60)
MOST_A_MINUTE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for. `number` in any spelling; `line` "" lets the hub choose; `key` "" means none."""

    project: Project
    employee: Employee
    number: str
    requested_by: User | None = None
    via: Via = Via.PAGE
    line: str = ""
    anyway: bool = False
    key: str = ""


def place(order: Order) -> DialRequest:
    """The request that was made for an order, or was made before by the same click or key. Queues its job.

    Raises DialRefused. Safe for many at once: a second click finds the request of the first.
    """
    number = dialable(order.number, order.project.country)
    try:
        return _placed(order, number)
    except IntegrityError as error:
        # The same key at the same moment, for another employee: only one of the two can have it.
        raise DialRefused("key_used") from error


def _placed(order: Order, number: str) -> DialRequest:
    with transaction.atomic():
        # The row lock puts clicks of one person into an order.
        employee = Employee.objects.select_for_update(no_key=True).get(pk=order.employee.pk)
        if known := _known(order, number):
            return known
        _check(order, employee, number)
        now = timezone.now()
        made = DialRequest.objects.create(
            project=order.project,
            employee=employee,
            requested_by=order.requested_by,
            via=order.via,
            number=number,
            line=order.line,
            anyway=order.anyway,
            key=order.key,
            created_at=now,
            changed_at=now,
        )
        tell(made)
        _queue(made)
        return made


def _queue(made: DialRequest) -> None:
    from switchhook.dialing.tasks import dial

    dial.defer(dial_id=made.pk)


def _known(order: Order, number: str) -> DialRequest | None:
    requests = DialRequest.objects.filter(project=order.project)
    if order.key and (same := requests.filter(key=order.key).first()):
        if (same.number, same.employee_id) != (number, order.employee.pk):
            raise DialRefused("key_used")
        return same
    if order.key or order.anyway:
        return None
    lately = timezone.now() - DOUBLE_CLICK
    return requests.filter(
        ~Q(state=DialState.FAILED), employee=order.employee, number=number, created_at__gt=lately
    ).first()


def _check(order: Order, employee: Employee, number: str) -> None:
    telephony_of(order.project)
    if not employee.active or employee.project_id != order.project.pk:
        raise DialRefused("unknown_employee", name=employee.name)
    lines = lines_of(employee)
    if not lines:
        raise DialRefused("no_line", name=employee.name)
    if order.line and order.line not in lines:
        raise DialRefused("unknown_line", line=order.line, name=employee.name)
    if _is_ours(order.project, number):
        raise DialRefused("own_line", number=number)
    if not order.anyway and IgnoredClient.objects.filter(project=order.project, e164=number).exists():
        raise DialRefused("ignored", number=number)
    _check_pace(order, employee)


def _is_ours(project: Project, number: str) -> bool:
    lines = Number.objects.filter(project=project, e164=number)
    return lines.exists() or Employee.objects.filter(project=project, mobiles__contains=[number]).exists()


def _check_pace(order: Order, employee: Employee) -> None:
    now = timezone.now()
    whose = Q(employee=employee) | Q(requested_by=order.requested_by) if order.requested_by else Q(employee=employee)
    lately = DialRequest.objects.filter(whose, project=order.project, created_at__gt=now - MINUTE)
    times = sorted(lately.values_list("created_at", flat=True))
    if len(times) >= MOST_A_MINUTE:
        wait = times[-MOST_A_MINUTE] + MINUTE - now
        raise DialRefused("too_many", retry_after=max(1, round(wait.total_seconds())))
    ringing = lately.filter(
        employee=employee, state__in=(DialState.CHECKING, DialState.CALLING), created_at__gt=now - OWN_RING
    ).first()
    if ringing and not order.anyway:
        raise DialRefused("in_progress", number=ringing.number)
