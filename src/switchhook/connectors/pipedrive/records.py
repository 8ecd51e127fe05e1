"""Pipedrive's records as canonical ones."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from switchhook.core.phone import local_ones, normalize
from switchhook.core.records import Kind, Record, Ref

from .note import Note, call_facts

_CODE = re.compile(r"[0-9a-f]{40}$")
_PAGES = {
    Kind.CONTACT: "person",
    Kind.COMPANY: "organization",
    Kind.DEAL: "deal",
    Kind.LEAD: "leads/inbox",
}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one account's records. `web` is the origin of its pages, `fields` are those for visit tags by owner."""

    country: str
    web: str
    fields: Mapping[str, Mapping[str, str]]

    def read(self, kind: Kind, row: Row) -> Record:
        """A record of the kind."""
        readers = {
            Kind.CONTACT: self.contact,
            Kind.COMPANY: self.company,
            Kind.LEAD: self.lead,
            Kind.DEAL: self.deal,
            Kind.TASK: self.task,
            Kind.CALL: self.call,
            Kind.COMMENT: self.comment,
        }
        return readers[kind](row)

    def contact(self, row: Row) -> Record:
        """A person, from a list, a single answer or a search."""
        company = row.get("organization") or {}
        return Record(
            kind=Kind.CONTACT,
            id=str(row["id"]),
            title=_text(row.get("name")),
            phones=self.phones(row.get("phones")),
            local_phones=local_ones(_stored(row.get("phones")), self.country),
            owner=_owner(row),
            company_id=_id(row.get("org_id") or company.get("id")),
            url=self._url(Kind.CONTACT, row),
            last_activity=_latest(row),
            values=self._values(row.get("custom_fields"), "person") | _emails(row.get("emails")),
        )

    def company(self, row: Row) -> Record:
        """An organization; it has no numbers."""
        return Record(
            kind=Kind.COMPANY,
            id=str(row["id"]),
            title=_text(row.get("name")),
            owner=_owner(row),
            url=self._url(Kind.COMPANY, row),
            last_activity=_latest(row),
            values=self._values(row.get("custom_fields"), ""),
        )

    def lead(self, row: Row) -> Record:
        """A lead: open until it is archived, or converted and no more."""
        custom = {name: value for name, value in row.items() if _CODE.match(name)}
        channel = {"source": row["channel_id"]} if row.get("channel_id") else {}
        return Record(
            kind=Kind.LEAD,
            id=str(row["id"]),
            title=_text(row.get("title")),
            owner=_owner(row),
            status="closed" if row.get("is_archived") else "open",
            contact_id=_id(row.get("person_id")),
            company_id=_id(row.get("organization_id")),
            url=self._url(Kind.LEAD, row),
            last_activity=_latest(row),
            values=channel | self._values(custom, "deal"),
        )

    def deal(self, row: Row) -> Record:
        """A deal with its pipeline and stage."""
        status = _text(row.get("status")) or "open"
        place = {"pipeline": _id(row.get("pipeline_id")) or "", "stage": _id(row.get("stage_id")) or ""}
        return Record(
            kind=Kind.DEAL,
            id=str(row["id"]),
            title=_text(row.get("title")),
            owner=_owner(row),
            status="closed" if row.get("is_archived") and status == "open" else status,
            contact_id=_id(row.get("person_id")),
            company_id=_id(row.get("org_id")),
            url=self._url(Kind.DEAL, row),
            last_activity=_latest(row),
            values=place | self._values(row.get("custom_fields"), "deal"),
        )

    def task(self, row: Row) -> Record:
        """An activity as something to do."""
        note = Note.of(row.get("note"))
        values: dict[str, Any] = {"subject": _text(row.get("subject")), "text": note.text, "assignee": _owner(row)}
        values |= {"due_at": _due(row), "done": bool(row.get("done")), "links": _links(row)}
        return self._activity(Kind.TASK, row, note, values)

    def call(self, row: Row) -> Record:
        """An activity as the record of a call."""
        note = Note.of(row.get("note"))
        values = call_facts(note.text) | {"started_at": _due(row), "employee": _owner(row), "links": _links(row)}
        return self._activity(Kind.CALL, row, note, values)

    def _activity(self, kind: Kind, row: Row, note: Note, values: Mapping[str, Any]) -> Record:
        told = {name: value for name, value in values.items() if value is not None}
        told |= {"recording_url": note.recording_url} if note.recording_url else {}
        return Record(
            kind=kind,
            id=str(row["id"]),
            title=_text(row.get("subject")),
            owner=_owner(row),
            status="closed" if row.get("done") else "open",
            contact_id=_id(row.get("person_id")),
            company_id=_id(row.get("org_id")),
            last_activity=_latest(row),
            values=told | ({"call_id": note.call_id} if note.call_id else {}),
        )

    def comment(self, row: Row) -> Record:
        """A note."""
        note = Note.of(row.get("content"))
        return Record(
            kind=Kind.COMMENT,
            id=str(row["id"]),
            title=note.text.partition("\n")[0],
            owner=_id(row.get("user_id")),
            contact_id=_id(row.get("person_id")),
            company_id=_id(row.get("org_id")),
            last_activity=_latest(row),
            values={"text": note.text, "links": _links(row)},
        )

    def phones(self, given: Any) -> tuple[str, ...]:
        """Numbers as E.164, each once; of words nothing is taken."""
        numbers = (normalize(value, self.country) for value in _stored(given) if isinstance(value, str))
        return tuple(dict.fromkeys(filter(None, numbers)))

    def _values(self, custom: Any, owner: str) -> dict[str, Any]:
        texts = {code: value for code, value in (custom or {}).items() if isinstance(value, str) and value}
        tags = {tag: texts[code] for tag, code in self.fields.get(owner, {}).items() if code in texts}
        utm = {tag: value for tag, value in tags.items() if tag.startswith("utm_")}
        plain = {tag: value for tag, value in tags.items() if tag not in utm}
        return {"custom": texts, **plain, **({"utm": utm} if utm else {})}

    def _url(self, kind: Kind, row: Row) -> str:
        return f"{self.web}/{_PAGES[kind]}/{row['id']}" if self.web else ""


def _stored(given: Any) -> list[object]:
    return [item.get("value") if isinstance(item, Mapping) else item for item in given or ()]


def _links(row: Row) -> list[dict[str, str]]:
    people = [item.get("person_id") for item in row.get("participants") or ()] or [row.get("person_id")]
    refs: list[Ref] = [Ref(Kind.CONTACT, str(number)) for number in people if number]
    for name, kind in (("org_id", Kind.COMPANY), ("lead_id", Kind.LEAD), ("deal_id", Kind.DEAL)):
        if row.get(name):
            refs.append(Ref(kind, str(row[name])))
    return [{"kind": ref.kind.value, "id": ref.id} for ref in refs]


def _emails(given: Any) -> dict[str, Any]:
    found = (item.get("value") if isinstance(item, Mapping) else item for item in given or ())
    first = next((value for value in found if value), None)
    return {"email": first} if first else {}


def _due(row: Row) -> str | None:
    day = _text(row.get("due_date"))
    if not day:
        return None
    return f"{day}T{(_text(row.get('due_time')) or '00:00')[:5]}:00+00:00"


def _owner(row: Row) -> str | None:
    held = row.get("owner_id") if "owner_id" in row else row.get("owner")
    return _id(held.get("id") if isinstance(held, Mapping) else held)


def _id(value: Any) -> str | None:
    return None if value in (None, "", 0) else str(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def instant(value: Any) -> datetime | None:
    """A moment as either API writes it; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _latest(row: Row) -> datetime | None:
    return latest(instant(row.get(name)) for name in ("update_time", "add_time"))


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The last of the moments that are known."""
    return max(filter(None, moments), default=None)
