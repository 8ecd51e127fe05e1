"""NetHunt's records -> canonical ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from switchhook.core.phone import local_ones, normalize
from switchhook.core.reason import Reason
from switchhook.core.records import Kind, Record

from .client import Item
from .config import UTM_ROLES, Config, Folder, email_in
from .sheet import TASK_LINES
from .texts import Words, split
from .values import first, flag, texts, when

_NOTED = ("source", "client_id", "email", *UTM_ROLES)
"""Values that stand in the notes where they have no field of their own."""


@dataclass(frozen=True, slots=True)
class Glasses:
    """What records are read with: settings, the project's country and words."""

    config: Config
    country: str
    words: Words

    def record(
        self, item: Item, kind: Kind, *, kinds: Mapping[str, Kind] | None = None, remarks: Iterable[Reason] = ()
    ) -> Record:
        """The record that `item` shows; `kinds` are those of the records to which a task is linked, where known."""
        folder = self.config.folder(kind)
        fields = fields_of(item)
        values = self._values(folder, fields, kinds or {})
        links = {role: texts(fields.get(folder.name(role))) for role in ("contact", "company")}
        return Record(
            kind=kind,
            id=id_of(item),
            title=first(fields.get(folder.name("name"))),
            phones=tuple(self.phones(folder, fields)),
            local_phones=local_ones(_spelled(folder, fields), self.country),
            owner=owner_of(folder, fields) or None,
            status=self._status(folder, fields),
            contact_id=next(iter(links["contact"]), None),
            company_id=next(iter(links["company"]), None),
            url=str(item.get("link") or ""),
            last_activity=changed_at(item),
            values=values,
            remarks=tuple(remarks),
        )

    def phones(self, folder: Folder, fields: Mapping[str, Any]) -> list[str]:
        """The record's numbers in E.164, each once; what is no number is left out."""
        numbers = (normalize(text, self.country) for text in _spelled(folder, fields))
        return list(dict.fromkeys(number for number in numbers if number))

    def _status(self, folder: Folder, fields: Mapping[str, Any]) -> str:
        if folder.kind is Kind.DEAL:
            return self.config.stages.status_of(first(fields.get(folder.name("stage"))))
        return "closed" if folder.kind is Kind.TASK and flag(fields.get(folder.name("completed"))) else "open"

    def _values(self, folder: Folder, fields: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
        mapped = set(folder.names.values())
        values: dict[str, Any] = {
            "custom": {name: ", ".join(texts(value)) for name, value in fields.items() if name not in mapped}
        }
        if folder.kind is Kind.TASK:
            return values | self._of_task(folder, fields, kinds)
        title = "title" if folder.kind is Kind.DEAL else "name"
        values |= {
            title: first(fields.get(folder.name("name"))),
            "phones": self.phones(folder, fields),
            "owner": owner_of(folder, fields),
        }
        if folder.kind is Kind.DEAL:
            values |= {"stage": first(fields.get(folder.name("stage"))), "pipeline": folder.id}
        values |= _said(folder, fields)
        return {name: value for name, value in values.items() if value or name == "custom"}

    def _of_task(self, folder: Folder, fields: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Any]:
        text, named, _mark = split(first(fields.get(folder.name("text"))), TASK_LINES, self.words)
        due = when(fields.get(folder.name("due")))
        ids = texts(fields.get(folder.name("links")))
        values = {
            "subject": first(fields.get(folder.name("name"))),
            "text": text,
            "assignee": owner_of(folder, fields),
            "due_at": due.isoformat() if due else "",
            **named,
        }
        links = [{"kind": kinds[name].value, "id": name} for name in ids if name in kinds]
        filled = {name: value for name, value in values.items() if value}
        return {**filled, "done": flag(fields.get(folder.name("completed"))), "links": links}


def _said(folder: Folder, fields: Mapping[str, Any]) -> dict[str, Any]:
    noted = dict(_lines(first(fields.get(folder.name("notes")))))
    own = {role: first(fields.get(folder.name(role))) for role in _NOTED if folder.name(role)}
    own["email"] = email_in(own.get("email", "")) or own.get("email", "")
    said = {name: value for name, value in {**noted, **own}.items() if value}
    utm = {name: said.pop(name) for name in UTM_ROLES if name in said}
    return {**said, "utm": utm}


def _lines(notes: str) -> Iterable[tuple[str, str]]:
    for line in notes.splitlines():
        name, colon, value = line.partition(": ")
        if colon and name in _NOTED:
            yield name, value.strip()


def fields_of(item: Item) -> dict[str, Any]:
    """The record's fields by display name; empty where it shows none."""
    fields = item.get("fields")
    return fields if isinstance(fields, dict) else {}


def id_of(item: Item) -> str:
    """The record's id. `id` may name an item of a feed instead, so it counts only where there is nothing else."""
    return str(item.get("recordId") or item.get("id") or "")


def owner_of(folder: Folder, fields: Mapping[str, Any]) -> str:
    """The e-mail of who is responsible, "" where nobody is."""
    role = "assignee" if folder.kind is Kind.TASK else "owner"
    return next((email for text in texts(fields.get(folder.name(role))) if (email := email_in(text))), "")


def is_deleted(item: Item) -> bool:
    """Whether an answer shows the record as thrown away."""
    return item.get("deleted") not in (None, False, "", "false")


def changed_at(item: Item) -> datetime | None:
    """When the record was last changed, as far as the answer says."""
    return when(item.get("updatedAt")) or when(item.get("createdAt"))


def _spelled(folder: Folder, fields: Mapping[str, Any]) -> list[str]:
    return list(texts(fields.get(folder.name("phone")))) if folder.name("phone") else []
