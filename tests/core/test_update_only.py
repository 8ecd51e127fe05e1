"""Where another program makes the records: ours only adds to them, and says so where there is nothing to add to."""

import pytest
from tests.core.cases import ANNA, NEW, UTM, answered, contact, known, lead, made, missed, planned, ringing

from switchhook.core.call import CallState
from switchhook.core.matrix import Matrix
from switchhook.core.plan import NOTHING_TO_UPDATE, Plan
from switchhook.core.records import Kind, Ref
from switchhook.core.situation import Verdict
from switchhook.scenarios.catalog import preset

LEADS = preset("pipedrive-leads")


def plan_of(call: CallState, verdict: Verdict, matrix: Matrix = LEADS) -> Plan:
    return planned(call, verdict, matrix, ANNA, update_only=True)


@pytest.mark.parametrize("call", [ringing(), answered(), missed()])
def test_of_an_unknown_client_nothing_is_made_and_the_trace_says_why(call: CallState) -> None:
    result = plan_of(call, NEW)
    assert result.actions == ()
    assert NOTHING_TO_UPDATE in {skip.reason.text for skip in result.skipped}


def test_the_visit_goes_into_the_lead_and_its_contact_at_the_first_ring() -> None:
    result = plan_of(ringing(), known(lead(), contact()))
    assert [(action.target, action.draft.values) for action in result.actions] == [
        (Ref(Kind.LEAD, "l1"), {"utm": UTM}),
        (Ref(Kind.CONTACT, "c1"), {"utm": UTM}),
    ]


def test_a_contact_that_takes_the_call_is_updated_once() -> None:
    assert [action.target for action in plan_of(ringing(), known(contact())).actions] == [Ref(Kind.CONTACT, "c1")]


def test_tasks_hang_on_what_the_other_program_made() -> None:
    (task,) = made(plan_of(answered(), known(lead(), contact())), Kind.TASK)
    assert Ref(Kind.LEAD, "l1") in task.draft.links


def test_no_task_is_left_hanging_on_nothing() -> None:
    assert made(plan_of(missed(), NEW), Kind.TASK) == []
