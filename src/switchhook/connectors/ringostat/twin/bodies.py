"""From variables to the bytes of a webhook: three layouts, three encodings, and the customer's own names.

The vendor's cabinet lets the customer name every parameter, so no layout is more right than another; these are the
three that are met in the wild.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

Layout = Literal["flat", "nested", "classic"]
Encoding = Literal["json", "form", "query"]
Numbers = Literal["mixed", "string", "int"]
Empty = Literal["null", "missing", "blank"]

NESTED_OBJECT = "additional_call_data"
NESTED_TOP = frozenset({"uniqueid", "calldate", "billsec", "disposition", "has_recording", "recording_wav"})

CLASSIC_NAMES = {
    "uniqueid": "call_id",
    "calldate": "date",
    "calldate_timestamp_micros": "call_timestamp",
    "call_type": "type",
    "dst": "callee",
    "disposition": "status",
    "duration": "call_duration",
    "duration_ms": "duration_call_ms",
    "waittime": "waiting",
    "billsec": "dialog",
    "recording_wav": "record_link",
    "employee_number": "staffid",
    "call_card": "call_card_link",
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "campaign",
    "utm_term": "keyword",
}

NUMERIC_NAMES = frozenset(
    {"billsec", "duration", "duration_ms", "waittime", "has_recording", "employee_number", "proper_flag",
     "repeated_flag", "call_counter", "unique_call", "calldate_timestamp_micros", "category_number", "category_mark",
     "employee_mark"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a webhook writes its body.

    `names` maps a variable to the customer's key, to several keys, or to None (not sent). `empty` says how a variable
    without a value is sent, `numbers` whether numbers are JSON numbers; None: as the layout has it. `extra` is added
    to every body as it is.
    """

    layout: Layout = "flat"
    encoding: Encoding = "json"
    method: str | None = None
    names: Mapping[str, str | list[str] | None] = field(default_factory=dict)
    date_format: str = "%Y-%m-%d %H:%M:%S"
    numbers: Numbers | None = None
    empty: Empty | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A request ready to be sent; `body` is what `content` (or, for a query, `query`) says."""

    event: str
    method: str
    query: str
    content_type: str
    content: bytes
    body: Any


def render(values: Mapping[str, Any], form: Form, own_names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The body as JSON values. `own_names` are the keys that this kind of event uses in place of the layout's."""
    names: dict[str, Any] = {**(CLASSIC_NAMES if form.layout == "classic" else {}), **(own_names or {}), **form.names}
    empty = form.empty or {"flat": "null", "nested": "missing", "classic": "blank"}[form.layout]
    body: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    for variable, raw in values.items():
        value = _value(variable, raw, form)
        if value is None and empty == "missing":
            continue
        written = "" if value is None and empty == "blank" else value
        for key in _keys(names.get(variable, variable)):
            target = inner if form.layout == "nested" and variable not in NESTED_TOP else body
            target[key] = written
    return {**body, **({NESTED_OBJECT: inner} if inner else {}), **form.extra}


def _keys(name: str | list[str] | None) -> list[str]:
    return [] if name is None else [name] if isinstance(name, str) else name


def _value(variable: str, raw: Any, form: Form) -> Any:
    if isinstance(raw, datetime):
        return raw.strftime(form.date_format)
    numbers = form.numbers or ("string" if form.layout == "nested" else "mixed")
    if variable in NUMERIC_NAMES and raw is not None:
        if numbers == "string":
            return str(raw)
        if numbers == "int" and str(raw).lstrip("-").isdecimal():
            return int(raw)
    return raw


def encode(event: str, body: dict[str, Any], form: Form) -> Message:
    """The request for `body`: JSON and form bodies are posted, a query is got, unless the form names a method."""
    if form.encoding == "json":
        content = json.dumps(body, ensure_ascii=False).encode()
        return Message(event, form.method or "POST", "", "application/json", content, body)
    text = urlencode(list(_pairs(body)))
    if form.encoding == "query":
        return Message(event, form.method or "GET", text, "", b"", body)
    return Message(event, form.method or "POST", "", "application/x-www-form-urlencoded", text.encode(), body)


def _pairs(body: Mapping[str, Any], parent: str = "") -> Iterator[tuple[str, str]]:
    for key, value in body.items():
        name = f"{parent}[{key}]" if parent else key
        if isinstance(value, Mapping):
            yield from _pairs(value, name)
        else:
            yield name, "" if value is None else str(value)
