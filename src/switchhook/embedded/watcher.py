"""Starts a server again that died."""

import logging
import threading

from switchhook.embedded.cluster import Cluster
from switchhook.embedded.errors import ClusterFailed
from switchhook.embedded.lock import starting

LOOK_SECONDS = 0.5

_log = logging.getLogger(__name__)


class Watcher(threading.Thread):
    """Looks twice a second whether the cluster's postmaster lives, until `over` is set."""

    def __init__(self, cluster: Cluster, over: threading.Event) -> None:
        super().__init__(name="embedded-postgresql", daemon=True)
        self._cluster = cluster
        self._over = over

    def run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            if not self._cluster.running():
                self._restart()

    def _restart(self) -> None:
        _log.warning("The embedded PostgreSQL is gone; starting it again.")
        try:
            with starting(self._cluster.pgdata.parent):
                self._cluster.start()
        except ClusterFailed as error:
            _log.error("The embedded PostgreSQL did not start: %s", error)
