"""The same calls by two tables."""

from dataclasses import replace

from tests.core import cases
from tests.core.cases import ANNA, ENDED, NEW, SETTINGS, STRICT, answered, known, lead, missed

from switchhook.core.matrix import Condition, Do, Matrix
from switchhook.core.matrix_edit import row_of, with_row, without_action
from switchhook.core.tryout import Case, content, planned, try_out
from switchhook.scenarios import catalog

LEADS = catalog.preset("pipedrive-leads")


def case(event: object, verdict: object, name: str = "") -> Case[str]:
    return Case(what=name, event=event, verdict=verdict, settings=SETTINGS, answerer=ANNA)  # type: ignore[arg-type]


CALLS = [
    case(missed(), NEW, "new, missed"),
    case(answered(), NEW, "new"),
    case(answered(), known(lead()), "known"),
    case(missed(), known(lead()), "known, missed"),
]


def without_missed_task(matrix: Matrix) -> Matrix:
    row = row_of(matrix, "in-missed-new")
    assert row
    return with_row(matrix, without_action(row, "missed-task"))


def test_the_balance_counts_what_is_made_more_and_fewer() -> None:
    trial = try_out(CALLS, LEADS, without_missed_task(LEADS), STRICT)
    assert trial.cases == 4
    assert trial.balance == {"task": -1}
    assert [one.case.what for one in trial.differing] == ["new, missed"]


def test_a_table_differs_from_itself_in_no_call() -> None:
    trial = try_out(CALLS, LEADS, LEADS, STRICT)
    assert (trial.balance, trial.differing) == ({}, [])
    assert trial.before == trial.after
    assert trial.before["lead"] == 2


def test_other_ids_for_the_same_records_are_no_difference() -> None:
    def renamed(matrix: Matrix) -> Matrix:
        rows = [replace(r, actions=tuple(replace(a, id=f"own-{a.id}") for a in r.actions)) for r in matrix.rows]
        return replace(matrix, rows=tuple(rows))

    assert try_out(CALLS, LEADS, renamed(LEADS), STRICT).differing == []


def test_as_many_records_for_somebody_else_are_a_difference_without_a_balance() -> None:
    row = row_of(LEADS, "in-missed-new")
    assert row
    for_top = replace(row, actions=tuple(replace(a, who="top") if a.do is Do.TASK else a for a in row.actions))  # type: ignore[arg-type]
    trial = try_out(CALLS, LEADS, with_row(LEADS, for_top), STRICT)
    assert trial.balance == {}
    assert [one.case.what for one in trial.differing] == ["new, missed"]


def test_the_try_out_plans_as_the_worker_does() -> None:
    """One pure planner: what the try-out shows is what a delivery would carry out."""
    tried = planned(CALLS[2], LEADS, STRICT)
    assert tried == cases.planned(answered(), known(lead()), LEADS, ANNA, crm=STRICT)
    assert content(tried)


def test_a_condition_counts_in_the_comparison() -> None:
    row = row_of(LEADS, "in-answered-new")
    assert row
    always = replace(row, actions=tuple(replace(a, condition=Condition.ALWAYS) for a in row.actions))
    trial = try_out([case(answered(reached=ENDED), NEW, "new")], LEADS, with_row(LEADS, always), STRICT)
    assert len(trial.differing) == 1
