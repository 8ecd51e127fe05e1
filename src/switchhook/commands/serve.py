"""`switchhook serve`: the whole hub in one command."""

import subprocess
import sys

import click

from switchhook.environment import hub_database
from switchhook.supervision.child import Program
from switchhook.supervision.supervisor import Supervisor


def programs(host: str, port: int, *, worker: bool) -> list[Program]:
    """The processes that make up a hub."""
    hub = [sys.executable, "-m", "switchhook"]
    web = Program("web", [*hub, "web", "--host", host, "--port", str(port)])
    if not worker:
        return [web]
    return [web, Program("reader", [*hub, "read"]), Program("worker", [*hub, "work", "--no-reading"])]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Also run the reader and the worker.")
def command(host: str, port: int, *, worker: bool) -> None:
    """Run the hub: database, web and worker, each kept alive."""
    with hub_database(watch=True):
        done = subprocess.run([sys.executable, "-m", "switchhook", "migrate"], check=False)
        if done.returncode:
            sys.exit(done.returncode)
        click.echo(f"Switchhook serves http://{host}:{port}", err=True)
        Supervisor(programs(host, port, worker=worker)).run()
