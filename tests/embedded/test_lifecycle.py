import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from switchhook.embedded import ClusterFailed, VersionMismatch, database
from switchhook.embedded.postmaster import alive, pid_of

USER = """
import sys, pathlib
from switchhook.embedded import database
with database(pathlib.Path(sys.argv[1]), durable=False) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


def another_user(folder: Path) -> subprocess.Popen[str]:
    """A second process that uses the folder until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline().startswith("postgresql://")
    return process


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, connect_timeout=2) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return row[0]


def ask_until_answered(url: str, query: str, seconds: float = 30) -> object:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask(url, query)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_database_speaks_utf8_and_folds_the_case_of_cyrillic_letters(folder: Path) -> None:
    with database(folder, durable=False) as url:
        assert ask(url, "SELECT lower('ЇЖАК') || current_setting('server_encoding')") == "їжакUTF8"


def test_the_hub_is_no_superuser_of_its_own_database(folder: Path) -> None:
    with database(folder, durable=False) as url:
        assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert ask(url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == (
            "switchhook"
        )


def test_it_keeps_its_data_and_is_safe_against_power_cuts_by_default(folder: Path) -> None:
    with database(folder) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        settings = [ask(url, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
        assert settings == ["on", "on", "on"]
    with database(folder) as url:
        assert ask(url, "SELECT n FROM kept") == 7


def test_it_listens_on_no_network_port(folder: Path) -> None:
    with database(folder, durable=False) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        assert (folder / "run").stat().st_mode & 0o777 == 0o700


def test_the_last_user_stops_it(folder: Path) -> None:
    with database(folder, durable=False):
        assert alive(folder / "postgres")
    assert not alive(folder / "postgres")


def test_a_second_process_attaches_and_may_outlive_the_first(folder: Path) -> None:
    with database(folder, durable=False) as url:
        started = ask(url, "SELECT pg_postmaster_start_time()")
        second = another_user(folder)
    assert ask(url, "SELECT pg_postmaster_start_time()") == started
    second.communicate("")
    assert not alive(folder / "postgres")


def test_a_killed_user_leaves_a_server_that_the_next_one_takes_over(folder: Path) -> None:
    first = another_user(folder)
    first.kill()
    first.communicate()
    orphan = pid_of(folder / "postgres")
    with database(folder, durable=False) as url:
        assert pid_of(folder / "postgres") == orphan
        assert ask(url, "SELECT 1") == 1
    assert not alive(folder / "postgres")


def test_the_server_does_not_get_the_ctrl_c_of_its_users_session(folder: Path) -> None:
    with database(folder, durable=False):
        pid = pid_of(folder / "postgres")
        assert pid
        assert os.getsid(pid) != os.getsid(0)
        assert os.getpgid(pid) != os.getpgid(0)


def test_a_killed_server_is_started_again_and_has_what_was_committed(folder: Path) -> None:
    with database(folder, watch=True) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        killed = pid_of(folder / "postgres")
        assert killed
        os.kill(killed, signal.SIGKILL)
        assert ask_until_answered(url, "SELECT n FROM kept") == 7
        assert pid_of(folder / "postgres") != killed


@pytest.mark.parametrize("pid", [os.getpid(), 2**22 - 3], ids=["of another program", "of nobody"])
def test_a_stale_process_id_does_not_block_the_start(folder: Path, pid: int) -> None:
    with database(folder, durable=False):
        pass
    (folder / "postgres" / "postmaster.pid").write_text(f"{pid}\n{folder}/postgres\n0\n5432\n{folder}/run\n\n")
    with database(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == 1


def test_a_first_start_that_was_broken_off_is_begun_anew(folder: Path) -> None:
    (folder / "postgres.draft" / "base").mkdir(parents=True)
    (folder / "postgres.draft" / "PG_VERSION").write_text("18")
    with database(folder, durable=False) as url:
        assert ask(url, "SELECT 1") == 1


def test_another_version_of_the_files_is_refused_with_the_command_that_helps(folder: Path) -> None:
    with database(folder, durable=False):
        pass
    (folder / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(VersionMismatch, match=r"PostgreSQL 16.*switchhook upgrade-database"), database(folder):
        pass


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    with database(folder, durable=False):
        pass
    (folder / "postgres" / "local.conf").write_text("shared_buffers = 'nonsense'\n")
    with pytest.raises(ClusterFailed, match="shared_buffers"), database(folder):
        pass


def test_the_owners_local_settings_win(folder: Path) -> None:
    with database(folder, durable=False):
        pass
    (folder / "postgres" / "local.conf").write_text("work_mem = '3MB'\n")
    with database(folder, durable=False) as url:
        assert ask(url, "SHOW work_mem") == "3MB"


def test_many_processes_may_start_at_once(folder: Path) -> None:
    script = [sys.executable, "-c", USER, str(folder)]
    users = [subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    outputs = [user.communicate("")[0] for user in users]
    assert all(output.startswith("postgresql://") for output in outputs)
    assert [user.returncode for user in users] == [0] * 5
    assert not alive(folder / "postgres")
