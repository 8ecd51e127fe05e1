"""`switchhook replay`: read stored events again."""

import click

from switchhook.environment import hub_database, set_up_django


@click.command()
@click.argument("ids", nargs=-1, type=int)
@click.option("--connection", type=int, help="All events of this connection …")
@click.option("--state", type=click.Choice(["read", "unused", "flagged"]), help="… in this state only.")
def command(ids: tuple[int, ...], connection: int | None, state: str | None) -> None:
    """Read stored events again, by IDS or by connection and state. Their facts are replaced, nothing is doubled."""
    if not ids and connection is None:
        raise click.UsageError("Name event ids, or a --connection.")
    with hub_database():
        set_up_django()
        from switchhook.intake.models import RawEvent
        from switchhook.intake.replay import replay

        events = RawEvent.objects.filter(pk__in=ids) if ids else RawEvent.objects.filter(connection=connection)
        if state:
            events = events.filter(state=state)
        count = replay(list(events.values_list("pk", flat=True)))
    click.echo(f"{count} events wait to be read again.")
