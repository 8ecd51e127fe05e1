"""`switchhook migrate`: brings the database to this version."""

import time

import click
import psycopg

from switchhook.environment import hub_database, set_up_django

_LOCK = 7_305_441
"""Any fixed number: the advisory lock that lets one of several machines migrate at a time."""


@click.command()
@click.option("--wait", default=60.0, show_default=True, help="Seconds to wait for a database that is not there yet.")
def command(wait: float) -> None:
    """Bring the database to this version. Does nothing where it is already."""
    with hub_database() as url:
        set_up_django()
        from django.core.management import call_command

        with _connect(url, wait) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)


def _connect(url: str, wait: float) -> psycopg.Connection:
    deadline = time.monotonic() + wait
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            if time.monotonic() >= deadline:
                raise click.ClickException(f"The database does not answer: {error}") from error
        time.sleep(0.5)
