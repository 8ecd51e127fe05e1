"""What holds for every plan: it exists, it can be carried out in its order, it only grows, and it survives JSON."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from hypothesis import given
from hypothesis import strategies as st
from tests.core.cases import ALL, ANNA, BORIS, END, PHONE, SETTINGS, START, STRANGER, STRICT, contact, deal, lead

from switchhook.core.call import CallState, Direction, EmployeeRef, Moment, Status
from switchhook.core.matrix import MADE, ActionSpec, Condition, Do, Link, Matrix, Role, Row, TaskState, When
from switchhook.core.matrix_check import check
from switchhook.core.plan import Person, Plan, PlanSettings, plan
from switchhook.core.reason import Reason
from switchhook.core.records import Capabilities, Kind
from switchhook.core.situation import (
    AnsweredBy,
    Channel,
    Client,
    Inquiry,
    Outcome,
    Step,
    Verdict,
    classify,
    every_situation,
)
from switchhook.scenarios.catalog import names, preset

WORDS = st.sampled_from(["", "{phone}", "Call {date} {nobody}", "{", "%s %(x)s"])


def some(values: type[Enum]) -> st.SearchStrategy[tuple[Enum, ...]]:
    return st.lists(st.sampled_from(list(values)), max_size=2, unique=True).map(tuple)


specs = st.builds(
    ActionSpec,
    id=st.sampled_from(["a", "b", "c", "d", "e", "f"]),
    do=st.sampled_from(Do),
    who=st.sampled_from(Role),
    condition=st.sampled_from(Condition),
    moment=st.none() | st.sampled_from(Moment),
    state=st.sampled_from(TaskState),
    due_minutes=st.none() | st.integers(0, 10_000),
    title=WORDS,
    text=WORDS,
    links=some(Link),
    enabled=st.booleans(),
)
whens = st.builds(
    When,
    channel=st.sampled_from(Channel),
    direction=some(Direction),
    outcome=some(Outcome),
    client=some(Client),
    answered_by=some(AnsweredBy),
    step=some(Step),
)
rows = st.builds(Row, id=st.text(max_size=3), when=whens, actions=st.lists(specs, max_size=6).map(tuple))
matrices = st.builds(
    Matrix, takers=some(Kind), known_by=some(Kind), rows=st.lists(rows, max_size=5).map(tuple)
) | st.sampled_from([preset(name) for name in names()])
kind_sets = st.frozensets(st.sampled_from(Kind))
crms = st.sampled_from([ALL, STRICT]) | st.builds(
    Capabilities,
    kinds=kind_sets,
    updatable=kind_sets,
    task_links=kind_sets,
    comment_links=kind_sets,
    call_links=kind_sets,
    lead_needs_party=st.booleans(),
    lead_excludes_deal=st.booleans(),
    stores_phone=kind_sets,
)
owners = st.sampled_from([None, "anna", "boris", "gone"])
records = st.one_of(
    st.builds(contact, owner=owners),
    st.builds(lead, owner=owners, status=st.sampled_from(["open", "converted", "lost"])),
    st.builds(deal, owner=owners, status=st.sampled_from(["open", "won"]), contact_id=st.sampled_from([None, "c1"])),
)
verdicts = st.builds(Verdict, client=st.sampled_from(Client), matches=st.lists(records, max_size=3).map(tuple))
people = st.sampled_from([None, ANNA, BORIS, STRANGER])
planning = st.builds(
    replace,
    st.just(SETTINGS),
    senior=st.sampled_from([None, "senior"]),
    top=st.sampled_from([None, "top"]),
    active_users=st.sampled_from([None, frozenset({"anna", "senior"})]),
    parties_at=st.sampled_from([Moment.PICKUP, Moment.END]),
    create_contacts=st.sampled_from([frozenset(), frozenset({"in-answered", "in-missed"})]),
    channels=st.frozensets(st.sampled_from(Channel)),
)
calls = st.builds(
    CallState,
    direction=st.none() | st.sampled_from(Direction),
    client_number=st.sampled_from([None, PHONE]),
    status=st.sampled_from(Status),
    started_at=st.sampled_from([None, START]),
    ended_at=st.sampled_from([None, END]),
    employee=st.sampled_from([None, EmployeeRef(sip="acme_anna")]),
    legs_ordered=st.booleans(),
    utm=st.sampled_from([{}, {"utm_source": "google"}]),
    analysis=st.sampled_from([{}, {"summary": "x"}]),
    reached=st.frozensets(st.sampled_from(Moment)),
)
inquiries = st.builds(
    Inquiry,
    channel=st.sampled_from([Channel.FORM, Channel.DIALOGUE]),
    steps=st.frozensets(st.sampled_from(Step)),
    released=st.booleans(),
    at=st.sampled_from([None, END]),
    client_number=st.sampled_from([None, PHONE]),
    text=st.text(max_size=5),
)


@given(calls | inquiries, verdicts, matrices, planning, crms, people)
def test_every_event_has_a_plan_whose_actions_can_be_done_in_their_order(
    event: CallState | Inquiry,
    verdict: Verdict,
    matrix: Matrix,
    rules: PlanSettings,
    crm: Capabilities,
    person: Person | None,
) -> None:
    result = plan(event, verdict, matrix, rules, crm, person)
    done: set[str] = set()
    for action in result.actions:
        assert action.id not in done
        assert done.issuperset(action.uses)
        assert action.target is not None or action.draft.kind in crm.kinds
        assert str(action.reason)
        done.add(action.id)
    assert not done & {skip.id for skip in result.skipped}


@given(calls | inquiries, verdicts, matrices, planning, crms, people)
def test_a_plan_survives_json(
    event: CallState | Inquiry,
    verdict: Verdict,
    matrix: Matrix,
    rules: PlanSettings,
    crm: Capabilities,
    person: Person | None,
) -> None:
    result = plan(event, verdict, matrix, rules, crm, person)
    assert Plan.from_json(json.loads(json.dumps(result.to_json()))) == result


@given(verdicts, st.lists(st.builds(Reason, text=st.just("%(n)s found"), params=st.just({"n": "1"})), max_size=2))
def test_a_verdict_survives_json(verdict: Verdict, reasons: list[Reason]) -> None:
    verdict = replace(verdict, reasons=tuple(reasons))
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


@given(matrices)
def test_a_matrix_survives_json(matrix: Matrix) -> None:
    assert Matrix.from_data(json.loads(json.dumps(matrix.to_data()))) == matrix


@given(matrices, crms)
def test_every_matrix_can_be_checked(matrix: Matrix, crm: Capabilities) -> None:
    assert all(str(problem.reason) for problem in check(matrix, crm))


@st.composite
def calls_for_a_matrix(draw: st.DrawFn) -> tuple[Matrix, Capabilities]:
    """A preset and any CRM, or any matrix that gives no id to two actions and a CRM that has everything."""
    if draw(st.booleans()):
        return preset(draw(st.sampled_from(names()))), draw(crms)
    drawn = draw(st.lists(rows, max_size=5))
    unique = (
        replace(row, id=str(n), actions=tuple(replace(spec, id=f"{n}.{k}") for k, spec in enumerate(row.actions)))
        for n, row in enumerate(drawn)
    )
    return Matrix(rows=tuple(unique)), ALL


@given(verdicts, calls_for_a_matrix(), planning, people, st.sampled_from([Direction.IN, Direction.OUT]))
def test_a_call_that_goes_on_adds_to_its_plan_and_takes_nothing_away(
    verdict: Verdict,
    where: tuple[Matrix, Capabilities],
    rules: PlanSettings,
    person: Person | None,
    direction: Direction,
) -> None:
    moments = [Moment.RING, Moment.PICKUP, Moment.END, Moment.RECORDING, Moment.ANALYSIS]
    call = CallState(direction=direction, client_number=PHONE, started_at=START, analysis={"summary": "x"})
    before: set[str] = set()
    for count in range(1, len(moments) + 1):
        status = Status.ANSWERED if count > 2 else Status.ACTIVE
        now = replace(call, reached=frozenset(moments[:count]), status=status, ended_at=END if count > 2 else None)
        after = {
            action.id.partition("-")[0] for action in plan(now, verdict, where[0], rules, where[1], person).actions
        }
        assert before <= after
        before = after


@given(verdicts, planning, people, st.sampled_from(names()))
def test_what_was_made_at_pick_up_is_wanted_unchanged_at_the_end(
    verdict: Verdict, rules: PlanSettings, person: Person | None, name: str
) -> None:
    start = CallState(direction=Direction.IN, client_number=PHONE, started_at=START, utm={"utm_source": "google"})
    picked = replace(start, reached=frozenset({Moment.RING, Moment.PICKUP}))
    ended = replace(picked, reached=picked.reached | {Moment.END}, status=Status.ANSWERED, ended_at=END)
    early, late = (plan(call, verdict, preset(name), rules, ALL, person).actions for call in (picked, ended))
    assert {action.id: action for action in early}.items() <= {action.id: action for action in late}.items()
    assert all(action.draft.kind in MADE for action in early)


@given(calls, verdicts, people, owners)
def test_every_call_is_in_one_of_the_known_situations(
    call: CallState, verdict: Verdict, person: Person | None, responsible: str | None
) -> None:
    situation = classify(call, verdict, person, responsible)
    outside = situation.client is Client.HIDDEN or situation.direction is Direction.INTERNAL
    assert outside or situation in list(every_situation())


@given(
    st.integers(0, 10**8).map(lambda seconds: START + timedelta(seconds=seconds)),
    st.none() | st.integers(0, 3600),
    st.integers(1, 10_000),
)
def test_the_due_time_hangs_on_the_calls_end_else_on_its_start(
    start: datetime, duration: int | None, minutes: int
) -> None:
    end = None if duration is None else start + timedelta(seconds=duration)
    reached = frozenset({Moment.RING, Moment.END})
    call = CallState(client_number=PHONE, started_at=start, ended_at=end, status=Status.MISSED, reached=reached)
    rules = replace(SETTINGS, task_due=timedelta(minutes=minutes))
    result = plan(call, Verdict(client=Client.NEW), preset("pipedrive-leads"), rules, ALL)
    task = next(action for action in result.actions if action.draft.kind is Kind.TASK)
    assert datetime.fromisoformat(task.draft.values["due_at"]) == (end or start) + timedelta(minutes=minutes)
