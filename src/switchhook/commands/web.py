"""`switchhook web`: one web process without a supervisor."""

import os

import click

from switchhook.environment import hub_database
from switchhook.supervision.leash import end_with_supervisor


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def command(host: str, port: int) -> None:
    """Run one web process only. Several may listen behind a balancer."""
    import uvicorn

    end_with_supervisor()
    with hub_database():
        uvicorn.run(
            "switchhook.server:app",
            host=host,
            port=port,
            ws="none",
            lifespan="on",
            access_log=False,
            server_header=False,
            log_level="warning",
            proxy_headers=True,
            forwarded_allow_ips=os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"),
            timeout_graceful_shutdown=5,  # live streams never end by themselves
        )
