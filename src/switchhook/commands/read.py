"""`switchhook read`: one reader process without a supervisor."""

import click

from switchhook.environment import hub_database, set_up_django
from switchhook.supervision.leash import end_with_supervisor


@click.command()
def command() -> None:
    """Run one process that reads events only. It belongs beside workers that run with --no-reading."""
    end_with_supervisor()
    with hub_database():
        set_up_django()
        from switchhook import worker

        worker.read()
