"""The twin as an application: the vendor's routes around one state."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import Twin, TwinClock

from .cabinet import Cabinet
from .callbacks import Callbacks
from .config import TwinConfig
from .contacts import ContactPush
from .control import Control
from .delivery import Poster
from .export import BadExport, as_csv, asked_fields, export
from .player import Player
from .recordings import Recordings
from .rpc import answer
from .staff import Staff
from .state import RingostatState

Endpoint = Callable[[Request], Awaitable[Response]]


def create_twin(config: TwinConfig | None = None) -> Twin:
    """A Ringostat of its own, with nothing in it yet. Serve it with lifespan on: connections close with it."""
    clock = TwinClock()
    state = RingostatState(config or TwinConfig(), clock)
    poster = Poster()
    player = Player(state, poster)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await poster.aclose()

    return Twin(
        state,
        _VendorRoutes(state, player).routes(),
        control_routes=[*Control(state, player).routes(), *Cabinet(state, player).routes()],
        clock=clock,
        lifespan=lifespan,
    )


class _VendorRoutes:
    """What the vendor answers; everything but the recordings wants the Auth-key."""

    def __init__(self, state: RingostatState, player: Player) -> None:
        self._state = state
        self._recordings = Recordings(state)
        self._callbacks = Callbacks(state, player)
        self._push = ContactPush(state)
        staff = Staff(state)
        self._v2 = {
            "Api\\V2\\Callback.external": self._callbacks.external,
            "Api\\V2\\Staff.addStaff": staff.added,
        }
        self._v1 = {"getProjectStaffListAndDirections": staff.listed}

    def routes(self) -> list[Route]:
        keyed = self._keyed
        return [
            Route("/calls/list", keyed(self._calls)),
            Route("/callback/outward_call", keyed(self._callbacks.outward), methods=["POST"]),
            Route("/a/v2", keyed(self._rpc_v2), methods=["POST"]),
            Route("/api/json-rpc", keyed(self._rpc_v1), methods=["POST"]),
            Route("/sipstatus/online", keyed(self._online)),
            Route("/sipstatus/speaking", keyed(self._speaking)),
            Route("/minicrm/contacts/sync", keyed(self._push.contacts), methods=["POST"]),
            Route("/minicrm/organizations/sync", keyed(self._push.organizations), methods=["POST"]),
            Route("/recordings/{name}", self._recordings.serve),
        ]

    def _keyed(self, endpoint: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            given, wanted = request.headers.get("auth-key", ""), self._state.config.auth_key
            if not hmac.compare_digest(given.encode(), wanted.encode()) or given in self._state.revoked_keys:
                return PlainTextResponse("Unauthorized", 401)
            return await endpoint(request)

        return guarded

    async def _calls(self, request: Request) -> Response:
        config = self._state.config
        base = config.public_url or str(request.base_url).rstrip("/")
        try:
            rows = export(self._state, request.query_params, base)
            if request.query_params.get("export_type", "json") != "csv":
                return JSONResponse(rows)
            return Response(as_csv(rows, asked_fields(request.query_params, config)), media_type="text/csv")
        except BadExport as error:
            return PlainTextResponse(str(error), config.field_error_status)

    async def _rpc_v2(self, request: Request) -> Response:
        return await answer(request, self._v2)

    async def _rpc_v1(self, request: Request) -> Response:
        return await answer(request, self._v1)

    async def _online(self, _request: Request) -> Response:
        return JSONResponse(list(self._state.config.online))

    async def _speaking(self, _request: Request) -> Response:
        return JSONResponse(self._state.speaking(self._state.clock()))
