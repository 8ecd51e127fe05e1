"""What the demo's project holds before the first call. Seeding again renews addresses and sign-in only."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from switchhook.connections.accounts import open_crm, open_telephony
from switchhook.connections.models import Connection
from switchhook.connections.services import add, forward_url, map_employee, webhook_url
from switchhook.connectors.registry import TelephonyTwin
from switchhook.core.clock import utc_now
from switchhook.core.phone import normalize
from switchhook.projects.models import ApiToken, Employee, Membership, Number, Project, Role, User
from switchhook.projects.staffing import take_over
from switchhook.scenarios.services import apply_preset

PROJECT = "Acme"
EMAIL = "demo@example.com"
SENIOR, TOP = 2, 3
"""Places in the twin's staff list of the senior and the top manager."""

IN_USE = timedelta(days=30)
"""How long the demo's accounts count as connected: a played call begins in the past, and must reach the CRM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """What a person or script needs to use the demo; `as_json` is the line that `switchhook demo --json` prints."""

    project: Project
    telephony: Connection
    password: str = field(repr=False)
    api_token: str = field(repr=False)
    roles: Mapping[int, Sequence[str]]

    def as_json(self, url: str, twins: Mapping[str, str]) -> dict[str, Any]:
        """Sign-in, token, addresses and people of the demo served at `url`."""
        return {
            "url": url,
            "email": EMAIL,
            "password": self.password,
            "api_token": self.api_token,
            "project": self.project.pk,
            "webhook_url": webhook_url(self.telephony),
            "forward_url": forward_url(self.telephony),
            "employees": [self._employee(person) for person in self.project.employees.order_by("pk")],
            "twins": dict(twins),
        }

    def _employee(self, person: Employee) -> dict[str, Any]:
        return {
            "id": person.pk,
            "name": person.name,
            "email": person.email,
            "staff_id": person.staff_id,
            "sip": person.sips,
            "fmc": person.mobiles,
            "roles": list(self.roles.get(person.pk, ("manager",))),
        }


@transaction.atomic
def seed(telephony_slug: str, twin: TelephonyTwin, twin_url: str, *, crm_slug: str, preset: str) -> Seeded:
    """Make the demo's project, or renew it, against the twin that serves `twin_url`.

    The staff list comes from the twin's API. Raises Misconfigured for an unknown connector or preset.
    """
    project, _ = Project.objects.get_or_create(name=PROJECT)
    telephony = _connection(project, telephony_slug)
    telephony.credentials = dict(twin.credentials(twin_url))
    telephony.settings = {**telephony.settings, **twin.settings(twin_url)}
    telephony.save()
    for number in twin.numbers:
        Number.objects.get_or_create(project=project, e164=normalize(number, project.country))
    people = take_over(project, open_telephony(telephony).staff())
    crm = _connection(project, crm_slug)
    crm.settings = {**crm.settings, "senior_employee": people[SENIOR].pk, "top_employee": people[TOP].pk}
    crm.save()
    _map(crm, people)
    if preset or not crm.matrices.exists():
        apply_preset(crm, preset or "builtin")
    password = _sign_in(project, people[0])
    ApiToken.objects.filter(project=project, name="demo").delete()
    _token, text = ApiToken.issue(project, "demo", Role.ADMIN)
    roles = {people[SENIOR].pk: ("senior",), people[TOP].pk: ("top",)}
    return Seeded(project=project, telephony=telephony, password=password, api_token=text, roles=roles)


def _connection(project: Project, slug: str) -> Connection:
    connection = Connection.objects.filter(project=project, connector=slug).first() or add(project, slug)
    connection.activated_at = utc_now() - IN_USE
    return connection


def _map(crm: Connection, people: Sequence[Employee]) -> None:
    users = {user.email.lower(): user.id for user in open_crm(crm).users() if user.email}
    for person in people:
        map_employee(crm, person, users.get(person.email.lower(), ""))


def _sign_in(project: Project, first: Employee) -> str:
    password = secrets.token_urlsafe(9)
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, name=first.name)
    user.set_password(password)
    user.save()
    Membership.objects.get_or_create(user=user, project=project, defaults={"role": Role.OWNER})
    Employee.objects.filter(pk=first.pk).update(user=user)
    return password
