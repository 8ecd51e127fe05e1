"""What `switchhook doctor` looks at. Nothing here changes anything, except that the embedded database is started."""

import os
import shutil
import sys
from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from switchhook.core.errors import SwitchhookError
from switchhook.environment import data_dir, hub_database, set_up_django

OLDEST_SERVER = 15
LEAST_FREE_BYTES = 500_000_000


class Finding(NamedTuple):
    """One checked thing. `remedy` is empty where `ok`."""

    subject: str
    ok: bool
    state: str
    remedy: str = ""


def examine() -> list[Finding]:
    """All findings, the healthy ones too, in the order in which they should be put right."""
    return examine_environment() + examine_database()


def examine_environment() -> list[Finding]:
    """What can be told without the database."""
    return [check() for check in (_python, _data_folder, _public_url, _secret_key)]


def examine_database() -> list[Finding]:
    """The server, and whether its tables are those of this version. Starts the embedded one."""
    try:
        with hub_database() as url:
            server = _server(url)
            return [server, _migrations()] if server.ok else [server]
    except SwitchhookError as error:
        return [Finding("database", False, "cannot be started", str(error))]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), version, "Switchhook needs Python 3.11 or newer.")


def _data_folder() -> Finding:
    folder = data_dir()
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    ok = os.access(there, os.W_OK) and free >= LEAST_FREE_BYTES
    state = f"{folder}, {free // 1_000_000} MB free"
    return Finding("data folder", ok, state, "Make it writable and free at least 500 MB, or set SWITCHHOOK_DATA.")


def _public_url() -> Finding:
    given = os.environ.get("PUBLIC_URL", "")
    parts = urlsplit(given or "http://127.0.0.1:8000")
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    ok = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))
    remedy = "Set PUBLIC_URL to the https address under which others reach the hub, such as https://hub.example.com."
    return Finding("PUBLIC_URL", ok, given or "not set: this machine only", remedy)


def _secret_key() -> Finding:
    if os.environ.get("SWITCHHOOK_SECRET_KEY"):
        long_enough = len(os.environ["SWITCHHOOK_SECRET_KEY"]) >= 32
        return Finding("secret key", long_enough, "from SWITCHHOOK_SECRET_KEY", "Use at least 32 characters.")
    path = data_dir() / "secret.key"
    if not path.exists():
        return Finding("secret key", True, "will be made in the data folder at the first start")
    private = not path.stat().st_mode & 0o077
    return Finding("secret key", private, str(path), f"Others may read it: chmod 600 {path}")


def _server(url: str) -> Finding:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version
            encoding = connection.execute("SHOW server_encoding").fetchone()
    except psycopg.Error as error:
        return Finding("database", False, "does not answer", f"{error} Check DATABASE_URL.".strip())
    state = f"PostgreSQL {version // 10_000}.{version % 10_000}, {encoding[0] if encoding else '?'}"
    ok = version >= OLDEST_SERVER * 10_000 and encoding == ("UTF8",)
    return Finding("database", ok, state, f"Use PostgreSQL {OLDEST_SERVER} or newer and a database in UTF8.")


def _migrations() -> Finding:
    set_up_django()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    finally:
        connection.close()
    return Finding("migrations", not pending, f"{len(pending)} pending", "Run `switchhook migrate`.")
