"""`switchhook upgrade-database`: for the embedded database after a change of PostgreSQL's major version."""

import click

from switchhook.environment import data_dir


@click.command()
def command() -> None:
    """Take the embedded database over to this version's PostgreSQL. The old one is kept beside it."""
    from switchhook.embedded.upgrade import upgrade

    kept = upgrade(data_dir())
    if kept is None:
        click.echo("The database has this version already.")
    else:
        click.echo(f"Done. The old database is kept in {kept}; delete it when you no longer need it.")
