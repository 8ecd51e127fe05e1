"""`switchhook demo`: a hub with a project, people and calls, for trying it out."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import click

from switchhook.commands.serve import programs
from switchhook.demo.stage import Opening, as_line, as_words, crms_of, free_port, serving, telephony_of
from switchhook.environment import hub_database, set_up_django
from switchhook.supervision.supervisor import Supervisor


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line when ready.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep the data in this folder.  [default: a fresh one]")
@click.option(
    "--crm", default="builtin", show_default=True, help="The CRM that the calls are written to, “all” for every one."
)
@click.option("--preset", default="", help="The matrix preset to apply.  [default: each CRM's own]")
@click.option("--play", is_flag=True, help="Play a day of calls first.")
@click.option("--empty", is_flag=True, help="Begin with an empty project, to set up by hand.")
@click.option("--port", default=0, help="Port of the hub.  [default: a free one]")
def command(*, as_json: bool, data: Path | None, crm: str, preset: str, play: bool, empty: bool, port: int) -> None:
    """Start a hub and the vendors' twins on loopback ports. Ends cleanly on SIGTERM and Ctrl-C."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    with _data(data) as folder, serving(telephony_of(), crms_of(crm)) as stage:
        # The twins listen on loopback, which a hub does not call unless it is told that it may.
        os.environ |= {"SWITCHHOOK_DATA": str(folder), "PUBLIC_URL": url, "SWITCHHOOK_ALLOW_PRIVATE": "1"}
        with hub_database(watch=True):
            subprocess.run([sys.executable, "-m", "switchhook", "migrate"], check=True, stdout=sys.stderr)
            set_up_django()
            from switchhook.demo.seed import empty_line, seed

            if empty:
                line = empty_line(stage.telephony, stage.crms, url=url, twins=stage.urls())
            else:
                line = seed(stage.telephony, stage.crms, preset=preset).as_json(url, stage.urls())
            words = as_line if as_json else as_words
            opening = Opening(
                url=url,
                telephony=stage.telephony,
                line=line,
                play=play and not empty,
                announce=lambda said: click.echo(words(said)),
            )
            opening.start()
            _let_go_of_database()
            Supervisor(programs("127.0.0.1", port, worker=True)).run()


@contextmanager
def _data(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="switchhook-demo-") as fresh:
        yield Path(fresh)


def _let_go_of_database() -> None:
    from django.db import connection
    from django.db.backends.postgresql.base import DatabaseWrapper

    connection.close()
    cast("DatabaseWrapper", connection).close_pool()
