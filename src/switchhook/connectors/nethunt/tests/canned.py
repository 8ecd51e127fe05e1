"""A vendor that answers as it is told, for answers that the twin never gives."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from switchhook.connectors.nethunt.connector import NetHunt, connect
from switchhook.connectors.nethunt.tests.account import account_at
from switchhook.connectors.nethunt.twin import TwinConfig
from switchhook.connectors.testing.twin import run_in_thread

FIXTURES = Path(__file__).parent.parent / "fixtures"


def fixture(name: str) -> dict[str, Any]:
    """A recorded shape: `{"request", "status", "answer", "read"}`."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")))


@contextmanager
def answering(answer: Any, status: int = 200, **settings: Any) -> Iterator[NetHunt]:
    """A connector whose vendor gives this answer, a text or JSON, to everything."""

    async def endpoint(_request: Request) -> Response:
        if isinstance(answer, str):
            return PlainTextResponse(answer, status)
        return JSONResponse(answer, status)

    app = Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST"])])
    with run_in_thread(app) as running:
        yield connect(account_at(running.url, TwinConfig(), **settings))
