"""The import rules stand in pyproject.toml; here is what an import linter does not see."""

import ast
import subprocess
import sys
from pathlib import Path

from .conftest import ROOT, Source


def test_the_import_rules_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_connectors_import_no_other_connector(product: list[Source]) -> None:
    found = []
    for source in product:
        own = source.path.removeprefix("src/switchhook/connectors/").partition("/")[0]
        if source.path.startswith("src/switchhook/connectors/") and (ROOT / "src/switchhook/connectors" / own).is_dir():
            found += [f"{source.path}: {name}" for name in imported(source) if is_another_connector(name, own)]
    assert not found, "\n".join(found)


def imported(source: Source) -> list[str]:
    froms = [node.module or "" for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)]
    plain = [alias.name for node in ast.walk(source.tree) if isinstance(node, ast.Import) for alias in node.names]
    return froms + plain


def is_another_connector(name: str, own: str) -> bool:
    first, _, rest = name.partition("switchhook.connectors.")
    vendor = rest.partition(".")[0]
    folder = ROOT / "src/switchhook/connectors" / vendor
    return not first and bool(vendor) and folder.is_dir() and vendor not in (own, "testing")


def test_installed_code_imports_no_test_tools(product: list[Source]) -> None:
    """Except where the tools are the purpose: the contract suites, and the plugin that starts a database for a run."""
    purpose = ("src/switchhook/connectors/testing/", "src/switchhook/embedded/pytest_plugin.py")
    found = [
        source.path
        for source in product
        if "/tests/" not in source.path
        and not source.path.startswith(purpose)
        and {"pytest", "hypothesis", "playwright"} & {name.partition(".")[0] for name in imported(source)}
    ]
    assert not found, "\n".join(found)
