"""A pytest plugin: runs only what a connector's tests inherit from a contract, and writes down which claims it proves.

`python -m pytest -p switchhook.connectors.testing.claims --claims-to FILE …` writes a JSON list of
`{"claim", "passed", "skipped", "failed", "replaced"}`: the claim is the first sentence of the suite that a test comes
from, `passed` counts, `skipped` counts by reason, `failed` are test names with the error's first line, `replaced` the
names of tests that the connector has put its own in place of.
"""

import json
from pathlib import Path

import pytest

from .checkup import OPTION
from .claim import Claim

_SUITES = "switchhook.connectors.testing."


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file to write."""
    parser.addoption(OPTION, type=Path, help="where the claims that were proved are written")


def pytest_configure(config: pytest.Config) -> None:
    """Watch the run where a file is named."""
    if target := config.getoption(OPTION):
        config.pluginmanager.register(_Watch(target))


class _Watch:
    """One run."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._of: dict[str, Claim] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the tests of contracts, in the order in which they run."""
        claims: dict[str, Claim] = {}
        for item in items:
            if suite := _suite_of(item):
                sentence = _first_sentence(suite)
                claim = self._of[item.nodeid] = claims.setdefault(sentence, Claim(sentence))
                if _is_replaced(item, suite):
                    claim.replaced.append(item.nodeid.rpartition("::")[2])
        others = [item for item in items if item.nodeid not in self._of]
        if others:
            config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.nodeid in self._of]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what a test has shown; a fixture that fails is a failure of the test."""
        claim = self._of[report.nodeid]
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            claim.skipped[reason.removeprefix("Skipped: ").partition(": ")[2] or reason] += 1
        elif report.failed:
            claim.failed[report.nodeid.rpartition("::")[2]] = _first_line(report)
        elif report.when == "call":
            claim.passed += 1

    def pytest_sessionfinish(self) -> None:
        """Write down what was found."""
        found = {id(claim): claim for claim in self._of.values()}
        self._target.write_text(json.dumps([claim.as_json() for claim in found.values()]), encoding="utf-8")


def _suite_of(item: pytest.Item) -> type | None:
    """The suite that the test comes from, also where a connector has put one of its own in its place."""
    cls = getattr(item, "cls", None)
    name = getattr(item, "originalname", item.name)
    suites = [base for base in getattr(cls, "__mro__", ()) if base.__module__.startswith(_SUITES)]
    return next((suite for suite in suites if name in vars(suite)), None)


def _is_replaced(item: pytest.Item, suite: type) -> bool:
    return isinstance(item, pytest.Function) and item.function.__module__ != suite.__module__


def _first_sentence(suite: type) -> str:
    return " ".join((suite.__doc__ or suite.__name__).partition("\n\n")[0].split()).removesuffix(".")


def _first_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash else report.longrepr).strip()
    return text.splitlines()[0] if text else "failed"
