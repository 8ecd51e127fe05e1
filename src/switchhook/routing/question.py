"""What the webhook number asks: read from a query, a form or JSON, whatever the customer calls the fields."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from switchhook.core.phone import normalize
from switchhook.routing.scheme import Scheme

NUMBER_ALIASES = ("from", "src", "caller", "e164", "userfield", "caller_number", "phone", "client", "number")
OUTGOING = ("out", "transitout")
MAX_FIELDS = 200
MAX_DEPTH = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`client` is the caller's number (E.164), None where it is hidden, unreadable, or nothing was asked.

    `rpc_id` is what a JSON-RPC answer must repeat.
    """

    client: str | None = None
    rpc_id: Any = None


def read_question(scheme: Scheme, query: str, body: bytes, country: str) -> Question:
    """The question in a request. Total: what cannot be read asks for nobody."""
    raw = _json(body)
    fields = {**_form(query), **(_form(body.decode("utf-8", "replace")) if raw is None else dict(_flat(raw)))}
    rpc_id = raw.get("id") if isinstance(raw, dict) else None
    rpc_id = rpc_id if isinstance(rpc_id, str | int | float) else None
    if not _is_question(scheme, fields):
        return Question(rpc_id=rpc_id)
    names = (scheme.fields["number"], *NUMBER_ALIASES)
    numbers = (normalize(fields[name][:64], country) for name in names if fields.get(name))
    return Question(client=next(filter(None, numbers), None), rpc_id=rpc_id)


def _is_question(scheme: Scheme, fields: Mapping[str, str]) -> bool:
    """Some send a call's events to the same address: another state, or an outgoing call, is no question."""
    state = fields.get(scheme.fields["state"])
    direction = fields.get(scheme.fields["direction"]) or fields.get("call_type") or ""
    return state in (None, scheme.state) and direction.strip().lower() not in OUTGOING


def _json(body: bytes) -> Any:
    """The body as JSON, None where it is none."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _form(text: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(text.strip(), keep_blank_values=False, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    return {name.lower(): value for name, value in pairs}


def _flat(raw: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every plain value under its lower-case name, inner ones first, so that an outer one of the same name stands."""
    if depth > MAX_DEPTH:
        return
    inner = raw.values() if isinstance(raw, dict) else raw
    for value in inner:
        if isinstance(value, dict | list):
            yield from _flat(value, depth + 1)
    if isinstance(raw, dict):
        for name, value in raw.items():
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                yield name.lower(), str(value)
