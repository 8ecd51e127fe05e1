"""The source tree, read once."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests")


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the repository's root, its text, its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """All of them, methods and inner ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    """Every Python file that people write; migrations are generated."""
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [read(path) for path in files if "migrations" not in path.parts]


@pytest.fixture(scope="session")
def product(sources: list[Source]) -> list[Source]:
    """The part of it that is installed."""
    return [source for source in sources if source.path.startswith("src/")]
