"""Whether an installed connector is what it says: its manifest, its twin, its methods, and its contract."""

import inspect
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

from switchhook.connectors.allowances import Costs, Governor, Ungoverned
from switchhook.connectors.base import Account, CrmConnector, TelephonyConnector
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.registry import Field, Manifest
from switchhook.core.errors import Misconfigured, RateLimited, SwitchhookError
from switchhook.core.records import Capabilities

from .claim import Claim
from .twin import run_in_thread

OPTION = "--claims-to"
PHONE = "+380671234567"
PEOPLE = (("Olena Kovalenko", "olena@example.com"), ("Piotr Nowak", "piotr@example.com"))


def check_up(manifest: Manifest, presets: Sequence[str]) -> list[Claim]:
    """Every claim of a connector with what was found; `presets` are the names of those that the hub has.

    Raises Misconfigured where pytest is not installed.
    """
    claims = look_at(manifest, presets)
    if not manifest.local:
        return claims + (_contract(manifest) or [_failed("The connector keeps its contract", _without_suite(manifest))])
    skipped = Claim("The connector keeps its contract")
    skipped.skipped["its records are lent by the hub, whose own tests hold it to the contract"] = 1
    return [*claims, skipped]


def look_at(manifest: Manifest, presets: Sequence[str]) -> list[Claim]:
    """What can be said without its tests: the manifest, the methods, the twin."""
    claims = [
        _proved("The manifest can be read, and its form can be drawn", lambda: _check_manifest(manifest, presets))
    ]
    claims.append(_proved("Every method of its role is there", lambda: _check_methods(manifest)))
    if manifest.role == "crm" and not manifest.local:
        claims.append(_proved("Its twin opens, and its users can be hired", lambda: _check_twin(manifest)))
        claims.append(_proved("Requests go out only by the governor's leave", lambda: _check_governor(manifest)))
    return claims


def _proved(claim: str, attempt: Callable[[], None]) -> Claim:
    try:
        attempt()
    except (AssertionError, NotImplementedError, SwitchhookError, ImportError, AttributeError, TypeError) as error:
        return _failed(claim, f"{type(error).__name__}: {error}")
    return Claim(claim, passed=1)


def _failed(claim: str, reason: str) -> Claim:
    return Claim(claim, failed={"": reason})


def _without_suite(manifest: Manifest) -> str:
    contract = {"crm": "CrmContract", "telephony": "TelephonyContract"}[manifest.role]
    return f"Nothing in {manifest.package}.tests inherits {contract}."


# --- the manifest -----------------------------------------------------------------------------------------------------


def _check_manifest(manifest: Manifest, presets: Sequence[str]) -> None:
    assert manifest.title, "the title is empty"
    assert manifest.role in {"crm", "telephony"}, f"role “{manifest.role}” is neither crm nor telephony"
    assert not manifest.default_preset or manifest.default_preset in presets, "default_preset is no preset of the hub"
    names = [field.name for field in manifest.fields]
    assert len(set(names)) == len(names), "two fields have the same name"
    for field in manifest.fields:
        _check_field(field, names)
    for module in filter(None, (manifest.twin, manifest.sign_in)):
        assert find_spec(f"{manifest.package}.{module}"), f"there is no module {module}"


def _check_field(field: Field, names: Sequence[str]) -> None:
    kinds = {"text", "number", "flag", "choice", "choices", "lines"}
    assert field.kind in kinds, f"{field.name}: kind is none of {', '.join(sorted(kinds))}"
    assert field.name.isidentifier(), f"{field.name} is no name"
    assert field.label, f"{field.name} has no label"
    assert field.step in {"connect", "set_up"}, f"{field.name}: step is neither connect nor set_up"
    assert not (field.secret and field.default), f"{field.name} is secret and has a default"
    assert field.step == "set_up" or not field.loaded, f"{field.name} is loaded before the account can be reached"
    assert set(field.after) <= set(names), f"{field.name} comes after a field that is not there"
    if field.kind in {"choice", "choices"}:
        assert field.choices or field.loaded, f"{field.name} has nothing to choose from"


# --- the connector ----------------------------------------------------------------------------------------------------


def _check_methods(manifest: Manifest) -> None:
    """Compared with the Protocol by name and parameters, without opening an account."""
    module = import_module(f"{manifest.package}.connector")
    assert callable(module.connect), "connector.py has no connect(account)"
    returned = inspect.get_annotations(module.connect).get("return", "")
    cls = getattr(module, returned, None) if isinstance(returned, str) else returned
    assert inspect.isclass(cls), "connect says nothing of the class it gives"
    protocol = CrmConnector if manifest.role == "crm" else TelephonyConnector
    for name, promised in vars(protocol).items():
        if name.startswith("_"):
            continue
        held = getattr(cls, name, None)
        assert held is not None, f"{cls.__name__}.{name} is not there"
        if inspect.isfunction(promised):
            assert _parameters(held) == _parameters(promised), f"{cls.__name__}.{name} takes {_parameters(held)}"


def _parameters(function: Any) -> list[str]:
    """Names, those that must be named with a star; further ones with a default are the connector's own."""
    found = list(inspect.signature(function).parameters.values())
    needed = [one for one in found if one.default is one.empty]
    return [f"*{one.name}" if one.kind is one.KEYWORD_ONLY else one.name for one in needed]


def _check_twin(manifest: Manifest) -> None:
    with _open(manifest) as connector:
        assert isinstance(connector.capabilities, Capabilities), "capabilities is no Capabilities"
        assert connector.check().account_name, "check gives no account name"
        emails = {user.email.lower() for user in connector.users()}
        assert {email for _name, email in PEOPLE} <= emails, "users who were hired are not among its users"
        named = {field.name for field in manifest.fields}
        unknown = set(manifest.crm_twin().credentials("http://127.0.0.1")) - named
        assert not unknown, f"the twin's credentials are no fields: {', '.join(sorted(unknown))}"


def _check_governor(manifest: Manifest) -> None:
    gate = _Gate()
    with _open(manifest, gate) as connector:
        connector.check()
        assert gate.asked, "a request went out without asking the governor"
        gate.shut = True
        for name, attempt in (("check", connector.check), ("find_by_phone", lambda: connector.find_by_phone(PHONE))):
            try:
                attempt()
            except RateLimited:
                continue
            raise AssertionError(f"{name} sent a request that the governor had refused")


class _Gate(Ungoverned):
    """A governor that can be shut."""

    def __init__(self) -> None:
        self.asked = 0
        self.shut = False

    def admit(self, costs: Costs) -> AbstractContextManager[None]:
        """At once, or not at all."""
        self.asked += 1
        if self.shut:
            raise RateLimited("The account's limit is used up.", retry_after=1)
        return super().admit(costs)


@contextmanager
def _open(manifest: Manifest, governor: Governor | None = None) -> Iterator[CrmConnector]:
    """The connector on its own twin."""
    twin = manifest.crm_twin()
    twin.hire(PEOPLE)
    with patch.dict(os.environ, {ALLOW_PRIVATE: "1"}), run_in_thread(twin.app) as served:
        account = Account(
            credentials=twin.credentials(served.url),
            settings=twin.settings(served.url),
            governor=governor or Ungoverned(),
        )
        opened: Any = manifest.connect(account)
        yield opened


# --- the contract -----------------------------------------------------------------------------------------------------


def _contract(manifest: Manifest) -> list[Claim]:
    """What pytest says of the tests that the package inherits; nothing where there are none."""
    if find_spec("pytest") is None:
        raise Misconfigured("pytest is needed to hold a connector to its contract: pip install pytest", field="pytest")
    tests = manifest.folder / "tests"
    if not tests.is_dir():
        return []
    with tempfile.TemporaryDirectory() as folder:
        said, settings = Path(folder) / "claims.json", Path(folder) / "pytest.ini"
        settings.write_text("[pytest]\naddopts = --import-mode=importlib\n", encoding="utf-8")
        done = subprocess.run(
            _command(manifest, settings, said), check=False, capture_output=True, text=True, env=_environment()
        )
        if not said.is_file():
            return [_failed("Its tests can be run", (done.stdout + done.stderr).strip()[-2000:])]
        claims = [Claim.from_json(data) for data in json.loads(said.read_text(encoding="utf-8"))]
    if not claims and done.returncode not in {0, 5}:  # 5: nothing was collected
        return [_failed("Its tests can be run", done.stdout.strip()[-2000:])]
    return claims


def _command(manifest: Manifest, settings: Path, said: Path) -> list[str]:
    folder = str(manifest.folder)
    plugins = ["-p", "switchhook.connectors.testing.claims", "-p", "no:cacheprovider"]
    place = ["-c", str(settings), "--rootdir", folder, "--confcutdir", folder]
    return [sys.executable, "-m", "pytest", "-q", *plugins, *place, OPTION, str(said), f"{folder}/tests"]


def _environment() -> dict[str, str]:
    """Twins are on loopback; connectors need no Django, so pytest shall not set it up."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**kept, ALLOW_PRIVATE: "1"}


# --- said to a person -------------------------------------------------------------------------------------------------


def as_table(claims: Sequence[Claim]) -> str:
    """A line for each claim, and below it what failed and what was not claimed."""
    return "\n".join(line for claim in claims for line in _lines(claim))


def _lines(claim: Claim) -> Iterator[str]:
    skipped = claim.skipped.total()
    state = "FAILED" if claim.failed else "proved" if claim.passed else "none"
    counts = [f"{claim.passed} passed", *([f"{len(claim.failed)} failed"] if claim.failed else [])]
    yield f"{state:<7} {claim.claim}  ({', '.join([*counts, *([f'{skipped} skipped'] if skipped else [])])})"
    for name, reason in claim.failed.items():
        yield f"          {': '.join(filter(None, (name, reason)))}"
    if skipped:
        yield f"          skipped: {', '.join(sorted(claim.skipped))}"
    if claim.replaced:
        yield f"          replaced by its own: {', '.join(claim.replaced)}"
