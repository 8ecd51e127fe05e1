"""Calls, clients, people and a CRM to plan for."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from switchhook.core.call import CallState, Direction, EmployeeRef, Moment, Status
from switchhook.core.matrix import Matrix
from switchhook.core.plan import Action, Person, Plan, PlanSettings, plan
from switchhook.core.records import Capabilities, Kind, Record
from switchhook.core.situation import Channel, Client, Inquiry, Step, Verdict

PHONE = "+380671234567"
START = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
END = datetime(2026, 11, 20, 22, 31, 40, tzinfo=UTC)
FOUR_HOURS_LATER = "2026-11-21T02:31:40+00:00"
UTM = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
RECORDING = "https://hub.example/r/abc"

ANNA = Person(name="Anna Kovalenko", user="anna", line="acme_anna")
BORIS = Person(name="Boris Melnyk", user="boris", line="acme_boris")
STRANGER = Person(name="", user=None, line="acme_lost")
SENIOR, TOP = "senior", "top"

ALL = Capabilities(
    kinds=frozenset(Kind),
    updatable=frozenset(Kind),
    task_links=frozenset(Kind),
    comment_links=frozenset(Kind),
    call_links=frozenset(Kind),
    stores_phone=frozenset(Kind),
)
"""A CRM that has everything and forbids nothing."""
STRICT = replace(ALL, lead_needs_party=True, lead_excludes_deal=True, stores_phone=frozenset({Kind.CONTACT, Kind.LEAD}))
"""One that turns leads into deals."""

SETTINGS = PlanSettings(senior=SENIOR, top=TOP, zone=ZoneInfo("Europe/Kyiv"), recording_link=RECORDING)

RING = frozenset({Moment.RING})
PICKED_UP = RING | {Moment.PICKUP}
ENDED = PICKED_UP | {Moment.END}

_BASE = CallState(
    external_id="ua9_-1.1",
    direction=Direction.IN,
    client_number=PHONE,
    project_number="+380441112233",
    started_at=START,
    utm=UTM,
    reached=RING,
)


def ringing(**changes: Any) -> CallState:
    return replace(_BASE, **changes)


def picked_up(**changes: Any) -> CallState:
    return ringing(**{"reached": PICKED_UP, "employee": EmployeeRef(sip="acme_anna"), **changes})


def answered(**changes: Any) -> CallState:
    end = {"status": Status.ANSWERED, "ended_at": END, "duration": 100, "talk_seconds": 83, "wait_seconds": 17}
    return picked_up(**{"reached": ENDED, "has_recording": True, **end, **changes})


def missed(**changes: Any) -> CallState:
    end = {"status": Status.MISSED, "ended_at": END, "duration": 100, "reached": RING | {Moment.END}}
    return ringing(**{**end, **changes})


def outgoing(call: CallState) -> CallState:
    return replace(call, direction=Direction.OUT, employee=EmployeeRef(sip="acme_anna"), utm={})


def form(**changes: Any) -> Inquiry:
    values = {
        "client_number": PHONE,
        "client_name": "Ivan",
        "at": END,
        "utm": UTM,
        "text": "size: 42",
        "link": "https://shop",
    }
    return Inquiry(**{"channel": Channel.FORM, "steps": frozenset({Step.FORM_SENT}), **values, **changes})


def dialogue(*steps: Step, **changes: Any) -> Inquiry:
    values = {"client_number": PHONE, "client_name": "Ivan", "at": END, "utm": UTM, "tags": {"client_id": "11.22"}}
    values |= {"source": "telegram", "text": "Hello", "link": "https://hub/chat/7"}
    return Inquiry(**{"channel": Channel.DIALOGUE, "steps": frozenset(steps), **values, **changes})


def contact(owner: str | None = "anna", **changes: Any) -> Record:
    return Record(**{"kind": Kind.CONTACT, "id": "c1", "title": "Ivan", "phones": (PHONE,), "owner": owner, **changes})


def lead(owner: str | None = "anna", **changes: Any) -> Record:
    return Record(**{"kind": Kind.LEAD, "id": "l1", "title": "Sofa", "owner": owner, "contact_id": "c1", **changes})


def deal(owner: str | None = "anna", **changes: Any) -> Record:
    return Record(**{"kind": Kind.DEAL, "id": "d1", "title": "Sofa", "owner": owner, "contact_id": "c1", **changes})


NEW = Verdict(client=Client.NEW)
HIDDEN = Verdict(client=Client.HIDDEN)


def known(*records: Record) -> Verdict:
    return Verdict(client=Client.KNOWN, matches=records)


def planned(
    call: CallState | Inquiry,
    verdict: Verdict,
    matrix: Matrix,
    answerer: Person | None = None,
    *,
    crm: Capabilities = ALL,
    **settings: Any,
) -> Plan:
    return plan(call, verdict, matrix, replace(SETTINGS, **settings), crm, answerer)


def made(result: Plan, kind: Kind) -> list[Action]:
    """The plan's creates of a kind."""
    return [
        action for action in result.actions if action.draft.kind is kind and action.target is None and not action.amends
    ]


def the(result: Plan, kind: Kind) -> Action:
    """The plan's only create of a kind."""
    (action,) = made(result, kind)
    return action


def kinds(result: Plan) -> list[Kind]:
    """What the plan makes or changes, sorted by kind; a record that is made and then named by its id counts once."""
    return sorted(action.draft.kind for action in result.actions if not action.amends)


def owner(action: Action) -> str | None:
    return action.draft.values.get("owner")


def tasks(result: Plan) -> set[tuple[str | None, bool]]:
    """Assignee and done of each task."""
    found = made(result, Kind.TASK)
    pairs = {(task.draft.values.get("assignee"), task.draft.values["done"]) for task in found}
    assert len(pairs) == len(found)
    return pairs


def tied(action: Action, result: Plan) -> set[Kind]:
    """The kinds that an action's record is tied to, made or found."""
    by_id = {other.id: other.draft.kind for other in result.actions}
    return {ref.kind for ref in action.draft.links} | {by_id[use] for use in action.uses}
