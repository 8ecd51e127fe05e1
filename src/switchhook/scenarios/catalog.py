"""The presets that ship with Switchhook: scenario matrices as readable files."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix

_FOLDER = files("switchhook.scenarios") / "presets"


@cache
def names() -> tuple[str, ...]:
    """The presets' names, sorted."""
    found = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def preset(name: str) -> Matrix:
    """The matrix of a preset. Raises Misconfigured for an unknown name."""
    if name not in names():
        raise Misconfigured(f"There is no preset “{name}”. Use one of: {', '.join(names())}.", field="preset")
    return Matrix.from_data(tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


def messages() -> Iterator[str]:
    """Every sentence of the presets that a person or a client reads: message ids for the catalogues."""
    for name in names():
        matrix = preset(name)
        yield from (matrix.title, matrix.source)
        for row in matrix.rows:
            yield from filter(None, (row.title, row.note))
            for action in row.actions:
                yield from filter(None, (action.title, action.text, action.note))
