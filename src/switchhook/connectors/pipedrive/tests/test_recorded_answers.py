"""The shapes of answers that were seen at the vendor, with invented values, are read as they should be."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from switchhook.connectors.pipedrive.records import Reader
from switchhook.core.records import Kind

FIXTURES = sorted(Path(__file__).parents[1].joinpath("fixtures").glob("*.json"))


def plain(value: Any) -> Any:
    """A record's value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_recorded_answer_is_read(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    data = case["answer"]["data"]
    row = data["items"][0]["item"] if "items" in data else data
    record = Reader(country="UA", web="", fields={}).read(Kind(case["kind"]), row)
    assert {name: plain(getattr(record, name)) for name in case["reads_as"]} == case["reads_as"]


def test_every_kind_has_a_recorded_answer() -> None:
    kinds = {json.loads(path.read_text(encoding="utf-8"))["kind"] for path in FIXTURES}
    assert kinds == {"contact", "company", "lead", "deal", "task", "comment"}
