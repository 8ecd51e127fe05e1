"""The contract finds a connector out that breaks a promise: one that keeps it all, broken at one place each time."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.connectors.filling import fill

from switchhook.connectors.testing.scaffolding import new_package

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

BROKEN = tomllib.loads(Path(__file__).with_name("broken.toml").read_text(encoding="utf-8"))["broken"]


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A connector that keeps every promise."""
    package = new_package("acme", "Acme", tmp_path) / "src" / "switchhook_acme"
    fill(package)
    client = package / "client.py"
    errors = "from switchhook.core.errors import RateLimited, Rejected, Unreachable, "
    client.write_text(client.read_text().replace("from switchhook.core.errors import ", errors))
    return package


@pytest.mark.parametrize("promise", BROKEN, ids=[promise["what"] for promise in BROKEN])
def test_a_broken_promise_is_found(code: Path, promise: dict[str, str]) -> None:
    path = code / promise["file"]
    text = path.read_text()
    assert promise["kept"] in text
    path.write_text(text.replace(promise["kept"], promise["broken"]))
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment = {**kept, "PYTHONPATH": str(code.parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-k", promise["test"]]
    done = subprocess.run(command, check=False, cwd=code.parents[1], env=environment, capture_output=True, text=True)
    assert "1 failed" in done.stdout, done.stdout
    assert "error" not in done.stdout.splitlines()[-1], done.stdout
