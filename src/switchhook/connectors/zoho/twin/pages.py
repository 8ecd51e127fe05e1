"""Pages for people: what a link from the hub opens."""

from collections.abc import Sequence
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from .schema import MODULES
from .state import ZohoState

_TABS = {"Potentials": "Deals"}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><table>{rows}</table></body></html>"""


class Pages:
    """`/crm/tab/{module}/{id}`: a record; `/crm/tab/{module}`: a module; without any sign-in."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            Route("/crm/tab/{module}", self._module),
            Route("/crm/tab/{module}/{id:int}", self._record),
        ]

    async def _module(self, request: Request) -> Response:
        module = self._named(request)
        rows = [(row["id"], self._title(row)) for row in self._state.rows(module)] if module else []
        return self._page(module or "Not found", rows, 200 if module else 404)

    async def _record(self, request: Request) -> Response:
        module = self._named(request)
        row = self._state.row(module, str(request.path_params["id"])) if module else None
        if row is None:
            return self._page("Not found", [], 404)
        return self._page(f"{module}: {self._title(row)}", list(self._state.shown(row).items()), 200)

    @staticmethod
    def _named(request: Request) -> str:
        tab = str(request.path_params["module"])
        module = _TABS.get(tab, tab)
        return module if module in MODULES else ""

    @staticmethod
    def _title(row: dict[str, object]) -> str:
        names = ("Full_Name", "Deal_Name", "Subject", "Note_Content", "Account_Name")
        return next((str(row[name]) for name in names if isinstance(row.get(name), str)), "")

    @staticmethod
    def _page(title: str, rows: Sequence[tuple[str, object]], status: int) -> Response:
        lines = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in rows)
        return HTMLResponse(_PAGE.format(title=escape(title), rows=lines), status)
