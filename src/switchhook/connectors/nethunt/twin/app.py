"""The twin as an application: NetHunt's routes around one state."""

import base64
import hmac
import math
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from switchhook.connectors.testing.twin import Twin, TwinClock, json_body

from .config import TwinConfig
from .control import Control
from .feeds import Asked, Feeds
from .schema import FolderSchema
from .search import matcher, parsed
from .state import NetHuntState, NoRecord
from .writing import Refusal, Writer

PREFIX = "/api/v1/zapier"
BAD_KEY = "Your email address or API key does not appear to be valid"
NOTHING_ASKED = "Please enter either Record ID or Search Query"
Endpoint = Callable[[Request], Awaitable[Response]]


class Broken(Exception):
    """The vendor fails on such a request instead of refusing it."""


def create_twin(config: TwinConfig | None = None) -> Twin:
    """A NetHunt workspace of its own, with nothing in it yet."""
    clock = TwinClock()
    state = NetHuntState(config or TwinConfig(), clock)
    return Twin(
        state, _Routes(state).routes(), control_routes=Control(state).routes(), clock=clock, title="NetHunt CRM"
    )


class _Routes:
    """What the vendor answers; everything wants the key, nothing is said but in plain text when it goes wrong."""

    def __init__(self, state: NetHuntState) -> None:
        self._state = state
        self._feeds = Feeds(state)
        self._writer = Writer(state)

    def routes(self) -> list[BaseRoute]:
        reads: dict[str, Endpoint] = {
            "/triggers/auth-test": self._auth_test,
            "/triggers/readable-folder": self._readable,
            "/triggers/writable-folder": self._writable,
            "/triggers/folder-field/{folder}": self._fields,
            "/searches/find-record/{folder}": self._find,
            "/triggers/{feed}/{folder}": self._feed,
        }
        writes: dict[str, Endpoint] = {
            "/actions/create-record/{folder}": self._create,
            "/actions/update-record/{record}": self._update,
            "/actions/delete-record/{record}": self._delete,
            "/actions/create-comment/{record}": self._comment,
            "/actions/create-call-log/{record}": self._log_call,
        }
        return [
            *(Route(PREFIX + path, self._keyed(endpoint), methods=["GET"]) for path, endpoint in reads.items()),
            *(Route(PREFIX + path, self._keyed(endpoint), methods=["POST"]) for path, endpoint in writes.items()),
            Route(PREFIX + "/{path:path}", self._keyed(_nowhere), methods=["GET", "POST"]),
        ]

    def _keyed(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if not self._knows(request):
                return PlainTextResponse(BAD_KEY, 401)
            if refusal := self._too_many():
                return PlainTextResponse(refusal, 429)
            self._state.used.append(self._state.clock())
            self._state.under_way += 1
            try:
                return await _answered(endpoint, request)
            finally:
                self._state.under_way -= 1

        return guarded

    def _knows(self, request: Request) -> bool:
        config = self._state.config
        pair = base64.b64encode(f"{config.email}:{config.api_key}".encode()).decode()
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Basic {pair}".encode()) and not self._state.key_refused

    def _too_many(self) -> str:
        config, now, recent = self._state.config, time.monotonic(), self._state.recent
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if config.monthly_calls and self._state.month() >= config.monthly_calls:
            return "The monthly number of API calls of your plan is used up"
        crowded = config.at_once and self._state.under_way >= config.at_once
        if crowded or (config.per_second and len(recent) >= config.per_second):
            return "Too many requests"
        recent.append(now)
        return ""

    # --- reads --------------------------------------------------------------------------------------------------------

    async def _auth_test(self, _request: Request) -> Response:
        email = self._state.config.email
        name = next((name for name, address in self._state.config.members if address == email), email)
        return JSONResponse([{"user": {"personalName": name, "emailAddress": email}}])

    async def _readable(self, _request: Request) -> Response:
        return JSONResponse([{"id": one.id, "name": one.name} for one in self._state.config.folders])

    async def _writable(self, _request: Request) -> Response:
        return JSONResponse([{"id": one.id, "name": one.name} for one in self._state.config.folders if one.writable])

    async def _fields(self, request: Request) -> Response:
        return JSONResponse([{"name": one.name} for one in self._folder(request).fields])

    async def _find(self, request: Request) -> Response:
        folder, params = self._folder(request), request.query_params
        if not params.get("recordId") and not params.get("query"):
            raise Refusal(NOTHING_ASKED)
        if params.get("recordId"):
            found = [one for one in self._state.of_folder(folder.id) if one.id == params["recordId"]]
        else:
            config, now = self._state.config, self._state.clock()
            query = parsed(params["query"], alternatives=config.alternatives)
            if query.field and config.unknown_searched == "reject" and folder.field(query.field) is None:
                raise Refusal(f"Unknown field '{query.field}'")
            is_hit = matcher(query, config)
            held = [(one, one.searched(now)) for one in self._state.of_folder(folder.id)]
            found = [one for one, fields in held if fields is not None and is_hit(fields)]
        shown = [self._state.shown(one) for one in reversed(found)][: _limit(params.get("limit"))]
        if not shown and self._state.config.no_match == "404":
            return PlainTextResponse("Not found", 404)
        return JSONResponse(shown)

    async def _feed(self, request: Request) -> Response:
        feed = self._feeds.by_name.get(request.path_params["feed"])
        if feed is None:
            return PlainTextResponse("Not found", 404)
        asked = Asked(request.query_params, request.query_params.getlist("fieldName"))
        return JSONResponse(feed(self._folder(request).id, asked))

    # --- writes -------------------------------------------------------------------------------------------------------

    async def _create(self, request: Request) -> Response:
        folder, body = self._folder(request), await _object(request)
        if not folder.writable:
            return PlainTextResponse("You have no rights to create records in this folder", 403)
        if not _is_zone(body.get("timeZone")):
            raise Refusal("timeZone is required")
        if not isinstance(body.get("fields"), dict):
            raise Refusal("fields is required")
        stored = self._state.add(folder, self._writer.taken(folder, body["fields"]))
        shown = self._state.shown(stored)
        if self._state.config.create_answer == "name":
            name = folder.named("name")
            shown["fields"] = {key: value for key, value in shown["fields"].items() if key == name}
        return JSONResponse({key: shown[key] for key in ("recordId", "createdAt", "link", "fields")})

    async def _update(self, request: Request) -> Response:
        stored, body = self._state.record(request.path_params["record"]), await _object(request)
        if not isinstance(body.get("fieldActions"), dict):
            raise Broken
        actions, overwrite = body["fieldActions"], request.query_params.get("overwrite") == "true"
        after = self._writer.applied(
            self._state.config.folder(stored.folder), stored.fields, actions, overwrite=overwrite
        )
        self._state.change(stored, after, actions)
        shown = self._state.shown(stored)
        if self._state.config.update_answer == "changed":
            shown["fields"] = {key: value for key, value in shown["fields"].items() if key in actions}
        return JSONResponse({key: shown[key] for key in ("recordId", "updatedAt", "fields")})

    async def _delete(self, request: Request) -> Response:
        stored = self._state.record(request.path_params["record"])
        return JSONResponse({"trashItemId": self._state.throw_away(stored)})

    async def _comment(self, request: Request) -> Response:
        stored, body = self._state.record(request.path_params["record"]), await _object(request)
        made = self._state.comment(stored, _text(body))
        return JSONResponse({key: made[key] for key in ("commentId", "createdAt")})

    async def _log_call(self, request: Request) -> Response:
        stored, body = self._state.record(request.path_params["record"]), await _object(request)
        minutes = body.get("duration", 0)
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes < 0 or math.isnan(minutes):
            raise Refusal("duration must be a number of minutes")
        began = _time(body["time"]) if body.get("time") else self._state.clock()
        made = self._state.log_call(stored, _text(body), began, minutes)
        return JSONResponse({key: made[key] for key in ("callLogId", "createdAt")})

    def _folder(self, request: Request) -> FolderSchema:
        return self._state.config.folder(request.path_params["folder"])


async def _answered(endpoint: Endpoint, request: Request) -> Response:
    try:
        return await endpoint(request)
    except Refusal as error:
        return PlainTextResponse(str(error), 400)
    except (NoRecord, KeyError):
        return PlainTextResponse("Not found", 404)
    except HTTPException as error:
        return PlainTextResponse(str(error.detail), error.status_code)
    except Broken:
        return PlainTextResponse("Internal Server Error", 500)


async def _nowhere(_request: Request) -> Response:
    return PlainTextResponse("Not found", 404)


async def _object(request: Request) -> dict[str, Any]:
    body = await json_body(request)
    if not isinstance(body, dict):
        raise Refusal("A JSON object is required")
    return body


def _text(body: dict[str, Any]) -> str:
    if not isinstance(body.get("text"), str) or not body["text"].strip():
        raise Refusal("text is required")
    return str(body["text"])


def _time(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise Refusal("time must be an ISO time") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_zone(name: Any) -> bool:
    try:
        return isinstance(name, str) and bool(name) and ZoneInfo(name) is not None
    except (ZoneInfoNotFoundError, ValueError):
        return False


def _limit(said: str | None) -> int:
    if said and not said.isdecimal():
        raise Refusal("limit must be a number")
    return int(said or "20")
