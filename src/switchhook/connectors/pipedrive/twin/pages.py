"""What the twin holds, to look at in a browser; the addresses of records are Pipedrive's own."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .state import KINDS, PipedriveState

_PAGES = {"person": "persons", "organization": "organizations", "deal": "deals", "leads/inbox": "leads"}
_SHOWN = ("id", "name", "title", "subject", "owner_id", "status", "done", "due_date", "due_time", "content")


class Pages:
    """A table a kind, and a page a record."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """The overview at `/`, and every record at the address it has at the vendor."""
        records = [Route(f"/{place}/{{id}}", self.record) for place in _PAGES]
        return [Route("/", self.overview), *records]

    async def overview(self, _request: Request) -> Response:
        """All records that are not deleted."""
        parts = [f"<h2>{kind}</h2>{_table([row.data for row in self._state.live(kind)])}" for kind in KINDS]
        return HTMLResponse(_page(f"{self._state.config.company} at a local Pipedrive", "".join(parts)))

    async def record(self, request: Request) -> Response:
        """One record with what hangs on it."""
        place, _, number = request.url.path[1:].rpartition("/")
        kind = _PAGES[place]
        row = self._state.row(kind, int(number) if number.isdecimal() else number)
        if row is None:
            return HTMLResponse(_page("Gone", "<p>There is no such record.</p>"), 404)
        name = str(row.data.get("name") or row.data.get("title"))
        link = {"persons": "person_id", "organizations": "org_id", "leads": "lead_id", "deals": "deal_id"}[kind]
        about = [
            item.data for k in ("activities", "notes") for item in self._state.live(k) if item.data[link] == row.id
        ]
        text = escape(json.dumps(row.data, indent=2, ensure_ascii=False))
        return HTMLResponse(_page(name, f"<pre>{text}</pre><h2>Activities and notes</h2>{_table(about)}"))


def _page(title: str, body: str) -> str:
    said = escape(title)
    return f'<!doctype html><html lang="en"><title>{said}</title><h1>{said}</h1><p><a href="/">All</a></p>{body}</html>'


def _table(records: list[dict[str, Any]]) -> str:
    if not records:
        return "<p>None.</p>"
    columns = [name for name in _SHOWN if any(name in record for record in records)]
    head = "".join(f"<th>{name}</th>" for name in columns)
    rows = "".join(f"<tr>{''.join(_cells(record, columns))}</tr>" for record in records)
    return f"<table><tr>{head}</tr>{rows}</table>"


def _cells(record: Mapping[str, Any], columns: list[str]) -> Iterator[str]:
    for name in columns:
        yield f"<td>{escape(str(record.get(name, '')))}</td>"
