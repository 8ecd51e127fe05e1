"""Benchmarks run when they are asked for (`-m benchmark`), each over a durable database of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.stage import Stage, raised


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves this folder out of ordinary runs: figures taken beside other tests mean nothing."""
    return None if "benchmark" in config.option.markexpr else True


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    parent = Path(tempfile.mkdtemp(prefix="sh-"))
    parent.chmod(0o711)
    with raised(parent / "data") as built:
        yield built
    shutil.rmtree(parent)
