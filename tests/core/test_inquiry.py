"""A form or dialogue is the same whatever the order, delay or repetition of its events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.cases import ALL, ANNA, END, NEW, PHONE, dialogue, form, known, lead, made, planned, the

from switchhook.core.call import EmployeeRef
from switchhook.core.inquiry import InquiryEvent, InquiryFact, fold
from switchhook.core.matrix import ActionSpec, Do, Matrix, Row, When
from switchhook.core.planned import Action
from switchhook.core.records import Kind, Ref
from switchhook.core.situation import Channel, Inquiry, Step
from switchhook.scenarios.catalog import preset

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DIALOGUE_EVENTS = [event for event in InquiryEvent if event is not InquiryEvent.FORM]
LEADS = preset("pipedrive-leads")


def said(kind: InquiryEvent, **values: Any) -> InquiryFact:
    return InquiryFact(kind=kind, external_id="77", **values)


def folded(*facts: InquiryFact) -> Inquiry:
    return fold(facts, Channel.DIALOGUE)


facts = st.builds(
    InquiryFact,
    kind=st.sampled_from(DIALOGUE_EVENTS),
    external_id=st.just("77"),
    at=st.none() | st.integers(0, 5).map(lambda minutes: START + timedelta(minutes=minutes)),
    released=st.booleans(),
    client_number=st.sampled_from([None, PHONE, "+380671234568"]),
    client_name=st.sampled_from(["", "Olena", "Olena K."]),
    client_email=st.sampled_from(["", "olena@example.com"]),
    text=st.sampled_from(["", "Hello", "Hello again"]),
    employee=st.sampled_from([None, EmployeeRef(sip="acme_anna"), EmployeeRef(name="Anna")]),
    utm=st.sampled_from([{}, {"utm_source": "google"}, {"utm_source": "bing", "utm_medium": "cpc"}]),
    tags=st.sampled_from([{}, {"client_id": "1.2"}]),
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[InquiryFact], list[InquiryFact]]:
    """The facts once in one order, and repeated in another."""
    once = draw(st.lists(facts, max_size=6))
    repeats = draw(st.lists(st.sampled_from(once), max_size=6)) if once else []
    return once, draw(st.permutations([*once, *repeats]))


@given(deliveries())
def test_order_and_repetition_change_nothing(told: tuple[list[InquiryFact], list[InquiryFact]]) -> None:
    once, again = told
    assert folded(*once) == folded(*again)


@given(facts, st.integers(1, 10**6))
def test_an_event_that_is_delivered_again_later_does_not_move_the_inquiry(fact: InquiryFact, seconds: int) -> None:
    later = replace(fact, at=fact.at + timedelta(seconds=seconds)) if fact.at else fact
    assert folded(fact, later) == folded(fact)


@given(st.lists(facts, max_size=5), facts)
def test_a_further_event_takes_no_step_back(before: list[InquiryFact], more: InquiryFact) -> None:
    first, then = folded(*before), folded(*before, more)
    assert first.steps <= then.steps
    assert first.released <= then.released


@pytest.mark.parametrize("event", DIALOGUE_EVENTS)
def test_whatever_happens_in_a_dialogue_it_was_begun(event: InquiryEvent) -> None:
    assert Step.DIALOGUE_STARTED in folded(said(event)).steps


def test_who_sends_the_data_to_the_crm_has_taken_the_dialogue() -> None:
    dialogue = folded(said(InquiryEvent.RELEASED))
    assert dialogue.released
    assert Step.DIALOGUE_TAKEN in dialogue.steps


def test_a_phone_or_an_e_mail_means_that_contact_data_were_given() -> None:
    assert Step.CONTACT_GIVEN in folded(said(InquiryEvent.FINISHED, client_number=PHONE)).steps
    assert Step.CONTACT_GIVEN in folded(said(InquiryEvent.FINISHED, client_email="a@example.com")).steps
    assert Step.CONTACT_GIVEN not in folded(said(InquiryEvent.FINISHED, client_name="Olena")).steps


def test_the_furthest_step_knows_best_and_a_missing_value_erases_none() -> None:
    first = said(InquiryEvent.STARTED, client_name="Guest", source="telegram", at=START)
    last = said(InquiryEvent.FINISHED, client_name="Olena", at=START + timedelta(hours=1))
    dialogue = folded(first, last)
    assert (dialogue.client_name, dialogue.source) == ("Olena", "telegram")
    assert (dialogue.started_at, dialogue.at) == (first.at, last.at)


def test_a_form_needs_no_button_to_be_pressed() -> None:
    sent = fold([said(InquiryEvent.FORM, client_number=PHONE)], Channel.FORM)
    assert sent.released
    assert sent.steps == {Step.FORM_SENT}


def test_a_form_and_a_dialogue_with_one_id_are_two_inquiries() -> None:
    assert said(InquiryEvent.FORM).key != said(InquiryEvent.STARTED).key


# --- sent to the CRM on contact -------------------------------------------------------------------------------------


def test_where_it_is_so_set_a_dialogue_is_written_once_contact_data_are_given() -> None:
    given_, silent = (dialogue(*steps, released=False) for steps in ((Step.CONTACT_GIVEN,), (Step.DIALOGUE_TAKEN,)))
    assert made(planned(given_, NEW, LEADS, ANNA, send_on_contact=True), Kind.LEAD)
    assert planned(silent, NEW, LEADS, ANNA, send_on_contact=True).actions == ()
    assert planned(given_, NEW, LEADS, ANNA).actions == ()


# --- the record's own id in its title -------------------------------------------------------------------------------


def amending(title: str, **more: Any) -> list[Action]:
    matrix = Matrix(
        rows=(
            Row(id="r", when=When(channel=Channel.FORM), actions=(ActionSpec(id="l", do=Do.CREATE_LEAD, title=title),)),
        )
    )
    return [action for action in planned(form(**more.pop("form", {})), NEW, matrix, **more).actions if action.amends]


def test_a_leads_title_carries_its_id_by_one_update_after_the_create() -> None:
    result = planned(dialogue(Step.DIALOGUE_TAKEN), NEW, LEADS, ANNA)
    (renaming,) = [action for action in result.actions if action.amends]
    assert the(result, Kind.LEAD).draft.values["title"] == "Chat Ivan 2026-11-21"
    assert (renaming.amends, renaming.uses) == ("lead", ("lead",))
    aimed = renaming.aimed_at(Ref(Kind.LEAD, "l-9"))
    assert (aimed.target, aimed.draft.values) == (Ref(Kind.LEAD, "l-9"), {"title": "Chat Ivan 2026-11-21 l-9"})


def test_the_renaming_comes_right_after_its_create() -> None:
    ids = [action.id for action in planned(dialogue(Step.DIALOGUE_TAKEN), NEW, LEADS, ANNA).actions]
    assert ids.index("lead-id") == ids.index("lead") + 1


def test_a_title_without_a_place_for_the_id_needs_no_update() -> None:
    assert amending("Form {name}") == []


def test_an_id_has_its_place_in_a_title_that_is_cut() -> None:
    crm = replace(ALL, limits={"lead.title": 80})
    (renaming,) = amending("{text} {id}", form={"text": "x" * 500}, crm=crm)
    title = renaming.aimed_at(Ref(Kind.LEAD, "1" * 36)).draft.values["title"]
    assert title.endswith("1" * 36)
    assert len(title) <= 80


def test_where_a_record_cannot_be_changed_the_plan_says_that_its_title_has_no_id() -> None:
    matrix = Matrix(
        rows=(
            Row(
                id="r", when=When(channel=Channel.FORM), actions=(ActionSpec(id="l", do=Do.CREATE_LEAD, title="{id}"),)
            ),
        )
    )
    result = planned(form(), NEW, matrix, crm=replace(ALL, updatable=frozenset()))
    assert [action.id for action in result.actions] == ["l"]
    assert any("title" in note.text for note in result.notes)


def test_a_tag_called_id_is_not_taken_for_the_records() -> None:
    (renaming,) = amending("{id}", form={"tags": {"id": "form-5"}})
    assert renaming.draft.values == {"title": "{id}"}


def test_a_lead_that_was_there_is_not_renamed() -> None:
    assert not [action for action in planned(form(at=END), known(lead()), LEADS).actions if action.amends]
