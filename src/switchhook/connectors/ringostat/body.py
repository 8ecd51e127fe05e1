"""From the bytes of a delivery to named values, whatever encoding, layout and content type they came in."""

import json
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from switchhook.connectors.base import RawEvent
from switchhook.core.errors import AnomalousPayload

DEEPEST = 12
MOST_VALUES = 2_000
MOST_EVENTS = 1_000

Values = list[tuple[str, str | None]]
"""Parameter names, nested ones dotted, with their text; None for null."""

NOTHING = frozenset({"null", "NULL", "Null", "None", "undefined"})
"""What programs write when they have no value."""

_PLACEHOLDER = re.compile(r"\{\{.*\}\}|\{\w+\}|%\w+%", re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_EIGHT_BIT = re.compile(r"(windows|cp)-?125\d|iso[_-]?8859-\d+|koi8-[ru]|latin-?1", re.IGNORECASE)
_BRACKETS = re.compile(r"\[([^\[\]]*)\]")


def read_body(event: RawEvent) -> list[Values]:
    """The named values of each event in a delivery: one, or several where the body is an array.

    Parameters of the query string come last, so that a body value of the same name goes before; only the event's name
    in the address, which somebody has put there on purpose, goes before the body. Raises AnomalousPayload with the
    remedy when the body cannot be read.
    """
    if event.truncated:
        raise AnomalousPayload("The body is larger than the hub accepts. Send fewer parameters in this webhook.")
    query = _form(event.query)
    text = decoded(event.body, event.content_type).strip()
    if not text:
        return [query]
    parsed = _parsed(text, event)
    items = parsed if isinstance(parsed, list) else [parsed]
    if not 0 < len(items) <= MOST_EVENTS or not all(isinstance(item, dict) for item in items):
        raise AnomalousPayload("The body is a list, but not of events. Send one JSON object per event.")
    named = [pair for pair in query if pair[0] == "event"]
    return [named + flattened(item) + query for item in items]


def decoded(body: bytes, content_type: str = "") -> str:
    """The body as text: by its byte order mark, as UTF-8, in the declared encoding, at last as Latin-1."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        declared = _CHARSET.search(content_type)
        encoding = declared[1] if declared and _EIGHT_BIT.fullmatch(declared[1]) else "latin-1"
    try:
        return body.decode(encoding, "replace")
    except LookupError:
        return body.decode("latin-1")


def parse_json(text: str) -> Any:
    """A JSON value with every number as the text it was written as. Raises ValueError, also when nested too deeply."""
    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=lambda _: None, strict=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _parsed(text: str, event: RawEvent) -> Any:
    # The declared type is often wrong, so the first character decides.
    if text[0] in "{[":
        try:
            return parse_json(text)
        except ValueError as error:
            raise AnomalousPayload(
                f"The body is not complete JSON ({error}). Send the event again from Ringostat, "
                "or choose another request type in the webhook."
            ) from error
    if "multipart/form-data" in event.content_type.lower():
        return dict(_multipart(event))
    if "=" in text and text[0] not in '<"':
        return dict(_form(text))
    raise AnomalousPayload(
        "The body is neither JSON nor a form. Choose “json” or “http” as the webhook's request type."
    )


def _form(text: str) -> Values:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")
    except ValueError as error:
        raise AnomalousPayload("The form has too many parameters. Send fewer in this webhook.") from error
    if len(pairs) > MOST_VALUES:
        raise AnomalousPayload("The form has too many parameters. Send fewer in this webhook.")
    return [pair for name, value in pairs for pair in _form_pair(_readable(name), _readable(value))]


def _readable(text: str) -> str:
    # Percent-escapes of an eight-bit encoding come out as surrogates; Latin-1 is the reading of last resort.
    return (
        decoded(text.encode("utf-8", "surrogateescape")) if any("\ud800" <= char <= "\udfff" for char in text) else text
    )


def _form_pair(name: str, value: str) -> Values:
    dotted = _BRACKETS.sub(r".\1", name).rstrip(".")
    if value.startswith("{") and value.endswith("}") and not _PLACEHOLDER.fullmatch(value):
        try:
            inner = parse_json(value)
        except ValueError:
            return [(dotted, value)]
        return flattened(inner, dotted) if isinstance(inner, dict) else [(dotted, value)]
    return [(dotted, value)]


def _multipart(event: RawEvent) -> Iterator[tuple[str, str | None]]:
    head = f"Content-Type: {event.content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser().parsebytes(head + event.body)
    parts = message.get_payload() if message.is_multipart() else []
    for part in parts:
        if not isinstance(part, Message) or part.get_filename():
            continue
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            yield from _form_pair(name, decoded(content))


def flattened(value: dict[Any, Any], prefix: str = "") -> Values:
    """The leaves of a JSON object under dotted names. Raises AnomalousPayload when it is too deep or too large."""
    found: Values = []
    waiting: list[tuple[str, Any, int]] = [(prefix, value, 0)]
    while waiting:
        name, item, depth = waiting.pop()
        if depth > DEEPEST or len(found) > MOST_VALUES:
            raise AnomalousPayload("The body is nested too deeply or has too many values. Send fewer parameters.")
        if isinstance(item, dict):
            waiting += [(f"{name}.{key}" if name else str(key), inner, depth + 1) for key, inner in item.items()][::-1]
        elif isinstance(item, list) and any(isinstance(inner, (dict, list)) for inner in item):
            waiting += [(f"{name}.{index}", inner, depth + 1) for index, inner in enumerate(item)][::-1]
        else:
            found.append((name, _leaf(item)))
    return found


def _leaf(item: Any) -> str | None:
    if isinstance(item, list):
        return ", ".join(text for inner in item if (text := _leaf(inner)))
    if isinstance(item, bool):
        return "1" if item else "0"
    return None if item is None else str(item)


def clean(text: str | None) -> str | None:
    """A stated value, trimmed and fit to be stored; "" for an empty one, None for null in any of its spellings."""
    if text is None:
        return None
    plain = storable(text).strip()
    return None if plain in NOTHING or _PLACEHOLDER.fullmatch(plain) else plain


def storable(text: str) -> str:
    """The text with what a database refuses (NUL, lone surrogates) replaced."""
    return _UNSTORABLE.sub("\ufffd", text)
