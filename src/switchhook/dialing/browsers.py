"""The browser extension as a file to download."""

import io
import json
import zipfile
from functools import lru_cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "extension", _PACKAGE.parents[1] / "extension")
"""In an installed wheel, and in a source tree."""

_LONG_AGO = (2026, 1, 1, 0, 0, 0)


def folder() -> Path:
    """Where the extension's files lie. Raises FileNotFoundError where they were not installed."""
    for place in _PLACES:
        if (place / "manifest.json").is_file():
            return place
    raise FileNotFoundError("The browser extension is not installed with this hub.")


def version() -> str:
    """The version in the extension's manifest."""
    return str(json.loads((folder() / "manifest.json").read_text(encoding="utf-8"))["version"])


@lru_cache(maxsize=4)
def packed(hub: str) -> bytes:
    """The extension as a zip that knows the address of this hub. The same files give the same bytes."""
    root = folder()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(item for item in root.rglob("*") if item.is_file() and item.name != "hub.json"):
            _add(archive, path.relative_to(root).as_posix(), path.read_bytes())
        _add(archive, "hub.json", json.dumps({"hub": hub}).encode())
    return target.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(f"switchhook-extension/{name}", _LONG_AGO)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(entry, content)
