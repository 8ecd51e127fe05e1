"""Reading `postmaster.pid`: whether the process it names is alive and really is PostgreSQL."""

import os
import subprocess
from pathlib import Path


def pid_of(pgdata: Path) -> int | None:
    """The process id that `postmaster.pid` names, dead or alive; None where there is no readable file."""
    try:
        return abs(int((pgdata / "postmaster.pid").read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def alive(pgdata: Path) -> bool:
    """Whether the cluster's postmaster runs. A process that merely got the same number does not count."""
    pid = pid_of(pgdata)
    return pid is not None and is_postgres(pid)


def clear_stale(pgdata: Path) -> None:
    """Removes a `postmaster.pid` whose process is gone, so that a reused number does not block the start."""
    if not alive(pgdata):
        (pgdata / "postmaster.pid").unlink(missing_ok=True)


def is_postgres(pid: int) -> bool:
    """Whether the living process `pid` is a PostgreSQL server; a zombie is not."""
    proc = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        try:
            name = (proc / "comm").read_text().strip()
            state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return name == "postgres" and state not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    listing = subprocess.run(["/bin/ps", "-o", "comm=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return Path(listing.stdout.strip()).name == "postgres"
