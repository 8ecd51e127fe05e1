"""Forms and dialogues: read from what the twin sends in every layout, and from bodies nobody has documented."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.ringostat.events import read
from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, TwinClient
from switchhook.connectors.ringostat.tests.test_twin_understood import as_raw
from switchhook.connectors.testing.telephony import raw_event
from switchhook.core.errors import AnomalousPayload
from switchhook.core.inquiry import InquiryFact, fold
from switchhook.core.situation import Channel, Inquiry, Step

ACCOUNT = Account(country="UA", zone=ZoneInfo("Europe/Kyiv"), own_numbers=frozenset({"+380441230001"}))
STARTED, TAKEN, GIVEN, FINISHED = (
    Step.DIALOGUE_STARTED,
    Step.DIALOGUE_TAKEN,
    Step.CONTACT_GIVEN,
    Step.DIALOGUE_FINISHED,
)


def fact(body: Any, event: str = "form", account: Account = ACCOUNT, later: timedelta = timedelta()) -> InquiryFact:
    delivery = raw_event(json.dumps(body).encode(), query=f"event={event}")
    (found,) = read(replace(delivery, received_at=delivery.received_at + later), account)
    assert isinstance(found, InquiryFact)
    return found


def understood(hub: ReceivingHub) -> tuple[Inquiry, set[str]]:
    """The one inquiry that was reported, and the keys by which it was."""
    facts = [found for taken in hub.taken for found in read(as_raw(taken), ACCOUNT)]
    told = [found for found in facts if isinstance(found, InquiryFact)]
    assert len(told) == len(facts) > 0
    return fold(told, told[0].channel), {found.key for found in told}


CHATS = {
    "chat": ({STARTED, TAKEN, GIVEN, FINISHED}, True),
    "chat-steps": ({STARTED, TAKEN, GIVEN, FINISHED}, True),
    "chat-not-sent": ({STARTED, TAKEN, GIVEN, FINISHED}, False),
    "chat-without-contact": ({STARTED, TAKEN, FINISHED}, True),
    "chat-unanswered": ({STARTED, FINISHED}, False),
}


@pytest.mark.parametrize("layout", ["flat", "nested", "classic"])
@pytest.mark.parametrize("encoding", ["json", "form", "query"])
def test_every_chat_reads_the_same_in_every_layout(
    twin: TwinClient, hub_outside: ReceivingHub, layout: str, encoding: str
) -> None:
    for scenario, (steps, released) in CHATS.items():
        hub_outside.taken.clear()
        played = twin.play(scenario, client="+380671234567", employee="acme_piotr", layout=layout, encoding=encoding)
        dialogue, keys = understood(hub_outside)
        assert ({*dialogue.steps}, dialogue.released) == (steps, released), scenario
        assert keys == {f"dialogue:{played['call_id']}"}
        assert (dialogue.client_number is not None) == (GIVEN in steps)
        assert (dialogue.employee.staff_id if dialogue.employee else "") == ("331852" if TAKEN in steps else "")
        assert (dialogue.source, dialogue.utm["utm_source"]) == ("telegram", "google")
        assert dialogue.tags["client_id"]
        assert played["call_id"] in dialogue.link


@pytest.mark.parametrize("layout", ["flat", "nested", "classic"])
@pytest.mark.parametrize("encoding", ["json", "form", "query"])
def test_a_form_reads_the_same_in_every_layout(
    twin: TwinClient, hub_outside: ReceivingHub, layout: str, encoding: str
) -> None:
    twin.play("form", client="0671234567", fields={"size": "XL"}, layout=layout, encoding=encoding)
    form, keys = understood(hub_outside)
    assert (form.channel, {*form.steps}, form.released) == (Channel.FORM, {Step.FORM_SENT}, True)
    assert (form.client_number, form.client_email) == ("+380671234567", "visitor@example.com")
    assert {"Order form", "comment: Please call me back about the delivery.", "size: XL"} <= {*form.text.splitlines()}
    assert form.link == "https://shop.example.com/order"
    assert len(keys) == 1


def test_a_form_that_is_delivered_four_times_is_one_form(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("form", delivery="repeat", copies=4)
    assert len(understood(hub_outside)[1]) == 1


def test_two_forms_of_one_person_are_two() -> None:
    form = {"phone": "0671234567", "comment": "Call me"}
    assert fact(form).key != fact(form | {"comment": "Really"}).key
    assert fact(form | {"timestamp": "1790775458501605"}).key != fact(form | {"timestamp": "1790775459501605"}).key


def test_a_form_without_a_time_is_the_same_one_until_the_projects_day_is_over() -> None:
    form = {"phone": "0671234567", "comment": "Call me"}
    assert fact(form).key == fact(form, later=timedelta(hours=8)).key
    assert fact(form).key != fact(form, later=timedelta(hours=24)).key


def test_a_corrected_name_map_makes_no_other_form_of_it() -> None:
    form = {"telefon": "0671234567", "chas": "2026-09-30 14:17:38"}
    corrected = replace(ACCOUNT, settings={"names": {"telefon": "E164", "chas": "calldate"}})
    before, after = fact(form), fact(form, account=corrected)
    assert (before.client_number, after.client_number) == (None, "+380671234567")
    assert before.key == after.key


def test_a_number_that_could_be_a_date_of_long_ago_is_no_time_of_sending() -> None:
    form = {"phone": "0671234567", "client_id": "1169999034.1555555510"}
    assert fact(form).key != fact(form, later=timedelta(hours=24)).key


def test_a_dialogue_without_an_id_is_named_by_who_writes_and_the_day() -> None:
    body = {"messenger": "viber", "messenger_client_id": "5512", "timestamp": "1790775458501605"}
    start = fact(body, "dialogue_start")
    end = fact(body | {"phone": "0671234567", "timestamp": "1790776458501605"}, "dialogue_end")
    assert start.key == end.key
    assert start.key != fact(body | {"messenger_client_id": "5513"}, "dialogue_start").key


def test_a_dialogue_of_nobody_known_is_refused_with_the_remedy() -> None:
    with pytest.raises(AnomalousPayload, match="dialogue_id"):
        fact({"messenger": "viber", "client_name": "Olena"}, "dialogue_start")


def test_the_name_map_says_what_no_alias_does() -> None:
    names = {"telefon": "E164", "Хто": "client_name", "tovar": "product", "sekret": ""}
    account = replace(ACCOUNT, settings={"names": names})
    found = fact({"telefon": "0671234567", "Хто": "Olena", "tovar": "Sofa", "sekret": "x"}, account=account)
    assert (found.client_number, found.client_name) == ("+380671234567", "Olena")
    assert (found.text, found.tags) == ("product: Sofa", {"product": "Sofa"})


@pytest.mark.parametrize("name", ["phone", "tel", "telephone", "E164", "Your-Phone", "client[phone]", "fields.phone"])
def test_the_phone_field_is_known_by_many_names(name: str) -> None:
    assert fact({name: "067 123 45 67"}).client_number == "+380671234567"


@pytest.mark.parametrize("value", ["1", "true", True, "yes"])
def test_a_flag_tells_that_the_data_were_sent_to_the_crm(value: object) -> None:
    assert fact({"dialogue_id": "7", "sent_to_crm": value}, "dialogue_end").released
    assert not fact({"dialogue_id": "7", "sent_to_crm": "0"}, "dialogue_end").released


def test_a_link_with_a_token_stands_in_no_text() -> None:
    link = "https://app.example.com/recordings/1.wav?token=secret"
    found = fact({"phone": "0671234567", "file": link, "page_url": link})
    assert "secret" not in repr(found)


def test_a_very_long_field_is_cut() -> None:
    found = fact({"phone": "0671234567", "comment": "x" * 100_000})
    assert len(found.text) < 5_000
