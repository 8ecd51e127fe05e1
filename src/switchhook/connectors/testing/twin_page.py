"""The page on which a person looks at a twin: what it holds, what it was asked, what is about to go wrong."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

STYLE = Path(__file__).with_name("twin.css")

SHOWN_ROWS = 50
LONGEST_CELL = 160
UNBROKEN = 36
"""Cells up to this length stay on one line: numbers, names, times."""

TELLING = ("name", "title", "value", "email")
"""What stands for a nested object, the first of these that it has."""

Row = Mapping[str, Any]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/__twin__/twin.css">
</head>
<body>
<header>
<h1>{title}</h1>
<p>{now}</p>
<nav aria-label="This page">{menu}</nav>
</header>
<main>
{sections}
</main>
</body>
</html>
"""


def page(name: str, *, state: Row, requests: Row, faults: Sequence[Row], now: datetime, frozen: bool) -> str:
    """The whole page. `requests` is `RequestLog.as_json`, `faults` the rules in force; secrets must be out already."""
    moment = f"It is {now:%Y-%m-%d %H:%M:%S} UTC" + (", and the clock stands still." if frozen else ".")
    parts = [
        ("Records", _records(state.get("records", {}))),
        ("Users", _table("users", state.get("users", []))),
        ("Budget", _pairs(state.get("budget", {}))),
        ("Faults in force", _faults(faults)),
        ("Requests", _requests(requests)),
        ("All else", _rest(state)),
    ]
    shown = [(title, html) for title, html in parts if html]
    menu = "".join(f'<a href="#{_anchor(title)}">{title}</a>' for title, _html in shown)
    sections = "\n".join(f'<section id="{_anchor(title)}"><h2>{title}</h2>{html}</section>' for title, html in shown)
    return _PAGE.format(title=escape(f"{name} twin"), now=escape(moment), menu=menu, sections=sections)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _records(records: Mapping[str, Any]) -> str:
    """A table for each kind, the newest records first."""
    tables = []
    for kind, held in records.items():
        rows = list(held.values()) if isinstance(held, Mapping) else list(held)
        tables.append(f"<h3>{escape(kind)} <small>{len(rows)}</small></h3>")
        tables.append(_table(kind, rows[::-1]) or "<p>None.</p>")
    return "".join(tables)


def _rest(state: Row) -> str:
    """What a twin holds beyond what all of them do."""
    known = {"records", "users", "budget"}
    single = {key: value for key, value in state.items() if key not in known and not _is_rows(value)}
    tables = [
        f"<h3>{escape(key)} <small>{len(value)}</small></h3>{_table(key, value[::-1])}"
        for key, value in state.items()
        if key not in known and _is_rows(value)
    ]
    return _pairs(single) + "".join(tables)


def _faults(rules: Sequence[Row]) -> str:
    told = ("action", "method", "path", "status", "seconds", "probability", "times", "fired")
    rows = [
        {name: "" if name == "status" and rule["action"] != "status" else rule[name] for name in told} for rule in rules
    ]
    return _table("faults", rows) or "<p>None.</p>"


def _requests(requests: Row) -> str:
    counts = _table("counts", [{"route": route, "requests": count} for route, count in requests["routes"].items()])
    last = [
        {
            "at": exchange["at"][11:19],
            "request": f"{exchange['request']['method']} {exchange['request']['path']}",
            "query": exchange["request"]["query"] or "",
            "status": exchange["answer"]["status"] or "no answer",
            "ms": f"{exchange['seconds'] * 1000:.1f}",
            "faults": ", ".join(exchange["faults"]),
        }
        for exchange in reversed(requests["log"])
    ]
    if not last:
        return "<p>None yet.</p>"
    return f"<p>{requests['count']} so far.</p>{counts}<h3>The last of them</h3>{_table('requests', last)}"


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _pairs(values: Row) -> str:
    """Names and values; nothing where there are none."""
    lines = "".join(f"<dt>{escape(str(key))}</dt><dd>{_cell(value)}</dd>" for key, value in values.items())
    return f"<dl>{lines}</dl>" if lines else ""


def _table(name: str, rows: Any) -> str:
    """Rows of equal or different columns, the first ones only; nothing where there are none."""
    if not _is_rows(rows):
        return ""
    columns = list(dict.fromkeys(key for row in rows[:SHOWN_ROWS] for key, value in row.items() if _said(value)))
    head = "".join(f'<th scope="col">{escape(str(column))}</th>' for column in columns)
    body = "".join(_line(row, columns) for row in rows[:SHOWN_ROWS])
    more = f"<p>And {len(rows) - SHOWN_ROWS} more.</p>" if len(rows) > SHOWN_ROWS else ""
    # A table that is wider than the window scrolls by itself, with the keyboard too.
    return (
        f'<div class="wide" role="region" aria-label="{escape(name, quote=True)}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def _line(row: Row, columns: Iterable[str]) -> str:
    return "<tr>" + "".join(_data(row.get(column, "")) for column in columns) + "</tr>"


def _data(value: Any) -> str:
    text = _cell(value)
    return f"<td>{text}</td>" if len(text) <= UNBROKEN else f'<td class="long">{text}</td>'


def _cell(value: Any) -> str:
    text = _said(value)
    return escape(text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…")


def _said(value: Any) -> str:
    """A value for a person: what is nested by its name, nothing for nothing. The whole of it is in the JSON."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, Mapping):
        short = next((value[name] for name in TELLING if value.get(name)), None)
        return _said(short) or ", ".join(f"{name}: {_said(item)}" for name, item in value.items() if _said(item))
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_said, value)))
    return str(value)
