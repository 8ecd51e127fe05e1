"""Taking a cluster of an older PostgreSQL over: dumped by the old programs, restored by the new, the old one kept."""

import subprocess
from dataclasses import replace
from pathlib import Path

from switchhook.embedded.binaries import MAJOR, find_binaries, readable_by
from switchhook.embedded.cluster import Cluster, cluster_in
from switchhook.embedded.config import ROLE
from switchhook.embedded.errors import ClusterFailed
from switchhook.embedded.lock import UseLock, starting


def upgrade(data: Path) -> Path | None:
    """Upgrades the cluster in `data` and returns where the old one is kept; None where it has this version already.

    Nothing is lost if it fails: the old cluster is put back. Raises ClusterFailed, also while a hub uses the folder,
    and NoBinaries where the wheel no longer carries the old version.
    """
    new = cluster_in(data)
    marker = new.pgdata / "PG_VERSION"
    found = int(marker.read_text()) if marker.exists() else MAJOR
    if found == MAJOR:
        return None
    old = replace(new, binaries=readable_by(new.account, find_binaries(found)))
    kept = new.pgdata.with_name(f"postgres-{found}")
    with UseLock(new.pgdata.parent) as use, starting(new.pgdata.parent):
        if not use.is_last():
            raise ClusterFailed("The database is in use. Stop the hub first.")
        _move(old, new, kept)
    return kept


def _move(old: Cluster, new: Cluster, kept: Path) -> None:
    dump = old.pgdata.with_name("upgrade.dump")
    old.start()
    try:
        _run(old, "pg_dump", "--format=custom", f"--file={dump}", ROLE)
    finally:
        old.stop()
    old.pgdata.rename(kept)
    try:
        new.start()
        _run(new, "pg_restore", f"--dbname={ROLE}", f"--role={ROLE}", "--no-owner", "--exit-on-error", str(dump))
    except ClusterFailed:
        new.stop()
        new.pgdata.rename(new.pgdata.with_name("postgres-failed"))
        kept.rename(old.pgdata)
        raise
    finally:
        dump.unlink(missing_ok=True)
    new.stop()


def _run(cluster: Cluster, program: str, *arguments: str) -> None:
    where = ("--host", str(cluster.sockets), "--username=postgres")
    done = subprocess.run(
        [str(cluster.binaries.program(program)), *where, *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise ClusterFailed(f"{program} failed: {done.stderr.strip()}")
