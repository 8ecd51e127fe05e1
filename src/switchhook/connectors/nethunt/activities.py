"""Comments and call logs: entries in a record's timeline, of which only the text can say more.

An entry's id must lead back to it, and NetHunt reads them only by the feed of a folder. So it is put together here:
`<kind>/<record>/<entry>/<second of its making>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.reason import Reason, because
from switchhook.core.records import Draft, Kind, Record, Ref
from switchhook.core.words import _

from .client import Item, instant
from .config import email_in
from .texts import DIRECTIONS, STATUSES, Words, has_mark, joined, split
from .values import when

_ENTRY_ID = {Kind.COMMENT: "commentId", Kind.CALL: "callLogId"}
_PREFERRED = (Kind.CONTACT, Kind.DEAL, Kind.COMPANY, Kind.TASK)
_CALL_LINES = ("client_number", "project_number", "recording_url", "call_id")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the id of a comment or call log says."""

    kind: Kind
    about: Ref
    name: str
    second: int

    @classmethod
    def of(cls, ref: Ref) -> "Entry":
        """Read an id. Raises TargetGone for one that is none of ours."""
        try:
            kind, record, name, second = ref.id.split("/")
            return cls(ref.kind, Ref(Kind(kind), record), name, int(second))
        except ValueError as error:
            raise TargetGone("NetHunt has no such entry.") from error

    @property
    def id(self) -> str:
        return f"{self.about.kind.value}/{self.about.id}/{self.name}/{self.second}"

    @property
    def made_at(self) -> datetime:
        return datetime.fromtimestamp(self.second, UTC)


def entry_of(item: Item, kind: Kind, about: Ref) -> Entry:
    """The entry that an answer or an item of a feed shows."""
    made = when(item.get("createdAt"))
    return Entry(kind, about, str(item.get(_ENTRY_ID[kind]) or ""), int(made.timestamp()) if made else 0)


def home_of(draft: Draft, kinds: frozenset[Kind]) -> tuple[Ref, tuple[Reason, ...]]:
    """The one record that takes the entry, and remarks on the links that are lost. Raises Rejected without any."""
    fit = [link for kind in _PREFERRED if kind in kinds for link in draft.links if link.kind is kind]
    if not fit:
        raise Rejected(f"A {draft.kind.value} in NetHunt is written to a record, and there is none.")
    home, said = fit[0], _("A %(kind)s of NetHunt belongs to one record, its %(home)s: a %(other)s is not tied to it.")
    lost = [link for link in dict.fromkeys(draft.links) if link != home]
    params = {"kind": draft.kind.value, "home": home.kind.value}
    return home, tuple(because(said, other=link.kind.value, **params) for link in lost)


# --- comments ---------------------------------------------------------------------------------------------------------


def comment_text(draft: Draft, mark: str, words: Words) -> str:
    """What is sent. Raises Rejected for an empty comment."""
    text = str(draft.values.get("text") or "")
    if not text.strip():
        raise Rejected("A comment needs a text.")
    return joined(text, {"author": str(draft.values.get("author") or "")}, mark, words)


def comment_record(item: Item, about: Ref, words: Words, remarks: tuple[Reason, ...] = ()) -> Record:
    """The comment that `item` shows, its mark taken off."""
    text, named, _mark = split(str(item.get("text") or ""), ("author",), words)
    values = {"text": text, **named, "links": [_link(about)]}
    return _record(item, Kind.COMMENT, about, values, remarks)


# --- calls ------------------------------------------------------------------------------------------------------------


def call_body(draft: Draft, mark: str, words: Words) -> dict[str, Any]:
    """What is sent: start and length have fields, everything else is text."""
    values = draft.values
    kind = words.translate(DIRECTIONS.get(str(values.get("direction") or ""), _("Call")))
    status = words.translate(STATUSES.get(str(values.get("status") or ""), ""))
    talk = int(values.get("talk_seconds") or 0)
    named = {name: str(values.get(name) or "") for name in ("client_number", "project_number")}
    named |= {
        "employee": _employee(values),
        "talk_seconds": _minutes(talk) if talk else "",
        "wait_seconds": _minutes(int(values["wait_seconds"])) if values.get("wait_seconds") else "",
        "recording_url": str(values.get("recording_url") or ""),
        "call_id": str(values.get("call_id") or ""),
    }
    body: dict[str, Any] = {"text": joined(", ".join(filter(None, (kind, status))), named, mark, words)}
    if values.get("started_at"):
        body["time"] = instant(datetime.fromisoformat(values["started_at"]))
    return {**body, "duration": round(talk / 60, 4)}


def call_record(item: Item, about: Ref, words: Words, remarks: tuple[Reason, ...] = ()) -> Record:
    """The call log that `item` shows, its text read back into values."""
    title, *lines = str(item.get("text") or "").split("\n")
    direction, _comma, status = title.partition(",")
    named = dict(filter(None, map(words.read, lines)))
    began = when(item.get("time"))
    values: dict[str, Any] = {
        "direction": words.key_of(DIRECTIONS, direction),
        "status": words.key_of(STATUSES, status),
        "started_at": began.isoformat() if began else "",
        **{name: named[name] for name in _CALL_LINES if name in named},
        **_who(named.get("employee", "")),
    }
    kept = {name: value for name, value in values.items() if value}
    kept |= {"talk_seconds": _length(item, named), "wait_seconds": _seconds(named.get("wait_seconds", ""))}
    return _record(item, Kind.CALL, about, {**kept, "links": [_link(about)]}, remarks, title=title)


def is_marked(item: Item, mark: str) -> bool:
    """Whether the text of an entry ends with the hub's `mark`."""
    return has_mark(str(item.get("text") or ""), mark)


def _record(  # noqa: PLR0917 - one entry, read once
    item: Item, kind: Kind, about: Ref, values: Mapping[str, Any], remarks: tuple[Reason, ...], title: str = ""
) -> Record:
    entry = entry_of(item, kind, about)
    made = when(item.get("createdAt"))
    return Record(kind=kind, id=entry.id, title=title, last_activity=made, values=values, remarks=remarks)


def _employee(values: Mapping[str, Any]) -> str:
    name, email = str(values.get("employee_name") or ""), email_in(values.get("employee"))
    return f"{name} <{email}>" if name and email else name or email


def _who(text: str) -> dict[str, str]:
    name, _bracket, _rest = text.partition("<")
    email = email_in(text)
    return {"employee": email, "employee_name": "" if name.strip().lower() == email else name.strip()}


def _length(item: Item, named: Mapping[str, str]) -> int:
    minutes = item.get("duration")
    if isinstance(minutes, int | float) and not isinstance(minutes, bool):
        return round(minutes * 60)
    return _seconds(named.get("talk_seconds", ""))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _seconds(text: str) -> int:
    minutes, _colon, rest = text.partition(":")
    return int(minutes) * 60 + int(rest) if minutes.isdecimal() and rest.isdecimal() else 0


def _link(about: Ref) -> dict[str, str]:
    return {"kind": about.kind.value, "id": about.id}
