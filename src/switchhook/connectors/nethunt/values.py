"""Single values as NetHunt gives them: one or several, in more than one shape for the same thing."""

from datetime import UTC, date, datetime, time
from typing import Any

_MILLISECONDS = 1_000.0


def texts(value: Any) -> list[str]:
    """The texts of a value that may be missing, one or several; numbers and flags as people write them."""
    parts = value if isinstance(value, list) else [value]
    return [text for part in parts if (text := _text(part))]


def first(value: Any) -> str:
    """The first of its texts, "" where there is none."""
    return next(iter(texts(value)), "")


def flag(value: Any) -> bool:
    """A checkbox, also where it comes as a word."""
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "yes", "1"})


def when(value: Any) -> datetime | None:
    """A date, a date with time or epoch milliseconds, as a UTC time (a date alone: its midnight); None for others."""
    if isinstance(value, list):
        return when(value[0]) if value else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(float(value))
    text = value.strip() if isinstance(value, str) else ""
    if text.isdecimal() and len(text) > len("20261122"):
        return _from_epoch(float(text))
    return _from_text(text)


def _from_text(text: str) -> datetime | None:
    try:
        if len(text) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _from_epoch(milliseconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(milliseconds / _MILLISECONDS, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _text(part: Any) -> str:
    if isinstance(part, bool):
        return "yes" if part else "no"
    if isinstance(part, float) and part.is_integer():
        return str(int(part))
    return str(part) if isinstance(part, str | int | float) and str(part).strip() else ""
