"""Places of bars, ticks and shades."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.reports import chart


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 2, 4, 6]),
        (17, [0, 5, 10, 15, 20]),
        (100, [0, 50, 100]),
        (101, [0, 50, 100, 150]),
        (3741, [0, 1000, 2000, 3000, 4000]),
    ],
)
def test_ticks_are_round(highest: int, ticks: list[int]) -> None:
    assert chart.ticks_of(highest) == ticks


@given(st.integers(0, 10**9))
def test_ticks_are_few_and_reach_the_highest(highest: int) -> None:
    ticks = chart.ticks_of(highest)
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1


VALUES = st.lists(
    st.fixed_dictionaries({"answered": st.integers(0, 5000), "missed": st.integers(0, 5000)}), max_size=99
)


@given(VALUES)
def test_bars_stand_in_their_slots_and_under_the_top(values: list[dict[str, int]]) -> None:
    drawn = chart.bars(values, ["answered", "missed"])
    assert len(drawn.bars) == len(values)
    for bar in drawn.bars:
        x, width, slot, slot_width = (
            float(text.removesuffix("%")) for text in (bar.x, bar.width, bar.slot_x, bar.slot_width)
        )
        assert slot - 0.01 <= x <= x + width <= slot + slot_width + 0.01 <= 100.02
        assert all(-1.01 <= float(part.y) <= drawn.height and float(part.height) >= 1 for part in bar.parts)


def test_parts_are_stacked_from_the_bottom_without_gaps() -> None:
    bar = chart.bars([{"missed": 5, "answered": 15}], ["answered", "missed"], height=200).bars[0]
    assert [(part.name, part.y, part.height) for part in bar.parts] == [
        ("answered", "50", "150"),
        ("missed", "0", "50"),
    ]


def test_a_single_bar_is_not_as_wide_as_the_page() -> None:
    assert float(chart.bars([{"answered": 1}], ["answered"]).bars[0].width.removesuffix("%")) < 10


def test_labels_thin_out_where_there_is_no_room() -> None:
    drawn = chart.bars([{"answered": 1}] * 30, ["answered"]).bars
    assert (sum(bar.label_wide for bar in drawn), sum(bar.label_narrow for bar in drawn)) == (10, 5)


def test_a_shade_grows_with_the_value_and_nothing_has_none() -> None:
    shades = [chart.level(value, 100) for value in (0, 1, 10, 30, 60, 100)]
    assert shades == [0, 1, 2, 3, 4, 5]
    assert chart.level(3, 0) == 0


def test_a_sparkline_touches_its_top_once_and_ends_at_its_width() -> None:
    points = chart.sparkline([0, 4, 2], width=100, height=44)
    assert points == "0,42 50,2 100,22"
    assert chart.last_point(points) == ("100", "22")
    assert chart.sparkline([1], width=100, height=44) == ""


def test_a_share_of_nothing_is_nothing() -> None:
    assert (chart.share(1, 0), chart.share(1, 3), chart.share(1, 1)) == ("0%", "33.333%", "100%")


def test_only_what_stands_for_something_is_named() -> None:
    assert chart.present([{"answered": 0, "missed": 2}], ["answered", "missed", "outgoing"]) == ["missed"]
