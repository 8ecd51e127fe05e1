"""A page for people: what the workspace holds, what was thrown away, what was asked of it."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin_log import RequestLog

from .state import NetHuntState

_LAST = 50


class Page:
    """`GET /`: folders, timelines, trash, and the log of requests. `log` is given once the twin is built."""

    def __init__(self, state: NetHuntState) -> None:
        self._state = state
        self.log: RequestLog | None = None

    def routes(self) -> list[Route]:
        return [Route("/", self.show)]

    async def show(self, _request: Request) -> Response:
        """The page; it renews nothing by itself."""
        held = self._state.snapshot()
        names = {folder.key: folder.name for folder in self._state.config.folders}
        parts = [_table(names.get(key, key), records) for key, records in held["records"].items()]
        budget = held["budget"]["month"]
        title = f"NetHunt twin: {budget['used']} requests this month"
        head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        return HTMLResponse(f"{head}<h1>{escape(title)}</h1>{''.join(parts)}{self._requests()}")

    def _requests(self) -> str:
        kept = self.log.as_json(_LAST)["log"] if self.log else []
        rows = [
            (one["at"], one["request"]["method"], one["request"]["path"], one["request"]["query"],
             one["request"]["body"], one["answer"]["status"], one["answer"]["body"])
            for one in reversed(kept)
        ]  # fmt: skip
        return _rows("API log, the latest first", ("At", "Method", "Path", "Query", "Body", "Status", "Answer"), rows)


def _table(title: str, records: list[Mapping[str, Any]]) -> str:
    flat = [{**record.get("fields", {}), **{k: v for k, v in record.items() if k != "fields"}} for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    return _rows(f"{title} ({len(records)})", names, ([record.get(name) for name in names] for record in flat))


def _rows(title: str, names: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>" for row in rows)
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return escape(text)
