"""What a person asks for during a call and what the scenario table wants are made once, and tied to each other."""

from dataclasses import replace
from typing import Any

import pytest

from switchhook.connectors.builtin.connector import CAPABILITIES
from switchhook.core.asked import Asked, preferring, with_asked
from switchhook.core.call import CallFact, CallState, Direction, EmployeeRef, EventKind, Status, fold
from switchhook.core.matrix import ActionSpec, Do, Matrix, Role, Row, When
from switchhook.core.plan import Person, Plan, PlanSettings, plan
from switchhook.core.records import Kind, Record, Ref
from switchhook.core.situation import Client, Verdict

OLENA = Person(name="Olena", user="7")
NEW = Verdict(client=Client.NEW)
SETTINGS = PlanSettings(active_users=frozenset({"7"}))
TABLE = Matrix(
    rows=(
        Row(
            id="in-answered",
            when=When(),
            actions=(
                ActionSpec(id="contact", do=Do.CREATE_CONTACT, who=Role.ANSWERER),
                ActionSpec(id="lead", do=Do.CREATE_LEAD, who=Role.ANSWERER),
            ),
        ),
    )
)


def call(*, answered: bool = True) -> CallState:
    facts = [
        CallFact(kind=EventKind.BEFORE, external_id="1", direction=Direction.IN, client_number="+380671234567"),
        CallFact(kind=EventKind.TAKING, external_id="1", employee=EmployeeRef(sip="olena"), status=Status.ACTIVE),
    ]
    return fold(facts if answered else facts[:1])


def wish(kind: Kind, **values: Any) -> Asked:
    return Asked(id="asked-1", kind=kind, by=OLENA, values=values)


def planned(state: CallState, *asked: Asked, verdict: Verdict = NEW, begun: tuple[str, ...] = ()) -> Plan:
    by_table = plan(state, verdict, TABLE, SETTINGS, CAPABILITIES, OLENA)
    return with_asked(by_table, asked, state, verdict, SETTINGS, CAPABILITIES, frozenset(begun))


def made(found: Plan) -> dict[str, tuple[str, ...]]:
    """What is created, by id, and what it is tied to."""
    return {action.id: action.uses for action in found.actions}


def test_while_it_rings_only_what_was_asked_for_is_made() -> None:
    assert made(planned(call(answered=False), wish(Kind.CONTACT))) == {"asked-1": ()}


def test_a_contact_made_by_hand_is_the_contact_that_the_table_wants() -> None:
    assert made(planned(call(), wish(Kind.CONTACT))) == {"asked-1": (), "lead": ("asked-1",)}


def test_a_contact_that_the_table_has_begun_to_make_is_the_one_that_was_asked_for() -> None:
    assert made(planned(call(), wish(Kind.CONTACT), begun=("contact",))) == {"contact": (), "lead": ("contact",)}


def test_a_lead_asked_for_while_it_rings_brings_the_contact_that_it_needs() -> None:
    found = made(planned(call(answered=False), wish(Kind.LEAD)))
    assert found == {"asked-1-contact": (), "asked-1": ("asked-1-contact",)}


def test_a_lead_by_hand_is_tied_to_the_contact_of_the_table() -> None:
    assert made(planned(call(), wish(Kind.LEAD), begun=("contact",))) == {"contact": (), "asked-1": ("contact",)}


def test_what_was_typed_and_who_asked_stand_in_the_record() -> None:
    contact = planned(call(), wish(Kind.CONTACT, name="Anna")).actions[0]
    values = contact.draft.values
    assert (values["name"], values["owner"], values["phones"]) == ("Anna", "7", ["+380671234567"])


def test_a_comment_waits_for_a_record_and_is_tied_to_the_card() -> None:
    comment = wish(Kind.COMMENT, text="wants {two} doors")
    assert made(planned(call(answered=False), comment)) == {}
    found = planned(call(), comment)
    assert made(found)["asked-1"] == ("lead",)
    assert found.actions[-1].draft.values == {"text": "wants {two} doors", "author": "7"}


def test_a_comment_goes_to_the_record_that_was_chosen() -> None:
    about = replace(wish(Kind.COMMENT, text="x"), about=Ref(Kind.CONTACT, "5"))
    assert planned(call(answered=False), about).actions[0].draft.links == (Ref(Kind.CONTACT, "5"),)


@pytest.mark.parametrize(("chosen", "left"), [("2", ["2", "20"]), ("1", ["1"]), ("9", ["1", "2", "20"])])
def test_a_choice_among_several_clients_leaves_the_records_of_that_one(chosen: str, left: list[str]) -> None:
    matches = (
        Record(kind=Kind.CONTACT, id="1"),
        Record(kind=Kind.CONTACT, id="2"),
        Record(kind=Kind.LEAD, id="20", contact_id="2"),
    )
    verdict = preferring(Verdict(client=Client.KNOWN, matches=matches), Ref(Kind.CONTACT, chosen))
    assert [record.id for record in verdict.matches] == left
