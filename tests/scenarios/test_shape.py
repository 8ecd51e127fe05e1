"""How a table is read: which row decides what, and when its actions are done."""

import pytest

from switchhook.core.call import Direction, Moment
from switchhook.core.matrix import ActionSpec, Do, Matrix, Row, When
from switchhook.core.matrix_shape import (
    Group,
    covered,
    decided,
    exactly,
    group_of,
    overlapping,
    planned_moment,
    possible_moments,
)
from switchhook.core.situation import AnsweredBy, Channel, Client, Outcome, every_situation
from switchhook.scenarios import catalog

IN, OUT = (Direction.IN,), (Direction.OUT,)
ANSWERED, MISSED, RINGING = (Outcome.ANSWERED,), (Outcome.MISSED,), (Outcome.RINGING,)


@pytest.mark.parametrize("name", catalog.names())
def test_every_situation_of_a_preset_is_decided_by_the_row_that_the_planner_takes(name: str) -> None:
    matrix = catalog.preset(name)
    by_row = {situation: row for row, situations in decided(matrix).items() for situation in situations}
    for situation in every_situation():
        row = matrix.row_for(situation)
        assert by_row.get(situation) == (row.id if row else None)


def test_the_narrowest_pattern_of_a_situation_covers_it_alone() -> None:
    for situation in every_situation():
        assert covered(exactly(situation)) >= {situation}
        if situation.outcome is not Outcome.ANALYSED and situation.answered_by:
            assert covered(exactly(situation)) == {situation}


def test_rows_share_situations_with_those_that_fit_the_same_calls() -> None:
    matrix = catalog.preset("pipedrive-leads")
    assert overlapping(matrix, "in-answered-new") == (["in-answered-new-unknown"], [])
    assert overlapping(matrix, "in-answered-new-unknown") == ([], ["in-answered-new"])
    assert overlapping(matrix, "in-missed-known") == ([], [])


@pytest.mark.parametrize(
    ("when", "group"),
    [
        (When(direction=IN, client=(Client.NEW,)), Group.IN_NEW),
        (When(direction=IN, client=(Client.KNOWN,)), Group.IN_KNOWN),
        (When(direction=IN), Group.IN_ANY),
        (When(direction=OUT, client=(Client.NEW,)), Group.OUT),
        (When(), Group.BOTH_WAYS),
        (When(channel=Channel.FORM), Group.INQUIRIES),
        (When(outcome=(Outcome.ANALYSED,)), Group.ANALYSIS),
    ],
)
def test_a_row_stands_in_the_group_of_its_calls(when: When, group: Group) -> None:
    assert group_of(when) is group


LEAD = ActionSpec(id="lead", do=Do.CREATE_LEAD)
TASK = ActionSpec(id="task", do=Do.TASK)
CALL = ActionSpec(id="call", do=Do.LOG_CALL)


@pytest.mark.parametrize(
    ("when", "spec", "moment"),
    [
        (When(direction=IN, outcome=ANSWERED), LEAD, Moment.PICKUP),
        (When(direction=IN, outcome=MISSED), LEAD, Moment.END),
        (When(direction=IN, outcome=RINGING), LEAD, Moment.RING),
        (When(direction=IN), LEAD, Moment.PICKUP),
        (When(direction=IN, outcome=ANSWERED), TASK, Moment.END),
        (When(direction=IN, outcome=RINGING), CALL, Moment.END),
        (
            When(direction=IN, outcome=ANSWERED),
            ActionSpec(id="x", do=Do.TASK, moment=Moment.RECORDING),
            Moment.RECORDING,
        ),
        (When(outcome=(Outcome.ANALYSED,)), LEAD, Moment.ANALYSIS),
        (When(channel=Channel.FORM), LEAD, Moment.END),
    ],
)
def test_an_action_stands_at_the_moment_at_which_the_planner_does_it(
    when: When, spec: ActionSpec, moment: Moment
) -> None:
    assert planned_moment(when, spec) is moment


def test_records_of_answered_calls_stand_where_the_connection_makes_them() -> None:
    when = When(direction=IN, outcome=ANSWERED)
    assert planned_moment(when, LEAD, Moment.END) is Moment.END
    assert planned_moment(when, ActionSpec(id="visit", do=Do.UPDATE), Moment.END) is Moment.PICKUP


def test_only_moments_that_such_a_call_comes_to_can_be_chosen() -> None:
    assert Moment.PICKUP not in possible_moments(When(outcome=MISSED), Do.CREATE_LEAD)
    assert Moment.RING in possible_moments(When(outcome=RINGING), Do.CREATE_LEAD)
    assert possible_moments(When(outcome=ANSWERED), Do.TASK) == (Moment.END, Moment.RECORDING, Moment.ANALYSIS)
    assert possible_moments(When(channel=Channel.FORM), Do.TASK) == ()


def test_a_row_below_a_wider_one_decides_nothing() -> None:
    wide, narrow = Row(id="wide", when=When(direction=IN)), Row(id="narrow", when=When(direction=IN, outcome=MISSED))
    assert decided(Matrix(rows=(wide, narrow)))["narrow"] == ()
    assert {s.answered_by for s in decided(Matrix(rows=(narrow, wide)))["wide"]} >= set(AnsweredBy)
