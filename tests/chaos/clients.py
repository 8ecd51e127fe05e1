"""Clients who call again and again, and what each way of working must have left of them, whatever went wrong.

Written by hand from the articles, not by the planner: each function follows one client's calls in their order.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.acceptance.records import ANDRII, DONE, IRYNA, OLENA, OPEN, PIOTR
from tests.books import Left

MANAGERS = (OLENA, PIOTR)
WITHIN = timedelta(minutes=90)

SCENARIOS = (
    "incoming-answered",
    "incoming-answered",
    "incoming-missed",
    "incoming-unknown-employee",
    "outgoing-answered",
    "outgoing-missed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: how it is played, when it begins, and who speaks (his e-mail, "" for nobody)."""

    client: str
    scenario: str
    at: str = ""
    employee: str = ""
    delivery: str = "once"

    @property
    def play(self) -> dict[str, Any]:
        """The body for the twin's player."""
        special = {"employee": self.employee, "at": self.at}
        told = {name: value for name, value in special.items() if value}
        return {"scenario": self.scenario, "client": self.client, "delivery": self.delivery, "forward": False, **told}


def cast(calls: int, clients: int, seed: int) -> list[list[Call]]:
    """`calls` calls of `clients` clients, a list for each client in the order in which he calls or is called.

    They begin one after the other, the last of them just now. None is so old that the telephony's log would be believed
    before its events.
    """
    chance = random.Random(seed)  # noqa: S311 - a play, no secret
    now = datetime.now().astimezone()
    scripts: list[list[Call]] = [[] for _ in range(clients)]
    for number in range(calls):
        place = number % clients if number < clients else chance.randrange(clients)
        scenario = chance.choice(SCENARIOS)
        speaks = scenario in {"incoming-answered", "outgoing-answered", "outgoing-missed"}
        scripts[place].append(
            Call(
                client=f"+38067{4_000_000 + place}",
                scenario=scenario,
                at=(now - WITHIN + WITHIN / calls * number).isoformat(timespec="seconds"),
                employee=chance.choice(MANAGERS) if speaks else "",
                delivery=chance.choice(["once", "repeat", "shuffle", "chaos"]),
            )
        )
    return scripts


def in_lead_mode(calls: Sequence[Call]) -> Left:
    """Contact, company and lead at the first incoming call, tasks at the later ones (003)."""
    left, owner = Left(), ""
    for call in calls:
        if call.scenario.startswith("outgoing"):
            if owner and call.scenario == "outgoing-answered":
                left.tasks.append((owner, DONE))
        elif owner:
            left.tasks += _on_a_known_clients_call(call, owner)
        else:
            owner = _first_owner(call)
            left.contacts, left.companies, left.leads = [owner], [owner], [owner]
            left.tasks += [] if call.employee else [(owner, OPEN)]
    return left


def _first_owner(call: Call) -> str:
    return call.employee or (IRYNA if call.scenario == "incoming-missed" else ANDRII)


def _on_a_known_clients_call(call: Call, owner: str) -> list[tuple[str, bool]]:
    if call.scenario == "incoming-missed":
        return [(IRYNA, OPEN)]
    if call.scenario == "incoming-unknown-employee":
        return [(ANDRII, OPEN)]
    return [(call.employee, DONE), *([(owner, OPEN)] if call.employee != owner else [])]


def in_contact_mode(calls: Sequence[Call]) -> Left:
    """A contact at the first incoming call, a call record for every call of a known client (001)."""
    left = Left()
    for call in calls:
        incoming, answered = call.scenario.startswith("incoming"), not call.scenario.endswith("missed")
        if not left.contacts and not incoming:
            continue
        left.contacts = left.contacts or [call.employee]
        # Of a missed incoming call nobody is the manager; an unanswered outgoing one is whose who called.
        left.calls.append(("in" if incoming else "out", answered, call.employee))
    return left


def in_card_mode(calls: Sequence[Call]) -> Left:
    """A card at the first answered call, none beside an open one, and an entry in the history for every call (002)."""
    left = Left()
    for call in calls:
        incoming, answered = call.scenario.startswith("incoming"), not call.scenario.endswith("missed")
        if answered and not left.deals:
            # The CRM makes the buyer by itself, and gives him to nobody.
            left.deals, left.contacts = [call.employee], [""]
        left.calls.append(("in" if incoming else "out", answered, call.employee))
    return left


def in_mode_of_stand_alone_leads(calls: Sequence[Call]) -> Left:
    """A lead at the first incoming call; call records, and tasks at the later calls (004 and our defaults)."""
    left, owner = Left(), ""
    for call in calls:
        incoming, answered = call.scenario.startswith("incoming"), not call.scenario.endswith("missed")
        if not incoming and not owner:
            continue
        left.calls.append(("in" if incoming else "out", answered, call.employee))
        if incoming and owner:
            left.tasks += _on_a_known_clients_call(call, owner)
        elif incoming:
            owner = call.employee or ANDRII
            left.leads = [owner]
            left.tasks += [] if call.employee else [(ANDRII, OPEN)]
        elif answered:
            left.tasks.append((IRYNA, OPEN))
    return left


WAYS: dict[str, Callable[[Sequence[Call]], Left]] = {
    "pipedrive": in_lead_mode,
    "zoho": in_mode_of_stand_alone_leads,
    "nethunt": in_contact_mode,
    "keycrm": in_card_mode,
}
"""The way of working of each vendor's default preset."""
