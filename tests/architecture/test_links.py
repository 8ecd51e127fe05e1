"""Links in the documentation lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("http://", "https://", "mailto:")


def pages() -> list[Path]:
    """Every Markdown file that is ours: at the root, in folders of documentation, and beside the code."""
    folders = ("docs", "changelog.d", "src", "tests", "deploy")
    found = [*ROOT.glob("*.md"), *(path for folder in folders for path in (ROOT / folder).rglob("*.md"))]
    return sorted(found)


def links(page: Path) -> Iterator[str]:
    """Targets of the page's links, those in code left out."""
    text = CODE.sub(lambda code: "x" if code[0][:3] != "```" else "", page.read_text(encoding="utf-8"))
    yield from LINK.findall(text)


def anchors(page: Path) -> set[str]:
    """The names under which the page's headings can be linked to."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return {slug(heading) for heading in HEADING.findall(text)}


def slug(heading: str) -> str:
    """A heading as renderers name it: lower case, punctuation dropped, spaces to hyphens."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def broken(page: Path) -> Iterator[str]:
    for link in links(page):
        if link.startswith(ELSEWHERE):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or not target.is_relative_to(ROOT):
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: there is no such heading"


def test_a_heading_is_linked_to_as_renderers_do() -> None:
    assert slug("`POST /__twin__/play`") == "post-__twin__play"
    assert slug("Where do I add …") == "where-do-i-add-"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert list(broken(page)) == []


def test_every_page_of_the_documentation_can_be_reached_from_its_index() -> None:
    docs = ROOT / "docs"
    reached, waiting = set[Path](), [docs / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(docs):
            continue
        reached.add(page)
        names = [link.partition("#")[0] for link in links(page) if not link.startswith(ELSEWHERE)]
        waiting += [(page.parent / name).resolve() for name in names if name]
    assert set(docs.rglob("*.md")) - reached == set()
