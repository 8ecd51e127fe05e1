"""Serving an ASGI application on a free loopback port from a thread, for tests and the demo."""

import asyncio
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.auto import AutoHTTPProtocol

START_SECONDS = 15.0

_transports: dict[tuple[str, int], asyncio.Transport] = {}


def abort_connection(scope: Scope) -> bool:
    """Cut the client's connection of this request without an answer. False where the server is not one of ours."""
    client = scope.get("client")
    transport = _transports.get((client[0], client[1])) if client else None
    if transport is None:
        return False
    transport.abort()
    return True


def _remembering_protocol(**options: Any) -> Any:
    # ASGI has no way to cut a connection, and a lost answer is the fault that breaks careless clients most:
    # so the server remembers each connection's transport under the client's address.
    protocol: Any = AutoHTTPProtocol(**options)
    made, lost = protocol.connection_made, protocol.connection_lost
    known: list[tuple[str, int]] = []

    def connection_made(transport: asyncio.Transport) -> None:
        peer = transport.get_extra_info("peername")
        known.append((peer[0], peer[1]))
        _transports[known[0]] = transport
        made(transport)

    def connection_lost(error: Exception | None) -> None:
        _transports.pop(known[0], None)
        lost(error)

    protocol.connection_made = connection_made
    protocol.connection_lost = connection_lost
    return protocol


def server_for(app: ASGIApp) -> uvicorn.Server:
    """A quiet uvicorn server for a twin, able to cut connections."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=_remembering_protocol,  # type: ignore[arg-type]
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )


def loopback_socket(port: int = 0) -> socket.socket:
    """A listening-to-be socket on 127.0.0.1; port 0 takes a free one."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


class RunningApp:
    """An application served by a thread of this process. `url` has no trailing slash. A context manager."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._socket = loopback_socket(port)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = server_for(app)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        self._wait_until_started()

    def _wait_until_started(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the application at {self.url} did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop serving and wait for the thread. Safe to call twice."""
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run_in_thread(app: ASGIApp, port: int = 0) -> RunningApp:
    """Serve `app` on 127.0.0.1 (port 0: a free one) and come back when it answers.

    Use as `with run_in_thread(app) as running: httpx2.get(running.url + "/path")`, or call `stop()` yourself.
    """
    return RunningApp(app, port)


def serve_alone(app: ASGIApp, port: int, ready: Callable[[str], Mapping[str, Any]]) -> None:
    """Serve `app` on 127.0.0.1 (port 0: a free one) until SIGTERM or SIGINT, after one JSON line.

    The line holds `url`, and what `ready` says of a twin at that address.
    """
    with loopback_socket(port) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        sys.stdout.write(json.dumps({"url": url, **ready(url)}) + "\n")
        sys.stdout.flush()
        server_for(app).run([bound])
