"""What a process of the hub needs before it can work: the data folder, the database, Django."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from switchhook.embedded import database


def data_dir() -> Path:
    """The data folder: SWITCHHOOK_DATA, else `data` in the current folder."""
    return Path(os.environ.get("SWITCHHOOK_DATA", "data")).absolute()


@contextmanager
def hub_database(*, watch: bool = False) -> Iterator[str]:
    """The address of the hub's database while the block runs; child processes find it in DATABASE_URL too.

    The server that DATABASE_URL names, else the embedded one, started or attached to. `watch` restarts the embedded
    one when it dies. Raises as `switchhook.embedded.database`.
    """
    if os.environ.get("DATABASE_URL"):
        yield os.environ["DATABASE_URL"]
        return
    with database(data_dir(), watch=watch) as url:
        os.environ["DATABASE_URL"] = url
        try:
            yield url
        finally:
            del os.environ["DATABASE_URL"]


def set_up_django() -> None:
    """Makes models and settings usable in this process. Call it inside `hub_database`."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchhook.settings")
    django.setup()
