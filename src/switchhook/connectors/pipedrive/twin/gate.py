"""In front of every route: who asks, may he, is there budget left; and how refusals are answered."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from switchhook.connectors.testing.twin import json_body

from .refusals import Refusal, out_of_scope, unauthorized
from .state import PipedriveState

Handler = Callable[[Request], Awaitable[tuple[int, Any]]]
_SCOPES: tuple[tuple[str, frozenset[str]], ...] = (
    ("callLogs", frozenset({"phone-integration"})),
    ("leads|leadFields", frozenset({"leads:full", "leads:read"})),
    ("deals|pipelines|stages", frozenset({"deals:full", "deals:read"})),
    ("activities|activityTypes", frozenset({"activities:full", "activities:read"})),
    ("persons|organizations", frozenset({"contacts:full", "contacts:read"})),
    ("notes", frozenset({"contacts:full", "deals:full", "leads:full"})),
    ("dealFields", frozenset({"deal-fields:full", "deals:full", "deals:read"})),
    ("personFields|organizationFields", frozenset({"contact-fields:full", "contacts:full", "contacts:read"})),
    ("users", frozenset({"users:read"})),
)


class Gate:
    """Guards the routes of one twin."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """`handler` behind token, scope and limits."""

        async def endpoint(request: Request) -> Response:
            try:
                oauth = self._admit(request)
                config = self._state.config
                path = request.url.path
                headers = self._state.budget.take(config, request.method, path, oauth=oauth)
                status, body = await handler(request)
            except Refusal as refusal:
                return refused(refusal)
            headers["x-correlation-id"] = self._state.unique()
            return JSONResponse(body, status, headers)

        return endpoint

    def _admit(self, request: Request) -> bool:
        """Whether the request came with OAuth. Raises Refusal."""
        state = self._state
        token = request.headers.get("x-api-token", "")
        if token:
            if not state.api_token or not hmac.compare_digest(token.encode(), state.api_token.encode()):
                raise unauthorized()
            return False
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        ends = state.access_tokens.get(bearer.strip())
        if scheme.lower() != "bearer" or ends is None or ends <= state.clock():
            raise unauthorized()
        if not self._in_scope(request.url.path, request.method):
            raise out_of_scope()
        return True

    def _in_scope(self, path: str, method: str) -> bool:
        granted = set(self._state.config.scopes)
        thing = re.sub(r"^/(api/)?v\d/", "", path).partition("/")[0]
        if path.endswith("/users/me"):
            return "base" in granted
        if thing == "itemSearch":
            return "search:read" in granted
        wanted = next((scopes for names, scopes in _SCOPES if thing in names.split("|")), frozenset())
        if method != "GET":
            wanted = frozenset(scope for scope in wanted if not scope.endswith(":read"))
        return not wanted or bool(wanted & granted)


def refused(refusal: Refusal) -> Response:
    """The answer of a refusal."""
    if isinstance(refusal.body, str):
        return HTMLResponse(refusal.body, refusal.status, refusal.headers)
    return JSONResponse(refusal.body, refusal.status, refusal.headers)


async def body_of(request: Request) -> Any:
    """The JSON body; a form is refused, as the second API does."""
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        raise Refusal(415, {"success": False, "error": "Unsupported media type", "code": "ERR_BAD_REQUEST"})
    return await json_body(request)


def done(data: Any, **more: Any) -> dict[str, Any]:
    """The success envelope."""
    return {"success": True, "data": data, **({"additional_data": more} if more else {})}
