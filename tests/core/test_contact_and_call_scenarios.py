"""How the integration that makes contacts and calls only works, sentence by sentence."""

import pytest
from tests.core.cases import (
    ANNA,
    BORIS,
    NEW,
    PHONE,
    RECORDING,
    STRANGER,
    answered,
    contact,
    deal,
    kinds,
    known,
    missed,
    outgoing,
    owner,
    picked_up,
    planned,
    the,
    tied,
)

from switchhook.core.call import CallState
from switchhook.core.records import Kind, Ref
from switchhook.scenarios.catalog import preset

NETHUNT = preset("nethunt")


def test_an_answered_call_of_a_new_client_makes_a_contact_with_the_source_ringostat() -> None:
    result = planned(answered(), NEW, NETHUNT, ANNA)
    assert the(result, Kind.CONTACT).draft.values["source"] == "Ringostat"
    assert the(result, Kind.CONTACT).draft.values["name"] == PHONE


def test_an_answered_call_of_a_new_client_makes_a_call_of_the_manager_who_answered() -> None:
    result = planned(answered(), NEW, NETHUNT, ANNA)
    assert kinds(result) == [Kind.CALL, Kind.CONTACT]
    assert the(result, Kind.CALL).draft.values["employee"] == "anna"
    assert tied(the(result, Kind.CALL), result) == {Kind.CONTACT}


def test_after_the_call_the_contact_belongs_to_the_manager_who_took_it() -> None:
    assert owner(the(planned(answered(), NEW, NETHUNT, ANNA), Kind.CONTACT)) == "anna"
    assert planned(picked_up(), NEW, NETHUNT, ANNA).actions == ()


def test_an_incoming_call_of_an_existing_client_makes_only_a_call_in_the_contact() -> None:
    result = planned(answered(), known(contact(owner="boris")), NETHUNT, ANNA)
    assert kinds(result) == [Kind.CALL]
    assert the(result, Kind.CALL).draft.links == (Ref(Kind.CONTACT, "c1"),)


def test_a_missed_call_of_a_new_client_makes_a_contact_and_a_call_without_a_manager() -> None:
    result = planned(missed(), NEW, NETHUNT)
    assert kinds(result) == [Kind.CALL, Kind.CONTACT]
    assert owner(the(result, Kind.CONTACT)) is None
    assert the(result, Kind.CONTACT).draft.values["source"] == "Ringostat"
    assert "employee" not in the(result, Kind.CALL).draft.values


def test_a_missed_call_of_an_existing_client_makes_a_call_without_a_responsible_manager() -> None:
    result = planned(missed(), known(contact(owner="boris")), NETHUNT)
    assert kinds(result) == [Kind.CALL]
    assert "employee" not in the(result, Kind.CALL).draft.values


@pytest.mark.parametrize("call", [outgoing(answered()), outgoing(missed())])
def test_an_outgoing_call_to_a_new_number_stays_in_the_journal_and_makes_no_contact(call: CallState) -> None:
    assert planned(call, NEW, NETHUNT, ANNA).actions == ()
    everything = frozenset({"in-answered", "in-missed", "out-answered", "out-missed"})
    assert planned(call, NEW, NETHUNT, ANNA, create_contacts=everything).actions == ()


@pytest.mark.parametrize("call", [outgoing(answered()), outgoing(missed())])
def test_an_outgoing_call_to_an_existing_contact_is_added_to_it_answered_or_not(call: CallState) -> None:
    result = planned(call, known(contact()), NETHUNT, BORIS)
    assert kinds(result) == [Kind.CALL]
    assert the(result, Kind.CALL).draft.links == (Ref(Kind.CONTACT, "c1"),)
    assert the(result, Kind.CALL).draft.values["employee"] == "boris"


@pytest.mark.parametrize("call", [answered(), missed()])
def test_with_contact_creation_off_a_new_clients_call_stays_in_the_journal_not_linked(call: CallState) -> None:
    result = planned(call, NEW, NETHUNT, ANNA, create_contacts=frozenset())
    assert result.actions == ()
    assert {skip.id for skip in result.skipped} == {"contact", "call"}


def test_contacts_can_be_made_for_answered_calls_only() -> None:
    only = frozenset({"in-answered"})
    assert kinds(planned(answered(), NEW, NETHUNT, ANNA, create_contacts=only)) == [Kind.CALL, Kind.CONTACT]
    assert planned(missed(), NEW, NETHUNT, create_contacts=only).actions == ()


def test_a_number_that_stands_in_a_deal_alone_is_a_new_clients() -> None:
    result = planned(answered(), known(deal(contact_id=None)), NETHUNT, ANNA)
    assert kinds(result) == [Kind.CALL, Kind.CONTACT]


def test_an_unknown_employees_call_has_no_manager_and_the_plan_says_so() -> None:
    result = planned(answered(), NEW, NETHUNT, STRANGER)
    assert kinds(result) == [Kind.CALL, Kind.CONTACT]
    assert owner(the(result, Kind.CONTACT)) is None
    assert any("Map the employee" in str(note) for note in result.notes)


def test_the_call_says_its_direction_numbers_time_status_employee_and_recording() -> None:
    values = the(planned(answered(), known(contact()), NETHUNT, ANNA), Kind.CALL).draft.values
    assert values == {
        "direction": "in",
        "status": "answered",
        "client_number": PHONE,
        "project_number": "+380441112233",
        "started_at": "2026-11-20T22:30:00+00:00",
        "talk_seconds": 83,
        "wait_seconds": 17,
        "employee": "anna",
        "employee_name": "Anna Kovalenko",
        "employee_line": "acme_anna",
        "recording_url": RECORDING,
    }
