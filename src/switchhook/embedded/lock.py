"""Who uses the cluster, and who may start or stop it.

Every user holds `pg.lock` shared for as long as it uses the cluster. Starting and stopping happen under
`pg.start.lock`, and stopping only by one who also gets `pg.lock` exclusively, that is, by the last user. The kernel
drops both locks of a process that dies, whatever it dies of.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self


class UseLock:
    """This user's place in `pg.lock`. Closing it leaves the cluster to the others."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "pg.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def share(self) -> None:
        """Takes a place among the users; waits while the last user before is stopping the cluster."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Gives the place up and tells whether nobody else holds one. Call it under `starting`."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


@contextmanager
def starting(folder: Path) -> Iterator[None]:
    """Excludes every other start and stop of the cluster in `folder` meanwhile."""
    file = os.open(folder / "pg.start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def in_use(folder: Path) -> bool:
    """Whether anybody uses the cluster at this moment. Another may begin right after."""
    with UseLock(folder) as use, starting(folder):
        return not use.is_last()
