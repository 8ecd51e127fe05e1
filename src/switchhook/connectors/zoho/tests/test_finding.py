"""Finding a client, in the details that the contract leaves to the vendor."""

import pytest

from switchhook.connectors.zoho.find import criteria, joined
from switchhook.connectors.zoho.spellings import MOST, spellings
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, ZohoBackdoor, open_crm
from switchhook.core.errors import Misconfigured, Rejected
from switchhook.core.phone import normalize
from switchhook.core.records import Draft, Kind, Ref

PHONE = "+380671234567"


@pytest.mark.parametrize("phone", [PHONE, "+48601234567", "+420601234567", "+12025550123", "+37120123456"])
def test_every_spelling_is_of_the_same_number(phone: str) -> None:
    country = {"+38": "UA", "+48": "PL", "+42": "CZ", "+12": "US", "+37": "LV"}[phone[:3]]
    found = spellings(phone)
    assert {normalize(text, country) for text in found} == {phone}
    assert len(set(found)) == len(found) <= MOST


@pytest.mark.parametrize(
    "typed",
    [
        *("+380671234567", "380671234567", "0671234567", "+38-067-123-4567", "+38(067)123-45-67", "(067) 123-45-67"),
        *("067 123 45 67", "+380 67 123 4567", "+38 (067) 123 45 67", "00380671234567", "067-123-45-67"),
    ],
)
def test_the_usual_ways_to_type_a_ukrainian_number_are_asked_for(twin: TwinClient, typed: str) -> None:
    made = ZohoBackdoor(twin).add_contact("Typed", typed)
    assert [record.ref for record in open_crm(twin).find_by_phone(PHONE)] == [made]


@pytest.mark.parametrize("place", ["Phone", "Mobile", "Home_Phone", "Other_Phone"])
def test_a_number_is_found_in_every_phone_field(twin: TwinClient, place: str) -> None:
    made = twin.people("add", module="Contacts", values={"Last_Name": "Ivan", place: "0671234567"})
    (found,) = open_crm(twin).find_by_phone(PHONE)
    assert (found.id, found.phones) == (made["id"], (PHONE,))


def test_a_phone_field_that_the_account_has_not_is_left_out_of_the_query(twin: TwinClient) -> None:
    twin.control("configure", missing={"Contacts": ["Home_Phone", "Other_Phone"]})
    made = ZohoBackdoor(twin).add_contact("Ivan", PHONE)
    assert [record.ref for record in open_crm(twin).find_by_phone(PHONE)] == [made]


def test_a_query_that_cannot_be_mended_is_refused(twin: TwinClient) -> None:
    twin.control("configure", missing={"Contacts": ["Phone"]})
    with pytest.raises(Rejected, match="Phone"):
        open_crm(twin, contact_phones=["Phone"]).find_by_phone(PHONE)


def test_a_converted_lead_is_found_with_its_contact_and_deal(twin: TwinClient) -> None:
    crm = open_crm(twin)
    lead = crm.create(Draft(kind=Kind.LEAD, values={"title": "Call", "phones": [PHONE]}), mark="")
    made = twin.people("convert", id=lead.id, deal="Big order")
    found = {record.kind: record for record in crm.find_by_phone(PHONE)}
    assert set(found) == {Kind.LEAD, Kind.CONTACT, Kind.DEAL}
    assert (found[Kind.LEAD].status, found[Kind.LEAD].contact_id) == ("converted", made["Contacts"]["id"])
    assert found[Kind.DEAL].contact_id == made["Contacts"]["id"]


@pytest.mark.parametrize("look_up", ["coql", "search"])
def test_a_companys_number_finds_it_and_its_deals(twin: TwinClient, look_up: str) -> None:
    company = twin.people("add", module="Accounts", values={"Account_Name": "Acme", "Phone": "067 123 45 67"})
    deal = twin.people(
        "add",
        module="Deals",
        values={
            "Deal_Name": "Theirs",
            "Pipeline": "Context ads",
            "Stage": "Paid",
            "Closing_Date": "2026-12-01",
            "Account_Name": {"id": company["id"]},
        },
    )
    found = {record.ref: record for record in open_crm(twin, look_up=look_up).find_by_phone(PHONE)}
    assert set(found) == {Ref(Kind.COMPANY, company["id"]), Ref(Kind.DEAL, deal["id"])}
    assert found[Ref(Kind.DEAL, deal["id"])].status == "won"


def test_the_query_knows_at_once_what_the_index_does_not_know_yet(twin: TwinClient) -> None:
    crm = open_crm(twin)
    made = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Fresh", "phones": [PHONE]}), mark="")
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [made.ref]
    assert open_crm(twin, look_up="search").find_by_phone(PHONE) == []


def test_with_the_search_index_the_account_settles_later(twin: TwinClient) -> None:
    assert open_crm(twin).capabilities.settle == 5
    assert open_crm(twin, look_up="search", search_delay=90).capabilities.settle == 90


def test_a_missing_scope_is_said_with_the_remedy(twin: TwinClient) -> None:
    twin.control("configure", scopes=["ZohoCRM.modules.ALL", "ZohoCRM.users.READ"])
    with pytest.raises(Misconfigured, match="scope") as refusal:
        open_crm(twin).find_by_phone(PHONE)
    assert refusal.value.field == "refresh_token"


def test_more_than_two_conditions_are_put_in_brackets() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c", "d"]) == "(((a or b) or c) or d)"


def test_a_search_is_no_longer_than_the_vendor_takes() -> None:
    text = criteria(["Phone", "Mobile", "Home_Phone", "Other_Phone"], PHONE)
    assert len(text) <= 3000
    assert text.startswith("((Phone:in:+380671234567,380671234567,0671234567,")
    assert r"\(067\) 123-4567" in text
