"""The private folder of the cluster's socket. A socket's path is at most 107 bytes long, whatever the data folder's."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from switchhook.embedded.account import Account
from switchhook.embedded.config import PORT
from switchhook.embedded.errors import ClusterFailed

LONGEST_PATH = 103
"""In bytes: 107 on Linux, 103 on macOS."""


def socket_folder(data: Path, account: Account) -> Path:
    """Makes (mode 0700, owned by `account`) and returns `data/run`, or a short folder where its path is too long."""
    folder = data / "run"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_PATH:
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"switchhook-{account.uid}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if stat.S_ISDIR(folder.lstat().st_mode) and folder.lstat().st_uid in (os.geteuid(), account.uid):
        account.own(folder)
        folder.chmod(0o700)
        return folder
    message = f"{folder} belongs to somebody else; remove it."
    raise ClusterFailed(message)
