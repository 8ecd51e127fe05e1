"""What people do in KeyCRM's own pages, and how the twin is configured: the KeyCRM part of `/__twin__/`."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from . import account, views
from .checks import buyer_values, card_values, company_values
from .config import TwinConfig
from .query import Refusal, Row
from .state import KeyCrmState
from .writing import Writing

_TABLES = {"buyer": "buyers", "company": "companies", "card": "cards", "order": "orders", "call": "calls"}


class Control:
    """See the twin's README for what each route takes and gives."""

    def __init__(self, state: KeyCrmState, writing: Writing) -> None:
        self._state, self._writing = state, writing
        self._deeds: dict[str, Callable[[dict[str, Any]], Row]] = {
            "add_buyer": self._add_buyer,
            "add_company": self._add_company,
            "add_card": self._add_card,
            "edit": self._edit,
            "delete": self._delete,
            "close_card": lambda said: self._put(said, "Success" if said.get("won") else "Lost"),
            "reopen_card": lambda said: self._put(said, "In work"),
            "comment_call": self._comment_call,
            "set_user": self._set_user,
            "renew_key": self._renew_key,
        }

    def routes(self) -> list[Route]:
        """To be mounted under `/__twin__/`."""
        return [
            Route("/people", self.people, methods=["POST"]),
            Route("/configure", self.configure, methods=["GET", "POST"]),
        ]

    async def people(self, request: Request) -> Response:
        """`{"do": …}` with what the deed needs; gives the row that it made or changed."""
        said = await json_body(request)
        deed = self._deeds.get(said.get("do", "")) if isinstance(said, dict) else None
        if deed is None:
            raise HTTPException(400, f"“do” is one of {', '.join(self._deeds)}")
        self._state.settle()
        try:
            return JSONResponse(deed(said))
        except Refusal as refusal:
            raise HTTPException(400, str(refusal.body)) from refusal

    async def configure(self, request: Request) -> Response:
        """The configuration; POST sets the names it gives and leaves the others."""
        if request.method == "POST":
            asked = await json_body(request)
            try:
                self._state.config = self._state.config.changed(asked)
            except (TypeError, ValueError, AttributeError, KeyError) as error:
                raise HTTPException(400, f"{error}; names are {', '.join(sorted(TwinConfig.names()))}") from error
            if {"users", "internal_numbers"} & asked.keys():
                self._state.hire(self._state.config.users)
        return JSONResponse(self._state.config.as_json())

    def _add_buyer(self, said: dict[str, Any]) -> Row:
        phones = said.get("phones") or ([said["phone"]] if said.get("phone") else [])
        body = {"full_name": said.get("name", "Typed by hand"), "phone": phones, "manager_id": said.get("manager_id")}
        return self._state.add("buyers", **buyer_values(self._state, body, new=True))

    def _add_company(self, said: dict[str, Any]) -> Row:
        return self._state.add("companies", **company_values(self._state, {"name": said.get("name")}, new=True))

    def _add_card(self, said: dict[str, Any]) -> Row:
        names = ("title", "pipeline_id", "manager_id", "manager_comment")
        body = {name: said[name] for name in names if name in said} | {"contact": {}}
        buyer = self._state.row("buyers", said.get("client_id") or "") or self._writing.buyer_for(said)
        contact = self._state.add("contacts", full_name=None, email=None, phone=None, client_id=buyer["id"])
        values = card_values(self._state, body)
        return self._state.add("cards", **values, contact_id=contact["id"], status_changed_at=self._state.now())

    def _edit(self, said: dict[str, Any]) -> Row:
        row = self._found(said)
        unknown = sorted(set(said.get("values") or {}) - set(row))
        if unknown:
            raise HTTPException(400, f"no columns: {', '.join(unknown)}")
        self._state.change(row, **said.get("values", {}))
        return row

    def _delete(self, said: dict[str, Any]) -> Row:
        row = self._found(said)
        del self._state.tables[_TABLES[said["kind"]]][row["id"]]
        return row

    def _put(self, said: dict[str, Any], title: str) -> Row:
        row = self._found({**said, "kind": "card"})
        pipeline = views.bare_status(row)["pipeline_id"]
        status = next(s for s in account.STATUSES if s["pipeline_id"] == pipeline and s["title"] == title)
        self._state.change(row, status_id=status["id"], status_changed_at=self._state.now())
        return row

    def _comment_call(self, said: dict[str, Any]) -> Row:
        calls = self._state.rows("calls")
        row = next((c for c in calls if c["reference_id"] == said.get("reference_id")), None)
        if row is None:
            raise HTTPException(404, "no such call")
        self._state.change(row, comment=str(said.get("comment") or ""))
        return row

    def _set_user(self, said: dict[str, Any]) -> Row:
        user = self._state.user(said.get("id"))
        if user is None or said.get("status") not in {"active", "pending", "blocked"}:
            raise HTTPException(400, "give the id of a user, and a status: active, pending or blocked")
        user["status"] = said["status"]
        return user

    def _renew_key(self, _said: dict[str, Any]) -> Row:
        self._state.key_refused = False
        return {"api_key": self._state.config.api_key}

    def _found(self, said: dict[str, Any]) -> Row:
        table = _TABLES.get(str(said.get("kind")))
        row = self._state.row(table, said.get("id")) if table else None
        if row is None:
            raise HTTPException(404, f"no such record; “kind” is one of {', '.join(_TABLES)}")
        return row
