"""Canonical values -> the fields of a NetHunt record, and what found no place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from switchhook.core.errors import Rejected
from switchhook.core.reason import Reason, because
from switchhook.core.records import PARTIES, Draft, Kind, Ref
from switchhook.core.words import _

from .client import instant
from .config import Config, Folder, email_in, plain
from .texts import Words, joined

TASK_LINES = ("recording_url", "call_id")
"""Values of a task that stand in its text, as named lines."""
_TITLES = {Kind.CONTACT: "name", Kind.COMPANY: "name", Kind.DEAL: "title", Kind.TASK: "subject"}
_LINK_ROLES = {
    (Kind.CONTACT, Kind.COMPANY): "company",
    (Kind.DEAL, Kind.CONTACT): "contact",
    (Kind.DEAL, Kind.COMPANY): "company",
    **{(Kind.TASK, kind): "links" for kind in (Kind.CONTACT, Kind.COMPANY, Kind.DEAL)},
}


@dataclass(frozen=True, slots=True)
class Pen:
    """What every sheet is written with: the connection's settings, the project's zone and words."""

    config: Config
    zone: ZoneInfo
    words: Words


@dataclass(slots=True)
class Sheet:
    """The fields of one record in the making, by display name, and the remarks on what has none.

    `fresh` is a new record: what has no field of its own goes into its notes, and what is empty is left out.
    """

    pen: Pen
    folder: Folder
    fresh: bool
    fields: dict[str, Any] = field(default_factory=dict)
    remarks: list[Reason] = field(default_factory=list)
    homeless: dict[str, str] = field(default_factory=dict)

    def put(self, role: str, value: Any) -> bool:
        """Fill the field of `role`; whether there is one."""
        name = self.folder.name(role)
        if name and (value not in ("", [], None) or not self.fresh):
            self.fields[name] = value
        return bool(name)

    def say(self, text: str, **params: str) -> None:
        """A remark for the trace."""
        self.remarks.append(because(text, kind=self.folder.kind.value, **params))


def written(draft: Draft, mark: str, pen: Pen) -> Sheet:
    """The sheet of a new record. Raises Rejected for what NetHunt could not make sense of."""
    if not draft.values.get(_TITLES[draft.kind]):
        raise Rejected(f"A {draft.kind.value} in NetHunt needs a name.")
    sheet = Sheet(pen, pen.config.folder(draft.kind), fresh=True)
    values = {"status": "open", **draft.values} if draft.kind is Kind.DEAL else draft.values
    _fill(sheet, values)
    _tie(sheet, draft.links)
    if draft.kind is not Kind.TASK:
        _note(sheet, mark)
    else:
        _task_text(sheet, values, mark)
    if sheet.folder.name("mark") and mark:
        sheet.fields[sheet.folder.name("mark")] = mark
    return sheet


def changed(kind: Kind, values: Mapping[str, Any], pen: Pen, *, mark: str = "") -> Sheet:
    """The sheet of a change: only what `values` names. A task's long text is whole, with the `mark` it has."""
    sheet = Sheet(pen, pen.config.folder(kind), fresh=False)
    if _TITLES[kind] in values and not values[_TITLES[kind]]:
        raise Rejected(f"A {kind.value} in NetHunt needs a name.")
    _fill(sheet, values)
    if kind is Kind.TASK and not {"text", *TASK_LINES}.isdisjoint(values):
        _task_text(sheet, values, mark)
    if sheet.homeless:
        _lament(sheet)
    return sheet


def actions(fields: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """`fieldActions` that make the fields hold exactly these values; an empty one is emptied."""
    return {
        name: {"overwrite": True} if value in ("", [], None) else {"overwrite": True, "add": value}
        for name, value in fields.items()
    }


def _fill(sheet: Sheet, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in _FILLERS:
            _FILLERS[name](sheet, value)
    stored = set(sheet.fields)
    for name, value in (values.get("custom") or {}).items():
        if name not in stored:
            sheet.fields[name] = value
    given = {str(value) for value in (values.get("custom") or {}).values()}
    sheet.homeless = {name: value for name, value in sheet.homeless.items() if value not in given}
    if sheet.folder.kind is Kind.DEAL:
        _stage(sheet, values)


def _title(sheet: Sheet, value: Any) -> None:
    sheet.put("name", str(value))


def _phones(sheet: Sheet, value: Any) -> None:
    if not sheet.put("phone", list(value or ())) and value:
        sheet.homeless["phones"] = ", ".join(value)


def _email(sheet: Sheet, value: Any) -> None:
    if not sheet.put("email", [str(value)] if value else []) and value:
        sheet.homeless["email"] = str(value)


def _plain(role: str) -> Callable[[Sheet, Any], None]:
    def fill(sheet: Sheet, value: Any) -> None:
        if not sheet.put(role, str(value or "")) and value:
            sheet.homeless[role] = str(value)

    return fill


def _visit(sheet: Sheet, value: Any) -> None:
    for name, text in (value or {}).items():
        short = str(name).strip().lower().removeprefix("utm_")
        role = f"utm_{'term' if short == 'keyword' else short}"
        if not sheet.put(role, str(text or "")) and text:
            sheet.homeless[role] = str(text)


def _person(role: str) -> Callable[[Sheet, Any], None]:
    def fill(sheet: Sheet, value: Any) -> None:
        if value and email_in(value) != str(value).strip().lower():
            raise Rejected(f"“{value}” is not the e-mail address of a NetHunt user.")
        if not sheet.put(role, str(value or "")) and value:
            sheet.homeless[role] = str(value)

    return fill


def _due(sheet: Sheet, value: Any) -> None:
    moment = datetime.fromisoformat(value) if value else None
    if sheet.pen.config.due_with_time or moment is None:
        text = instant(moment) if moment else ""
    else:
        text = moment.astimezone(sheet.pen.zone).date().isoformat()
        sheet.say(_("NetHunt keeps the day of this %(kind)s, not its hour."))
    if not sheet.put("due", text) and text:
        sheet.homeless["due_at"] = text


def _done(sheet: Sheet, value: Any) -> None:
    if not sheet.put("completed", bool(value)) and value:
        sheet.homeless["done"] = "yes"


_FILLERS: dict[str, Callable[[Sheet, Any], None]] = {
    "name": _title,
    "title": _title,
    "subject": _title,
    "phones": _phones,
    "email": _email,
    "owner": _person("owner"),
    "assignee": _person("assignee"),
    "source": _plain("source"),
    "client_id": _plain("client_id"),
    "utm": _visit,
    "due_at": _due,
    "done": _done,
}


def _stage(sheet: Sheet, values: Mapping[str, Any]) -> None:
    stages = sheet.pen.config.stages
    ends = {"open": stages.new, "won": next(iter(stages.won), ""), "lost": next(iter(stages.lost), "")}
    wanted = str(values.get("stage") or ends.get(str(values.get("status") or ""), ""))
    if wanted and not sheet.put("stage", wanted):
        sheet.homeless["stage"] = wanted
    elif not wanted and values.get("status") in {"won", "lost"}:
        sheet.say(_("The settings name no stage in which a %(kind)s is “%(status)s”."), status=str(values["status"]))
    pipeline = str(values.get("pipeline") or "")
    if pipeline and pipeline != sheet.folder.id:
        sheet.say(_("NetHunt has one folder for each %(kind)s: “%(pipeline)s” is not used."), pipeline=pipeline)


def _tie(sheet: Sheet, links: Iterable[Ref]) -> None:
    tied: dict[str, list[str]] = {}
    for link in dict.fromkeys(links):
        role = _LINK_ROLES.get((sheet.folder.kind, link.kind), "")
        if not sheet.folder.name(role):
            sheet.say(_("This %(kind)s has no field that could hold the link to a %(other)s."), other=link.kind.value)
        else:
            tied.setdefault(role, []).append(link.id)
    for role, ids in tied.items():
        sheet.put(role, ids)


def _note(sheet: Sheet, mark: str) -> None:
    # What is no text for the client's card (his number, his manager) is remarked on, not noted.
    lost = {name: value for name, value in sheet.homeless.items() if name in {"phones", "owner", "stage"}}
    kept = {name: value for name, value in sheet.homeless.items() if name not in lost}
    own_mark = "" if sheet.folder.name("mark") else mark
    text = "\n".join([*(f"{name}: {value}" for name, value in kept.items()), *([own_mark] if own_mark else [])])
    if not sheet.put("notes", text):
        lost |= kept
    sheet.homeless = lost
    if lost:
        _lament(sheet)


def _task_text(sheet: Sheet, values: Mapping[str, Any], mark: str) -> None:
    named = {name: str(values.get(name) or "") for name in TASK_LINES}
    own_mark = "" if sheet.folder.name("mark") else mark
    text = joined(str(values.get("text") or ""), named, own_mark, sheet.pen.words)
    if not sheet.put("text", text):
        sheet.homeless |= {name: str(values[name]) for name in ("text", *TASK_LINES) if values.get(name)}
    if sheet.fresh and sheet.homeless:
        _lament(sheet)


def _lament(sheet: Sheet) -> None:
    text = _("This %(kind)s has no field for %(values)s: choose one in the connection's settings.")
    sheet.say(text, values=", ".join(sheet.homeless))


def missing(sheet: Sheet, answered: Mapping[str, Any]) -> list[Reason]:
    """Remarks on fields that the vendor seems to have left out.

    Some answers show the whole record and some only its name, so that nothing is concluded from a short one.
    """
    held = {plain(name) for name, value in answered.items() if value not in (None, "", [])}
    sent = {name for name, value in sheet.fields.items() if value not in (None, "", [], False)}
    lost = sorted(name for name in sent if plain(name) not in held)
    if len(sent) - len(lost) < 2 or not lost:
        return []
    text = _("NetHunt did not keep %(fields)s of this %(kind)s: the field may have been renamed.")
    return [because(text, kind=sheet.folder.kind.value, fields=", ".join(lost))]


def party_kinds(config: Config) -> frozenset[Kind]:
    """The parties that carry numbers in this account."""
    return frozenset(kind for kind in PARTIES & set(config.folders) if config.folders[kind].name("phone"))
