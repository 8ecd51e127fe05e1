"""What the journal's search names by number, and where it goes through the newest calls instead."""

import pytest
from tests.factories import Desk

from switchhook.calls.queries import JournalFilter, journal


@pytest.mark.parametrize(("most", "typed", "found"), [(500, "0000204", 1), (500, "44000020", 5), (3, "44000020", 5)])
def test_a_line_is_found_by_a_part_among_any_number_of_lines(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int, typed: str, found: int
) -> None:
    monkeypatch.setattr("switchhook.calls.search._MOST_NUMBERS", most)
    for n in range(205):
        desk.call(project_number=f"+38044{n:07d}")
    lines = journal(desk.project, JournalFilter(number=typed)).values_list("project_number", flat=True)
    assert len(lines) == found
    assert all(typed in line for line in lines)
