"""Bulk read: a job that packs a module into a file."""

import csv
import io
import zipfile
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .access import Gate, fixed_scope
from .answers import Refused, Row, missing
from .schema import MODULES
from .state import ZohoState
from .validation import module_id

START_COST = 50


class BulkRead:
    """`/crm/bulk/v8/read`."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state

    def routes(self, gate: Gate) -> list[Route]:
        """The routes."""
        scope, base = fixed_scope("ZohoCRM.bulk.READ"), "/crm/bulk/v8/read"
        return [
            Route(base, gate.guarded(self._start, scope, cost=START_COST), methods=["POST"]),
            Route(base + "/{id:int}", gate.guarded(self._job, scope)),
            Route(base + "/{id:int}/result", gate.guarded(self._result, scope)),
        ]

    async def _start(self, request: Request) -> Response:
        if "application/json" not in request.headers.get("content-type", ""):
            raise Refused("UNSUPPORTED_MEDIA_TYPE", "Content-Type is needed", status=415)
        body = await json_body(request)
        query = body.get("query") if isinstance(body, dict) else None
        if not isinstance(query, dict) or query.get("module", {}).get("api_name") not in MODULES:
            raise missing("query.module.api_name")
        module = query["module"]["api_name"]
        id_ = self._state.new_id()
        self._state.bulk_jobs[id_] = {"module": module, "fields": query.get("fields") or ["id"]}
        details = {"id": id_, "operation": "read", "state": "ADDED", **self._by()}
        done = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully.", "details": details}
        return JSONResponse({"data": [done], "info": {}}, 201)

    def _by(self) -> Row:
        me = self._state.me
        by = {"id": me["id"], "name": me["name"]}
        return {"created_by": by, "created_time": self._state.stamp(self._state.clock())}

    def _known(self, request: Request) -> tuple[str, Row]:
        id_ = str(request.path_params["id"])
        if id_ not in self._state.bulk_jobs:
            raise Refused("RESOURCE_NOT_FOUND", "The requested resource doesn't exist.", {"id": id_}, 404)
        return id_, self._state.bulk_jobs[id_]

    async def _job(self, request: Request) -> Response:
        id_, job = self._known(request)
        count = len(self._state.records[job["module"]])
        result = {
            "page": 1,
            "per_page": 200_000,
            "count": count,
            "download_url": f"/crm/bulk/v8/read/{id_}/result",
            "more_records": False,
        }
        about = {"api_name": job["module"], "id": module_id(job["module"])}
        query = {"module": about, "fields": job["fields"], "page": 1}
        whole: Row = {"id": id_, "operation": "read", "state": "COMPLETED", "query": query, "file_type": "csv"}
        whole |= {"Attachment_Source__s": "document", "File_Id__s": None}
        return JSONResponse({"data": [{**whole, "result": result, **self._by()}]})

    async def _result(self, request: Request) -> Response:
        id_, job = self._known(request)
        names = list(dict.fromkeys(["id", *job["fields"]]))
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(names)
        for row in self._state.rows(job["module"]):
            shown = self._state.shown(row, names)
            rows.writerow([_cell(shown.get(name)) for name in names])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{id_}.csv", text.getvalue())
        return Response(packed.getvalue(), media_type="application/zip")


def _cell(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value
