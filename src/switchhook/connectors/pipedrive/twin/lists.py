"""Lists: filters by time, order, and the two ways of paging."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .refusals import invalid, v1
from .state import PipedriveState, Row
from .validation import check_instant

MOST = 500


def seconds(moment: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def old_style(moment: datetime) -> str:
    """The first API's time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def millis(moment: datetime) -> str:
    """ISO with milliseconds, as leads have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def number(query: Mapping[str, str], name: str, default: int, most: int = MOST) -> int:
    """A whole number of a query. Raises Refusal."""
    text = query.get(name, str(default))
    if not text.isdecimal() or (name == "limit" and not 1 <= int(text) <= most):
        raise invalid(f"{name}: This value should be a positive integer, at most {most}.")
    return int(text)


def since(query: Mapping[str, str], state: PipedriveState) -> Callable[[Row], bool]:
    """The filter of `updated_since` (inclusive) and `updated_until` (exclusive). Raises Refusal."""
    check_instant(query, ("updated_since", "updated_until"))
    begin, end = (_instant(query.get(name)) for name in ("updated_since", "updated_until"))
    skips_new = state.config.updated_since_skips_new

    def holds(row: Row) -> bool:
        touched = row.touched.replace(microsecond=0)
        if begin and skips_new and row.data.get("update_time") is None:
            return False
        return (begin is None or touched >= begin) and (end is None or touched < end)

    return holds


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def by_cursor(rows: Iterable[Row], query: Mapping[str, str], *, most: int = MOST) -> tuple[list[Row], str | None]:
    """A page of the second API: rows and the cursor of the next page. Raises Refusal."""
    keys: dict[str, Callable[[Row], Any]] = {
        "id": lambda row: row.id,
        "update_time": lambda row: row.touched.isoformat(),
        "add_time": lambda row: row.made.isoformat(),
        "due_date": lambda row: str(row.data.get("due_date") or ""),
        "order_nr": lambda row: row.data["order_nr"],
    }
    name, direction = query.get("sort_by", "id"), query.get("sort_direction", "asc")
    if name not in keys or direction not in {"asc", "desc"}:
        raise invalid("sort_by: The value you selected is not a valid choice.")
    ordered = sorted(rows, key=lambda row: (keys[name](row), row.id), reverse=direction == "desc")
    if query.get("cursor"):
        last = _opened(query["cursor"])
        after = (last[0], last[1])
        ordered = [r for r in ordered if _beyond((keys[name](r), r.id), after, downwards=direction == "desc")]
    limit = number(query, "limit", 100, most)
    page = ordered[:limit]
    more = len(ordered) > limit
    return page, _closed(keys[name](page[-1]), page[-1].id) if more else None


def _beyond(place: tuple[Any, Any], after: tuple[Any, Any], *, downwards: bool) -> bool:
    return place < after if downwards else place > after


def _closed(value: Any, number: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, number]).encode()).decode()


def _opened(cursor: str) -> Sequence[Any]:
    try:
        value, last = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise invalid("cursor: This value is not valid.") from None
    return value, last


def by_start(rows: Iterable[Row], query: Mapping[str, str], *, most: int = MOST) -> tuple[list[Row], dict[str, Any]]:
    """A page of the first API: rows and its `pagination`. Raises Refusal."""
    keys = {"add_time": "made", "update_time": "touched", "id": "id"}
    name, _, direction = query.get("sort", "add_time ASC").partition(" ")
    if name not in keys or direction.upper() not in {"", "ASC", "DESC"}:
        raise v1(400, "sort is not valid")
    ordered = sorted(rows, key=lambda row: (getattr(row, keys[name]), str(row.id)), reverse=direction.upper() == "DESC")
    start, limit = number(query, "start", 0), number(query, "limit", 100, most)
    page = ordered[start : start + limit]
    more = len(ordered) > start + limit
    pagination: dict[str, Any] = {"start": start, "limit": limit, "more_items_in_collection": more}
    return page, pagination | ({"next_start": start + limit} if more else {})
