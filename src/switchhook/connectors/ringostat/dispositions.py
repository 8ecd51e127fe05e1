"""Ringostat's words for the result and the kind of a call, and what they mean here."""

import re

from switchhook.core.call import Direction, Status

STATUSES = {
    "ANSWERED": Status.ANSWERED,
    "PROPER": Status.ANSWERED,
    "REPEATED": Status.ANSWERED,
    "NO ANSWER": Status.MISSED,
    "BUSY": Status.MISSED,
    "NO FORWARD": Status.MISSED,
    "VOICEMAIL": Status.MISSED,
    "WRONG EXTENSION": Status.MISSED,
    "NO EXTENSION": Status.MISSED,
    "CLIENT NO ANSWER": Status.MISSED,
    "DECLINE": Status.MISSED,
    "FAILED": Status.FAILED,
    "FAILED FORBIDDEN DESTINATION": Status.FAILED,
    "FORBIDDEN DESTINATION": Status.FAILED,
    "IN PROGRESS": Status.ACTIVE,
    "CALLING": Status.ACTIVE,
}
"""Voicemail has talk seconds, but nobody spoke with the client: it is missed."""

_RUN_TOGETHER = {word.replace(" ", ""): word for word in STATUSES}
_SEPARATORS = re.compile(r"[\s_+\-.]+")

CALL_TYPES = {
    "in": Direction.IN,
    "callback": Direction.IN,
    "transitin": Direction.IN,
    "out": Direction.OUT,
    "transitout": Direction.OUT,
}

_CALL_TYPE_SPELLINGS = {
    "incoming": "in",
    "inbound": "in",
    "outgoing": "out",
    "outbound": "out",
    "incomingcall": "in",
    "outgoingcall": "out",
}


def canonical_disposition(raw: str) -> str:
    """The vendor's word in its own spelling (upper case, single spaces); an unknown word is returned as it came."""
    word = _RUN_TOGETHER.get(_SEPARATORS.sub("", raw).upper())
    return raw.strip() if word is None else word


def status_of(raw: str) -> Status:
    """What a disposition means. Unknown words are OTHER; spelling variants (`no_answer`, `NO+ANSWER`) are known."""
    return STATUSES.get(canonical_disposition(raw), Status.OTHER)


def canonical_call_type(raw: str) -> str:
    """`in`, `out`, `callback`, `transitin` or `transitout`; an unknown word is returned as it came."""
    plain = _SEPARATORS.sub("", raw).lower()
    plain = _CALL_TYPE_SPELLINGS.get(plain, plain)
    return plain if plain in CALL_TYPES else raw.strip()
