"""Notes of buyers and companies and comments of cards: where everything goes for which KeyCRM has no field.

A note holds, in this order and each optional: what people wrote; lines `name: value` for the visit; the hub's mark;
and comments, each a block that begins with a line of dashes and a time and ends with its mark.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

MARK = re.compile(r"swh-[\w-]{1,60}")
_VISIT = re.compile(r"(source|client_id|phone|company|utm_\w{1,40}): (.+)")
_HEADING = re.compile(r"— \d{4}-\d{2}-\d{2} \d{2}:\d{2}")


def carries(note: str, mark: str) -> bool:
    """Whether `mark` stands in `note` as a whole line."""
    return bool(mark) and any(line.strip() == mark for line in _lines(note))


def _lines(note: str) -> list[str]:
    return note.replace("\r\n", "\n").split("\n") if note else []


def visit_lines(values: Mapping[str, object], *, known: Iterable[object] = ()) -> list[str]:
    """Lines for the visit's source, tags and id; what stands in `known` (the mapped fields) already is left out."""
    utm = values.get("utm")
    tags = {f"utm_{str(k).removeprefix('utm_')}": v for k, v in utm.items()} if isinstance(utm, Mapping) else {}
    source = values.get("source") if values.get("source") not in tags.values() else None
    told = {"source": source, **tags, "client_id": values.get("client_id")}
    taken = {str(value) for value in known}
    return [f"{name}: {_one_line(value)}" for name, value in told.items() if value and str(value) not in taken]


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def visit_of(note: str) -> dict[str, object]:
    """The canonical values that stand in a note's lines."""
    matches = (_VISIT.fullmatch(line.strip()) for line in _lines(note))
    found: dict[str, str] = {match[1]: match[2] for match in matches if match}
    utm = {name: value for name, value in found.items() if name.startswith("utm_")}
    values: dict[str, object] = {name: found[name] for name in ("source", "client_id") if name in found}
    return values | ({"utm": utm} if utm else {})


def joined(*parts: str) -> str:
    """Parts of a note, one under the other."""
    return "\n".join(part for part in parts if part)


def updated(note: str, lines: Iterable[str]) -> str:
    """`note` with `lines` in place of those of the same names; new ones stand before the comments' blocks."""
    kept, places = _lines(note), dict[str, int]()
    for place, line in enumerate(kept):
        if match := _VISIT.fullmatch(line.strip()):
            places.setdefault(match[1], place)
    new = []
    for line in lines:
        held = places.get(line.partition(": ")[0])
        if held is None:
            new.append(line)
        else:
            kept[held] = line
    first = next((place for place, line in enumerate(kept) if _HEADING.fullmatch(line.strip())), len(kept))
    return "\n".join((*kept[:first], *new, *kept[first:]))


def block(text: str, mark: str, at: datetime) -> str:
    """A comment as it is added to a note. `at` is in the zone of those who read it."""
    return f"— {at:%Y-%m-%d %H:%M}\n{text}\n{mark}"


def text_of(note: str, mark: str) -> str | None:
    """The text of the comment that ends with `mark`; None where it is not there."""
    lines = _lines(note)
    end = next((place for place, line in enumerate(lines) if line.strip() == mark), None)
    if end is None:
        return None
    start = next((place for place in range(end - 1, -1, -1) if _HEADING.fullmatch(lines[place].strip())), None)
    return None if start is None else "\n".join(lines[start + 1 : end])
