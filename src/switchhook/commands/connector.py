"""`switchhook connector`: a new connector from a template, and whether an installed one keeps its promises."""

import json
import logging
import sys
from pathlib import Path

import click


@click.group()
def command() -> None:
    """Write a connector, and check one."""


@command.command()
@click.argument("slug")
@click.option("--title", default="", help="The vendor's name as people write it.  [default: made from SLUG]")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Where the package is made.  [default: here]",
)
@click.option("--here", is_flag=True, help="Make it a folder of the hub's own source tree, which --dir names.")
def new(*, slug: str, title: str, folder: Path, here: bool) -> None:
    """Make a CRM connector named SLUG: a package of its own that works but for the marked steps."""
    from switchhook.connectors.testing.scaffolding import new_folder, new_package

    if here:
        made = new_folder(slug, title, folder)
        steps = ["make lint", f".venv/bin/switchhook connector check {slug}"]
    else:
        made = new_package(slug, title, folder)
        steps = [f"pip install -e '{made.absolute()}[dev]'", f"switchhook connector check {slug}"]
    click.echo(f"{made} is there. Next:")
    for step in steps:
        click.echo(f"  {step}")


@command.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects instead of a table.")
def check(*, slug: str, as_json: bool) -> None:
    """Hold the installed connector SLUG to its contract. Exit code 1 where something is not as it claims."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    from switchhook.connectors.registry import manifest
    from switchhook.connectors.testing.checkup import as_table, check_up
    from switchhook.scenarios.catalog import names

    claims = check_up(manifest(slug), names())
    if as_json:
        click.echo(json.dumps([claim.as_json() for claim in claims], ensure_ascii=False))
    else:
        click.echo(as_table(claims))
    sys.exit(1 if any(claim.failed for claim in claims) else 0)
