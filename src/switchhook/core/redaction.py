"""Keeps secrets, and on request telephone numbers, out of logs, messages and pages."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

MASK = "•••"
SHORTEST_SECRET = 6
"""Shorter values are not searched for in text: masking every `1` would destroy the message and hide nothing."""

_TELLING_WORDS = r"token|secret|passwo?r?d|authorization|cookie|credential|(?:api|auth|access|private)[_ -]?key"
_SECRET_NAME = re.compile(_TELLING_WORDS, re.IGNORECASE)
# Every quantifier is bounded: texts come from outside, and masking one must not take the square of its length.
_ASSIGNED = re.compile(
    rf"""((?:{_TELLING_WORDS})[\w-]{{0,40}}["']?\s{{0,5}}[=:]\s{{0,5}}["']?)(?:(?:bearer|basic|[\w-]{{0,20}}token)\s{{1,3}})?[^\s"'&,;<>}}]+""",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"\b(bearer|basic|[\w-]{1,20}token)\s{1,3}(?=\S{0,200}(?-i:[A-Z0-9]))[\w.~+/=:-]{6,}", re.IGNORECASE
)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://)[^\s/@]{1,300}@", re.IGNORECASE)
_HOOK_SECRET = re.compile(r"(/(?:in|forward)/[^/\s?]+/)[^/\s?\"'&]+")
_PHONE = re.compile(r"(?<![\w.])(\+?\d{2,5})[\d ()-]{4,12}(\d{2})(?![\w.])")


def is_secret_name(name: str) -> bool:
    """Whether a value under this name (header, parameter, setting) must not be shown."""
    return bool(_SECRET_NAME.search(name))


def redact_text(text: str, *, secrets: Iterable[str] = (), phones: bool = False) -> str:
    """`text` with known `secrets`, and everything that looks like one, masked.

    Masked: each of `secrets` verbatim, `name=value` and `"name": "value"` pairs with a telling name, authorization
    values, the user part of URLs and the secret part of the hub's own webhook addresses. With `phones` the middle of
    telephone numbers too, keeping the first and the last digits, so that a person can still tell two calls apart.
    """
    for secret in sorted({s for s in secrets if len(s) >= SHORTEST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _ASSIGNED.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1 {MASK}", text)
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    text = _HOOK_SECRET.sub(rf"\1{MASK}", text)
    return _PHONE.sub(rf"\1{MASK}\2", text) if phones else text


def redact(value: Any, *, secrets: Iterable[str] = (), phones: bool = False) -> Any:
    """A copy of a JSON-like value in which secrets are masked: by the name they stand under, and inside texts."""
    known = tuple(secrets)
    if isinstance(value, Mapping):
        return {
            key: MASK if is_secret_name(str(key)) and item else redact(item, secrets=known, phones=phones)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [redact(item, secrets=known, phones=phones) for item in value]
    if isinstance(value, str):
        return redact_text(value, secrets=known, phones=phones)
    return value
