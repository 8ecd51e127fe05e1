"""What a request may ask of a list: filters, includes, sort and pages, each from an allow-list as the vendor has it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.datastructures import QueryParams

Row = dict[str, Any]
Test = Callable[[Row, list[str]], bool]

LARGEST_PAGE = 50
USUAL_PAGE = 15


class Refusal(Exception):
    """An answer that is no success. `body` is JSON."""

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(str(body))
        self.status, self.body, self.headers = status, dict(body), dict(headers or {})


def invalid(**problems: str) -> Refusal:
    """422 that names the fields at fault (dots stand as `__`)."""
    errors = {name.replace("__", "."): [text] for name, text in problems.items()}
    return Refusal(422, {"message": "The given data was invalid.", "errors": errors})


def not_found(what: str) -> Refusal:
    """404 for a record that is not there."""
    return Refusal(404, {"message": f"{what} not found."})


def equals(name: str) -> Test:
    """The row's value is one of those given."""
    return lambda row, values: str(row.get(name)) in values


def between(name: str) -> Test:
    """The row's time lies between the two given, both included."""

    def test(row: Row, values: list[str]) -> bool:
        if len(values) != 2:
            raise invalid(filter=f"{name}: two dates are needed")
        start, end = (_moment(value, last=place == 1) for place, value in enumerate(values))
        return start <= str(row.get(name)) <= end

    return test


def _moment(text: str, *, last: bool) -> str:
    for layout in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            datetime.strptime(text, layout)  # noqa: DTZ007 - all of the vendor's times are UTC, without saying so
        except ValueError:
            continue
        return text if len(text) > 10 else f"{text} {'23:59:59' if last else '00:00:00'}"
    raise invalid(filter=f"“{text}” is not a date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one list allows."""

    filters: Mapping[str, Test] = field(default_factory=dict)
    includes: Sequence[str] = ()
    sorts: Sequence[str] = ()

    def rows(self, query: QueryParams, rows: Sequence[Row]) -> list[Row]:
        """Those of `rows` that pass all filters of `query`. Raises Refusal for one that is not allowed."""
        asked = {name[7:-1]: value for name, value in query.items() if name.startswith("filter[") and name[-1] == "]"}
        _allow("filter(s)", asked, list(self.filters))
        chosen = list(rows)
        for name, text in asked.items():
            values = [value.strip() for value in text.split(",") if value.strip()]
            chosen = [row for row in chosen if self.filters[name](row, values)]
        return chosen

    def include(self, query: QueryParams) -> list[str]:
        """The relations asked for. Raises Refusal for one that is not allowed."""
        asked = [name.strip() for name in query.get("include", "").split(",") if name.strip()]
        _allow("include(s)", asked, list(self.includes))
        return asked

    def ordered(self, query: QueryParams, rows: list[Row], usual: str) -> list[Row]:
        """`rows` as asked, else by id in the twin's usual direction."""
        sort = query.get("sort", "")
        if not sort:
            return sorted(rows, key=lambda row: row["id"], reverse=usual == "desc")
        _allow("sort(s)", [sort.lstrip("-")], list(self.sorts))
        return sorted(rows, key=lambda row: row[sort.lstrip("-")], reverse=sort.startswith("-"))


def _allow(what: str, asked: Any, allowed: list[str]) -> None:
    refused = [name for name in asked if name not in allowed]
    if refused:
        text = f"Requested {what} `{', '.join(refused)}` are not allowed. Allowed {what} are `{', '.join(allowed)}`."
        raise Refusal(400, {"message": text})


def page(query: QueryParams, rows: Sequence[Row], url: str) -> dict[str, Any]:
    """One page of `rows` in the vendor's envelope. Raises Refusal for a page that cannot be."""
    limit, number = _number(query, "limit", USUAL_PAGE), _number(query, "page", 1)
    if not 1 <= limit <= LARGEST_PAGE:
        raise invalid(limit=f"The limit must be between 1 and {LARGEST_PAGE}.")
    if number < 1:
        raise invalid(page="The page must be at least 1.")
    last = max(1, -(-len(rows) // limit))
    return {
        "total": len(rows),
        "current_page": number,
        "per_page": limit,
        "data": list(rows[(number - 1) * limit : number * limit]),
        "first_page_url": f"{url}?page=1",
        "last_page_url": f"{url}?page={last}",
        "next_page_url": f"{url}?page={number + 1}" if number < last else None,
    }


def _number(query: QueryParams, name: str, usual: int) -> int:
    text = query.get(name, str(usual))
    if not text.isdecimal():
        raise invalid(**{name: f"The {name} must be an integer."})
    return int(text)
