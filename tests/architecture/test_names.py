import re

import pytest

from .conftest import ROOT, Source

VENDORS = ("ringostat", "pipedrive", "zoho", "nethunt", "keycrm")
BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "mixins", "stuff", "lib"}
TEXT = {".py", ".html", ".txt", ".js", ".css", ".toml", ".json", ".md", ".sql", ".svg"}


def test_no_file_has_a_name_that_says_nothing() -> None:
    files = [path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py")]
    names = {part for path in files for part in path.relative_to(ROOT).with_suffix("").parts}
    assert names & BANNED == set()


def test_no_class_is_a_manager_or_a_mixin_by_name(product: list[Source]) -> None:
    pattern = re.compile(r"^class (Base\w*Mixin|\w*(?:Helper|Util|Utils))\b", re.MULTILINE)
    assert [(source.path, name) for source in product for name in pattern.findall(source.text)] == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendors_name_stands_only_in_its_own_folder(vendor: str) -> None:
    """Presets excepted: one for a CRM may be named after the way another one works. Translations quote the folders."""
    source = ROOT / "src" / "switchhook"
    found = []
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        own = parts[:2] == ("connectors", vendor) or "presets" in parts or parts[0] == "locale"
        if path.suffix in TEXT and not own and "__pycache__" not in parts:
            if vendor in path.as_posix().lower().removeprefix(source.as_posix().lower()):
                found.append(f"{'/'.join(parts)}: its name")
            found += lines_with(vendor, path.read_text(encoding="utf-8"), "/".join(parts))
    assert not found, "\n".join(found)


def lines_with(word: str, text: str, name: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), 1)
        if word in line.lower()
    ]


def test_tests_are_sentences(sources: list[Source]) -> None:
    """At least three words after `test_`."""
    names = [
        f"{source.path}: {function.name}"
        for source in sources
        for function in source.functions()
        if "test_" in source.path.rpartition("/")[2][:5]
        and function.name.startswith("test_")
        and function.name.count("_") < 3
    ]
    assert not names, "\n".join(names)
