"""Deal mode, the lead matrix with forms, messengers and analysis, and the built-in CRM's default."""

from dataclasses import replace

import pytest
from tests.core.cases import (
    ALL,
    ANNA,
    BORIS,
    NEW,
    PHONE,
    SENIOR,
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

from switchhook.core.call import Moment
from switchhook.core.matrix import ActionSpec, Condition, Do, Link, Matrix, Role, Row, When
from switchhook.core.plan import NOTHING_TO_UPDATE
from switchhook.core.records import Capabilities, Kind, Ref
from switchhook.core.situation import Channel, Step
from switchhook.scenarios.catalog import preset

DEALS, ZOHO, BUILTIN = preset("pipedrive-deals"), preset("zoho-leads"), preset("builtin")
ANALYSIS = {"summary": "Wants a sofa", "customer_mood": "calm"}
ANALYSED = answered().reached | {Moment.ANALYSIS}


def one_rule(step: Step, *actions: ActionSpec) -> Matrix:
    channel = Channel.FORM if step is Step.FORM_SENT else Channel.DIALOGUE
    return Matrix(rows=(Row(id="rule", when=When(channel=channel, step=(step,)), actions=actions),))


# --- deal mode ------------------------------------------------------------------------------------------------------


def test_in_deal_mode_contact_deal_and_company_are_made_at_pick_up_for_who_answered() -> None:
    result = planned(picked_up(), NEW, DEALS, ANNA)
    assert kinds(result) == [Kind.COMPANY, Kind.CONTACT, Kind.DEAL]
    assert {owner(action) for action in result.actions} == {"anna"}


def test_in_deal_mode_a_missed_call_of_a_new_client_is_the_top_managers_task_on_the_deal() -> None:
    result = planned(missed(), NEW, DEALS)
    assert tasks(result) == {(TOP, False)}
    assert tied(the(result, Kind.TASK), result) == {Kind.DEAL}


def test_in_deal_mode_a_missed_call_of_a_known_client_is_the_owners_task() -> None:
    assert tasks(planned(missed(), known(deal(owner="boris"), contact()), DEALS)) == {("boris", False)}


def test_in_deal_mode_the_open_deal_takes_the_call() -> None:
    result = planned(answered(), known(deal(), contact()), DEALS, ANNA)
    assert kinds(result) == [Kind.TASK]
    assert the(result, Kind.TASK).draft.links == (Ref(Kind.DEAL, "d1"),)


def test_in_deal_mode_a_client_without_an_open_deal_gets_a_new_one() -> None:
    result = planned(answered(), known(deal(status="lost"), contact()), DEALS, ANNA)
    assert the(result, Kind.DEAL).draft.links == (Ref(Kind.CONTACT, "c1"),)


def test_in_deal_mode_another_managers_answer_makes_a_done_and_an_open_task() -> None:
    assert tasks(planned(answered(), known(deal(), contact()), DEALS, BORIS)) == {("boris", True), ("anna", False)}


@pytest.mark.parametrize("matrix", [DEALS, ZOHO])
def test_what_the_vendor_does_not_state_is_an_open_task_for_the_senior_manager_and_marked(matrix: Matrix) -> None:
    result = planned(outgoing(answered()), known(lead(), deal(), contact()), matrix, ANNA)
    assert tasks(result) == {(SENIOR, False)}
    assert next(row for row in matrix.rows if row.id == result.row).unstated


# --- lead matrix: calls ---------------------------------------------------------------------------------------------


def test_a_new_clients_answered_call_makes_a_lead_alone_with_utm_tags() -> None:
    result = planned(picked_up(), NEW, ZOHO, ANNA)
    assert kinds(result) == [Kind.LEAD]
    assert the(result, Kind.LEAD).draft.values["utm"] == UTM
    assert owner(the(result, Kind.LEAD)) == "anna"


def test_call_data_are_passed_on_automatically() -> None:
    result = planned(answered(), NEW, ZOHO, ANNA)
    assert tied(the(result, Kind.CALL), result) == {Kind.LEAD}


def test_a_new_clients_missed_call_makes_a_lead_and_the_top_managers_task() -> None:
    result = planned(missed(), NEW, ZOHO)
    assert made(result, Kind.LEAD)
    assert tasks(result) == {(TOP, False)}


def test_the_unknown_employees_task_names_the_line() -> None:
    task = the(planned(answered(), known(lead()), ZOHO, STRANGER), Kind.TASK)
    assert task.draft.values["assignee"] == TOP
    assert "acme_lost" in task.draft.values["text"]


def test_a_lead_that_needs_a_contact_in_a_stricter_crm_gets_one() -> None:
    result = planned(answered(), NEW, ZOHO, ANNA, crm=STRICT)
    assert tied(the(result, Kind.LEAD), result) == {Kind.CONTACT}


def test_a_lead_that_needs_a_contact_is_not_made_where_contacts_are_not() -> None:
    result = planned(answered(), NEW, ZOHO, ANNA, crm=STRICT, create_contacts=frozenset())
    assert not made(result, Kind.LEAD)
    assert "lead" in {skip.id for skip in result.skipped}


# --- lead matrix: forms and messengers ------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [NEW, known(lead(), contact())])
def test_contact_data_given_in_a_messenger_always_create_a_lead(verdict: object) -> None:
    result = planned(dialogue(Step.DIALOGUE_TAKEN, Step.CONTACT_GIVEN), verdict, ZOHO, ANNA)  # type: ignore[arg-type]
    assert kinds(result) == [Kind.LEAD]


def test_the_finished_dialogue_creates_a_comment() -> None:
    result = planned(dialogue(Step.CONTACT_GIVEN, Step.DIALOGUE_FINISHED), NEW, ZOHO, ANNA)
    assert kinds(result) == [Kind.COMMENT, Kind.LEAD]
    assert tied(the(result, Kind.COMMENT), result) == {Kind.LEAD}
    assert "https://hub/chat/7" in the(result, Kind.COMMENT).draft.values["text"]


def test_only_after_the_click_on_send_client_data_are_entities_created() -> None:
    steps = (Step.DIALOGUE_TAKEN, Step.CONTACT_GIVEN, Step.DIALOGUE_FINISHED)
    assert planned(dialogue(*steps, released=False), NEW, ZOHO, ANNA).actions == ()
    assert planned(dialogue(*steps), NEW, ZOHO, ANNA).actions


def test_messengers_work_only_while_their_integration_is_switched_on() -> None:
    chat = dialogue(Step.CONTACT_GIVEN)
    assert planned(chat, NEW, ZOHO, ANNA, channels=frozenset({Channel.CALL, Channel.FORM})).actions == ()


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("do", [Do.CREATE_LEAD, Do.CREATE_CONTACT, Do.CREATE_DEAL, Do.TASK])
def test_every_condition_can_have_every_action(step: Step, do: Do) -> None:
    event = form() if step is Step.FORM_SENT else dialogue(step)
    result = planned(event, NEW, one_rule(step, ActionSpec(id="it", do=do, who=Role.SENIOR)))
    assert kinds(result) == [do.kind]


def test_a_lead_can_be_created_only_if_there_is_no_contact() -> None:
    matrix = one_rule(Step.CONTACT_GIVEN, ActionSpec(id="lead", do=Do.CREATE_LEAD, condition=Condition.NO_CONTACT))
    assert made(planned(dialogue(Step.CONTACT_GIVEN), NEW, matrix), Kind.LEAD)
    assert not made(planned(dialogue(Step.CONTACT_GIVEN), known(contact()), matrix), Kind.LEAD)


def test_client_id_utm_tags_and_phone_of_a_dialogue_go_into_the_contact() -> None:
    matrix = one_rule(Step.CONTACT_GIVEN, ActionSpec(id="contact", do=Do.CREATE_CONTACT))
    values = the(planned(dialogue(Step.CONTACT_GIVEN), NEW, matrix), Kind.CONTACT).draft.values
    assert values == {"name": "Ivan", "phones": [PHONE], "utm": UTM, "client_id": "11.22", "source": "telegram"}


def test_a_dialogue_without_a_phone_still_makes_a_contact_and_a_lead() -> None:
    matrix = one_rule(
        Step.CONTACT_GIVEN,
        ActionSpec(id="contact", do=Do.CREATE_CONTACT),
        ActionSpec(id="lead", do=Do.CREATE_LEAD),
    )
    chat = dialogue(Step.CONTACT_GIVEN, client_number=None, client_name="")
    result = planned(chat, NEW, matrix, crm=STRICT)
    assert kinds(result) == [Kind.CONTACT, Kind.LEAD]
    assert the(result, Kind.CONTACT).draft.values["name"] == "Unknown client"


def test_the_comment_goes_on_the_deal_and_on_the_contact() -> None:
    matrix = one_rule(
        Step.DIALOGUE_FINISHED,
        ActionSpec(id="contact", do=Do.CREATE_CONTACT),
        ActionSpec(id="deal", do=Do.CREATE_DEAL),
        ActionSpec(id="said", do=Do.COMMENT, text="{name}, {phone}", links=(Link.DEAL, Link.CONTACT)),
    )
    result = planned(dialogue(Step.DIALOGUE_FINISHED), NEW, matrix)
    comments = made(result, Kind.COMMENT)
    assert [tied(comment, result) for comment in comments] == [{Kind.DEAL}, {Kind.CONTACT}]
    assert {comment.draft.values["text"] for comment in comments} == {f"Ivan, {PHONE}"}


def test_the_task_has_a_description_and_a_link_to_the_chat_and_is_tied_to_deal_and_contact() -> None:
    task = ActionSpec(
        id="task", do=Do.TASK, who=Role.RESPONSIBLE, text="{text} {link}", links=(Link.DEAL, Link.CONTACT)
    )
    result = planned(dialogue(Step.DIALOGUE_FINISHED), known(deal(), contact()), one_rule(Step.DIALOGUE_FINISHED, task))
    assert the(result, Kind.TASK).draft.links == (Ref(Kind.DEAL, "d1"), Ref(Kind.CONTACT, "c1"))
    assert the(result, Kind.TASK).draft.values["text"] == "Hello https://hub/chat/7"
    assert the(result, Kind.TASK).draft.values["assignee"] == "anna"


# --- update only ----------------------------------------------------------------------------------------------------

UPDATE_ONLY = Matrix(
    rows=tuple(
        Row(
            id=f"{outcome}-update",
            when=When(outcome=(outcome,)),  # type: ignore[arg-type]
            actions=(ActionSpec(id="visit", do=Do.UPDATE, links=(Link.LEAD, Link.DEAL, Link.CONTACT)),),
        )
        for outcome in ("ringing", "answered", "missed")
    )
)


@pytest.mark.parametrize("record", [lead(), deal(), contact()])
def test_where_another_program_creates_the_entities_their_records_are_only_updated(record: object) -> None:
    result = planned(picked_up(), known(record), UPDATE_ONLY, ANNA)  # type: ignore[arg-type]
    assert [action.target for action in result.actions] == [record.ref]  # type: ignore[attr-defined]
    assert result.actions[0].draft.values == {"utm": UTM}


def test_an_update_is_tried_from_the_ring_on() -> None:
    assert planned(ringing(), known(lead()), UPDATE_ONLY).actions[0].moment is Moment.RING


def test_with_no_record_of_the_client_there_is_nothing_to_update() -> None:
    result = planned(answered(), NEW, UPDATE_ONLY, ANNA)
    assert result.actions == ()
    assert [skip.reason.text for skip in result.skipped] == [NOTHING_TO_UPDATE]


# --- analysis -------------------------------------------------------------------------------------------------------


def test_the_analysis_goes_to_the_deal_and_to_the_call() -> None:
    call = answered(analysis=ANALYSIS, reached=ANALYSED)
    result = planned(call, known(lead(), deal(), contact()), ZOHO, ANNA)
    comments = made(result, Kind.COMMENT)
    assert [tied(comment, result) for comment in comments] == [{Kind.DEAL}, {Kind.CALL}]
    assert "Summary: Wants a sofa" in comments[0].draft.values["text"]
    assert comments[0].moment is Moment.ANALYSIS


def test_a_deal_without_a_contact_gets_no_analysis_and_the_plan_says_so() -> None:
    call = answered(analysis=ANALYSIS, reached=ANALYSED)
    result = planned(call, known(lead(), deal(contact_id=None)), ZOHO, ANNA)
    assert [tied(comment, result) for comment in made(result, Kind.COMMENT)] == [{Kind.CALL}]
    assert any("not linked to a contact" in str(note) for note in result.notes)


def test_an_analysis_that_finds_no_deal_says_so() -> None:
    result = planned(answered(analysis=ANALYSIS, reached=ANALYSED), known(lead()), ZOHO, ANNA)
    assert any("“deal”" in str(note) for note in result.notes)


def test_without_an_analysis_no_comment_is_written() -> None:
    assert not made(planned(answered(), known(lead(), deal()), ZOHO, ANNA), Kind.COMMENT)


# --- the built-in default, and CRMs that lack kinds -----------------------------------------------------------------


def test_the_built_in_default_adds_a_call_record_to_lead_mode() -> None:
    result = planned(answered(), NEW, BUILTIN, ANNA, crm=STRICT)
    assert kinds(result) == [Kind.CALL, Kind.COMPANY, Kind.CONTACT, Kind.LEAD]
    assert tied(the(result, Kind.CALL), result) == {Kind.LEAD, Kind.CONTACT, Kind.COMPANY}


def test_the_built_in_default_comments_the_analysis_on_the_lead() -> None:
    call = answered(analysis=ANALYSIS, reached=ANALYSED)
    result = planned(call, known(lead(), contact()), BUILTIN, ANNA, crm=STRICT)
    assert the(result, Kind.COMMENT).draft.links == (Ref(Kind.LEAD, "l1"),)


def lacking(*absent: Kind) -> Capabilities:
    return replace(ALL, kinds=ALL.kinds - set(absent))


def test_a_deal_stands_in_for_a_lead_where_there_are_no_leads() -> None:
    result = planned(answered(), NEW, BUILTIN, ANNA, crm=lacking(Kind.LEAD))
    assert kinds(result) == [Kind.CALL, Kind.COMPANY, Kind.CONTACT, Kind.DEAL]
    assert any("a deal is made instead" in str(note) for note in result.notes)


def test_an_open_deal_is_no_reason_for_another_where_deals_stand_in_for_leads() -> None:
    result = planned(answered(), known(deal(), contact()), BUILTIN, ANNA, crm=lacking(Kind.LEAD))
    assert not made(result, Kind.DEAL)


def test_a_comment_stands_in_for_a_task_where_there_are_no_tasks() -> None:
    result = planned(missed(), NEW, BUILTIN, crm=lacking(Kind.TASK, Kind.CALL))
    comments = {action.id: action.draft.values["text"] for action in made(result, Kind.COMMENT)}
    assert comments["missed-task"].startswith(f"Missed call from {PHONE}\nCall {PHONE} back")
    assert PHONE in comments["call"]


def test_what_nothing_stands_in_for_is_skipped_with_the_reason() -> None:
    result = planned(missed(), NEW, BUILTIN, crm=lacking(Kind.TASK, Kind.CALL, Kind.COMMENT, Kind.COMPANY))
    assert kinds(result) == [Kind.CONTACT, Kind.LEAD]
    assert {skip.id for skip in result.skipped} == {"company", "call", "missed-task"}


def test_a_lead_and_a_deal_are_never_made_together_where_one_becomes_the_other() -> None:
    both = one_rule(Step.FORM_SENT, ActionSpec(id="deal", do=Do.CREATE_DEAL), ActionSpec(id="lead", do=Do.CREATE_LEAD))
    assert kinds(planned(form(), NEW, both, crm=STRICT)) == [Kind.CONTACT, Kind.LEAD]
    assert kinds(planned(form(), NEW, both)) == [Kind.DEAL, Kind.LEAD]
