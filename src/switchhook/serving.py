"""uvicorn, told to end the live streams first when it stops."""

import gc
import os
import socket

import uvicorn

from switchhook import server

GC_THRESHOLD = 20_000
"""Allocations between two collections."""

STOP_SECONDS = 5
"""How long requests in hand may take when the server stops."""


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:

        await server.end_streams(server.app)
        await super().shutdown(sockets)


def run(host: str, port: int) -> None:
    """Serves `switchhook.server:app` until SIGTERM or SIGINT."""
    # What was loaded at the start stays; the collector need not walk through all of it between two events.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    config = uvicorn.Config(
        server.app,
        host=host,
        port=port,
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        log_level="warning",
        proxy_headers=True,
        forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    _Server(config).run()
