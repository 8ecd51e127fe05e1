"""What a client's calls have left in the CRM, in a shape that is easy to compare."""

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


def everything(hub: DemoHub, client: str) -> dict[str, Any]:
    """All that two clients with the same calls must have alike: no ids, no numbers, no times."""
    tasks_of = [
        (person(task["assignee"]), task["done"], task["kind"], bool(task["recording_url"]), sorted(k for k, _ in links(task)))
        for task in hub.tasks(client)
    ]
    utm = [lead["utm"] for lead in hub.leads(client)]
    calls = [(call["direction"], call["status"], person(call["employee"])) for call in hub.calls(client)]
    return {"owners": owners(hub, client), "tasks": sorted(tasks_of), "utm": utm, "calls": sorted(calls)}
