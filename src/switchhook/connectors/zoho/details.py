"""What stands in a description beside a person's own words: one line for each thing that has no field of its own.

    Asked for a price list.

    Source: google
    utm_campaign: spring
    swh-0123456789

Lines are known by their label, in English or in the project's language; the last is the hub's mark.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from switchhook.core.words import _

LABELS = {
    "client": _("Client"),
    "line": _("Called line"),
    "result": _("Result"),
    "talk": _("Talk, s"),
    "wait": _("Wait, s"),
    "employee": _("Employee"),
    "recording": _("Recording"),
    "due": _("Due"),
    "contact": _("Contact"),
    "company": _("Company"),
    "phones": _("More numbers"),
    "source": _("Source"),
    "client_id": "client_id",
    "call": "call_id",
}
_MARK = re.compile(r"^swh-[\w-]+$")
_LINE = re.compile(r"^([^:\n]{1,40}): (.*)$")
_UTM = re.compile(r"^utm_\w+$")


@dataclass(frozen=True, slots=True)
class Description:
    """A description in parts. `facts` are by the keys of `LABELS`, or `utm_…`."""

    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""


def compose(parts: Description, translate: Callable[[str], str]) -> str:
    """The description as it is written; "" where there is nothing to say."""
    lines = [f"{_label(key, translate)}: {_one_line(value)}" for key, value in parts.facts.items() if value]
    if parts.mark:
        lines.append(parts.mark)
    return "\n\n".join(part for part in (parts.text, "\n".join(lines)) if part)


def parse(written: object, translate: Callable[[str], str]) -> Description:
    """The parts of a description, whoever wrote around them. A person's own words come back as they were."""
    known = {translate(label): key for key, label in LABELS.items()} | {label: key for key, label in LABELS.items()}
    text, facts, mark = [], dict[str, str](), ""
    for line in (written if isinstance(written, str) else "").replace("\r\n", "\n").split("\n"):
        found = _LINE.match(line)
        key = known.get(found[1], found[1] if _UTM.match(found[1]) else "") if found else ""
        if _MARK.match(line):
            mark = line
        elif found and key:
            facts[key] = found[2]
        else:
            text.append(line)
    return Description("\n".join(text).rstrip() if facts or mark else "\n".join(text), facts, mark)


def carries(written: object, mark: str) -> bool:
    """Whether a text has the mark, as a line of its own."""
    return isinstance(written, str) and mark in written.replace("\r\n", "\n").split("\n")


def marked(text: str, mark: str) -> str:
    """A text that is nothing but text (a note), with the mark at its end."""
    return f"{text}\n\n{mark}" if mark else text


def unmarked(written: object) -> str:
    """The text without a mark."""
    text = (written if isinstance(written, str) else "").replace("\r\n", "\n")
    head, line, last = text.rpartition("\n")
    return head.removesuffix("\n") if line and _MARK.match(last) else text


def _label(key: str, translate: Callable[[str], str]) -> str:
    return translate(LABELS[key]) if key in LABELS else key


def _one_line(value: str) -> str:
    return " ".join(value.split())
