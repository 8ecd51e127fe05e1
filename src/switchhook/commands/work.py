"""`switchhook work`: one worker process without a supervisor."""

import click

from switchhook.environment import hub_database, set_up_django
from switchhook.supervision.leash import end_with_supervisor


@click.command()
@click.option("--reading/--no-reading", default=True, show_default=True, help="Also read events.")
def command(*, reading: bool) -> None:
    """Run one worker process only. As many as you like may run, on any machine that reaches the database."""
    end_with_supervisor()
    with hub_database():
        set_up_django()
        from switchhook import worker

        worker.run(reading=reading)
