"""A call is the fold of its facts, whatever their order, delay and repetition."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.cases import ALL, NEW, SETTINGS

from switchhook.core.call import (
    CallFact,
    CallState,
    Direction,
    EmployeeRef,
    EventKind,
    Leg,
    Moment,
    Status,
    fold,
)
from switchhook.core.plan import Person, plan
from switchhook.scenarios.catalog import preset

CALL, CLIENT, LINE = "ua9_-1790775458.2139025", "+380732130001", "+380736500001"
START = datetime(2026, 9, 30, 11, 17, 38, tzinfo=UTC)
IVANOV = EmployeeRef(staff_id="331851", sip="acme_ivanov", name="Ivanov Ivan")
PETROV = EmployeeRef(sip="acme_petrov")
RECORDING = "https://pbx.example/recordings/1.wav?token=t"

_SHARED = {"external_id": CALL, "started_at": START}


def fact(kind: EventKind, **said: Any) -> CallFact:
    return CallFact(kind=kind, **{**_SHARED, **said})


BEFORE = fact(
    EventKind.BEFORE,
    direction=Direction.IN,
    call_type="in",
    client_number=CLIENT,
    project_number=LINE,
    utm={"utm_source": "google"},
)
TRIED_PETROV = fact(EventKind.FORWARDING, direction=Direction.IN, client_number=CLIENT, tried=PETROV)
TRIED_IVANOV = fact(EventKind.FORWARDING, direction=Direction.IN, tried=EmployeeRef(sip="acme_ivanov"))
TAKEN_PETROV = fact(EventKind.TAKING, direction=Direction.IN, client_number=CLIENT, employee=PETROV)
TAKEN = fact(EventKind.TAKING, direction=Direction.IN, client_number=CLIENT, employee=IVANOV)
AFTER = fact(
    EventKind.AFTER,
    final=True,
    direction=Direction.IN,
    call_type="in",
    client_number=CLIENT,
    status=Status.ANSWERED,
    disposition="PROPER",
    duration=97,
    talk_seconds=83,
    wait_seconds=14,
    employee=EmployeeRef(staff_id="331851", email="ivanov@example.com"),
    utm={"utm_source": "google", "utm_medium": "cpc"},
    tags={"pool_name": "Context ads"},
)
LATE_RECORDING = fact(EventKind.EXPORT, final=True, status=Status.ANSWERED, recording_url=RECORDING, has_recording=True)
RUNNING_ROW = fact(
    EventKind.EXPORT, direction=Direction.IN, status=Status.MISSED, disposition="NO ANSWER", duration=0, talk_seconds=0
)
MATURE_ROW = fact(
    EventKind.EXPORT,
    final=True,
    direction=Direction.IN,
    client_number=CLIENT,
    status=Status.ANSWERED,
    disposition="PROPER",
    duration=97,
    talk_seconds=83,
    recording_url=RECORDING,
)
MISSED = fact(
    EventKind.AFTER, final=True, direction=Direction.IN, status=Status.MISSED, disposition="NO ANSWER", duration=40
)
VOICEMAIL = fact(
    EventKind.AFTER, final=True, status=Status.MISSED, disposition="VOICEMAIL", duration=60, talk_seconds=25,
    recording_url=RECORDING,
)  # fmt: skip
CALLBACK = fact(
    EventKind.AFTER, final=True, direction=Direction.IN, call_type="callback", client_number=CLIENT,
    status=Status.MISSED, disposition="CLIENT NO ANSWER",
)  # fmt: skip
RATED = fact(EventKind.RATING, rating=5, tags={"category_name": "Service"})
ANALYSED = fact(EventKind.ANALYSIS, analysis={"summary": "Wants a sofa", "customer_mood": "calm"})
ANALYSED_MORE = fact(EventKind.ANALYSIS, analysis={"overall_mood": "calm"})
DIALLED = CallFact(kind=EventKind.BEFORE, direction=Direction.OUT, client_number=CLIENT, employee=PETROV)
OUT_AFTER = fact(
    EventKind.AFTER, final=True, direction=Direction.OUT, call_type="out", client_number=CLIENT, status=Status.MISSED,
    disposition="NO ANSWER", duration=27, employee=EmployeeRef(staff_id="7", sip="acme_petrov"),
)  # fmt: skip
HIDDEN = fact(EventKind.BEFORE, direction=Direction.IN, client_hidden=True, project_number=LINE)

CALLS = {
    "answered": [BEFORE, TRIED_IVANOV, TAKEN, AFTER],
    "missed": [BEFORE, TRIED_PETROV, TRIED_IVANOV, MISSED],
    "transfer": [BEFORE, TAKEN_PETROV, TAKEN, AFTER],
    "queue": [BEFORE, TRIED_PETROV, TRIED_IVANOV, TAKEN, AFTER],
    "late recording": [BEFORE, TAKEN, AFTER, LATE_RECORDING],
    "voicemail": [BEFORE, TRIED_PETROV, VOICEMAIL],
    "callback": [BEFORE, CALLBACK],
    "rated and analysed": [TAKEN, AFTER, RATED, ANALYSED, ANALYSED_MORE],
    "log row matures": [BEFORE, RUNNING_ROW, MATURE_ROW],
    "log and events": [BEFORE, TAKEN, RUNNING_ROW, AFTER, MATURE_ROW],
    "outgoing": [DIALLED, OUT_AFTER],
    "hidden": [HIDDEN, MISSED],
    "still ringing": [BEFORE, TRIED_PETROV, RUNNING_ROW],
    "analysis first": [ANALYSED, AFTER],
}
every_call = pytest.mark.parametrize("facts", CALLS.values(), ids=CALLS)


# --- order, repetition, null ----------------------------------------------------------------------------------------


@every_call
def test_the_order_of_the_events_does_not_matter(facts: list[CallFact]) -> None:
    assert all(fold(order) == fold(facts) for order in permutations(facts))


@every_call
def test_repeated_events_do_not_matter(facts: list[CallFact]) -> None:
    for order in permutations(facts, 2):
        assert fold([*facts, *order, *facts]) == fold(facts)


@every_call
def test_an_event_that_says_nothing_erases_nothing(facts: list[CallFact]) -> None:
    for silent in (fact.kind for fact in facts):
        assert fold([*facts, CallFact(kind=silent)]) == fold(facts)


@every_call
def test_the_plan_is_the_same_whatever_the_order(facts: list[CallFact]) -> None:
    person = Person(name="Ivan", user="ivan")
    plans = [plan(fold(order), NEW, preset("builtin"), SETTINGS, ALL, person) for order in permutations(facts)]
    assert all(result == plans[0] for result in plans)


def drawn(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


facts = st.builds(
    CallFact,
    kind=st.sampled_from(EventKind),
    final=st.booleans(),
    direction=drawn(list(Direction)),
    client_number=drawn([CLIENT, "+380501112233"]),
    client_hidden=drawn([True, False]),
    status=drawn(list(Status)),
    started_at=drawn([START, START + timedelta(seconds=1)]),
    duration=drawn([0, 40, 97]),
    talk_seconds=drawn([0, 83]),
    wait_seconds=drawn([0, 14]),
    employee=drawn([IVANOV, PETROV, EmployeeRef(staff_id="331851"), EmployeeRef(sip="acme_petrov", extension="7")]),
    tried=drawn([IVANOV, PETROV]),
    recording_url=drawn([RECORDING]),
    has_recording=drawn([True, False]),
    utm=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])),
    tags=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])),
    analysis=st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"])),
)


@given(st.lists(facts, max_size=6).flatmap(lambda said: st.tuples(st.just(said), st.permutations(said + said))))
def test_any_facts_fold_to_one_state_in_any_order_and_number(said: tuple[list[CallFact], list[CallFact]]) -> None:
    once, shuffled = said
    assert fold(shuffled) == fold(once)


@given(st.lists(facts, max_size=5), facts)
def test_nothing_known_becomes_unknown_by_another_event(said: list[CallFact], more: CallFact) -> None:
    before, after = fold(said), fold([*said, more])
    for name in ("external_id", "direction", "client_number", "started_at", "employee", "recording_url"):
        assert getattr(before, name) is None or getattr(after, name) is not None
    for name in ("utm", "tags", "analysis"):
        assert getattr(before, name).keys() <= getattr(after, name).keys()
    assert not before.ended or after.ended
    assert not before.has_recording or after.has_recording


@given(st.lists(facts, max_size=6))
def test_moments_come_with_what_they_imply(said: list[CallFact]) -> None:
    state = fold(said)
    assert bool(state.reached) == bool(said)
    assert not said or Moment.RING in state.reached
    assert state.ended == any(fact.final for fact in said)
    assert not state.ended or (Moment.PICKUP in state.reached) == (state.status is Status.ANSWERED)
    assert not state.ended or state.status is not Status.ACTIVE


# --- what the calls come to -----------------------------------------------------------------------------------------


def test_no_events_are_no_call() -> None:
    assert fold([]) == CallState()


def test_an_answered_call_knows_its_employee_times_and_source() -> None:
    state = fold(CALLS["answered"])
    assert state.status is Status.ANSWERED
    assert state.employee == EmployeeRef(
        staff_id="331851", sip="acme_ivanov", name="Ivanov Ivan", email="ivanov@example.com"
    )
    assert state.answered_at == START + timedelta(seconds=14)
    assert state.ended_at == START + timedelta(seconds=97)
    assert state.utm == {"utm_source": "google", "utm_medium": "cpc"}
    assert state.reached == {Moment.RING, Moment.PICKUP, Moment.END}


def test_a_ringing_call_has_no_status_yet_and_knows_who_rings() -> None:
    state = fold([BEFORE, TRIED_PETROV])
    assert state.status is Status.ACTIVE
    assert state.ringing == (PETROV,)
    assert state.reached == {Moment.RING}


def test_a_running_row_of_the_log_is_never_final() -> None:
    state = fold([BEFORE, RUNNING_ROW])
    assert not state.ended
    assert state.status is Status.ACTIVE
    assert fold(CALLS["log row matures"]).status is Status.ANSWERED


def test_after_a_transfer_the_employee_is_the_one_the_after_call_event_names() -> None:
    state = fold(CALLS["transfer"])
    assert state.employee is not None
    assert state.employee.sip == "acme_ivanov"
    assert sum(leg.answered for leg in state.legs) == 2
    assert state.legs_ordered


def test_a_transfer_that_is_under_way_says_that_nobody_knows_who_was_last() -> None:
    assert not fold([BEFORE, TAKEN, TAKEN_PETROV]).legs_ordered


def test_a_transfer_whose_end_names_nobody_says_so_too() -> None:
    ended = fact(EventKind.AFTER, final=True, status=Status.ANSWERED)
    assert not fold([BEFORE, TAKEN, TAKEN_PETROV, ended]).legs_ordered


def test_a_queue_leaves_a_leg_for_everybody_who_was_tried() -> None:
    legs = fold(CALLS["queue"]).legs
    assert Leg(employee=PETROV) in legs
    assert [leg.employee.sip for leg in legs if leg.answered] == ["acme_ivanov"]


def test_a_late_recording_does_not_blank_the_status() -> None:
    state = fold(CALLS["late recording"])
    assert (state.status, state.disposition, state.talk_seconds) == (Status.ANSWERED, "PROPER", 83)
    assert state.recording_url == RECORDING
    assert Moment.RECORDING in state.reached


def test_a_voicemail_is_a_missed_call_with_a_recording() -> None:
    state = fold(CALLS["voicemail"])
    assert state.status is Status.MISSED
    assert state.has_recording
    assert Moment.PICKUP not in state.reached
    assert state.answered_at is None


def test_a_callback_that_the_client_did_not_take_is_an_incoming_missed_call() -> None:
    state = fold(CALLS["callback"])
    assert (state.direction, state.call_type, state.status) == (Direction.IN, "callback", Status.MISSED)


def test_an_outgoing_call_knows_who_made_it_before_it_has_an_id() -> None:
    assert fold([DIALLED]).employee == PETROV
    state = fold(CALLS["outgoing"])
    assert state.external_id == CALL
    assert state.employee == EmployeeRef(staff_id="7", sip="acme_petrov")


def test_a_rating_and_an_analysis_in_parts_come_together() -> None:
    state = fold(CALLS["rated and analysed"])
    assert state.rating == 5
    assert state.analysis == {"summary": "Wants a sofa", "customer_mood": "calm", "overall_mood": "calm"}
    assert Moment.ANALYSIS in state.reached


def test_a_hidden_caller_stays_hidden_unless_a_number_is_known() -> None:
    assert fold(CALLS["hidden"]).client_hidden
    assert not fold([HIDDEN, TAKEN]).client_hidden


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([TAKEN], Status.ANSWERED),
        ([BEFORE], Status.OTHER),
    ],
)
def test_an_end_without_an_outcome_ends_the_call_all_the_same(events: list[CallFact], status: Status) -> None:
    state = fold([*events, fact(EventKind.AFTER, final=True)])
    assert state.ended
    assert state.status is status


@pytest.mark.parametrize(("talk", "status"), [(83, Status.ANSWERED), (0, Status.MISSED)])
def test_an_end_without_an_outcome_is_read_from_the_talk_time(talk: int, status: Status) -> None:
    assert fold([BEFORE, fact(EventKind.AFTER, final=True, talk_seconds=talk)]).status is status


def test_a_corrected_fact_replaces_what_the_old_one_said() -> None:
    assert fold([BEFORE, MISSED]).status is Status.MISSED
    assert fold([BEFORE, AFTER]).status is Status.ANSWERED
