"""`GET /live/<project>?ticket=…`: a project's news as server-sent events.

The ticket (`core.ticket`) is issued by a page and good for a minute; the stream it opens lives on, its user's rights
being looked at every minute. Events and their data are listed in `live.publish`; `ready` comes first, and again
whenever news may have been missed. 401: no good ticket (fetch a new one); 403: not this project's; 503: come again.
"""

import json
import logging
from collections.abc import AsyncIterator

import psycopg
from prometheus_client import Gauge
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from switchhook.core.clock import utc_now
from switchhook.core.errors import BadSecret, Unreachable
from switchhook.core.live_event import LiveEvent
from switchhook.core.ticket import Ticket, verify
from switchhook.live.hub import Client, Hub

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b": still here\n\n"
FIRST_WORDS = b"retry: 2000\n\n"

_streams = Gauge("switchhook_live_streams", "Open streams on the live path.")


def hub_of(app: Starlette) -> Hub:
    """The application's hub. `await hub_of(app).close()` ends its streams when the server is about to stop."""
    if not hasattr(app.state, "live_hub"):
        app.state.live_hub = Hub(app.state.pool)
    hub: Hub = app.state.live_hub
    return hub


async def listen(request: Request) -> Response:
    """Opens a stream for the ticket's user."""
    if request.method == "HEAD":
        return PlainTextResponse("Method Not Allowed", 405, {"Allow": "GET"})
    now = getattr(request.app.state, "clock", utc_now)()
    try:
        ticket = verify(request.app.state.secret, request.query_params.get("ticket", ""), now=now)
    except BadSecret:
        return PlainTextResponse("Unauthorized", 401)
    if str(ticket.project) != request.path_params["project"]:
        return PlainTextResponse("Forbidden", 403)
    return await _stream(hub_of(request.app), ticket)


async def _stream(hub: Hub, ticket: Ticket) -> Response:
    try:
        client = await hub.admit((ticket.user, ticket.project))
    except (psycopg.Error, Unreachable) as error:
        _log.warning("Nobody is let onto the live path: %s", type(error).__name__)
        return PlainTextResponse("Service Unavailable", 503, {"Retry-After": "5"})
    if client is None:
        return PlainTextResponse("Forbidden", 403)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(hub, client), media_type="text/event-stream", headers=headers)


async def _frames(hub: Hub, client: Client) -> AsyncIterator[bytes]:
    _streams.inc()
    hub.join(client)
    try:
        yield FIRST_WORDS
        while (news := await client.take(HEARTBEAT_SECONDS)) is not None:
            yield b"".join(map(_frame, news)) or HEARTBEAT
    finally:
        _streams.dec()
        hub.leave(client)


def _frame(event: LiveEvent) -> bytes:
    return f"event: {event.event}\ndata: {json.dumps(event.data)}\n\n".encode()


routes = [Route("/live/{project}", listen, methods=["GET"])]
