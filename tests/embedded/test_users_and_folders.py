import importlib.util
import os
import pwd
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from switchhook.embedded import NoBinaries, database
from switchhook.embedded.account import Account, server_account
from switchhook.embedded.binaries import _copy, find_binaries, readable_by
from switchhook.embedded.errors import FolderUnreachable
from switchhook.embedded.postmaster import pid_of

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about what root does")

AS_NOBODY = """
import dataclasses, os, pathlib, sys
import encodings.idna, psycopg, shutil, subprocess
from switchhook import embedded
from switchhook.embedded import cluster, lock, postmaster, binaries
root = pathlib.Path(sys.argv[2])
found = binaries.find_binaries()
cluster.find_binaries = lambda: dataclasses.replace(found, root=root)
os.setgroups([]); os.setgid(int(sys.argv[4])); os.setuid(int(sys.argv[3]))
with embedded.database(pathlib.Path(sys.argv[1]), durable=False) as url:
    with psycopg.connect(url) as connection:
        print(connection.execute("SELECT current_user").fetchone()[0])
"""


def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, other=True)


@only_root
def test_root_hands_the_server_to_an_unprivileged_user(folder: Path) -> None:
    with database(folder, durable=False):
        pid = pid_of(folder / "postgres")
        assert pid
        owner = (Path("/proc") / str(pid)).stat().st_uid
        assert owner == server_account(folder / "postgres").uid != 0


@only_root
def test_a_normal_user_runs_the_server_itself(folder: Path) -> None:
    account = nobody()
    folder.mkdir()
    os.chown(folder, account.uid, account.gid)
    binaries = readable_by(account, find_binaries(), cache=folder.parent / "programs")
    arguments = [str(folder), str(binaries.root), str(account.uid), str(account.gid)]
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *arguments], check=False, capture_output=True, text=True, cwd="/"
    )
    assert (done.stdout, done.returncode) == ("switchhook\n", 0), done.stderr
    assert (folder / "postgres").stat().st_uid == account.uid


@only_root
def test_programs_that_the_unprivileged_user_cannot_reach_are_copied_once(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700, parents=True)
    folder.chmod(0o755)
    _copy(find_binaries(), private / "programs")
    hidden = replace(find_binaries(), root=private / "programs")
    copied = readable_by(nobody(), hidden, cache=folder / "cache")
    assert copied.root.parent == folder / "cache"
    assert nobody().can_enter(copied.program("postgres"))
    assert readable_by(nobody(), hidden, cache=folder / "cache") == copied


@only_root
def test_a_data_folder_inside_a_private_one_is_refused_with_the_remedy(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
    with pytest.raises(FolderUnreachable, match="SWITCHHOOK_DATA"), database(folder / "deep" / "data"):
        pass


@only_root
def test_other_users_of_the_machine_cannot_sign_in(folder: Path) -> None:
    """Even the user that the server runs as: it is often shared with other services."""
    script = "import psycopg, sys; psycopg.connect(sys.argv[1])"
    with database(folder, durable=False) as url:
        account = server_account(folder / "postgres")
        drop = f"import os, psycopg; os.setgroups([]); os.setgid({account.gid}); os.setuid({account.uid})\n"
        done = subprocess.run(
            [sys.executable, "-c", drop + script, url], check=False, capture_output=True, text=True, cwd="/"
        )
    assert "Peer authentication failed" in done.stderr


def test_a_data_folder_with_a_long_path_gets_a_short_socket(folder: Path) -> None:
    deep = folder / ("long" * 30)
    deep.parent.mkdir(mode=0o755)
    with database(deep, durable=False) as url, psycopg.connect(url) as connection:
        sockets = Path(connection.info.host)
    assert folder not in sockets.parents
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    sockets.rmdir()


def test_a_platform_without_the_wheel_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NoBinaries, match="DATABASE_URL"), database(folder):
        pass


def test_a_version_that_the_wheel_does_not_carry_is_told_apart() -> None:
    with pytest.raises(NoBinaries, match="PostgreSQL 3"):
        find_binaries(major=3)
