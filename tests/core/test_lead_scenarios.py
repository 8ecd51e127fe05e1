"""The default scenarios of lead mode, sentence by sentence."""

from datetime import timedelta

import pytest
from tests.core.cases import (
    ALL,
    ANNA,
    BORIS,
    FOUR_HOURS_LATER,
    HIDDEN,
    NEW,
    PHONE,
    RECORDING,
    SENIOR,
    SETTINGS,
    STRANGER,
    STRICT,
    TOP,
    UTM,
    answered,
    contact,
    deal,
    dialogue,
    form,
    kinds,
    known,
    lead,
    made,
    missed,
    outgoing,
    owner,
    picked_up,
    planned,
    ringing,
    tasks,
    the,
    tied,
)

from switchhook.core.call import Direction, Moment
from switchhook.core.records import Kind, Ref
from switchhook.core.situation import Channel, Step
from switchhook.core.working_hours import WorkingHours, week_of
from switchhook.scenarios.catalog import preset

LEADS = preset("pipedrive-leads")
NEW_CLIENT = [Kind.COMPANY, Kind.CONTACT, Kind.LEAD]

# --- incoming call from a new client --------------------------------------------------------------------------------


def test_at_pick_up_of_an_incoming_call_a_contact_a_lead_and_a_company_are_created_with_utm_tags() -> None:
    result = planned(picked_up(), NEW, LEADS, ANNA)
    assert kinds(result) == NEW_CLIENT
    assert the(result, Kind.CONTACT).draft.values["utm"] == UTM
    assert the(result, Kind.LEAD).draft.values["utm"] == UTM


def test_the_new_lead_is_tied_to_the_new_contact_and_company() -> None:
    result = planned(picked_up(), NEW, LEADS, ANNA)
    assert tied(the(result, Kind.LEAD), result) == {Kind.CONTACT, Kind.COMPANY}
    assert tied(the(result, Kind.CONTACT), result) == {Kind.COMPANY}


def test_the_manager_who_answered_becomes_responsible_for_the_lead_the_contact_and_the_company() -> None:
    result = planned(picked_up(), NEW, LEADS, ANNA)
    assert {owner(action) for action in result.actions} == {"anna"}


def test_an_answered_call_of_a_new_client_leaves_no_task() -> None:
    assert kinds(planned(answered(), NEW, LEADS, ANNA)) == NEW_CLIENT


def test_nothing_is_created_while_the_call_rings() -> None:
    assert planned(ringing(), NEW, LEADS).actions == ()


def test_records_are_created_after_the_call_where_the_connection_is_set_so() -> None:
    assert planned(picked_up(), NEW, LEADS, ANNA, parties_at=Moment.END).actions == ()
    assert kinds(planned(answered(), NEW, LEADS, ANNA, parties_at=Moment.END)) == NEW_CLIENT


def test_a_missed_call_of_a_new_client_makes_a_task_for_the_senior_manager_on_lead_contact_and_company() -> None:
    result = planned(missed(), NEW, LEADS)
    assert kinds(result) == [*NEW_CLIENT, Kind.TASK]
    assert tasks(result) == {(SENIOR, False)}
    assert tied(the(result, Kind.TASK), result) == set(NEW_CLIENT)


def test_the_records_of_a_missed_new_client_are_the_senior_managers() -> None:
    result = planned(missed(), NEW, LEADS)
    assert {owner(action) for action in result.actions if action.draft.kind is not Kind.TASK} == {SENIOR}


def test_the_task_is_due_four_hours_after_the_call() -> None:
    assert the(planned(missed(), NEW, LEADS), Kind.TASK).draft.values["due_at"] == FOUR_HOURS_LATER


def test_the_due_time_can_be_changed_in_the_settings() -> None:
    task = the(planned(missed(), NEW, LEADS, task_due=timedelta(minutes=30)), Kind.TASK)
    assert task.draft.values["due_at"] == "2026-11-20T23:01:40+00:00"


def test_the_due_time_can_be_counted_in_working_hours() -> None:
    office = WorkingHours(zone=SETTINGS.zone, week=week_of([[(9 * 60, 18 * 60)]] * 5 + [[], []]))
    task = the(planned(missed(), NEW, LEADS, hours=office), Kind.TASK)
    assert task.draft.values["due_at"] == "2026-11-23T11:00:00+00:00", "the call ended in the night to Saturday"


def test_if_an_unknown_employee_answers_a_new_client_the_top_manager_gets_a_task_to_check_the_settings() -> None:
    result = planned(answered(), NEW, LEADS, STRANGER)
    assert tasks(result) == {(TOP, False)}
    text = the(result, Kind.TASK).draft.values["text"]
    assert "Check the integration settings and move the lead and the call to another agent" in text
    assert "acme_lost" in text


def test_what_is_created_for_an_unknown_employees_call_is_the_top_managers() -> None:
    result = planned(picked_up(), NEW, LEADS, STRANGER)
    assert kinds(result) == NEW_CLIENT
    assert {owner(action) for action in result.actions} == {TOP}


def test_nobody_at_all_is_an_unknown_employee() -> None:
    assert tasks(planned(answered(employee=None), NEW, LEADS, None)) == {(TOP, False)}


def test_an_employee_whose_user_is_deactivated_is_an_unknown_employee() -> None:
    result = planned(answered(), NEW, LEADS, ANNA, active_users=frozenset({SENIOR, TOP}))
    assert tasks(result) == {(TOP, False)}


# --- incoming call from a known client ------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [known(contact()), known(lead(status="converted"), contact()), known(deal())])
def test_a_client_with_a_lead_a_contact_or_a_deal_is_known(verdict: object) -> None:
    result = planned(answered(), verdict, LEADS, ANNA)  # type: ignore[arg-type]
    assert result.situation.client == "known"


def test_if_an_open_lead_exists_the_call_is_recorded_in_that_lead() -> None:
    result = planned(answered(), known(lead(), contact()), LEADS, ANNA)
    assert kinds(result) == [Kind.TASK]
    assert the(result, Kind.TASK).draft.links == (Ref(Kind.LEAD, "l1"),)


def test_if_the_lead_was_converted_a_new_lead_is_made_and_nothing_is_written_to_the_deal() -> None:
    result = planned(answered(), known(deal(), lead(status="converted"), contact()), LEADS, ANNA)
    assert kinds(result) == [Kind.LEAD, Kind.TASK]
    assert the(result, Kind.LEAD).draft.links == (Ref(Kind.CONTACT, "c1"),)
    assert all(ref.kind is not Kind.DEAL for action in result.actions for ref in action.draft.links)


def test_without_an_open_lead_the_new_lead_on_the_existing_contact_is_owned_by_who_answered() -> None:
    result = planned(picked_up(), known(contact(owner="boris")), LEADS, ANNA)
    assert kinds(result) == [Kind.LEAD]
    assert owner(the(result, Kind.LEAD)) == "anna"


def test_without_an_open_lead_a_missed_call_makes_a_lead_owned_by_the_contacts_responsible() -> None:
    result = planned(missed(), known(contact(owner="boris")), LEADS)
    assert owner(the(result, Kind.LEAD)) == "boris"
    assert tasks(result) == {(SENIOR, False)}


def test_a_missed_call_of_a_known_client_makes_an_open_task_for_the_senior_manager() -> None:
    result = planned(missed(), known(lead(), contact()), LEADS)
    assert kinds(result) == [Kind.TASK]
    assert tasks(result) == {(SENIOR, False)}
    assert the(result, Kind.TASK).draft.values["due_at"] == FOUR_HOURS_LATER


def test_if_the_responsible_manager_answers_a_done_task_with_the_recording_is_created() -> None:
    result = planned(answered(), known(lead(owner="anna"), contact()), LEADS, ANNA)
    assert tasks(result) == {("anna", True)}
    assert the(result, Kind.TASK).draft.values["recording_url"] == RECORDING


def test_if_another_manager_answers_there_are_two_tasks() -> None:
    result = planned(answered(), known(lead(owner="anna"), contact()), LEADS, BORIS)
    assert tasks(result) == {("boris", True), ("anna", False)}


def test_the_open_task_asks_the_responsible_manager_to_check_the_call() -> None:
    result = planned(answered(), known(lead(owner="anna"), contact()), LEADS, BORIS)
    task = next(task for task in made(result, Kind.TASK) if not task.draft.values["done"])
    assert task.draft.values["subject"] == f"Check the call from {PHONE}"
    assert "Boris Melnyk" in task.draft.values["text"]
    assert task.draft.values["due_at"] == FOUR_HOURS_LATER


def test_if_an_unknown_employee_answers_a_known_client_the_top_manager_gets_the_task() -> None:
    result = planned(answered(), known(lead(), contact()), LEADS, STRANGER)
    assert tasks(result) == {(TOP, False)}
    assert the(result, Kind.TASK).draft.links == (Ref(Kind.LEAD, "l1"),)


def test_an_unknown_employees_new_lead_on_a_known_contact_is_the_top_managers() -> None:
    assert owner(the(planned(answered(), known(contact()), LEADS, STRANGER), Kind.LEAD)) == TOP


def test_tasks_are_made_only_when_the_call_has_ended() -> None:
    assert planned(picked_up(), known(lead(), contact()), LEADS, BORIS).actions == ()


@pytest.mark.parametrize("gone", [None, "fired"])
def test_a_lead_without_a_working_owner_is_the_senior_managers_and_the_plan_says_so(gone: str | None) -> None:
    users = frozenset({"anna", "boris", SENIOR, TOP})
    result = planned(answered(), known(lead(owner=gone), contact()), LEADS, BORIS, active_users=users)
    assert tasks(result) == {("boris", True), (SENIOR, False)}
    assert any("Sofa" in str(note) and SENIOR in str(note) for note in result.notes)


def test_without_a_senior_manager_the_task_has_no_assignee_and_the_plan_says_so() -> None:
    result = planned(missed(), known(lead(), contact()), LEADS, senior=None)
    assert tasks(result) == {(None, False)}
    assert any("senior manager" in str(note) for note in result.notes)


def test_without_a_top_manager_the_task_has_no_assignee_and_the_plan_says_so() -> None:
    result = planned(answered(), NEW, LEADS, STRANGER, top=None)
    assert tasks(result) == {(None, False)}
    assert any("top manager" in str(note) for note in result.notes)


# --- lead mode's rule -----------------------------------------------------------------------------------------------


def test_a_lead_always_comes_with_a_contact_or_a_company() -> None:
    for verdict in (NEW, known(contact()), known(deal(contact_id=None))):
        result = planned(answered(), verdict, LEADS, ANNA, crm=STRICT)
        assert tied(the(result, Kind.LEAD), result) & {Kind.CONTACT, Kind.COMPANY}


def test_lead_mode_never_creates_a_deal() -> None:
    for call in (answered(), missed(), outgoing(answered()), outgoing(missed())):
        for verdict in (NEW, known(contact()), known(lead(), deal())):
            assert not made(planned(call, verdict, LEADS, ANNA), Kind.DEAL)


# --- outgoing call --------------------------------------------------------------------------------------------------


def test_an_outgoing_call_by_the_responsible_manager_makes_one_done_task_with_the_recording_on_the_lead() -> None:
    result = planned(outgoing(answered()), known(lead(owner="anna"), contact()), LEADS, ANNA)
    assert tasks(result) == {("anna", True)}
    assert the(result, Kind.TASK).draft.values["recording_url"] == RECORDING
    assert the(result, Kind.TASK).draft.links == (Ref(Kind.LEAD, "l1"),)


def test_an_outgoing_call_by_another_manager_makes_one_done_task_for_the_responsible_to_look_at() -> None:
    result = planned(outgoing(answered()), known(lead(owner="anna"), contact()), LEADS, BORIS)
    assert tasks(result) == {("anna", True)}
    assert the(result, Kind.TASK).draft.values["recording_url"] == RECORDING


def test_an_outgoing_call_to_a_client_without_an_open_lead_stays_in_the_journal() -> None:
    result = planned(outgoing(answered()), known(contact()), LEADS, ANNA)
    assert result.actions == ()
    assert [skip.id for skip in result.skipped] == ["done-task"]


@pytest.mark.parametrize("verdict", [NEW, known(lead(), contact())])
def test_an_unanswered_outgoing_call_stays_in_the_journal(verdict: object) -> None:
    assert planned(outgoing(missed()), verdict, LEADS, ANNA).actions == ()  # type: ignore[arg-type]


def test_an_outgoing_call_to_an_unknown_number_stays_in_the_journal() -> None:
    assert planned(outgoing(answered()), NEW, LEADS, ANNA).actions == ()


# --- forms and messengers -------------------------------------------------------------------------------------------


def test_a_form_adds_to_the_open_lead_with_its_phone() -> None:
    result = planned(form(), known(lead(), contact()), LEADS)
    assert kinds(result) == [Kind.COMMENT, Kind.LEAD]
    update = next(action for action in result.actions if action.target)
    assert update.target == Ref(Kind.LEAD, "l1")
    assert update.draft.values == {"utm": UTM}
    assert "size: 42" in the(result, Kind.COMMENT).draft.values["text"]


def test_a_form_without_an_open_lead_makes_contact_lead_and_company() -> None:
    result = planned(form(), NEW, LEADS)
    assert [kind for kind in kinds(result) if kind is not Kind.COMMENT] == NEW_CLIENT
    assert the(result, Kind.CONTACT).draft.values["name"] == "Ivan"


def test_a_form_never_makes_a_second_lead_while_one_is_open() -> None:
    assert not made(planned(form(), known(lead()), LEADS), Kind.LEAD)


def test_forms_are_sent_only_while_their_integration_is_switched_on() -> None:
    assert planned(form(), NEW, LEADS, channels=frozenset({Channel.CALL})).actions == ()


def test_a_dialogue_makes_lead_contact_and_company_if_the_number_is_not_in_the_crm() -> None:
    chat = dialogue(Step.DIALOGUE_STARTED, Step.DIALOGUE_TAKEN)
    assert kinds(planned(chat, NEW, LEADS, ANNA)) == NEW_CLIENT
    assert planned(chat, known(contact()), LEADS, ANNA).actions == ()


def test_a_dialogue_writes_nothing_before_an_employee_sends_the_clients_data_to_the_crm() -> None:
    chat = dialogue(Step.DIALOGUE_STARTED, Step.DIALOGUE_TAKEN, released=False)
    assert planned(chat, NEW, LEADS, ANNA).actions == ()


def test_the_contact_of_a_dialogue_carries_its_phone_number() -> None:
    result = planned(dialogue(Step.DIALOGUE_TAKEN), NEW, LEADS, ANNA)
    assert the(result, Kind.CONTACT).draft.values["phones"] == [PHONE]


# --- numbers and people outside the rules ---------------------------------------------------------------------------


@pytest.mark.parametrize("call", [answered(client_number=None), missed(client_number=None, client_hidden=True)])
def test_a_hidden_caller_stays_in_the_journal(call: object) -> None:
    assert planned(call, HIDDEN, LEADS, ANNA).actions == ()  # type: ignore[arg-type]


def test_a_call_between_employees_stays_in_the_journal() -> None:
    assert planned(answered(direction=Direction.INTERNAL), NEW, LEADS, ANNA).actions == ()


def test_a_transfer_changes_the_plan_and_not_its_action_ids() -> None:
    before, after = (planned(answered(), known(lead(owner="anna")), LEADS, who, crm=ALL) for who in (BORIS, ANNA))
    assert {action.id for action in after.actions} < {action.id for action in before.actions}
