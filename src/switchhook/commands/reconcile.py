"""`switchhook reconcile`: read the provider's call log now."""

from datetime import UTC, datetime

import click

from switchhook.environment import hub_database, set_up_django


@click.command()
@click.argument("connection", type=int)
@click.option(
    "--since", type=click.DateTime(), help="Begin of the period, UTC.  [default: the last run, less two hours]"
)
@click.option("--until", type=click.DateTime(), help="End of the period, UTC.  [default: now]")
def command(connection: int, since: datetime | None, until: datetime | None) -> None:
    """Recover calls whose webhooks were lost from the call log of telephony CONNECTION (its id)."""
    with hub_database():
        set_up_django()
        from switchhook.connections.models import Connection
        from switchhook.understanding.reconcile import reconcile

        telephony = Connection.objects.filter(pk=connection, role="telephony").first()
        if telephony is None:
            raise click.UsageError(f"There is no telephony connection {connection}.")
        found = reconcile(telephony, _utc(since), _utc(until))
    click.echo(f"{found.rows} rows of the call log, {found.changed} changed a call.")


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
