"""The twin as an application: the vendor's routes around one state."""

import hmac
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import Twin, TwinClock

from .config import TwinConfig
from .control import Control
from .query import Refusal
from .reading import Reading
from .snapshot import VisibleState
from .state import KeyCrmState
from .telephony import Telephony
from .writing import Writing

Endpoint = Callable[[Request], Response | Awaitable[Response]]


def create_twin(config: TwinConfig | None = None) -> Twin:
    """An account without records. The Open API is under `/v1`, the webhook link is `/telephony/webhook?token=…`."""
    clock = TwinClock()
    state = VisibleState(config or TwinConfig(), clock)
    writing = Writing(state)
    open_api = [
        Route(f"/v1{route.path}", _keyed(state, route.endpoint), methods=route.methods)
        for route in (*writing.routes(), *Reading(state).routes())
    ]
    link = Route("/telephony/webhook", Telephony(state).webhook, methods=["POST"])
    return Twin(state, [*open_api, link], control_routes=Control(state, writing).routes(), clock=clock, title="KeyCRM")


def _keyed(state: KeyCrmState, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint behind the key and the limit, with refusals as answers."""

    async def guarded(request: Request) -> Response:
        state.settle()
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.encode(), state.config.api_key.encode())
        if scheme.lower() != "bearer" or not right or state.key_refused:
            return JSONResponse({"message": "Unauthenticated."}, 401)
        try:
            left = state.admit()
            answer = endpoint(request)
            response = await answer if isawaitable(answer) else answer
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status, refusal.headers)
        if left is not None:
            response.headers["X-RateLimit-Remaining"] = str(left)
        return response

    return guarded
