"""One PostgreSQL cluster in a data folder: made, started, found running, stopped."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from switchhook.embedded import postmaster
from switchhook.embedded.account import Account, admit, server_account
from switchhook.embedded.binaries import MAJOR, Binaries, find_binaries, readable_by
from switchhook.embedded.config import PORT, ROLE, write_config
from switchhook.embedded.errors import ClusterFailed, VersionMismatch
from switchhook.embedded.sockets import socket_folder

START_SECONDS = 60.0
"""How long a start may take; crash recovery after a power cut is part of it."""

_OLD_MEMORY = "pre-existing shared memory block"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of one data folder, with everything that is needed to run it."""

    pgdata: Path
    sockets: Path
    account: Account
    binaries: Binaries
    durable: bool

    @property
    def url(self) -> str:
        """What the hub connects to."""
        return self.url_of(ROLE, ROLE)

    def url_of(self, role: str, database: str) -> str:
        """A libpq address through the private socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    def running(self) -> bool:
        """Whether its postmaster is alive (it may still be starting)."""
        return postmaster.alive(self.pgdata)

    def start(self) -> None:
        """Makes the cluster where there is none and starts it where it is not running; returns when it answers.

        Call under `lock.starting`. Raises VersionMismatch or ClusterFailed.
        """
        self._make()
        if not self.running():
            postmaster.clear_stale(self.pgdata)
            write_config(self.pgdata, self.sockets, self.binaries.major, durable=self.durable)
            self._launch()
        self._await_answer()
        self._make_database()

    def stop(self) -> None:
        """Stops it, sessions broken off, committed work kept. Call under `lock.starting`, as the last user."""
        if self.running():
            self._run("pg_ctl", "stop", "-D", str(self.pgdata), "-m", "fast", "-w", "-t", "60", "-s")

    def _make(self) -> None:
        """`initdb` works under a passing name, so that one that was broken off is begun anew."""
        marker = self.pgdata / "PG_VERSION"
        if marker.exists():
            found = marker.read_text().strip()
            if found != str(self.binaries.major):
                message = (
                    f"The database in {self.pgdata} was made by PostgreSQL {found}; this Switchhook runs {MAJOR}. "
                    "Run `switchhook upgrade-database`, which keeps the old one until you delete it."
                )
                raise VersionMismatch(message, field="SWITCHHOOK_DATA")
            return
        draft = self.pgdata.with_name("postgres.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self.account.own(draft)
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C", "--builtin-locale=C.UTF-8")
        safety = () if self.durable else ("--no-sync",)
        access = ("--auth-local=peer", "--auth-host=reject")
        self._run("initdb", "-D", str(draft), "-U", "postgres", *access, *locale, *safety)
        draft.rename(self.pgdata)

    def _launch(self) -> None:
        """`pg_ctl` puts the postmaster into a session of its own, so that Ctrl-C does not reach it before its users.

        After a kill -9 the old server's last processes hold its memory for a moment: hence the repeats.
        """
        deadline = time.monotonic() + START_SECONDS
        log = self.pgdata / "start.log"
        arguments = ("-D", str(self.pgdata), "-l", str(log), "-w", "-t", str(int(START_SECONDS)), "-s")
        while True:
            log.unlink(missing_ok=True)
            try:
                return self._run("pg_ctl", "start", *arguments)
            except ClusterFailed:
                if _OLD_MEMORY not in self._log_end() or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def _await_answer(self) -> None:
        """For a server that somebody else began to start and was killed meanwhile: it may still be recovering."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return psycopg.connect(self.url_of("postgres", "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise ClusterFailed(f"PostgreSQL does not answer: {error}\n{self._log_end()}") from error
            time.sleep(0.05)

    def _make_database(self) -> None:
        """The hub's own role, which is no superuser, and its database; does nothing where they exist."""
        with psycopg.connect(self.url_of("postgres", "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone():
                connection.execute(f"CREATE DATABASE {ROLE} OWNER {ROLE}")

    def _log_end(self) -> str:
        log = self.pgdata / "start.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def _run(self, program: str, *arguments: str) -> None:
        """Runs one of PostgreSQL's programs as the account, away from this process's environment and folder."""
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        done = subprocess.run(
            [str(self.binaries.program(program)), *arguments],
            cwd="/",
            env=environment,
            check=False,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **self.account.demotion(),
        )
        if done.returncode:
            message = f"{program} failed ({done.returncode}): {done.stdout.strip()}\n{self._log_end()}".strip()
            raise ClusterFailed(message)


def cluster_in(data: Path, *, durable: bool = True) -> Cluster:
    """Prepares the data folder and tells how its cluster is run; starts nothing. Raises as `database`."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = data.resolve()
    pgdata = data / "postgres"
    account = server_account(pgdata)
    admit(account, data)
    binaries = readable_by(account, find_binaries())
    return Cluster(pgdata, socket_folder(data, account), account, binaries, durable)
