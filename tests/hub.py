"""A hub without processes: events go in, the reader and the lanes are run by hand, records come out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connections.services import add, map_employee
from switchhook.crm.models import Company, Contact, Lead, Task
from switchhook.delivery.models import Effect, Lane
from switchhook.delivery.tasks import drain_lane
from switchhook.intake.models import RawEvent
from switchhook.projects.models import Employee, Number, Project
from switchhook.scenarios.services import apply_preset
from switchhook.understanding.reader import read_batch

CLIENT = "380671234567"
LINE = "380441230001"


@dataclass(kw_only=True)
class Hub:
    """A project with Ringostat and the built-in CRM: Olena and Piotr, senior Iryna, top Andrii."""

    project: Project
    telephony: Connection
    crm: Connection
    people: dict[str, Employee]

    def deliver(self, *bodies: Mapping[str, Any]) -> list[RawEvent]:
        """Store events as intake does; `event` in a body is the `?event=` of its address."""
        events = []
        for body in bodies:
            rest = {key: value for key, value in body.items() if key != "event"}
            events.append(
                RawEvent.objects.create(
                    connection=self.telephony,
                    received_at=timezone.now(),
                    method="POST",
                    content_type="application/json",
                    query=f"event={body['event']}" if "event" in body else "",
                    headers={},
                    body=json.dumps(rest).encode(),
                )
            )
        return events

    def settle(self) -> None:
        """Read what waits and work off every scheduled lane, until nothing is left that could go on now."""
        while read_batch():
            pass
        for _ in range(20):
            lanes = Lane.objects.filter(connection=self.crm, scheduled=True, wake_at=None).values_list("pk", flat=True)
            if not lanes:
                return
            for lane in lanes:
                drain_lane.func(lane)

    def play(self, *bodies: Mapping[str, Any]) -> None:
        """Deliver and settle."""
        self.deliver(*bodies)
        self.settle()

    def tasks(self) -> list[tuple[str, bool]]:
        """Who has which task: (first name of the assignee, done), sorted."""
        rows = Task.objects.filter(project=self.project).select_related("assignee")
        return sorted((task.assignee.name if task.assignee else "", task.done) for task in rows)

    def owners(self) -> dict[str, list[str]]:
        """Owners' names by kind of record, sorted."""
        return {
            model.__name__.lower(): sorted(
                row.owner.name if row.owner else "" for row in model.objects.filter(project=self.project)
            )
            for model in (Contact, Company, Lead)
        }

    def effects(self) -> dict[str, str]:
        """State of each effect by action."""
        return dict(Effect.objects.filter(connection=self.crm).values_list("action", "state"))


def make_hub(preset: str = "pipedrive-leads") -> Hub:
    """A project ready for calls, with `preset` in force."""
    project = Project.objects.create(name="Acme")
    telephony = add(project, "ringostat", credentials={"project_id": "11111", "auth_key": "k"})
    Connection.objects.filter(pk=telephony.pk).update(activated_at=None)
    telephony.refresh_from_db()
    crm = add(project, "builtin")
    crm.activated_at = None
    Number.objects.create(project=project, e164=f"+{LINE}")
    people = {}
    for staff_id, name in enumerate(("Olena", "Piotr", "Iryna", "Andrii"), start=331851):
        person = Employee.objects.create(
            project=project,
            name=name,
            email=f"{name.lower()}@example.com",
            staff_id=str(staff_id),
            sips=[f"acme_{name.lower()}"],
        )
        map_employee(crm, person, str(person.pk))
        people[name] = person
    crm.settings = {"senior_employee": people["Iryna"].pk, "top_employee": people["Andrii"].pk}
    crm.save()
    apply_preset(crm, preset)
    return Hub(project=project, telephony=telephony, crm=crm, people=people)


def incoming(call_id: str = "ua9_-1790775458.1", client: str = CLIENT) -> dict[str, Any]:
    """What every event of an incoming call says."""
    return {
        "uniqueid": call_id,
        "calldate": "2026-11-20 10:00:00",
        "call_type": "in",
        "dst": LINE,
        "userfield": client,
        "E164": f"+{client}",
        "utm_source": "google",
        "client_id": "1169999034.15555555108",
    }


def before(**special: Any) -> dict[str, Any]:
    """The call reached the exchange."""
    return {"event": "before_call", **incoming(), **special}


def taking(who: str, **special: Any) -> dict[str, Any]:
    """`who` lifted the handset."""
    return {"event": "taking_call", **incoming(), "connected_with": f"acme_{who.lower()}", **special}


def after(who: str = "", *, status: str = "PROPER", **special: Any) -> dict[str, Any]:
    """The call is over; `who` spoke last."""
    talk = (
        {"billsec": 83, "duration": 97, "waittime": 14, "connected_with": f"acme_{who.lower()}"}
        if who
        else {"billsec": 0, "duration": 20}
    )
    return {"event": "after_call", **incoming(), "disposition": status if who else "NO ANSWER", **talk, **special}


def answered(who: str, **special: Any) -> Iterable[dict[str, Any]]:
    """A whole answered call."""
    return [before(**special), taking(who, **special), after(who, **special)]
