"""Answers in the shapes that KeyCRM was seen or is described to give, each with the record that is read from it."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from switchhook.connectors.keycrm.rows import Reader

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures").glob("*.json"))


def plain(value: Any) -> Any:
    """As JSON would have it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_an_answer_is_read_as_the_record_it_is(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    reader = Reader(country="UA", page_url="https://acme.keycrm.app/app")
    read = asdict(getattr(reader, case["read"])(case["answer"]))
    assert {name: plain(read[name]) for name in case["record"]} == case["record"]


def test_every_kind_of_answer_is_recorded() -> None:
    assert {path.stem.partition("__")[0] for path in FIXTURES} == {"buyer", "card", "company", "order", "call"}
