from statistics import quantiles

import pytest

from .conftest import ROOT, Source

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
USUAL_FUNCTION = 32


def length(function: object) -> int:
    """Lines from `def` to the end, docstring included, decorators not."""
    return function.end_lineno - function.lineno + 1  # type: ignore[attr-defined, no-any-return]


def test_files_are_shorter_than_400_lines(sources: list[Source]) -> None:
    found = {source.path: len(source.text.splitlines()) for source in sources}
    assert {path: lines for path, lines in found.items() if lines >= LONGEST_FILE} == {}


def test_page_templates_and_styles_are_shorter_than_400_lines() -> None:
    files = [path for end in ("html", "js", "toml") for path in (ROOT / "src").rglob(f"*.{end}")]
    found = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in files}
    assert {path: lines for path, lines in found.items() if lines >= LONGEST_FILE} == {}


def test_functions_are_shorter_than_40_lines(sources: list[Source]) -> None:
    found = {
        f"{source.path}:{function.lineno} {function.name}": length(function)
        for source in sources
        for function in source.functions()
    }
    assert {place: lines for place, lines in found.items() if lines >= LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("folder", ["src/", "tests/"])
def test_nine_functions_of_ten_have_32_lines_at_most(sources: list[Source], folder: str) -> None:
    lengths = [length(f) for source in sources if source.path.startswith(folder) for f in source.functions()]
    assert quantiles(lengths, n=10)[-1] <= USUAL_FUNCTION
