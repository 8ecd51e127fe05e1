"""Benchmarks run when they are asked for (`-m benchmark`), each over a durable database of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.benchmarks.stage import Stage, raised


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves this folder out of ordinary runs: figures taken beside other tests mean nothing."""
    return None if "benchmark" in config.option.markexpr else True


@contextmanager
def _raised_anew() -> Iterator[Stage]:
    parent = Path(tempfile.mkdtemp(prefix="sh-"))
    parent.chmod(0o711)
    with raised(parent / "data") as built:
        yield built
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with _raised_anew() as built:
        yield built


@pytest.fixture
def fresh_stage() -> Iterator[Stage]:
    """A stage for one test alone."""
    with _raised_anew() as built:
        yield built
