"""What the CRM twins hold of a client, read from their states and brought into one shape.

The readers know the vendors' shapes by themselves, and nothing of the connectors: what a connector believes to have
written is not what counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

State = dict[str, Any]
Row = dict[str, Any]


@dataclass(slots=True)
class Left:
    """What a client's calls have left: owners of his records, then tasks and call records in the order they were made.

    A task is (assignee, done); a call record (direction, answered, its employee). People are e-mails, "" for nobody.
    """

    contacts: list[str] = field(default_factory=list)
    companies: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)
    tasks: list[tuple[str, bool]] = field(default_factory=list)
    calls: list[tuple[str, bool, str]] = field(default_factory=list)


def state_of(twin_url: str) -> State:
    """Everything that a twin holds."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        state: State = client.get(f"{twin_url}/__twin__/state").raise_for_status().json()
    return state


def digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


class PipedriveBook:
    """Persons by number; everything else by its person, or by the lead or deal of that person."""

    def __init__(self, state: State) -> None:
        self.rows: dict[str, list[Row]] = state["records"]
        self._emails = {user["id"]: user["email"] for user in state["users"]}

    def of(self, phone: str) -> Left:
        persons = [row for row in self.rows["persons"] if phone in {item["value"] for item in row["phones"]}]
        names, people = {row["id"] for row in persons}, {row["org_id"] for row in persons}
        leads = [row for row in self.rows["leads"] if row["person_id"] in names]
        deals = [row for row in self.rows["deals"] if row["person_id"] in names]
        cards = {row["id"] for row in (*leads, *deals)}
        activities = [
            row
            for row in sorted(self.rows["activities"], key=lambda row: row["id"])
            if names & {one["person_id"] for one in row["participants"] or ()}
            or {row["lead_id"], row["deal_id"]} & cards
        ]
        return Left(
            contacts=self._owners(persons),
            companies=self._owners([row for row in self.rows["organizations"] if row["id"] in people]),
            leads=self._owners(leads),
            deals=self._owners(deals),
            tasks=[(self._email(row), row["done"]) for row in activities],
        )

    def _owners(self, rows: list[Row]) -> list[str]:
        return [self._email(row) for row in rows]

    def _email(self, row: Row) -> str:
        return str(self._emails.get(row["owner_id"], ""))


class NetHuntBook:
    """Records of the English workspace's folders; a call record is a call log on one of the client's records."""

    _DIRECTIONS = {"Incoming": "in", "Outgoing": "out"}

    def __init__(self, state: State) -> None:
        self.rows: dict[str, list[Row]] = state["records"]
        self._emails = {user["personalName"]: user["emailAddress"] for user in state["users"]}

    def of(self, phone: str) -> Left:
        contacts = [row for row in self.rows["contacts"] if phone in (row["fields"].get("Phone number") or ())]
        ids = {row["recordId"] for row in contacts}
        deals = [row for row in self.rows["deals"] if ids & set(row["fields"].get("Contact person") or ())]
        records = ids | {row["recordId"] for row in deals}
        logs = sorted((log for log in self.rows["call_logs"] if log["recordId"] in records), key=_by_time)
        return Left(
            contacts=[self._manager(row) for row in contacts],
            deals=[self._manager(row) for row in deals],
            calls=[self._call(log["text"]) for log in logs],
        )

    @staticmethod
    def _manager(row: Row) -> str:
        held = row["fields"].get("Manager") or ""
        return str(held[0] if isinstance(held, list) else held)

    def _call(self, text: str) -> tuple[str, bool, str]:
        first, *rest = text.splitlines()
        named = dict(line.split(": ", 1) for line in rest if ": " in line)
        who = named.get("Employee", "")
        direction = next(word for name, word in self._DIRECTIONS.items() if name in first)
        return direction, "answered" in first, next((mail for name, mail in self._emails.items() if name in who), "")


def _by_time(row: Row) -> tuple[str, str]:
    return str(row["createdAt"]), str(row["time"])


class KeyCrmBook:
    """Buyers by number, cards by their contact, and the call history."""

    def __init__(self, state: State) -> None:
        self.rows: dict[str, list[Row]] = state["records"]
        self._emails = {user["id"]: user["email"] for user in state["users"]}

    def of(self, phone: str) -> Left:
        number = digits(phone)
        buyers = [row for row in self.rows["buyers"] if number in {digits(item) for item in row["phone"]}]
        cards = [row for row in self.rows["cards"] if digits(str(row["contact"]["phone"])) == number]
        calls = [row for row in self.rows["calls"] if digits(row["external_number"]) == number]
        return Left(
            contacts=[str((row["manager"] or {}).get("email", "")) for row in buyers],
            deals=[str((row["manager"] or {}).get("email", "")) for row in cards],
            calls=[self._call(row) for row in sorted(calls, key=lambda row: int(row["id"]))],
        )

    def _call(self, row: Row) -> tuple[str, bool, str]:
        direction = "in" if row["type"] == "incoming" else "out"
        return direction, row["state"] == "completed", str(self._emails.get(row["user_id"], ""))


class ZohoBook:
    """Records of the modules: leads and contacts by number, the rest by whom and what they are about."""

    def __init__(self, state: State) -> None:
        self.rows: dict[str, list[Row]] = state["records"]
        self._emails = {user["id"]: user["email"] for user in state["users"]}

    def of(self, phone: str) -> Left:
        leads, contacts = self._of_number("lead", phone), self._of_number("contact", phone)
        whose = {row["id"] for row in (*leads, *contacts)}
        deals = [row for row in self.rows["deal"] if _id(row.get("Contact_Name")) in whose]
        about = whose | {row["id"] for row in deals}
        return Left(
            contacts=self._owners(contacts),
            companies=self._owners(self._of_number("company", phone)),
            leads=self._owners(leads),
            deals=self._owners(deals),
            tasks=[(self._email(row), row["Status"] == "Completed") for row in self._about("task", about)],
            calls=[self._call(row) for row in self._about("call", about)],
        )

    def _of_number(self, kind: str, phone: str) -> list[Row]:
        number, names = digits(phone), ("Phone", "Mobile")
        return [row for row in self.rows[kind] if number in {digits(str(row.get(name) or "")) for name in names}]

    def _about(self, kind: str, about: set[str]) -> list[Row]:
        found = [row for row in self.rows[kind] if {_id(row.get("Who_Id")), _id(row.get("What_Id"))} & about]
        return sorted(found, key=lambda row: int(row["id"]))

    def _call(self, row: Row) -> tuple[str, bool, str]:
        # A call always has an owner there, and an outgoing one lasts a second at the least.
        who = self._email(row) if "Employee: " in row["Description"] else ""
        answered = row["Call_Type"] != "Missed" and row["Call_Duration_in_seconds"] > 1
        return "out" if row["Call_Type"] == "Outbound" else "in", answered, who

    def _owners(self, rows: list[Row]) -> list[str]:
        return [self._email(row) for row in rows]

    def _email(self, row: Row) -> str:
        return str(self._emails.get(_id(row["Owner"]), ""))


def _id(lookup: Any) -> str:
    return str(lookup["id"]) if isinstance(lookup, Mapping) else str(lookup or "")


BOOKS: dict[str, Callable[[State], PipedriveBook | ZohoBook | NetHuntBook | KeyCrmBook]] = {
    "pipedrive": PipedriveBook,
    "zoho": ZohoBook,
    "nethunt": NetHuntBook,
    "keycrm": KeyCrmBook,
}
