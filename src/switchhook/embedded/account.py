"""As which operating-system user PostgreSQL runs: it refuses to run as root, so root hands it to somebody else."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from switchhook.core.errors import Misconfigured
from switchhook.embedded.errors import ClusterFailed, FolderUnreachable

_SERVICE_ACCOUNTS = ("postgres", "nobody")


class _Demotion(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine. `other` is false where it is the one this process runs as already."""

    name: str
    uid: int
    gid: int
    other: bool

    def demotion(self) -> _Demotion:
        """Keyword arguments for `subprocess` that make a child run as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.other else {}

    def can_enter(self, path: Path) -> bool:
        """Whether this account may reach and read `path`; asks the kernel, since access lists may say so too."""
        probe = ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)]
        return subprocess.run(probe, check=False, cwd="/", **self.demotion()).returncode == 0

    def own(self, path: Path) -> None:
        """Hands one file or folder to this account (not what lies in it)."""
        if self.other:
            os.chown(path, self.uid, self.gid)


def server_account(pgdata: Path) -> Account:
    """The account for the cluster in `pgdata`: its owner where it exists, else this process's user, else, for root,
    the first service account of the machine. Raises Misconfigured where root finds none.
    """
    if pgdata.exists():
        owner = pgdata.stat().st_uid
        if owner != 0 or os.geteuid() != 0:
            return _by_uid(owner)
    if os.geteuid() != 0:
        return _by_uid(os.geteuid())
    for name in _SERVICE_ACCOUNTS:
        try:
            return _by_uid(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    message = "PostgreSQL cannot run as root and this machine has no user 'postgres' or 'nobody'; set DATABASE_URL."
    raise Misconfigured(message, field="DATABASE_URL")


def admit(account: Account, folder: Path) -> None:
    """Lets `account` pass through `folder` (ours). Raises FolderUnreachable where a parent of it is closed to it."""
    if not account.other:
        return
    os.chown(folder, -1, account.gid)
    folder.chmod(folder.stat().st_mode | 0o050)
    if not account.can_enter(folder):
        message = (
            f"PostgreSQL runs as '{account.name}', since it refuses to run as root, and that user may not enter "
            f"{folder}. Set SWITCHHOOK_DATA to a folder outside private ones, for example /var/lib/switchhook."
        )
        raise FolderUnreachable(message, field="SWITCHHOOK_DATA")


def _by_uid(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        message = f"PostgreSQL needs a named user and this machine has none for uid {uid}; set DATABASE_URL."
        raise Misconfigured(message, field="DATABASE_URL") from error
    other = uid != os.geteuid()
    if other and os.geteuid() != 0:
        message = f"The embedded database belongs to '{entry.pw_name}'; run Switchhook as that user."
        raise ClusterFailed(message)
    return Account(entry.pw_name, uid, entry.pw_gid, other)
