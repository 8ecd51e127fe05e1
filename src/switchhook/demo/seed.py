"""What the demo's project holds before the first call. Seeding again renews addresses and sign-in only."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from switchhook.connections.accounts import open_crm, open_telephony
from switchhook.connections.models import Connection
from switchhook.connections.services import add, forward_url, map_employee, renew_credentials, webhook_url
from switchhook.connectors.registry import CrmTwin, TelephonyTwin, manifest
from switchhook.core.clock import utc_now
from switchhook.core.phone import normalize
from switchhook.demo.stage import Served
from switchhook.projects.models import ApiToken, Employee, Membership, Number, Project, Role, User
from switchhook.projects.staffing import take_over
from switchhook.scenarios.services import apply_preset

PROJECT = "Acme"
EMPTY_PROJECT = "My business"
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


def seed(telephony: Served[TelephonyTwin], crms: Sequence[Served[CrmTwin | None]], *, preset: str) -> Seeded:
    """Make the demo's project, or renew it, against the twins that are served.

    The staff list comes from the telephony twin's API; the same people are hired in every CRM twin, so that they are
    mapped by their e-mails. Every CRM gets `preset`, else its connector's own. Sends requests, so it is not one
    transaction: begun and broken off, it is mended by the next. Raises Misconfigured for an unknown preset, and what a
    CRM says to credentials that it does not take.
    """
    project, _ = Project.objects.get_or_create(name=PROJECT)
    phone_line = _connection(project, telephony.slug)
    phone_line.credentials = dict(telephony.twin.credentials(telephony.url))
    phone_line.settings = {**phone_line.settings, **telephony.twin.settings(telephony.url)}
    phone_line.save()
    for number in telephony.twin.numbers:
        Number.objects.get_or_create(project=project, e164=normalize(number, project.country))
    people = take_over(project, open_telephony(phone_line).staff())
    for crm in crms:
        _set_up(_connection(project, crm.slug), crm, people, preset)
    password = _owner(project, name=people[0].name)
    Employee.objects.filter(pk=people[0].pk).update(user=User.objects.get(email=EMAIL))
    text = _token(project)
    roles = {people[SENIOR].pk: ("senior",), people[TOP].pk: ("top",)}
    return Seeded(project=project, telephony=phone_line, password=password, api_token=text, roles=roles)


def empty_line(
    telephony: Served[TelephonyTwin], crms: Sequence[Served[CrmTwin | None]], *, url: str, twins: Mapping[str, str]
) -> dict[str, Any]:
    """The line of a hub at `url` with a project as `switchhook owner` makes it, for setting it up by hand.

    Has the keys of `Seeded.as_json`, and `accounts`: what a person enters to connect each twin, by connector.
    """
    project, _ = Project.objects.get_or_create(name=EMPTY_PROJECT)
    for crm in crms:
        if not crm.twin and not project.connections.filter(connector=crm.slug).exists():
            add(project, crm.slug)
    served: list[Served[Any]] = [telephony, *crms]
    accounts = {one.slug: _account(one.twin, one.url) for one in served if one.twin}
    return {
        "url": url,
        "email": EMAIL,
        "password": _owner(project, name=""),
        "api_token": _token(project),
        "project": project.pk,
        "webhook_url": "",
        "forward_url": "",
        "employees": [],
        "twins": dict(twins),
        "accounts": accounts,
    }


def _account(twin: TelephonyTwin | CrmTwin, url: str) -> dict[str, Any]:
    places = {name: value for name, value in twin.settings(url).items() if str(value).startswith("http")}
    return {**twin.credentials(url), **places}


def _set_up(crm: Connection, served: Served[CrmTwin | None], people: Sequence[Employee], preset: str) -> None:
    crm.settings = {**crm.settings, "senior_employee": people[SENIOR].pk, "top_employee": people[TOP].pk}
    if served.twin:
        # What is set may name the people, so they are hired first.
        served.twin.hire([(person.name, person.email) for person in people])
        crm.settings |= served.twin.settings(served.url)
    crm.save()
    if served.twin:
        renew_credentials(crm, served.twin.credentials(served.url))
    users = {user.email.lower(): user.id for user in open_crm(crm).users() if user.email}
    for person in people:
        map_employee(crm, person, users.get(person.email.lower(), ""))
    if preset or not crm.matrices.exists():
        apply_preset(crm, preset or manifest(crm.connector).default_preset or "builtin")


def _connection(project: Project, slug: str) -> Connection:
    connection = Connection.objects.filter(project=project, connector=slug).first() or add(project, slug)
    connection.activated_at = utc_now() - IN_USE
    return connection


def _owner(project: Project, *, name: str) -> str:
    password = secrets.token_urlsafe(9)
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, name=name)
    user.set_password(password)
    user.save()
    Membership.objects.get_or_create(user=user, project=project, defaults={"role": Role.OWNER})
    return password


def _token(project: Project) -> str:
    ApiToken.objects.filter(project=project, name="demo").delete()
    _row, text = ApiToken.issue(project, "demo", Role.ADMIN)
    return text
