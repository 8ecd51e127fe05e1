"""Finding by number: what is asked, and what is believed of the answer."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
import pytest

from switchhook.connectors.nethunt.connector import NetHunt
from switchhook.connectors.nethunt.finding import any_of, spellings
from switchhook.connectors.nethunt.tests.account import OTHER_PHONE, PHONE, WITHOUT_MARKS
from switchhook.connectors.nethunt.tests.canned import answering
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.core.records import Draft, Kind, Ref

Opened = Callable[..., tuple[NetHunt, TwinAt]]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def contact(crm: NetHunt, name: str = "Jan", phone: str = PHONE, mark: str = "") -> Ref:
    return crm.create(Draft(kind=Kind.CONTACT, values={"name": name, "phones": [phone]}), mark=mark).ref


def deal(crm: NetHunt, *links: Ref) -> Ref:
    return crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=links), mark="").ref


def test_the_full_form_is_asked_for_first_then_digits_then_the_national_one() -> None:
    assert spellings(PHONE)[:3] == [PHONE, "380671234567", "0671234567"]
    assert spellings("+48601234567")[:3] == ["+48601234567", "48601234567", "601234567"]


@pytest.mark.parametrize("typed", ["+38-067-123-4567", "+38 (067) 123 45 67", "(067) 123-45-67", "+380 67 123 4567"])
def test_groupings_that_people_type_are_among_the_spellings(typed: str) -> None:
    assert typed in spellings(PHONE)


def test_no_spelling_is_asked_for_twice() -> None:
    assert len(spellings(PHONE)) == len(set(spellings(PHONE))) <= 20


def test_a_number_that_cannot_be_split_is_asked_for_as_it_is() -> None:
    assert spellings("+999") == ["+999"]


def test_a_query_quotes_the_fields_name_and_every_value() -> None:
    assert any_of("Телефон", [PHONE]) == f'"Телефон":"{PHONE}"'
    assert any_of('A "B"', ["1", "2"]) == '"A  B ":("1" OR "2")'


def test_hits_that_only_resemble_the_number_are_not_believed(twin: TwinAt, crm: NetHunt) -> None:
    near = contact(crm, "Near", "+380671239999")
    assert list(crm.find_by_phone(PHONE)) == []
    log = httpx2.get(f"{twin.url}/__twin__/requests").json()["log"]
    answers = [one["answer"]["body"] for one in log if "find-record" in one["request"]["path"]]
    assert near.id in str(answers), "the search did give the near hit"


def test_a_contact_grouped_in_a_way_of_his_own_is_known_from_the_feed_only(twin: TwinAt, crm: NetHunt) -> None:
    twin.people("contact", name="Odd", phone="+38 06 71 23 45 67")
    assert list(crm.find_by_phone(PHONE)) == []
    assert [record.phones for record in crm.changes("").records] == [(PHONE,)]
    assert crm.capabilities.partly_found == {Kind.CONTACT, Kind.COMPANY, Kind.DEAL}


def test_of_several_contacts_the_oldest_comes_first(twin: TwinAt, crm: NetHunt) -> None:
    first, second = contact(crm, "First"), contact(crm, "Second")
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [first, second]


def test_deals_are_those_whose_link_names_the_contact(twin: TwinAt, crm: NetHunt) -> None:
    jan, piotr = contact(crm), contact(crm, "Piotr", OTHER_PHONE)
    own = deal(crm, jan)
    twin.people("add", folder="deals", fields={"Name": f"About {jan.id}", "Contact person": [piotr.id]})
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [jan, own]


def test_a_companys_number_leads_to_the_company_and_its_deals(crm: NetHunt) -> None:
    acme = crm.create(Draft(kind=Kind.COMPANY, values={"name": "Acme", "phones": [PHONE]}), mark="").ref
    own = deal(crm, contact(crm, "Jan", OTHER_PHONE), acme)
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [acme, own]


def test_a_deal_of_contact_and_company_is_given_once(crm: NetHunt) -> None:
    jan = contact(crm)
    acme = crm.create(Draft(kind=Kind.COMPANY, values={"name": "Acme", "phones": [PHONE]}), mark="").ref
    own = deal(crm, jan, acme)
    assert [record.ref for record in crm.find_by_phone(PHONE)].count(own) == 1


def test_a_record_in_the_trash_is_not_believed() -> None:
    item = {"recordId": "65f1c0a2b4d5e6f708091a2b", "deleted": True, "fields": {"Name": "J", "Phone number": PHONE}}
    with answering([item]) as crm:
        assert list(crm.find_by_phone(PHONE)) == []


def test_the_search_lags_and_the_feed_does_not(crm_at: Opened) -> None:
    crm, twin = crm_at(index_delay=10.0)
    draft = Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]})
    made = crm.create(draft, mark="swh-1").ref
    assert list(crm.find_by_phone(PHONE)) == []
    found = crm.find_made(draft, "swh-1", since=LONG_AGO)
    assert found is not None
    assert found.ref == made
    twin.control("clock", advance=10)
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [made]


# --- what a lost request has made, where there is no room for a mark --------------------------------------------------


def test_a_contact_without_a_mark_is_known_by_name_and_number(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings=WITHOUT_MARKS)
    made = contact(crm)
    contact(crm, "Jan", OTHER_PHONE)
    contact(crm, "Piotr", PHONE)
    lost = Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]})
    found = crm.find_made(lost, "swh-1", since=LONG_AGO)
    assert found is not None
    assert found.ref == made


def test_a_contact_of_before_the_lost_request_is_not_taken_for_it(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings=WITHOUT_MARKS)
    contact(crm)
    lost = Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]})
    assert crm.find_made(lost, "swh-1", since=datetime(2100, 1, 1, tzinfo=UTC)) is None


def test_a_mark_in_the_notes_serves_where_it_has_no_field_of_its_own(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"contact_mark": ""})
    made = contact(crm, mark="swh-1")
    contact(crm, mark="swh-2")
    found = crm.find_made(Draft(kind=Kind.CONTACT, values={"name": "Jan"}), "swh-1", since=LONG_AGO)
    assert found is not None
    assert found.ref == made


def test_a_comment_of_a_contact_made_by_the_same_plan_is_found_in_any_folder(crm: NetHunt) -> None:
    about = deal(crm, contact(crm))
    made = crm.create(Draft(kind=Kind.COMMENT, values={"text": "Yes"}, links=(about,)), mark="swh-1")
    found = crm.find_made(Draft(kind=Kind.COMMENT, values={"text": "Yes"}), "swh-1", since=LONG_AGO)
    assert found is not None
    assert found.ref == made.ref
