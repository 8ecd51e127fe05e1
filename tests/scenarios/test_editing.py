"""Changes to a table, and what is told of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.cases import ALL, STRICT

from switchhook.core.call import Direction
from switchhook.core.matrix import ActionSpec, Do, Matrix, Role, Row, When
from switchhook.core.matrix_check import Severity, check
from switchhook.core.matrix_diff import difference
from switchhook.core.matrix_edit import (
    fresh_action_id,
    fresh_row_id,
    moved,
    row_of,
    with_action,
    with_row,
    without_action,
    without_row,
)
from switchhook.core.matrix_shape import covered, decided
from switchhook.core.records import Kind
from switchhook.core.situation import AnsweredBy, Client, Outcome
from switchhook.scenarios import catalog

LEADS = catalog.preset("pipedrive-leads")
IN = (Direction.IN,)


def the_row(matrix: Matrix, row_id: str) -> Row:
    found = row_of(matrix, row_id)
    assert found
    return found


def test_a_new_row_decides_what_it_is_for() -> None:
    """It stands above the row that took those calls so far, and below narrower ones."""
    when = When(direction=IN, outcome=(Outcome.ANSWERED,), client=(Client.NEW,), answered_by=(AnsweredBy.OTHER,))
    row = Row(id=fresh_row_id(LEADS, when), when=when)
    assert set(decided(with_row(LEADS, row))[row.id]) == covered(when)


_WHENS = st.builds(
    When,
    direction=st.sets(st.sampled_from([Direction.IN, Direction.OUT])).map(tuple),
    outcome=st.sets(st.sampled_from([Outcome.RINGING, Outcome.ANSWERED, Outcome.MISSED])).map(tuple),
    client=st.sets(st.sampled_from([Client.NEW, Client.KNOWN])).map(tuple),
    answered_by=st.sets(st.sampled_from(AnsweredBy)).map(tuple),
)


@given(_WHENS)
def test_a_new_row_leaves_narrower_rows_what_they_decide(when: When) -> None:
    before, after = decided(LEADS), decided(with_row(LEADS, Row(id="new", when=when)))
    for row in LEADS.rows:
        if covered(row.when) < covered(when):
            assert after[row.id] == before[row.id]
    assert covered(when) - {s for row in LEADS.rows for s in before[row.id]} <= set(after["new"])


def test_an_action_goes_in_and_out_of_its_row_alone() -> None:
    row = the_row(LEADS, "out-new")
    changed = with_row(LEADS, with_action(row, ActionSpec(id="task", do=Do.TASK, who=Role.SENIOR)))
    assert [change.row.id for change in difference(LEADS, changed).rows] == ["out-new"]
    back = with_row(changed, without_action(the_row(changed, "out-new"), "task"))
    assert back == LEADS


def test_a_record_to_create_has_one_id_in_all_rows_and_a_task_one_of_its_own() -> None:
    """The ledger knows an effect by its id: a call that changes rows makes its deal once, and two tasks."""
    cards = catalog.preset("keycrm-once")
    row = Row(id="new", when=When())
    assert fresh_action_id(cards, row, Do.CREATE_DEAL) == "card"
    assert fresh_action_id(cards, row, Do.CREATE_CONTACT) == "contact"
    task = ActionSpec(id="task", do=Do.TASK)
    assert fresh_action_id(with_row(cards, replace(row, actions=(task,))), row, Do.TASK) == "task-2"


@pytest.mark.parametrize("name", catalog.names())
@pytest.mark.parametrize("do", list(Do))
def test_whatever_is_added_anywhere_has_an_id_that_contradicts_nothing(name: str, do: Do) -> None:
    matrix = catalog.preset(name)
    for row in matrix.rows:
        spec = ActionSpec(id=fresh_action_id(matrix, row, do), do=do)
        problems = check(with_row(matrix, with_action(row, spec)), ALL)
        assert not [p for p in problems if p.severity is Severity.CONTRADICTION]


def test_rows_change_places_only_with_a_neighbour_that_is_there() -> None:
    first, second = LEADS.rows[0].id, LEADS.rows[1].id
    turned = moved(LEADS, second, before=first)
    assert [row.id for row in turned.rows][:2] == [second, first]
    assert moved(turned, second, after=first) == LEADS
    assert moved(LEADS, first, before="gone") == LEADS


def test_an_order_that_changes_what_happens_is_told_and_another_is_not() -> None:
    first, second, third = (row.id for row in LEADS.rows[:3])
    assert [change.row.id for change in difference(LEADS, moved(LEADS, second, before=first)).rows] == [second]
    assert not difference(LEADS, moved(LEADS, third, before=first))


def test_changes_name_what_was_added_taken_out_and_changed() -> None:
    row = the_row(LEADS, "in-missed-known")
    task = replace(row.actions[-1], who=Role.RESPONSIBLE, due_minutes=60)
    changed = with_row(LEADS, replace(row, actions=(row.actions[0], task, ActionSpec(id="note", do=Do.COMMENT))))
    changed = without_row(changed, "out-new")
    one, gone = difference(LEADS, changed).rows
    told = {(c.before.id if c.before else "", c.after.id if c.after else ""): c.parts for c in one.actions}
    assert told == {("missed-task", "missed-task"): ("who", "due_minutes"), ("", "note"): (), ("lead", ""): ()}
    assert (gone.row.id, gone.after) == ("out-new", None)


@pytest.mark.parametrize("name", catalog.names())
def test_a_table_differs_from_itself_in_nothing_even_under_other_names(name: str) -> None:
    matrix = catalog.preset(name)
    renamed = replace(matrix, rows=tuple(replace(row, id=f"x-{row.id}", title="Other", note="") for row in matrix.rows))
    assert not difference(matrix, matrix)
    assert not difference(matrix, renamed)


def test_a_role_that_nobody_can_have_is_remarked() -> None:
    row = the_row(LEADS, "in-missed-new")
    for who in (Role.ANSWERER, Role.RESPONSIBLE):
        table = with_row(LEADS, with_action(row, ActionSpec(id="task-x", do=Do.TASK, who=who)))
        assert ("task-x", Severity.REMARK) in [(p.action, p.severity) for p in check(table, STRICT)]


def test_a_link_that_the_crm_cannot_make_is_remarked() -> None:
    row = the_row(LEADS, "out-answered-known-responsible")
    contacts_only = replace(STRICT, task_links=frozenset({Kind.CONTACT}))
    assert row.actions[0].id in [p.action for p in check(LEADS, contacts_only) if p.row == row.id]
    assert row.actions[0].id not in [p.action for p in check(LEADS, STRICT) if p.row == row.id]
