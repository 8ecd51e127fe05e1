"""The PostgreSQL that Switchhook brings along: `with database(folder) as url: …` is all that the rest needs.

Any number of processes may use one data folder at once: the first starts the server, the last stops it.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from switchhook.embedded.errors import ClusterFailed, NoBinaries, VersionMismatch

if TYPE_CHECKING:
    from switchhook.embedded.cluster import Cluster

__all__ = ["ClusterFailed", "NoBinaries", "VersionMismatch", "database"]


@contextmanager
def database(data: Path, *, durable: bool = True, watch: bool = False) -> Iterator[str]:
    """Gives the DATABASE_URL of the PostgreSQL in `data` for as long as the block runs.

    Makes the cluster and starts it where that is needed; attaches where another process did. Leaving the block stops
    the server if nobody else uses it. With `watch` a server that dies is started again meanwhile. `durable=False` is
    for tests. Raises NoBinaries, FolderUnreachable, VersionMismatch, ClusterFailed.
    """
    if sys.platform == "win32":
        message = (
            "No PostgreSQL comes with Switchhook for Windows. Install PostgreSQL 15 or newer and set DATABASE_URL."
        )
        raise NoBinaries(message, field="DATABASE_URL")
    from switchhook.embedded.cluster import cluster_in
    from switchhook.embedded.lock import UseLock, starting

    cluster = cluster_in(data, durable=durable)
    folder = cluster.pgdata.parent
    with UseLock(folder) as use:
        with starting(folder):
            use.share()
            cluster.start()
        try:
            with _watching(cluster, enabled=watch):
                yield cluster.url
        finally:
            with starting(folder):
                if use.is_last():
                    cluster.stop()


@contextmanager
def _watching(cluster: "Cluster", *, enabled: bool) -> Iterator[None]:
    if not enabled:
        yield
        return
    from switchhook.embedded.watcher import Watcher

    over = threading.Event()
    watcher = Watcher(cluster, over)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
