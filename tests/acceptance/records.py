"""What a client's calls have left in the CRM, in a shape that is easy to compare."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.demo_hub import DemoHub, Record

OLENA, PIOTR, IRYNA, ANDRII, TARAS = (f"{name}@example.com" for name in ("olena", "piotr", "iryna", "andrii", "taras"))
"""Two managers, the senior manager, the top manager, and one who answers on a mobile number only."""

OPEN, DONE = False, True


def person(value: Record | None) -> str:
    """The e-mail of an employee, "" for nobody."""
    return str(value["email"]) if value else ""


def owners(hub: DemoHub, client: str) -> dict[str, list[str]]:
    """Who owns the client's records, by kind."""
    kinds = {"contacts": hub.contacts, "companies": hub.companies, "leads": hub.leads, "deals": hub.deals}
    return {kind: sorted(person(record["owner"]) for record in read(client)) for kind, read in kinds.items()}


def one_of_each(owner: str) -> dict[str, list[str]]:
    """What `owners` gives of a new client in lead mode."""
    return {"contacts": [owner], "companies": [owner], "leads": [owner], "deals": []}


def tasks(hub: DemoHub, client: str) -> list[tuple[str, bool]]:
    """Who has which task about the client: (assignee's e-mail, done), sorted."""
    return sorted((person(task["assignee"]), task["done"]) for task in hub.tasks(client))


def links(record: Record) -> set[tuple[str, str]]:
    """What a task or comment hangs on."""
    return {(link["kind"], link["id"]) for link in record["links"]}


def everything(hub: DemoHub, clients: Sequence[str]) -> dict[str, Any]:
    """For each client what clients with the same calls must have alike: no ids, no numbers, no times.

    Reads the whole CRM once, whatever the number of clients.
    """
    kinds = {"contact": "contacts", "company": "companies", "lead": "leads", "deal": "deals"}
    found: dict[str, dict[str, list[Any]]] = {client: defaultdict(list) for client in clients}
    whose: dict[tuple[str, str], set[str]] = {}
    for kind, path in kinds.items():
        for record in hub.api.all(path, limit=200):
            whose[kind, record["id"]] = clients_of = found.keys() & set(record["phones"])
            for client in clients_of:
                found[client][kind].append((person(record["owner"]), sorted(record["utm"].items())))
    for task in hub.api.all("tasks", limit=200):
        said = (person(task["assignee"]), task["done"], task["kind"], bool(task["recording_url"]))
        for client in set().union(*(whose.get(link, set()) for link in links(task))):
            found[client]["task"].append((*said, sorted(kind for kind, _ in links(task))))
    for call in hub.api.all("calls", limit=200):
        if call["client_number"] in found:
            told = (call["direction"], call["status"], person(call["employee"]), call["talk_seconds"], call["legs"])
            found[call["client_number"]]["call"].append(told)
    return {client: {kind: sorted(one) for kind, one in records.items()} for client, records in found.items()}
