"""The two modes of cards in a sales funnel, sentence by sentence."""

import pytest
from tests.core.cases import (
    ANNA,
    NEW,
    PHONE,
    STRICT,
    answered,
    contact,
    deal,
    kinds,
    known,
    lead,
    made,
    missed,
    outgoing,
    picked_up,
    planned,
    the,
    tied,
)

from switchhook.core.call import CallState
from switchhook.core.records import Kind
from switchhook.core.situation import Verdict
from switchhook.scenarios.catalog import preset

ONCE, REPEAT = preset("keycrm-once"), preset("keycrm-repeat")
CLOSED = deal(status="won")


@pytest.mark.parametrize("matrix", [ONCE, REPEAT])
def test_the_first_call_of_a_number_makes_a_card(matrix: object) -> None:
    card = the(planned(picked_up(), NEW, matrix, ANNA), Kind.DEAL)  # type: ignore[arg-type]
    assert card.draft.values["title"] == f"Call {PHONE} 2026-11-21"
    assert card.draft.values["phones"] == [PHONE]


@pytest.mark.parametrize("card", [deal(), CLOSED, lead(status="lost")])
def test_in_one_time_mode_no_second_card_is_made_even_if_none_is_open(card: object) -> None:
    assert not made(planned(answered(), known(card, contact()), ONCE, ANNA), Kind.DEAL)  # type: ignore[arg-type]


def test_in_one_time_mode_a_known_client_without_a_card_gets_one() -> None:
    assert made(planned(answered(), known(contact()), ONCE, ANNA), Kind.DEAL)


@pytest.mark.parametrize("verdict", [known(CLOSED, contact()), known(contact()), NEW])
def test_in_repeated_mode_a_card_is_made_whenever_none_is_active(verdict: Verdict) -> None:
    assert made(planned(answered(), verdict, REPEAT, ANNA), Kind.DEAL)


@pytest.mark.parametrize("card", [deal(), lead()])
def test_in_repeated_mode_no_card_is_made_while_a_lead_or_deal_is_active(card: object) -> None:
    assert not made(planned(answered(), known(card, contact()), REPEAT, ANNA), Kind.DEAL)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("directions", "incoming", "outbound"), [({"in"}, 1, 0), ({"out"}, 0, 1), ({"in", "out"}, 1, 1)]
)
def test_cards_are_made_for_incoming_outgoing_or_both_calls(directions: set[str], incoming: int, outbound: int) -> None:
    for call, wanted in ((answered(), incoming), (outgoing(answered()), outbound)):
        result = planned(call, NEW, ONCE, ANNA, cards_for=frozenset(directions))
        assert len(made(result, Kind.DEAL)) == wanted


def test_the_card_goes_into_the_chosen_funnel() -> None:
    result = planned(answered(), NEW, REPEAT, ANNA, default_pipeline="7")
    assert the(result, Kind.DEAL).draft.values["pipeline"] == "7"


@pytest.mark.parametrize("verdict", [NEW, known(contact())])
@pytest.mark.parametrize("matrix", [ONCE, REPEAT])
def test_a_missed_incoming_call_makes_an_entry_in_the_call_history_only(matrix: object, verdict: Verdict) -> None:
    assert kinds(planned(missed(), verdict, matrix)) == [Kind.CALL]  # type: ignore[arg-type]


def test_a_card_on_missed_calls_is_a_setting_and_off() -> None:
    data = ONCE.to_data()
    row = next(row for row in data["rows"] if row["id"] == "in-missed")
    assert row["actions"][0].pop("enabled") is False
    assert kinds(planned(missed(), NEW, type(ONCE).from_data(data))) == [Kind.CALL, Kind.DEAL]


@pytest.mark.parametrize("call", [answered(), outgoing(answered()), outgoing(missed())])
def test_every_call_can_be_found_in_the_call_history(call: CallState) -> None:
    assert made(planned(call, known(deal()), ONCE, ANNA), Kind.CALL)


def test_utm_tags_are_passed_to_the_card() -> None:
    assert the(planned(answered(), NEW, ONCE, ANNA), Kind.DEAL).draft.values["utm"]["utm_source"] == "google"


def test_a_card_that_cannot_carry_the_number_gets_a_contact_that_can() -> None:
    result = planned(answered(), NEW, ONCE, ANNA, crm=STRICT)
    assert tied(the(result, Kind.DEAL), result) == {Kind.CONTACT}
    assert the(result, Kind.CONTACT).draft.values["phones"] == [PHONE]
    assert any("contact is made too" in str(note) for note in result.notes)
