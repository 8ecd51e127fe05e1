"""Each recorded shape in `fixtures/` is read as it says itself."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.http import Answer
from switchhook.connectors.zoho.accounts import explain_token, lifetime
from switchhook.connectors.zoho.answers import explain
from switchhook.connectors.zoho.client import ZohoApi
from switchhook.connectors.zoho.config import Config
from switchhook.connectors.zoho.records import Reader
from switchhook.connectors.zoho.stages import Stages
from switchhook.core.errors import SwitchhookError, Transient
from switchhook.core.records import Kind

FOLDER = Path(__file__).parent.parent / "fixtures"
ALL = sorted(path.stem for path in FOLDER.glob("*.json"))


def fixture(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def answer_of(shape: Any) -> Answer:
    said = shape["answer"]
    content = json.dumps(said["body"]).encode()
    return Answer(status=said["status"], headers=said.get("headers", {}), content=content, repeatable=False)


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(("error__", "token__"))])
def test_a_recorded_record_is_read_as_its_fixture_says(name: str) -> None:
    shape = fixture(name)
    kind, (row,) = Kind(shape["reads"]["kind"]), shape["answer"]["body"]["data"]
    account = Account(credentials={"client_id": "1000.A", "client_secret": "s"}, zone=ZoneInfo("Europe/Kyiv"))
    config = Config.of(account)
    record = Reader(config, account, Stages(config, ZohoApi(config, account))).record(kind, row)
    for field, expected in shape["reads"]["record"].items():
        found = getattr(record, field)
        plain = list(found) if isinstance(found, tuple) else found.isoformat() if isinstance(found, datetime) else found
        assert plain == expected, field
    for value, expected in shape["reads"]["values"].items():
        assert record.values[value] == expected, value


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("error__")])
def test_a_recorded_error_is_understood_as_its_fixture_says(name: str) -> None:
    shape = fixture(name)
    assert_error(explain(answer_of(shape)), shape["reads"])


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("token__")])
def test_a_recorded_token_answer_is_understood_as_its_fixture_says(name: str) -> None:
    shape = fixture(name)
    problem = explain_token(answer_of(shape))
    if shape["reads"]["error"]:
        return assert_error(problem, shape["reads"])
    assert problem is None
    assert lifetime(shape["answer"]["body"]) == shape["reads"]["lives"]
    return None


def assert_error(problem: SwitchhookError | None, reads: Any) -> None:
    """The error's code, and how long it is to be waited."""
    assert problem is not None
    assert problem.code == reads["error"]
    if "retry_after" in reads:
        assert isinstance(problem, Transient)
        assert problem.retry_after == reads["retry_after"]
