"""Durable events per second, as a share of what the same PostgreSQL commits as bare single-row inserts.

The floor is the database's own load generator, with a prepared insert of the same row from as many clients. Both are
measured in turns, so that whatever else the machine does meanwhile weighs on both.
"""

import subprocess
from pathlib import Path
from statistics import median

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.benchmarks.load import BODY
from tests.benchmarks.stage import Stage

from switchhook.embedded.binaries import find_binaries

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

CLIENTS = 64
SECONDS = 4
ROUNDS = 3
TARGET = 0.40

LOAD = Path(__file__).with_name("load.py")
FLOOR = f"""INSERT INTO intake_rawevent (connection_id, received_at, method, content_type, query, headers, body,
    truncated, state, replayed, error_code, error) VALUES (1, now(), 'POST', 'application/json', '',
    '{{"host": "127.0.0.1", "content-type": "application/json", "content-length": "{len(BODY)}"}}',
    '\\x{BODY.hex()}'::bytea, false, 'new', false, '', '');
"""  # noqa: S608 - no stranger's word is in it


def floor(stage: Stage, script: Path) -> float:
    """Single-row commits per second."""
    where = conninfo_to_dict(stage.url)
    command = [str(find_binaries().program("pgbench")), "-n", "-M", "prepared", "-f", str(script), "-j", "2"]
    command += ["-c", str(CLIENTS), "-T", str(SECONDS), "-h", str(where["host"]), "-p", str(where["port"])]
    command += ["-U", str(where["user"]), str(where["dbname"])]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def intake(stage: Stage, host: str, port: int) -> float:
    """Acknowledged events per second."""
    return float(stage.run(str(LOAD), "http", host, str(port), "/in/1/secret", str(CLIENTS), str(SECONDS)))


def test_intake_commits_at_least_two_fifths_of_bare_inserts(stage: Stage, tmp_path: Path) -> None:
    stage.furnish()
    script = tmp_path / "floor.sql"
    script.write_text(FLOOR)
    floors, rates = [], []
    with stage.web() as (host, port):
        for _ in range(ROUNDS):
            floors.append(floor(stage, script))
            rates.append(intake(stage, host, port))
    ratio = median(rates) / median(floors)
    print(
        f"\nintake: {median(rates):.0f} events/s, floor {median(floors):.0f} inserts/s, {CLIENTS} clients: {ratio:.2f}"
    )
    assert ratio >= TARGET
