"""Notifications: programs that watch modules are told what was changed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .access import Gate
from .answers import Refused, Row, nothing
from .schema import MODULES
from .state import ZohoState

LONGEST = timedelta(days=7)
_VERBS = {"insert": "create", "update": "edit", "delete": "delete"}
_WORDS = {"GET": "READ", "POST": "CREATE", "PUT": "UPDATE", "PATCH": "UPDATE", "DELETE": "DELETE"}


class Notices:
    """`/actions/watch`, and the posts that come of it."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state
        self._posts: set[asyncio.Task[None]] = set()

    def routes(self, gate: Gate) -> list[Route]:
        """The routes for watches."""
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

        def scopes(request: Request) -> list[str]:
            return [f"ZohoCRM.notifications.{_WORDS[request.method]}"]

        return [Route("/crm/v8/actions/watch", gate.guarded(self._watch, scopes), methods=methods)]

    async def _watch(self, request: Request) -> Response:
        if request.method == "GET":
            watches = list(self._state.watches.values())
            info = {"per_page": 200, "count": len(watches), "page": 1, "more_records": False}
            return JSONResponse({"watch": watches, "info": info}) if watches else nothing()
        if request.method == "DELETE":
            ids = request.query_params.get("channel_ids", "").split(",")
            return JSONResponse({"watch": [self._forgotten(id_) for id_ in ids]})
        body = await json_body(request)
        items = body.get("watch") if isinstance(body, dict) else None
        if not isinstance(items, list) or not items:
            raise Refused("MANDATORY_NOT_FOUND", "required field not found", {"api_name": "watch"})
        done = [self._kept(item) for item in items]
        return JSONResponse({"watch": done}, 201 if request.method == "POST" else 200)

    def _forgotten(self, id_: str) -> Row:
        if self._state.watches.pop(id_, None) is None:
            raise Refused("NOT_SUBSCRIBED", "not subscribed", {"channel_id": id_})
        details = {"resource_name": "", "channel_id": id_}
        return {"code": "SUCCESS", "message": "Successfully un-subscribed", "details": details, "status": "success"}

    def _kept(self, item: Row) -> Row:
        for name in ("channel_id", "events", "notify_url"):
            if not item.get(name):
                raise Refused("MANDATORY_NOT_FOUND", "required field not found", {"api_name": name})
        now = self._state.clock()
        try:
            expiry = datetime.fromisoformat(item["channel_expiry"]) if item.get("channel_expiry") else None
        except ValueError:
            expiry = None
        until = min(expiry or now + timedelta(hours=1), now + LONGEST)
        kept = {**item, "channel_expiry": self._state.stamp(until)}
        self._state.watches[str(item["channel_id"])] = kept
        events = [self._event(name, kept) for name in item["events"]]
        message = "Successfully subscribed for actions-watch of the given module"
        return {"code": "SUCCESS", "message": message, "details": {"events": events}, "status": "success"}

    @staticmethod
    def _event(name: str, kept: Row) -> Row:
        module = str(name).partition(".")[0]
        if module not in MODULES:
            raise Refused("INVALID_DATA", "invalid data", {"api_name": "events"})
        return {
            "channel_expiry": kept["channel_expiry"],
            "resource_uri": f"https://www.zohoapis.com/crm/v2/{module}",
            "resource_id": str(MODULES.index(module)),
            "resource_name": module,
            "channel_id": str(kept["channel_id"]),
        }

    def tell(self, module: str, operation: str, id_: str) -> None:
        """Post what happened to everybody who watches the module; nobody waits for it."""
        now = self._state.clock()
        for watch in list(self._state.watches.values()):
            wanted = {f"{module}.all", f"{module}.{_VERBS[operation]}"}
            if wanted & set(watch["events"]) and datetime.fromisoformat(watch["channel_expiry"]) > now:
                note = _note(module, operation, id_, watch, now)
                self._state.notified.append(note)
                task = asyncio.ensure_future(_post(watch["notify_url"], note))
                self._posts.add(task)
                task.add_done_callback(self._posts.discard)


def _note(module: str, operation: str, id_: str, watch: Row, now: datetime) -> Row:
    return {
        "server_time": int(now.timestamp() * 1000),
        "query_params": {},
        "module": module,
        "resource_uri": f"https://www.zohoapis.com/crm/v2/{module}",
        "ids": [id_],
        "affected_fields": [],
        "operation": operation,
        "channel_id": str(watch["channel_id"]),
        "token": watch.get("token"),
    }


async def _post(url: str, note: dict[str, Any]) -> None:
    try:
        async with httpx2.AsyncClient(timeout=5, trust_env=False) as client:
            await client.post(url, json=note)
    except httpx2.HTTPError:
        return  # whether Zoho tries again is not published
