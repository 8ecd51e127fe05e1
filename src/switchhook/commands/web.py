"""`switchhook web`: one web process without a supervisor."""

import click

from switchhook.environment import hub_database
from switchhook.supervision.leash import end_with_supervisor


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def command(host: str, port: int) -> None:
    """Run one web process only. Several may listen behind a balancer."""
    end_with_supervisor()
    with hub_database():
        from switchhook.serving import run

        run(host, port)
