"""The `switchhook` command. Every module in `commands/` is one subcommand; it offers a click command as `command`."""

import importlib
import logging
import pkgutil
import sys

import click

from switchhook import commands
from switchhook.core.errors import SwitchhookError


class _Folder(click.Group):
    """Finds subcommands by their file: `commands/upgrade_database.py` is `switchhook upgrade-database`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order; modules whose name begins with an underscore are none."""
        names = (module.name for module in pkgutil.iter_modules(commands.__path__))
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the one command that is asked for."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        found = module.command
        if not isinstance(found, click.Command):
            raise TypeError(f"{module.__name__}.command is no click command")
        return found


@click.group(cls=_Folder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="switchhook")
def root() -> None:
    """Switchhook: every call becomes the right CRM records, once."""


def main() -> None:
    """Entry point of the console script. A known error is one line on stderr and exit code 1, without a traceback."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        root(prog_name="switchhook")
    except SwitchhookError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
