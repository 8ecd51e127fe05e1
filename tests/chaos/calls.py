"""The calls that are played while processes die, and what each must leave in the CRM."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.acceptance.records import ANDRII, DONE, IRYNA, OLENA, OPEN, PIOTR
from tests.demo_hub import DemoHub

Task = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of call: how it is played, whether the client is known before, and what is there afterwards.

    `owner` owns contact, company (of a new client) and lead; `status` is the call's.
    """

    play: dict[str, Any]
    events: int
    status: str
    known: bool = False
    owner: str
    tasks: tuple[Task, ...] = ()


ANSWERED = {"scenario": "incoming-answered", "employee": OLENA}
BY_ANOTHER = {"scenario": "incoming-answered", "employee": PIOTR}
TRANSFERRED = {"scenario": "incoming-transferred", "employee": OLENA, "transfer_to": PIOTR}

CASES = (
    Case(play=ANSWERED, events=4, status="answered", owner=OLENA),
    Case(play={"scenario": "incoming-missed"}, events=3, status="missed", owner=IRYNA, tasks=((IRYNA, OPEN),)),
    Case(play=TRANSFERRED, events=5, status="answered", owner=PIOTR),
    Case(play={**ANSWERED, "delivery": "chaos", "copies": 2}, events=8, status="answered", owner=OLENA),
    Case(
        play={"scenario": "incoming-unknown-employee"},
        events=4,
        status="answered",
        owner=ANDRII,
        tasks=((ANDRII, OPEN),),
    ),
    Case(
        play=BY_ANOTHER,
        events=4,
        status="answered",
        known=True,
        owner=OLENA,
        tasks=((OLENA, OPEN), (PIOTR, DONE)),
    ),
    Case(
        play={"scenario": "incoming-missed"},
        events=3,
        status="missed",
        known=True,
        owner=OLENA,
        tasks=((IRYNA, OPEN),),
    ),
    Case(
        play={"scenario": "outgoing-answered", "employee": OLENA},
        events=2,
        status="answered",
        known=True,
        owner=OLENA,
        tasks=((OLENA, DONE),),
    ),
)


@dataclass(frozen=True, slots=True)
class Played:
    """One call of one client."""

    client: str
    case: Case


def cast(events: int) -> list[Played]:
    """Calls of different clients with `events` events or a few more, the kinds of calls taken in turns."""
    calls: list[Played] = []
    while sum(call.case.events for call in calls) < events:
        calls.append(Played(f"+38067{3_000_000 + len(calls)}", CASES[len(calls) % len(CASES)]))
    return calls


def introduce(hub: DemoHub, calls: list[Played]) -> None:
    """Make the known clients known: a contact with an open lead of the case's owner."""
    for call in calls:
        if call.case.known:
            owner = call.case.owner
            contact = hub.api.post("contacts", {"name": call.client, "phones": [call.client], "owner": owner})
            hub.api.post("leads", {"title": "Known", "contact_id": contact["id"], "owner": owner})


Look = Callable[[str], Any]


def expected(case: Case) -> dict[str, list[Any]]:
    """What must be there of a client after this call: owners by kind, and (assignee, done) of the tasks."""
    return {
        "contact": [case.owner],
        "company": [] if case.known else [case.owner],
        "lead": [case.owner],
        "task": sorted(case.tasks),
        "call": [case.status],
    }


def found(seen: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The same of what `everything` gives for a client."""
    owners = {kind: [owner for owner, _ in seen.get(kind, [])] for kind in ("contact", "company", "lead")}
    tasks = [(assignee, done) for assignee, done, *_ in seen.get("task", [])]
    return {**owners, "task": sorted(tasks), "call": [status for _, status, *_ in seen.get("call", [])]}
