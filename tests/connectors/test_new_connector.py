"""A new connector: what the template gives is red and says what to do; filled in, it keeps the whole contract."""

import json
import os
import re
import subprocess
import sys
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.connectors.filling import fill

from switchhook.cli import root
from switchhook.connectors.registry import manifest, manifests
from switchhook.connectors.testing.checkup import as_table, look_at
from switchhook.connectors.testing.claim import Claim
from switchhook.connectors.testing.scaffolding import new_folder, new_package
from switchhook.core.errors import Misconfigured
from switchhook.scenarios.catalog import names

REPOSITORY = Path(__file__).parents[2]
TREE = """[project]
name = "switchhook"

[project.entry-points."switchhook.connectors"]
builtin = "b"
zebra = "z"

[tool]
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Installed:
    """A package as `pip install -e` leaves it: its code on the path, its entry points beside it."""

    def __init__(self, folder: Path) -> None:
        self.project = new_package("acme_crm", "Acme & Sons", folder)
        self.code = self.project / "src" / "switchhook_acme_crm"
        known = self.code.with_name("switchhook_acme_crm-0.1.0.dist-info")
        known.mkdir()
        (known / "METADATA").write_text("Metadata-Version: 2.1\nName: switchhook-acme-crm\nVersion: 0.1.0\n")
        (known / "entry_points.txt").write_text("[switchhook.connectors]\nacme_crm = switchhook_acme_crm\n")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        environment = {**kept, "PYTHONPATH": str(self.code.parent)}
        return subprocess.run(
            [sys.executable, "-m", *command],
            check=False,
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
        )

    @cached_property
    def claims(self) -> tuple[int, dict[str, dict[str, Any]]]:
        """Exit code and claims of `switchhook connector check`."""
        done = self.run("switchhook", "connector", "check", "acme_crm", "--json")
        return done.returncode, {claim["claim"]: claim for claim in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("new"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made = Installed(tmp_path_factory.mktemp("filled"))
    fill(made.code)
    return made


def test_a_new_connector_fails_with_the_next_step_and_nothing_else(new: Installed) -> None:
    code, claims = new.claims
    reasons = {reason for claim in claims.values() for reason in claim["failed"].values()}
    assert code == 1
    assert {match[0] for reason in reasons if (match := re.search(r"Step \d+", reason))} >= {"Step 1", "Step 3"}
    assert [reason for reason in reasons if "NotImplementedError: Step" not in reason] == []


def test_the_first_test_of_a_new_connector_names_the_first_step(new: Installed) -> None:
    said = new.run("pytest", "-x", "-q", "-p", "no:cacheprovider").stdout
    assert "NotImplementedError: Step 1, connector.py: check asks the vendor for the account's name." in said


def test_the_manifest_and_methods_of_a_new_connector_are_right_already(new: Installed) -> None:
    _code, claims = new.claims
    assert claims["The manifest can be read, and its form can be drawn"]["passed"] == 1
    assert claims["Every method of its role is there"]["passed"] == 1


def test_a_filled_connector_keeps_every_promise(filled: Installed) -> None:
    code, claims = filled.claims
    assert {name: claim["failed"] for name, claim in claims.items() if claim["failed"]} == {}
    assert code == 0
    assert [name for name, claim in claims.items() if not claim["passed"]] == []
    assert sum(claim["passed"] for claim in claims.values()) > 110


def test_what_it_cannot_do_is_skipped_and_said(filled: Installed) -> None:
    _code, claims = filled.claims
    assert "no lead" in {reason for claim in claims.values() for reason in claim["skipped"]}


def test_the_check_prints_a_line_for_every_claim() -> None:
    proved, broken = Claim("It holds", passed=3), Claim("It breaks", passed=1, failed={"test_it_holds": "no"})
    proved.skipped["no lead"] = 2
    broken.replaced.append("test_it_holds")
    assert as_table([proved, broken, Claim("It is not tried")]).splitlines() == [
        "proved  It holds  (3 passed, 2 skipped)",
        "          skipped: no lead",
        "FAILED  It breaks  (1 passed, 1 failed)",
        "          test_it_holds: no",
        "          replaced by its own: test_it_holds",
        "none    It is not tried  (0 passed)",
    ]


def test_a_broken_promise_fails_the_check_and_a_replaced_test_is_told(tmp_path: Path) -> None:
    broken = Installed(tmp_path)
    fill(broken.code)
    records, tests = broken.code / "records.py", broken.code / "tests" / "test_contract.py"
    records.write_text(records.read_text().replace('{"external_id": mark}', '{"external_id": "x"}'))
    tests.write_text(tests.read_text() + "\n    def test_users_have_ids_and_names(self) -> None: ...\n")
    code, claims = broken.claims
    lost = claims["A request whose answer was lost is looked for, and never made twice"]
    assert code == 1
    assert "test_what_it_made_is_found[contact]" in lost["failed"]
    assert claims["The account is checked, and its users are known"]["replaced"] == ["test_users_have_ids_and_names"]


def test_a_connector_that_does_not_ask_the_governor_is_found_out(tmp_path: Path) -> None:
    greedy = Installed(tmp_path)
    fill(greedy.code)
    client = greedy.code / "client.py"
    client.write_text(client.read_text().replace("governor=account.governor, ", ""))
    said = greedy.run("switchhook", "connector", "check", "acme_crm").stdout
    assert "a request went out without asking the governor" in said


@pytest.mark.parametrize("state", ["new", "filled"])
def test_the_linter_finds_nothing(request: pytest.FixtureRequest, state: str) -> None:
    made: Installed = request.getfixturevalue(state)
    for command in (["ruff", "check", "--no-cache"], ["ruff", "format", "--no-cache", "--diff"]):
        done = made.run(*command, ".")
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("state", ["new", "filled"])
def test_the_type_checker_finds_nothing(request: pytest.FixtureRequest, state: str) -> None:
    made: Installed = request.getfixturevalue(state)
    done = made.run("mypy", "--cache-dir", str(made.project.parent.parent / "mypy-cache"))
    assert done.returncode == 0, done.stdout


def test_a_connector_in_the_tree_keeps_the_rules_of_the_tree(tmp_path: Path) -> None:
    code = new_folder("acme", "Acme", tree(tmp_path))
    fill(code)
    for command in (["check"], ["format", "--diff"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "--config", str(REPOSITORY / "pyproject.toml")]
        done = subprocess.run([*ruff, str(code)], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def tree(folder: Path) -> Path:
    (folder / "src" / "switchhook" / "connectors").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(TREE)
    return folder


@pytest.mark.parametrize("slug", list(manifests()))
def test_an_installed_connector_is_what_it_says(slug: str) -> None:
    """Its contract is proved among its own tests."""
    assert {claim.claim: claim.failed for claim in look_at(manifest(slug), names()) if claim.failed} == {}


@pytest.mark.parametrize("slug", ["ringostat", "builtin"])
def test_the_check_knows_telephony_and_what_lives_in_the_hub(slug: str) -> None:
    done = CliRunner().invoke(root, ["connector", "check", slug])
    assert done.exit_code == 0, done.output


def test_a_connector_that_is_not_installed_is_named() -> None:
    done = CliRunner().invoke(root, ["connector", "check", "acme"])
    assert isinstance(done.exception, Misconfigured)


def test_a_connector_in_the_tree_is_announced_in_alphabetical_order(tmp_path: Path) -> None:
    code = new_folder("acme", "", tree(tmp_path))
    assert code == tmp_path / "src/switchhook/connectors/acme"
    assert (tmp_path / "pyproject.toml").read_text() == TREE.replace(
        'builtin = "b"', 'acme = "switchhook.connectors.acme"\nbuiltin = "b"'
    )


def test_outside_the_tree_there_is_no_here(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no source tree"):
        new_folder("acme", "", tmp_path)


@pytest.mark.parametrize("slug", ["", "Acme", "acme-crm", "9lives", "class", "a__b", "../acme", "a" * 41])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, slug: str) -> None:
    with pytest.raises(Misconfigured):
        new_package(slug, "", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_title_that_would_break_the_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        new_package("acme", 'Acme "CRM"', tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    new_package("acme", "", tmp_path)
    with pytest.raises(Misconfigured, match="is there already"):
        new_package("acme", "", tmp_path)


def test_the_demo_and_the_template_need_no_test_tools() -> None:
    """They are installed with the hub, pytest is not."""
    code = (
        "import sys; sys.modules |= dict.fromkeys(['pytest', 'hypothesis'])\n"
        "import switchhook.connectors.testing.checkup, switchhook.connectors.testing.scaffolding\n"
        "from switchhook.demo.stage import crms_of, serving, telephony_of\n"
        "with serving(telephony_of(), crms_of('all')): pass"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    done = CliRunner().invoke(root, ["connector", "new", "acme", "--title", "Acme", "--dir", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "switchhook connector check acme" in done.output
    assert (tmp_path / "switchhook-acme" / "src" / "switchhook_acme" / "connector.toml").is_file()
