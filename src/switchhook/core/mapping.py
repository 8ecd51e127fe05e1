"""From what an event says to what a CRM's fields hold: templates, field rules, pipeline rules.

All of them speak of *parameters*: named texts of one call, form or dialogue (`parameters`). Names are compared without
regard to case and surrounding space.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from switchhook.core.call import CallState
from switchhook.core.reason import Reason, because
from switchhook.core.records import Kind
from switchhook.core.situation import Inquiry, Person
from switchhook.core.words import _

_PLACE = re.compile(r"\{\s*([^{}]*?)\s*\}")
_SPACES = re.compile(r"[^\S\n]+")
LONGEST_ID = 36
"""How much room in a title is kept for a record's id."""

_VISIT = ("source", "medium", "campaign", "term", "content")

OWN_ID = "{id}"
"""In the title of a record that is made: the record's own id, which it gets by one update once it has one."""

PLACES = frozenset(
    {
        "id",
        "phone",
        "name",
        "email",
        "date",
        "time",
        "employee",
        "line",
        "direction",
        "status",
        "project_number",
        "call_type",
    }
    | {"disposition", "text", "link", "client_id", "keyword", *_VISIT, *(f"utm_{name}" for name in _VISIT)}
)
"""Names that every project has; its own tags come on top."""


def same(text: str) -> str:
    """`text` as it is compared: trimmed, without case."""
    return text.strip().casefold()


def parameters(event: CallState | Inquiry, *, zone: ZoneInfo, person: Person | None = None) -> dict[str, str]:
    """The named texts of `event`, empty ones left out. Date and time are of the call's start, in `zone`.

    `line` is what the employee spoke on, known even where the employee is not. Tags keep their vendor-neutral names and
    never hide one of `PLACES`.
    """
    words = {same(name): value for name, value in event.tags.items() if same(name) != "id"}
    visit = {same(name).removeprefix("utm_"): value for name, value in event.utm.items()}
    words |= visit | {f"utm_{name}": value for name, value in visit.items()}
    words["keyword"] = visit.get("keyword") or visit.get("term", "")
    words |= _of_inquiry(event) if isinstance(event, Inquiry) else _of_call(event, person)
    words["employee"] = person.name if person else words.get("employee", "")
    at = event.at if isinstance(event, Inquiry) else event.started_at
    words |= _date_and_time(at, zone)
    return {name: value for name, value in words.items() if value}


def _of_call(call: CallState, person: Person | None) -> dict[str, str]:
    said = call.employee
    line = (person.line if person else "") or ((said.sip or said.number or said.extension) if said else "")
    return {
        "phone": call.client_number or "",
        "name": call.client_number or "",
        "employee": (said.name if said else "") or line,
        "line": line,
        "direction": call.direction.value if call.direction else "",
        "status": call.status.value,
        "project_number": call.project_number or "",
        "call_type": call.call_type or "",
        "disposition": call.disposition or "",
    }


def _of_inquiry(inquiry: Inquiry) -> dict[str, str]:
    said = {
        "phone": inquiry.client_number or "",
        "name": inquiry.client_name or inquiry.client_number or inquiry.client_email,
        "email": inquiry.client_email,
        "text": inquiry.text,
        "link": inquiry.link,
    }
    return said | ({"source": inquiry.source} if inquiry.source else {})


def _date_and_time(at: datetime | None, zone: ZoneInfo) -> dict[str, str]:
    if at is None:
        return {}
    local = at.astimezone(zone)
    return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}


def render(template: str, words: Mapping[str, str], *, limit: int | None = None) -> str:
    """`template` with each `{name}` replaced by that parameter, or by nothing where it is empty. Never raises.

    A line of which nothing is left goes. The text is plain and cut to `limit` characters.
    """
    filled = ((line, _PLACE.sub(lambda place: words.get(same(place[1]), ""), line)) for line in template.split("\n"))
    text = "\n".join(said for line, said in filled if said.strip() or not _PLACE.search(line))
    text = "\n".join(line.strip() for line in _SPACES.sub(" ", text).splitlines()).strip()
    return cut(text, limit)


def render_with_id(template: str, words: Mapping[str, str], *, limit: int) -> str:
    """As `render`, with `OWN_ID` left in its place for an id that is still to come; "" where the template has none.

    Whatever is cut to `limit` characters, the place of the id is not.
    """
    if not any(same(place) == "id" for place in _PLACE.findall(template)):
        return ""
    text = render(template, {**words, "id": OWN_ID})
    if len(text) - len(OWN_ID) + LONGEST_ID <= limit:
        return text
    return f"{cut(render(template, words), limit - LONGEST_ID - 1)} {OWN_ID}"


def cut(text: str, limit: int | None) -> str:
    """`text`, ending in an ellipsis where it is longer than `limit` characters."""
    if limit is None or len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip() + "…"[: max(limit, 0)]


def unknown_places(template: str, *, also: Collection[str] = ()) -> list[str]:
    """Names in `template` that are neither in `PLACES` nor among the project's own tags `also`."""
    known = PLACES | {same(name) for name in also}
    return [place for place in _PLACE.findall(template) if same(place) not in known]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRule:
    """Deals of calls whose `parameter` is `value` go into `pipeline` (the CRM's id)."""

    pipeline: str
    parameter: str
    value: str


def choose_pipeline(rules: Iterable[PipelineRule], words: Mapping[str, str], default: str) -> tuple[str, Reason | None]:
    """The pipeline of the first rule that holds, and why; else `default`. Case and outer spaces do not count."""
    for rule in rules:
        if same(words.get(same(rule.parameter), "")) == same(rule.value) != "":
            text = _("Pipeline %(pipeline)s, because %(parameter)s is “%(value)s”.")
            return rule.pipeline, because(text, pipeline=rule.pipeline, parameter=rule.parameter, value=rule.value)
    return default, None


class WritePolicy(StrEnum):
    ALWAYS = "always"
    IF_EMPTY = "if_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmField:
    """A field of a CRM as it can be offered. `type` is `text` for plain text, else the vendor's word."""

    kind: Kind
    name: str
    label: str = ""
    type: str = "text"
    writable: bool = True
    custom: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """`parameter` goes into the CRM field `field` of records of `kind`."""

    kind: Kind
    parameter: str
    field: str
    policy: WritePolicy = WritePolicy.ALWAYS


def offered(fields: Iterable[CrmField], kind: Kind) -> list[CrmField]:
    """The fields of `kind` that a parameter can go into: the account's own, writable, plain text."""
    return [f for f in fields if f.kind is kind and f.custom and f.writable and f.type == "text"]


def check_fields(rules: Iterable[FieldRule], fields: Collection[CrmField]) -> list[Reason]:
    """What is wrong with `rules` for a CRM with these `fields`; empty where all can be saved."""
    problems: list[Reason] = []
    taken: set[tuple[Kind, str]] = set()
    for rule in rules:
        if (rule.kind, rule.field) in taken:
            text = _("The %(kind)s field “%(field)s” takes one parameter only. Choose another for “%(parameter)s”.")
            problems.append(because(text, kind=rule.kind.value, field=rule.field, parameter=rule.parameter))
        taken.add((rule.kind, rule.field))
        if rule.field not in {f.name for f in offered(fields, rule.kind)}:
            text = _("“%(field)s” is not a writable text field of your own for a %(kind)s. Choose one that is offered.")
            problems.append(because(text, kind=rule.kind.value, field=rule.field))
    return problems


def mapped(
    rules: Iterable[FieldRule], kind: Kind, words: Mapping[str, str], *, current: Mapping[str, object] | None = None
) -> dict[str, str]:
    """Custom field values for a record of `kind`; `current` are those it holds already.

    An empty parameter blanks nothing, and of two rules for one field the first counts.
    """
    values: dict[str, str] = {}
    for rule in rules:
        value = words.get(same(rule.parameter), "")
        kept = rule.policy is WritePolicy.IF_EMPTY and (current or {}).get(rule.field)
        if rule.kind is kind and value and not kept:
            values.setdefault(rule.field, value)
    return values
