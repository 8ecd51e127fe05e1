"""Data folders that any user may reach: pytest's own are closed to the user that PostgreSQL runs as under root."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A fresh data folder; what ran in it must have been stopped by the test."""
    parent = Path(tempfile.mkdtemp(prefix="sh-"))
    parent.chmod(0o711)
    yield parent / "data"
    shutil.rmtree(parent)
