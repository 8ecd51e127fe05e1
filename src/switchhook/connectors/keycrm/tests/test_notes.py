"""What stands in a note, and that nothing is lost from it."""

from datetime import datetime

import pytest

from switchhook.connectors.keycrm.notes import block, carries, joined, text_of, updated, visit_lines, visit_of

AT = datetime(2026, 11, 22, 10, 30)  # noqa: DTZ001 - a wall clock of the project
VISIT = {"source": "Phone calls", "utm": {"utm_source": "google", "medium": "cpc"}, "client_id": "12.34"}


def test_the_visit_is_told_line_by_line_and_read_back() -> None:
    lines = visit_lines(VISIT)
    assert lines == ["source: Phone calls", "utm_source: google", "utm_medium: cpc", "client_id: 12.34"]
    read = visit_of("\n".join(["A person wrote this", *lines, "swh-1"]))
    assert read == {
        "source": "Phone calls",
        "utm": {"utm_source": "google", "utm_medium": "cpc"},
        "client_id": "12.34",
    }


def test_what_went_into_a_mapped_field_is_not_told_again() -> None:
    assert visit_lines(VISIT, known=["google", "12.34"]) == ["source: Phone calls", "utm_medium: cpc"]


def test_a_source_that_is_also_a_tag_is_told_once() -> None:
    assert visit_lines({"source": "google", "utm": {"utm_source": "google"}}) == ["utm_source: google"]


def test_a_value_of_several_lines_stays_one_line() -> None:
    assert visit_lines({"source": "one\ntwo"}) == ["source: one two"]


@pytest.mark.parametrize("note", ["", "swh-12", "swh-1 and more", "about swh-1"])
def test_a_mark_is_a_whole_line(note: str) -> None:
    assert not carries(note, "swh-1")
    assert carries(f"{note}\n swh-1 \nmore", "swh-1")
    assert not carries(note, "")


def test_the_visit_takes_the_place_of_an_earlier_one_and_leaves_all_else() -> None:
    note = joined("Likes tea", "source: Site", "swh-1", block("Spoke", "swh-2", AT))
    changed = updated(note, ["source: Phone calls", "utm_source: google"])
    assert changed.splitlines() == [
        "Likes tea", "source: Phone calls", "swh-1", "utm_source: google", "— 2026-11-22 10:30", "Spoke", "swh-2"
    ]  # fmt: skip


def test_each_comment_is_read_by_its_own_mark() -> None:
    note = joined("Likes tea", block("First\n\nlast line", "swh-2", AT), block("Second", "swh-3", AT))
    assert text_of(note, "swh-2") == "First\n\nlast line"
    assert text_of(note.replace("\n", "\r\n"), "swh-3") == "Second"
    assert text_of(note, "swh-4") is None


def test_a_mark_without_a_comment_is_no_comment() -> None:
    assert text_of("Likes tea\nswh-1", "swh-1") is None
