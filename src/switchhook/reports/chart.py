"""The geometry of charts: values become places, as text for SVG attributes. Pure; knows no words and no colours.

Across, places are percentages, so that one drawing fits every width and its letters keep their size; up and down they
are pixels of a fixed height. Numbers are written with a point, whatever the reader's language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt

HEIGHT = 200
"""Pixels of the tallest bar."""

LEVELS = 5
"""Shades of a heat map, beside none for nothing."""

_STEPS = (1, 2, 5, 10)
_TICKS = 4
_WIDEST_BAR = 5.5
_GAP = 0.24
_LABELS_WIDE, _LABELS_NARROW = 14, 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid: its value and its height in pixels from the top."""

    value: int
    y: str


@dataclass(frozen=True, slots=True)
class Part:
    """One colour of a bar: `name` is what it stands for."""

    name: str
    value: int
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stacked bar in its slot; the slot is what the pointer finds. `centre` is where its label stands.

    `label_wide` and `label_narrow` say whether there is room for the label on a wide and on a narrow page.
    """

    index: int
    x: str
    width: str
    slot_x: str
    slot_width: str
    centre: str
    parts: tuple[Part, ...]
    label_wide: bool
    label_narrow: bool


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars over a grid of ticks, `height` pixels high."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: int


def ticks_of(highest: int, most: int = _TICKS) -> list[int]:
    """Round values from 0 to the first one that is not below `highest`: 1, 2 or 5 times a power of ten apart.

    `highest` is a number of calls, so no step is smaller than 1.
    """
    if highest <= 0:
        return [0, 1]
    raw = highest / most
    power = 10 ** max(0, floor(log10(raw))) if raw >= 1 else 1
    step = max(1, next(factor * power for factor in _STEPS if factor * power >= raw))
    return [step * n for n in range(ceil(highest / step) + 1)]


def bars(values: Sequence[Mapping[str, int]], names: Sequence[str], height: int = HEIGHT) -> BarChart:
    """A stacked bar for each mapping, its parts from the bottom in the order of `names`; missing ones are 0."""
    ticks = ticks_of(max((sum(value.get(name, 0) for name in names) for value in values), default=0))
    top = ticks[-1]
    drawn = tuple(_bar(index, len(values), _parts(value, names, top, height)) for index, value in enumerate(values))
    return BarChart(drawn, tuple(Tick(tick, _px(height - height * tick / top)) for tick in ticks), height)


def _parts(value: Mapping[str, int], names: Sequence[str], top: int, height: int) -> tuple[Part, ...]:
    parts, below = [], 0
    for name in names:
        if count := value.get(name, 0):
            # The least of all is still seen: one call among thousands is a line of one pixel.
            tall = max(height * count / top, 1.0)
            parts.append(Part(name, count, _px(height - height * below / top - tall), _px(tall)))
            below += count
    return tuple(parts)


def _bar(index: int, count: int, parts: tuple[Part, ...]) -> Bar:
    slot = 100 / count
    width = min(slot * (1 - _GAP), _WIDEST_BAR)
    return Bar(
        index=index,
        x=_percent(slot * index + (slot - width) / 2),
        width=_percent(width),
        slot_x=_percent(slot * index),
        slot_width=_percent(slot),
        centre=_percent(slot * (index + 0.5)),
        parts=parts,
        label_wide=index % ceil(count / _LABELS_WIDE) == 0,
        label_narrow=index % ceil(count / _LABELS_NARROW) == 0,
    )


def share(value: float, of: float) -> str:
    """A part of a whole as a percentage; a whole of nothing has no parts."""
    return _percent(100 * value / of if of else 0)


def level(value: int, highest: int) -> int:
    """The shade of a cell, from 0 for nothing to `LEVELS`. By the root, so that quiet hours are told apart too."""
    if value <= 0 or highest <= 0:
        return 0
    return min(LEVELS, max(1, ceil(LEVELS * sqrt(value / highest))))


def sparkline(values: Sequence[int], width: int, height: int) -> str:
    """The points of a polyline from left to right; the tallest value touches the top, with room for the stroke."""
    if len(values) < 2:
        return ""
    top, step, room = max(*values, 1), width / (len(values) - 1), height - 4
    return " ".join(f"{_px(index * step)},{_px(2 + room - room * value / top)}" for index, value in enumerate(values))


def last_point(points: str) -> tuple[str, str]:
    """Where a sparkline ends."""
    x, _comma, y = points.rpartition(" ")[2].partition(",")
    return x, y


def present(values: Iterable[Mapping[str, int]], names: Sequence[str]) -> list[str]:
    """Which of `names` stand for anything at all."""
    listed = list(values)
    return [name for name in names if any(value.get(name, 0) for value in listed)]


def _percent(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".") + "%"


def _px(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
