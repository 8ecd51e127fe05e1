"""Rows for tests of pages and the API: a project with people, connections, calls, what was decided, and CRM records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from switchhook.calls.models import Call, Fact, Recording, RecordingState
from switchhook.connections.models import Connection
from switchhook.connections.services import add, map_employee
from switchhook.core.records import Kind, Ref
from switchhook.crm import writing
from switchhook.crm.models import RecordRow
from switchhook.delivery.models import Decision, Delivery, Effect, Lane
from switchhook.directory.models import DirectoryEntry
from switchhook.intake.models import RawEvent
from switchhook.popups.models import PopUp
from switchhook.projects.models import Employee, Membership, Number, Project, Role, User
from switchhook.scenarios.services import in_force

PASSWORD = "correct horse battery"
"""For tests that sign in through the page."""

CLIENT = "+380671234567"
LINE = "+380441230001"

_numbers = count(1)


def make_user(email: str = "", password: str | None = None, **values: Any) -> User:
    """A user; without a password (hashing one is slow) a test signs him in by force."""
    return User.objects.create_user(email or f"user{next(_numbers)}@example.com", password, **values)


@dataclass
class Desk:
    """A project with telephony and the built-in CRM, two employees, and a member of each role."""

    project: Project
    telephony: Connection
    crm: Connection
    olena: Employee
    piotr: Employee
    members: dict[Role, User] = field(default_factory=dict)

    def call(self, client: str = CLIENT, **values: Any) -> Call:
        """A call in the journal, an answered one unless `values` say otherwise."""
        number = next(_numbers)
        made: dict[str, Any] = {
            "external_id": f"call-{number}",
            "direction": "in",
            "status": "answered",
            "client_number": client,
            "project_number": LINE,
            "employee": self.olena,
            "started_at": timezone.now() - timedelta(minutes=number % 50),
            "talk_seconds": 83,
            "wait_seconds": 14,
            "state": {"reached": ["end", "pickup", "ring"], "disposition": "ANSWERED", "utm": {"utm_source": "google"}},
        } | values
        return Call.objects.create(project=self.project, connection=self.telephony, **made)

    def recording(self, call: Call, **values: Any) -> Recording:
        """A stored recording of a call (without its file)."""
        return Recording.objects.create(
            call=call, **{"state": RecordingState.STORED, "content_type": "audio/wav", **values}
        )

    def event(self, body: Mapping[str, Any] | bytes = b"{}", **values: Any) -> RawEvent:
        """A raw event as intake stores it."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        made: dict[str, Any] = {"received_at": timezone.now(), "method": "POST", "content_type": "application/json"}
        return RawEvent.objects.create(connection=self.telephony, body=content, **{**made, "state": "read", **values})

    def fact(self, call: Call, event: RawEvent | None = None, kind: str = "after", **says: Any) -> Fact:
        """What an event said about a call."""
        source = f"event:{event.pk}:0" if event else f"export:{call.external_id}"
        data = {"kind": kind, **says}
        return Fact.objects.create(
            call=call, raw_event=event, source=source, kind=kind, received_at=timezone.now(), data=data
        )

    def decision(self, call: Call, *actions: Mapping[str, Any], title: str = "Anna") -> Decision:
        """What was decided on a call: a known client, one row, `actions` as `action` makes them."""
        version, _matrix = in_force(self.crm)
        match = {
            "kind": "contact",
            "id": "1",
            "title": title,
            "owner": "1",
            "status": "open",
            "url": "/crm/contacts/1/",
        }
        plan = {
            "situation": {
                "channel": "call",
                "direction": "in",
                "outcome": "answered",
                "client": "known",
                "answered_by": "other",
                "step": "",
            },
            "row": "in-answered-known",
            "reason": {"text": "Call between employees", "params": {}},
            "actions": list(actions),
            "skipped": [
                {"id": "lead", "reason": {"text": "The lead “%(title)s” is open.", "params": {"title": title}}}
            ],
            "notes": [{"text": "Note of %(title)s", "params": {"title": title}}],
            "taker": {"kind": "contact", "id": "1"},
            "responsible": "1",
        }
        verdict = {
            "client": "known",
            "matches": [match],
            "reasons": [{"text": "%(count)s records", "params": {"count": "1"}}],
        }
        return Decision.objects.create(connection=self.crm, call=call, matrix=version, verdict=verdict, plan=plan)

    def effect(self, call: Call, action: str = "contact", kind: str = "contact", **values: Any) -> Effect:
        """A row of the ledger."""
        made: dict[str, Any] = {"moment": "end", "mark": f"mark-{next(_numbers)}", "state": "done", "attempts": 1}
        made["wanted"] = {"values": {"name": "Anna"}, "links": [], "target": None}
        return Effect.objects.create(connection=self.crm, call=call, action=action, kind=kind, **{**made, **values})

    def delivery(self, call: Call, **values: Any) -> Delivery:
        """A delivery in its client's lane."""
        lane, _made = Lane.objects.get_or_create(connection=self.crm, key=call.lane_key)
        return Delivery.objects.create(lane=lane, connection=self.crm, call=call, **{"state": "done", **values})

    def known(self, client: str = CLIENT, title: str = "Anna Kovalenko", **values: Any) -> DirectoryEntry:
        """The client in the phone index."""
        made: dict[str, Any] = {"kind": "contact", "record_id": "1", "url": "https://crm.example.com/1"}
        return DirectoryEntry.objects.create(
            connection=self.crm, e164=client, title=title, confirmed_at=timezone.now(), **{**made, **values}
        )

    def popup(self, call: Call, *people: Employee, **values: Any) -> PopUp:
        """A call that rings at `people`, else at Olena."""
        now = timezone.now()
        seen_by = [person.pk for person in people or (self.olena,)]
        made: dict[str, Any] = {"began_at": now, "updated_at": now, "client": call.client_number, "employees": seen_by}
        return PopUp.objects.create(project=self.project, call=call, **{**made, **values})

    def record(self, kind: Kind, *links: RecordRow, now: datetime | None = None, **values: Any) -> Any:
        """A record of the built-in CRM, with canonical values."""
        refs = [Ref(row.KIND, str(row.pk)) for row in links]
        return writing.create(self.project, kind, values, now=now or timezone.now(), links=refs)


def action(name: str = "contact", kind: str = "contact", **values: Any) -> dict[str, Any]:
    """A planned action as it stands in a decision's plan."""
    return {
        "id": name,
        "moment": "end",
        "draft": {"kind": kind, "values": values or {"name": "Anna"}, "links": []},
        "reason": {"text": "Reason for %(what)s", "params": {"what": name}},
        "condition": "always",
        "target": None,
        "uses": [],
    }


def open_desk(name: str = "Acme") -> Desk:
    """A project ready for pages, with a member of each role (`<role>-<n>@example.com`)."""
    project = Project.objects.create(name=name)
    telephony = add(project, "ringostat", credentials={"project_id": "11111", "auth_key": "k"})
    crm = add(project, "builtin")
    people = [
        Employee.objects.create(project=project, name=person, email=f"{mail}{next(_numbers)}@example.com", sips=[mail])
        for person, mail in (("Олена Коваленко", "olena"), ("Piotr Nowak", "piotr"))
    ]
    for person in people:
        map_employee(crm, person, str(person.pk))
    Number.objects.create(project=project, e164=LINE, label="Main")
    olena, piotr = people
    desk = Desk(project, telephony, crm, olena, piotr)
    for role in Role:
        desk.members[role] = make_user(f"{role}-{next(_numbers)}@example.com", name=f"The {role}")
        Membership.objects.create(project=project, user=desk.members[role], role=role)
    return desk


def fill(desk: Desk, text: str = "Anna Kovalenko") -> dict[str, Any]:
    """One of everything that a page shows, each text being `text`; gives the rows that addresses name."""
    return {**fill_hub(desk, text), **fill_crm(desk, text)}


def fill_hub(desk: Desk, text: str) -> dict[str, Any]:
    """An event, a call with recording, decision, effects, and what the directory knows."""
    event = desk.event(
        {"caller": text}, error=text, state="flagged", error_code="anomalous_payload", headers={"x": text}
    )
    state = {
        "legs": [{"employee": {"name": text}, "answered": True}],
        "utm": {"utm_source": text},
        "tags": {text: text},
    }
    told = {**state, "disposition": text, "call_type": text}
    call = desk.call(external_id=f"{text}-{next(_numbers)}", state=told)
    desk.recording(call)
    desk.fact(call, event, disposition=text)
    desk.decision(call, action(name=text), action("call", "call"), title=text)
    desk.effect(call, remote_id="1", url="https://crm.example.com/1")
    refused = desk.effect(call, "call", "call", state="refused", error=text, error_code="rejected")
    desk.delivery(call, state="dead", error=text)
    desk.known(title=text)
    popup = desk.popup(call)
    return {"popup": popup, "event": event, "call": call, "effect": refused}


def fill_crm(desk: Desk, text: str) -> dict[str, Any]:
    """One record of each kind, tied to each other, by the names of their sections."""
    own: dict[str, Any] = {"utm": {"utm_source": text}, "custom": {text: text}}
    company = desk.record(Kind.COMPANY, name=text)
    contact = desk.record(Kind.CONTACT, company, name=text, phones=[CLIENT], source=text, **own)
    lead = desk.record(Kind.LEAD, contact, title=text)
    task: dict[str, Any] = {"subject": text, "text": text, "assignee": str(desk.olena.pk), "due_at": "2026-01-01T10:00"}
    desk.record(Kind.COMMENT, contact, text=text)
    return {
        "companies": company,
        "contacts": contact,
        "leads": lead,
        "deals": desk.record(Kind.DEAL, contact, company, title=text, amount="1200.50", currency="UAH"),
        "orders": desk.record(Kind.ORDER, contact, title=text),
        "tasks": desk.record(Kind.TASK, contact, lead, **task),
    }
