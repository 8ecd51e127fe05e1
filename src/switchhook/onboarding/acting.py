"""Acting out a call: the connector writes the provider's requests, the hub sends them to its own webhook address.

So a test call goes the whole way of a real one, from the intake on. What it may write, and where, is said before it
begins (`delivery.models.Rehearsal`); everywhere else it is only observed.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx2
import phonenumbers
from django.conf import settings
from django.utils import timezone

from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection
from switchhook.connections.services import webhook_url
from switchhook.connectors.base import RehearsedCall, RehearsedEvent
from switchhook.core.call import EmployeeRef
from switchhook.core.redaction import redact_text
from switchhook.core.rehearsed import PREFIX
from switchhook.delivery.models import Rehearsal
from switchhook.projects.models import Employee, Number, Project, User

HEADER = "x-switchhook-rehearsal"
"""Marks the requests of an acted call, so that nobody takes them for the provider's."""

PACE = timedelta(seconds=2.5)
"""Between two events: time enough to see it ring."""

SECONDS = 10.0
_ANY_NUMBER = "+380501234567"
_MOBILE, _FIXED = phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE

Send = Callable[[str, RehearsedEvent, str], None]
"""Posts an event to a webhook URL, with the acted call's id. Raises httpx2.HTTPError."""


def sample_client(project: Project) -> str:
    """A mobile number of the project's country that number plans give as an example (E.164)."""
    return _example(project.country, _MOBILE)


def _example(country: str, kind: int) -> str:
    found = phonenumbers.example_number_for_type(country, kind)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164) if found else _ANY_NUMBER


def begin(
    telephony: Connection, *, client: str, employee: Employee | None, writes: Collection[int], user: User | None
) -> Rehearsal:
    """Enter an acted call from `client` (E.164), taken by `employee`, or by nobody. `writes` names CRM connections of
    the project; ids of others do not count. Nothing is sent yet.
    """
    own = Connection.objects.filter(project=telephony.project_id, role="crm", pk__in=writes)
    line = Number.objects.filter(project=telephony.project_id, stopped=False).values_list("e164", flat=True).first()
    made = Rehearsal(
        telephony=telephony,
        external_id=f"{PREFIX}{secrets.token_hex(8)}",
        writes=list(own.values_list("pk", flat=True)),
        user=user,
        employee=employee,
        client=client,
        line=line or _example(telephony.project.country, _FIXED),
        started_at=timezone.now(),
    )
    made.of = len(script(made))
    made.save()
    return made


def script(rehearsal: Rehearsal) -> Sequence[RehearsedEvent]:
    """The provider's requests, in their order; the same each time."""
    return open_telephony(rehearsal.telephony).rehearse(
        RehearsedCall(
            external_id=rehearsal.external_id,
            client=rehearsal.client,
            line=rehearsal.line,
            employee=_ref(rehearsal.employee) if rehearsal.employee else None,
            started_at=rehearsal.started_at,
        )
    )


def _ref(person: Employee) -> EmployeeRef:
    return EmployeeRef(
        staff_id=person.staff_id,
        sip=next(iter(person.sips), ""),
        number=next(iter(person.mobiles), ""),
        extension=person.extension,
        email=person.email,
        name=person.name,
    )


def act(rehearsal: Rehearsal, address: str, send: Send | None = None) -> bool:
    """Send the next event; whether there is another after it. What goes wrong is kept with the rehearsal.

    `address` is where this hub listens (`http://127.0.0.1:8000`); where that does not answer, its public one is tried.
    """
    events = script(rehearsal)
    if rehearsal.acted >= len(events):
        return False
    try:
        _deliver(rehearsal, events[rehearsal.acted], address, send or _post)
    except httpx2.HTTPError as error:
        # The sentence of an HTTP error names the address, and that holds the secret.
        rehearsal.error = redact_text(str(error))[:300] or type(error).__name__
        rehearsal.save(update_fields=["error"])
        return False
    rehearsal.acted, rehearsal.error = rehearsal.acted + 1, ""
    rehearsal.save(update_fields=["acted", "error"])
    return rehearsal.acted < len(events)


def _deliver(rehearsal: Rehearsal, event: RehearsedEvent, address: str, send: Send) -> None:
    public = webhook_url(rehearsal.telephony)
    try:
        send(public.replace(settings.PUBLIC_URL, address, 1), event, rehearsal.external_id)
    except httpx2.ConnectError:
        send(public, event, rehearsal.external_id)


def _post(url: str, event: RehearsedEvent, external_id: str) -> None:
    # The listening address goes by no name that the hub answers to, so its own is said.
    headers = {
        "content-type": event.content_type,
        "host": urlsplit(settings.PUBLIC_URL).netloc,
        HEADER: external_id,
    }
    with httpx2.Client(timeout=SECONDS, trust_env=False) as client:
        client.post(f"{url}?{event.query}", content=event.body, headers=headers).raise_for_status()
