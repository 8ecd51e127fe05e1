"""What is said on the live path, as it travels through the database's notifications."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CHANNEL = "switchhook_live"
MAX_BYTES = 7900
"""PostgreSQL refuses notifications of 8000 bytes."""

_NAME = re.compile(r"[a-z][a-z_-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """News of one project. `to` names the employees it is for; None: everybody in the project."""

    project: int
    event: str
    data: Mapping[str, Any] = field(default_factory=dict)
    to: frozenset[int] | None = None


def encode(news: LiveEvent) -> str:
    """The notification's text. Raises ValueError for an unfit name or too much data: send ids, not records."""
    if not _NAME.fullmatch(news.event):
        raise ValueError(f"{news.event!r} cannot name a live event.")
    to = None if news.to is None else sorted(news.to)
    text = json.dumps({"project": news.project, "event": news.event, "data": news.data, "to": to})
    if len(text) > MAX_BYTES:
        raise ValueError(f"A live event holds {MAX_BYTES} bytes; this {news.event!r} has {len(text)}.")
    return text


def decode(text: str) -> LiveEvent | None:
    """The event behind a notification, None for text that `encode` did not write."""
    try:
        raw = json.loads(text)
        to = None if raw["to"] is None else frozenset(map(int, raw["to"]))
        news = LiveEvent(project=int(raw["project"]), event=str(raw["event"]), data=dict(raw["data"]), to=to)
    except (ValueError, TypeError, KeyError):
        return None
    return news if _NAME.fullmatch(news.event) else None
