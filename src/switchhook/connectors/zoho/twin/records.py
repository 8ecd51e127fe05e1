"""The record API: lists, single records, writes, what was deleted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .access import Gate, module_scope
from .answers import Refused, Row, invalid, missing, no_such_id, nothing, page_info, unchanged
from .listing import asked_fields, converted_too, known_module, per_page_of, since_of, slice_of
from .notices import Notices
from .schema import CHECKED, WITHOUT_UPSERT
from .state import Deleted, ZohoState
from .validation import checked, duplicate

MOST_RECORDS = 100
_TRIGGERS = frozenset({"workflow", "approval", "blueprint", "pathfinder", "orchestration"})
_TOP = frozenset({"data", "trigger", "duplicate_check_fields", "skip_feature_execution", "apply_feature_execution"})
_TOP |= {"lar_id", "process"}


class Records:
    """`/{module}` and what lies under it."""

    def __init__(self, state: ZohoState, notices: Notices) -> None:
        self._state = state
        self._notices = notices

    def routes(self, gate: Gate) -> list[Route]:
        """The routes, the special ones first."""

        def at(path: str, endpoint: Any, method: str) -> Route:
            return Route(f"/crm/v8{path}", gate.guarded(endpoint, module_scope), methods=[method])

        return [
            at("/{module}/deleted", self.deleted, "GET"),
            at("/{module}/upsert", self.upsert, "POST"),
            at("/{module}/{id:int}", self.one, "GET"),
            at("/{module}/{id:int}", self.update_one, "PUT"),
            at("/{module}/{id:int}", self.delete_one, "DELETE"),
            at("/{module}", self.listed, "GET"),
            at("/{module}", self.create, "POST"),
            at("/{module}", self.update, "PUT"),
            at("/{module}", self.delete, "DELETE"),
        ]

    # --- reading ------------------------------------------------------------------------------------------------------

    async def listed(self, request: Request) -> Response:
        """A page of records; 304 where nothing was changed since If-Modified-Since, 204 where there is none."""
        state, module = self._state, known_module(request)
        if module == "Notes" and not state.config.notes_for_all:
            raise Refused("NO_PERMISSION", "permission denied", {"permissions": ["Crm_Implied_View_Notes"]}, 403)
        names = asked_fields(request)
        since, rows = since_of(request), list(state.rows(module))
        if "ids" in request.query_params:
            ids = set(request.query_params["ids"].split(","))
            rows = [row for row in rows if row["id"] in ids]
        if module == "Leads":
            rows = converted_too(request, rows)
        if since is not None:
            rows = [row for row in rows if row["Modified_Time"] > since]
            if not rows:
                return unchanged()
        page = slice_of(state, request, module, rows)
        if not page.rows:
            return nothing()
        return JSONResponse({"data": [state.shown(row, names) for row in page.rows], "info": page.info})

    async def one(self, request: Request) -> Response:
        """A record with all its fields."""
        module, id_ = known_module(request), str(request.path_params["id"])
        row = self._state.row(module, id_)
        if row is None:
            if self._state.config.unknown_id_status == 400:
                raise no_such_id()
            return nothing()
        empty = dict.fromkeys(self._state.schema(module))
        return JSONResponse({"data": [self._state.shown({**empty, **row})]})

    async def deleted(self, request: Request) -> Response:
        """What was deleted, the last first."""
        state, module, since = self._state, known_module(request), since_of(request)
        wanted = request.query_params.get("type", "all")
        lines = [gone for gone in state.deleted[module] if since is None or gone.at > since]
        lines = [gone for gone in lines if wanted == "all" or gone.permanent == (wanted == "permanent")]
        if not lines:
            return unchanged() if since is not None else nothing()
        page, size = int(request.query_params.get("page", "1")), per_page_of(request)
        some = lines[::-1][(page - 1) * size : page * size]
        if not some:
            return nothing()
        rows = [self._line(gone) for gone in some]
        return JSONResponse(
            {"data": rows, "info": page_info(rows, page=page, per_page=size, more=page * size < len(lines))}
        )

    def _line(self, gone: Deleted) -> Row:
        by, made = ({"name": user["name"], "id": user["id"]} for user in (gone.by, gone.made_by))
        at, type_ = self._state.stamp(gone.at), "permanent" if gone.permanent else "recycle"
        name = gone.name or None
        line = {"id": gone.id, "display_name": name, "type": type_, "deleted_time": at}
        return {**line, "deleted_by": by, "created_by": made}

    # --- writing ------------------------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        """New records; 201, 207 where some failed."""
        module = known_module(request)
        items = await self._items(request)
        return self._written([self._try(partial(self._made, module, item)) for item in items], 201)

    async def update(self, request: Request) -> Response:
        """Changes by the ids in the body."""
        module, items = known_module(request), await self._items(request)
        return self._written([self._try(partial(self._by_id, module, item)) for item in items], 200)

    async def update_one(self, request: Request) -> Response:
        """A change by the id in the address."""
        module, id_ = known_module(request), str(request.path_params["id"])
        items = await self._items(request)
        self._unmodified(request, module, id_)
        return self._written([self._try(lambda: self._changed(module, id_, items[0]))], 200)

    async def upsert(self, request: Request) -> Response:
        """New records, or changes of those that have the same value in a field that is checked."""
        module, body = known_module(request), await json_body(request)
        if module in WITHOUT_UPSERT:
            raise Refused("INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
        asked = body.get("duplicate_check_fields") if isinstance(body, dict) else None
        system = [CHECKED[module]] if asked is None or CHECKED[module] in asked else []
        unique = [name for name, field in self._state.schema(module).items() if field.unique]
        names = list(dict.fromkeys([*(n for n in asked or () if n in unique), *system, *unique]))
        items = await self._items(request)
        return self._written([self._try(partial(self._upserted, module, item, names)) for item in items], 200)

    async def delete_one(self, request: Request) -> Response:
        """Delete one record."""
        return self._deleted(known_module(request), [str(request.path_params["id"])])

    async def delete(self, request: Request) -> Response:
        """Delete records by `ids`."""
        ids = request.query_params.get("ids", "")
        if not ids:
            raise Refused("REQUIRED_PARAM_MISSING", "required param is missing", {"param_name": "ids"})
        return self._deleted(known_module(request), ids.split(","))

    def _deleted(self, module: str, ids: list[str]) -> Response:
        def gone(id_: str) -> Row:
            if self._state.row(module, id_) is None:
                raise no_such_id(1)
            self._state.delete(module, id_)
            self._notices.tell(module, "delete", id_)
            return {"code": "SUCCESS", "details": {"id": id_}, "message": "record deleted", "status": "success"}

        return self._written([self._try(partial(gone, id_)) for id_ in ids], 200)

    # --- one record ---------------------------------------------------------------------------------------------------

    def _made(self, module: str, item: Row) -> Row:
        row = self._state.insert(module, checked(self._state, module, item))
        self._notices.tell(module, "insert", row["id"])
        return self._success(row, "record added", approval=module != "Notes")

    def _by_id(self, module: str, item: Row) -> Row:
        if not str(item.get("id", "")).isdecimal():
            raise missing("id")
        return self._changed(module, str(item["id"]), item)

    def _changed(self, module: str, id_: str, item: Row) -> Row:
        current = self._state.row(module, id_)
        if current is None:
            raise no_such_id()
        if current.get("Converted__s"):
            raise Refused("ID_ALREADY_CONVERTED", "id already converted", {"id": id_, "json_path": "$.data[0].id"})
        values = {name: value for name, value in item.items() if name != "id"}
        row = self._state.change(module, id_, checked(self._state, module, values, current))
        self._notices.tell(module, "update", id_)
        return self._success(row, "record updated")

    def _upserted(self, module: str, item: Row, names: list[str]) -> Row:
        for name in names:
            value = item.get(name)
            held = [row for row in self._state.rows(module) if value not in (None, "") and row.get(name) == value]
            if len(held) > 1:
                raise duplicate(module, name, held[1])
            if held:
                return {**self._changed(module, held[0]["id"], item), "action": "update", "duplicate_field": name}
        return {**self._made(module, item), "action": "insert", "duplicate_field": None}

    def _success(self, row: Row, message: str, *, approval: bool = False) -> Row:
        made, changed = ({"name": row[by]["name"], "id": row[by]["id"]} for by in ("Created_By", "Modified_By"))
        times = {name: self._state.stamp(row[name]) for name in ("Created_Time", "Modified_Time")}
        details = {"id": row["id"], **times, "Created_By": made, "Modified_By": changed}
        details |= {"$approval_state": "approved"} if approval else {}
        return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}

    # --- envelopes ----------------------------------------------------------------------------------------------------

    async def _items(self, request: Request) -> list[Row]:
        body = await json_body(request)
        data = body.get("data") if isinstance(body, dict) else None
        if data is None:
            raise Refused(
                "MANDATORY_NOT_FOUND", "required field not found", {"api_name": "data", "json_path": "$.data"}
            )
        if not isinstance(data, list) or not data or not all(isinstance(item, dict) for item in data):
            details: Row = {"expected_data_type": "jsonarray", "api_name": "data", "json_path": "$.data"}
            raise Refused("INVALID_DATA", "invalid data", details)
        if len(data) > MOST_RECORDS:
            details = {"maximum_length": MOST_RECORDS, "api_name": "data", "json_path": "$.data"}
            raise Refused("INVALID_DATA", "invalid data", details)
        if set(body) - _TOP or not set(body.get("trigger") or ()) <= _TRIGGERS:
            raise invalid("trigger", place="trigger")
        return data

    def _try(self, act: Callable[[], Row]) -> Row | Refused:
        try:
            return act()
        except Refused as refusal:
            return refusal

    def _written(self, results: list[Row | Refused], good: int) -> Response:
        failed = [result for result in results if isinstance(result, Refused)]
        status = good
        if failed:
            status = self._state.config.failed_write_status if len(failed) == len(results) else 207
        data = [result.body() if isinstance(result, Refused) else result for result in results]
        return JSONResponse({"data": data}, status)

    def _unmodified(self, request: Request, module: str, id_: str) -> None:
        text, row = request.headers.get("if-unmodified-since"), self._state.row(module, id_)
        if text and row and row["Modified_Time"] > datetime.fromisoformat(text) + timedelta(seconds=1):
            raise Refused("ALREADY_MODIFIED", "The record was modified meanwhile", {"id": id_}, 412)
