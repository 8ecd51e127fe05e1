from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from switchhook.embedded import ClusterFailed, VersionMismatch, database
from switchhook.embedded.binaries import find_binaries, readable_by
from switchhook.embedded.cluster import Cluster, cluster_in
from switchhook.embedded.upgrade import upgrade


def old_cluster(folder: Path) -> Cluster:
    """A cluster of PostgreSQL 16 with one table, stopped."""
    new = cluster_in(folder)
    old = replace(new, binaries=readable_by(new.account, find_binaries(16)))
    old.pgdata.mkdir(mode=0o700)
    old.account.own(old.pgdata)
    old._run("initdb", "-D", str(old.pgdata), "-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-sync")
    old.start()
    with psycopg.connect(old.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'їжак' AS name")
    old.stop()
    return old


def test_an_older_cluster_is_taken_over_and_kept(folder: Path) -> None:
    old_cluster(folder)
    with pytest.raises(VersionMismatch, match="upgrade-database"), database(folder):
        pass
    kept = upgrade(folder)
    assert kept == folder / "postgres-16"
    assert (kept / "PG_VERSION").read_text() == "16\n"
    with database(folder, durable=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT name FROM kept").fetchone() == ("їжак",)
        owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'kept'").fetchone()
        assert owner == ("switchhook",)


def test_a_cluster_of_this_version_is_left_alone(folder: Path) -> None:
    with database(folder, durable=False):
        pass
    assert upgrade(folder) is None


def test_a_cluster_in_use_is_not_touched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = old_cluster(folder)
    monkeypatch.setattr("switchhook.embedded.lock.UseLock.is_last", lambda self: False)
    with pytest.raises(ClusterFailed, match="Stop the hub first"):
        upgrade(folder)
    assert (old.pgdata / "PG_VERSION").read_text() == "16\n"


def test_a_failed_upgrade_puts_the_old_cluster_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = old_cluster(folder)

    def fail(cluster: Cluster, program: str, *arguments: str) -> None:
        if program == "pg_restore":
            raise ClusterFailed("no")

    monkeypatch.setattr("switchhook.embedded.upgrade._run", fail)
    with pytest.raises(ClusterFailed, match="no"):
        upgrade(folder)
    assert (old.pgdata / "PG_VERSION").read_text() == "16\n"
