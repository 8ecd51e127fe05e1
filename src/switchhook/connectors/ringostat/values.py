"""Readers of single values: moments, durations, flags, numbers. Each gives None for what it cannot read."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

LONGEST_CALL = 10 * 24 * 3600
LONGEST_DATE = 64
YEARS = range(2000, 2100)

_ISO = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)[T ,]+(?P<hour>\d\d?):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>Z|z|[+-]\d\d:?(?:\d\d)?)?",
    re.ASCII,
)
_DAY_FIRST = re.compile(
    r"(?P<day>\d\d?)[-/.](?P<month>\d\d?)[-/.](?P<year>\d{4}|\d\d)[T ,]+(?P<hour>\d\d?):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>Z|z|[+-]\d\d:?(?:\d\d)?)?",
    re.ASCII,
)
_COMPACT = re.compile(
    r"(?P<year>20\d\d)(?P<month>\d\d)(?P<day>\d\d)[T -]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)"
    r"(?P<fraction>)(?P<half>)(?P<offset>Z|[+-]\d\d:?(?:\d\d)?)?",
    re.ASCII,
)
_EPOCH = re.compile(r"(\d{9,19})(?:\.\d+)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d\d)", re.ASCII)
_NUMBER = re.compile(r"(-?\d{1,15})(?:[.,]\d+)?", re.ASCII)
_ID_EPOCH = re.compile(r"(?:[a-z]{2,4}\d{0,3}_-?)?(\d{10})\.\d+", re.ASCII)


def moment(text: str | None, zone: ZoneInfo, near: datetime | None = None) -> datetime | None:
    """The instant `text` names, in UTC: an epoch (s, ms, µs, ns), a date with offset, or a wall clock in `zone`.

    A wall clock that occurs twice, in the hour that is repeated in autumn, is the occurrence closer to `near`, the
    first one without it; one that never occurs is read by the offset before the gap.
    """
    if not text or len(text) > LONGEST_DATE:
        return None
    if _COMPACT.fullmatch(text) is None and (epoch := _EPOCH.fullmatch(text)):
        return from_epoch(epoch[1])
    match = _ISO.fullmatch(text) or _DAY_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    try:
        wall = _wall(match) if match else parsedate_to_datetime(text)
        return _instant(wall, zone, near)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _wall(match: re.Match[str]) -> datetime:
    part = match.groupdict()
    day, month, year = int(part["day"]), int(part["month"]), int(part["year"])
    if month > 12 >= day:
        day, month = month, day
    hour, half = int(part["hour"]), (part["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    micros = int((part["fraction"] or "0").ljust(6, "0")[:6])
    full_year = year if year > 99 else 2000 + year
    wall = datetime(full_year, month, day, hour, int(part["minute"]), int(part["second"] or 0), micros)  # noqa: DTZ001
    return (
        wall
        if not part["offset"]
        else datetime.strptime(wall.isoformat(" ", "microseconds") + _offset(part["offset"]), "%Y-%m-%d %H:%M:%S.%f%z")
    )


def _offset(text: str) -> str:
    return "+0000" if text in "Zz" else text.replace(":", "").ljust(5, "0")


def _instant(wall: datetime, zone: ZoneInfo, near: datetime | None) -> datetime | None:
    if wall.year not in YEARS:
        return None
    if wall.tzinfo is not None:
        return wall.astimezone(UTC)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if near is None or second <= first:
        return first
    return min(first, second, key=lambda candidate: abs(candidate - near))


def from_epoch(digits: str) -> datetime | None:
    """The instant of an epoch number, its unit told by its size."""
    number = int(digits)
    for unit in (1, 1_000, 1_000_000, 1_000_000_000):
        seconds = number // unit
        if 946_684_800 <= seconds < 4_102_444_800:
            micros = number % unit * 1_000_000 // unit
            return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)
    return None


def moment_in_id(call_id: str | None) -> datetime | None:
    """The start that a call id of the form `<node>_-<epoch>.<sequence>` carries."""
    match = _ID_EPOCH.fullmatch(call_id or "")
    return from_epoch(match[1]) if match else None


def seconds(text: str | None) -> int | None:
    """A duration in whole seconds from `83`, `"83.0"`, `01:23` or `0:01:23`; None for anything absurd."""
    if not text:
        return None
    if clock := _CLOCK.fullmatch(text):
        value: int | None = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3])
    else:
        value = whole(text)
    return value if value is not None and 0 <= value <= LONGEST_CALL else None


def whole(text: str | None) -> int | None:
    """An integer, its fraction cut off."""
    match = _NUMBER.fullmatch(text or "")
    return int(match[1]) if match else None


def flag(text: str | None) -> bool | None:
    """Yes or no, in the ways programs write it."""
    word = (text or "").lower()
    if word in {"1", "true", "yes", "y", "on"}:
        return True
    return False if word in {"0", "false", "no", "n", "off"} else None


def link(text: str | None) -> str | None:
    """A web address of a reasonable length."""
    fits = bool(text) and len(text or "") <= 2_000 and re.fullmatch(r"https?://[^\s<>\"]+", text or "") is not None
    return text if fits else None
