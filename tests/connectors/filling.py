"""Fills the marked places of a new connector, as its author would."""

import re
from pathlib import Path

FILLED = Path(__file__).with_name("filled")
FURTHER_IMPORTS = {
    "connector.py": [
        ("from datetime import datetime\n", "from datetime import datetime\nfrom itertools import chain\n"),
        ("Health, Pipeline\n", "Health, Pipeline, Stage\n"),
    ],
    "records.py": [
        ("from typing import Any\n", "from datetime import datetime\nfrom typing import Any\n"),
        (
            "\nfrom switchhook.core.records",
            "\nfrom switchhook.core.phone import normalize\nfrom switchhook.core.records",
        ),
        ("\nfrom switchhook.core.phone", "\nfrom switchhook.core.errors import Rejected\nfrom switchhook.core.phone"),
    ],
    "sync.py": [
        ("from switchhook.connectors.base", "import json\n\nfrom switchhook.connectors.base"),
        (
            "import HttpClient\n",
            "import HttpClient\nfrom switchhook.core.records import Kind\n\nFED = (Kind.CONTACT, Kind.DEAL)\n",
        ),
        ("Kind\n\nFED", "Kind\n\nfrom .records import PLACES, record_of\n\nFED"),
    ],
}


def fill(package: Path) -> None:
    """Complete the connector in `package`: every step, and the imports that it takes."""
    for name, imports in FURTHER_IMPORTS.items():
        path = package / name
        text = path.read_text(encoding="utf-8")
        for marker, replacement in imports:
            assert marker in text, f"{name}: {marker}"
            text = text.replace(marker, replacement, 1)
        for step, code in steps(FILLED / path.with_suffix(".txt").name):
            text = text + code if step == "End" else with_step(text, step, code)
        path.write_text(text, encoding="utf-8")


def steps(filled: Path) -> list[tuple[str, str]]:
    """Each step of a file, and the code that takes its place."""
    parts = re.split(r"^(Step \d+|End)\n", filled.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def with_step(text: str, step: str, code: str) -> str:
    marked = re.compile(rf'^ +raise NotImplementedError\("{step}, .*"\)\n', re.MULTILINE)
    assert marked.search(text), step
    return marked.sub(lambda _match: code, text)
