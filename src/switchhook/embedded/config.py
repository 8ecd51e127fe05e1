"""What the cluster is configured with. Written anew at every start; `local.conf` beside it is the owner's and wins."""

import os
import pwd
from pathlib import Path

MAX_CONNECTIONS = 150
"""The whole budget: 24 for pages and 20 for fast paths in web, 24 for jobs in the worker, the rest for commands."""

PORT = 5432
"""Only names the socket file: the cluster listens on no network port."""

ROLE = "switchhook"
"""Both the role that the hub signs in as (no superuser) and the database it owns."""

_SETTINGS: dict[str, str] = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": str(MAX_CONNECTIONS),
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "maintenance_work_mem": "64MB",
    "work_mem": "8MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "io_method": "sync",
    "random_page_cost": "1.1",
    "min_wal_size": "64MB",
    "max_wal_size": "1GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "fsync": "on",
    "idle_in_transaction_session_timeout": "'5min'",
    "client_connection_check_interval": "'10s'",
    "autovacuum_naptime": "'15s'",
    "autovacuum_vacuum_cost_limit": "1000",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "logging_collector": "on",
    "log_directory": "'log'",
    "log_filename": "'server-%a.log'",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "log_min_duration_statement": "'2s'",
    "log_checkpoints": "off",
}

_FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "log_min_duration_statement": "-1",
}


_SINCE = {"io_method": 18}
"""The major version that knows a setting, where an older one that is to be upgraded would not start with it."""


def write_config(pgdata: Path, sockets: Path, major: int, *, durable: bool) -> None:
    """Writes `postgresql.conf`, `pg_hba.conf` and `pg_ident.conf`. Not durable: for tests, lost at a power cut."""
    settings = _SETTINGS | {"unix_socket_directories": _quoted(str(sockets))} | ({} if durable else _FOR_TESTS)
    lines = [f"{name} = {value}" for name, value in settings.items() if major >= _SINCE.get(name, 0)]
    _write(pgdata / "postgresql.conf", [*lines, "include_if_exists = 'local.conf'"])
    _write(pgdata / "pg_hba.conf", ["local all all peer map=hub"])
    names = sorted({"root", pwd.getpwuid(os.geteuid()).pw_name})
    _write(pgdata / "pg_ident.conf", [f'hub "{name}" {role}' for name in names for role in (ROLE, "postgres")])


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _write(path: Path, lines: list[str]) -> None:
    """In place, so that the file keeps the owner that initdb gave it; links are not followed."""
    file = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write("\n".join(["# Written by Switchhook at every start.", *lines, ""]))
