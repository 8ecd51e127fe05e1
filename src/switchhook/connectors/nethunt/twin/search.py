"""The advanced search, as far as it is known: `field:value`, `"field name":"value"`, `field:(a OR b)`, plain text.

It is a text search: a plain text matches parts of any value, and near hits come along.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .config import TwinConfig

_QUERY = re.compile(r'^(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s":()]+))\s*:\s*(?P<rest>.+)$', re.DOTALL)
_VALUE = re.compile(r'"([^"]*)"')
NEAR = 9
"""A value that shares so many first characters with what was asked for is a near hit."""


@dataclass(frozen=True, slots=True)
class Query:
    """Values asked for, in one field or ("") in any. `whole` is a quoted value: the search wants all of it."""

    field: str
    values: tuple[str, ...]
    whole: bool = False


def parsed(text: str, *, alternatives: bool = True) -> Query:
    """What `text` asks for. Where alternatives are not understood, they are one odd value that nothing holds."""
    found = _QUERY.match(text.strip())
    if found is None:
        return Query("", (text.strip().strip('"'),))
    name, rest = found["quoted"] or found["bare"] or "", found["rest"].strip()
    if rest.startswith("(") and rest.endswith(")") and alternatives:
        inner = rest[1:-1]
        values = tuple(_VALUE.findall(inner)) or tuple(part.strip() for part in inner.split(" OR "))
        return Query(name, values, whole='"' in inner)
    return Query(name, (rest.strip('"'),), whole=rest.startswith('"'))


def matcher(query: Query, config: TwinConfig) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the search gives a record with these fields for `query`, rightly or because it is near."""

    def is_hit(fields: Mapping[str, Any]) -> bool:
        held = _held(fields, query.field)
        return any(_matches(text, value, query, config) for text in held for value in query.values)

    return is_hit


def _matches(text: str, value: str, query: Query, config: TwinConfig) -> bool:
    text, value = text.casefold(), value.casefold()
    near = config.near_hits and len(value) > NEAR and text[:NEAR] == value[:NEAR]
    if query.whole and config.search_match == "whole":
        return text == value or near
    return value in text or near


def _held(fields: Mapping[str, Any], name: str) -> list[str]:
    chosen = [value for key, value in fields.items() if name.casefold() in {"", key.casefold()}]
    parts = (part for value in chosen for part in (value if isinstance(value, list) else [value]))
    return [str(part) for part in parts if part is not None]
