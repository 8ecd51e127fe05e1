"""What is sent of a draft, what is remarked, and what a person reads in KeyCRM."""

from dataclasses import replace
from typing import Any

import pytest

from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.records import Draft, Kind, Record, Ref

UTM = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring", "utm_keyword": "boots"}
VISIT = {"source": "Phone calls", "utm": UTM, "client_id": "12.34"}


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


def make(crm: KeyCrm, kind: Kind, *links: Ref, **values: Any) -> Record:
    return crm.create(Draft(kind=kind, values=values, links=links), mark="swh-m1")


def timeless(record: Record) -> Record:
    """The record without the second in which it was changed."""
    return replace(record, last_activity=None)


def said(record: Record) -> str:
    return " ".join(str(remark) for remark in record.remarks)


# --- buyers and companies ---------------------------------------------------------------------------------------------


def test_a_buyer_is_written_with_owner_company_numbers_and_the_visit_in_the_note(
    account: TwinAccount, crm: KeyCrm
) -> None:
    company = make(crm, Kind.COMPANY, name="Acme")
    made = make(crm, Kind.CONTACT, company.ref, name="Ivan", phones=[PHONE], email="i@example.com", owner="12", **VISIT)
    held = account.records("buyers")[0]
    assert (held["full_name"], held["phone"], held["email"]) == ("Ivan", [PHONE], ["i@example.com"])
    assert (held["manager"]["id"], held["company"]["id"]) == (12, int(company.id))
    assert held["note"].splitlines() == [
        "source: Phone calls", "utm_source: google", "utm_medium: cpc", "utm_campaign: spring", "utm_keyword: boots",
        "client_id: 12.34", "swh-m1",
    ]  # fmt: skip
    assert timeless(made) == timeless(crm.get(made.ref))
    assert not made.remarks


def test_a_mapped_value_goes_to_its_field_and_not_to_the_note(account: TwinAccount, crm: KeyCrm) -> None:
    make(crm, Kind.CONTACT, name="Ivan", client_id="12.34", custom={"CT_1031": "12.34"})
    held = account.records("buyers")[0]
    assert held["custom_fields"] == [{"uuid": "CT_1031", "value": "12.34"}]
    assert held["note"] == "swh-m1"


def test_a_companys_number_stands_in_its_notes(account: TwinAccount, crm: KeyCrm) -> None:
    buyer = account.add_contact("Ivan", PHONE)
    made = make(crm, Kind.COMPANY, buyer, name="Acme", phones=[PHONE])
    assert account.records("companies")[0]["notes"].splitlines() == [f"phone: {PHONE}", "swh-m1"]
    assert crm.get(buyer).company_id == made.id


@pytest.mark.parametrize(("mode", "buyers"), [("new", 2), ("join", 1), ("error", 1)])
def test_a_number_that_is_known_gives_one_buyer_wherever_keycrm_allows_no_second(
    account: TwinAccount, crm: KeyCrm, mode: str, buyers: int
) -> None:
    there = account.add_contact("First", PHONE)
    account.configure(known_phone=mode)
    made = make(crm, Kind.CONTACT, name="Second", phones=[PHONE])
    assert len(account.records("buyers")) == buyers
    assert (made.ref == there) is (buyers == 1)
    assert ("only once" in said(made)) is (mode == "error")


def test_a_change_of_a_buyer_names_only_what_changes_and_keeps_the_note(account: TwinAccount, crm: KeyCrm) -> None:
    buyer = account.add_contact("Ivan", PHONE)
    account.people("edit", kind="buyer", id=buyer.id, values={"note": "Likes tea"})
    changed = crm.update(buyer, {"owner": "12", "utm": {"utm_source": "google"}, "custom": {"CT_1031": "9"}})
    sent = account.last()["body"]
    assert sent == {
        "full_name": "Ivan",
        "manager_id": 12,
        "note": "Likes tea\nutm_source: google",
        "custom_fields": [{"uuid": "CT_1031", "value": "9"}],
    }
    assert timeless(changed) == timeless(crm.get(buyer))


def test_a_new_address_is_the_first_and_the_others_stay(account: TwinAccount, crm: KeyCrm) -> None:
    buyer = account.add_contact("Ivan", PHONE)
    account.people("edit", kind="buyer", id=buyer.id, values={"email": ["old@example.com", "new@example.com"]})
    assert crm.update(buyer, {"email": "new@example.com"}).values["email"] == "new@example.com"
    assert account.records("buyers")[0]["email"] == ["new@example.com", "old@example.com"]


def test_what_of_a_draft_has_no_place_is_remarked_on(crm: KeyCrm) -> None:
    made = make(crm, Kind.CONTACT, name="Ivan", birthday="2000-01-01")
    assert "birthday" in said(made)


# --- cards ------------------------------------------------------------------------------------------------------------


def test_a_card_brings_its_buyer_and_its_tags(account: TwinAccount, crm: KeyCrm) -> None:
    make(crm, Kind.DEAL, title="Call", phones=[PHONE], owner="12", pipeline="2", **VISIT)
    card = account.records("cards")[0]
    assert (card["title"], card["manager_id"], card["status"]["pipeline_id"], card["source_id"]) == ("Call", 12, 2, 5)
    assert [card[f"utm_{name}"] for name in ("source", "medium", "campaign", "term")] == [
        "google",
        "cpc",
        "spring",
        None,
    ]
    comment = "source: Phone calls\nutm_keyword: boots\nclient_id: 12.34\nswh-m1"
    assert card["manager_comment"] == comment
    assert card["contact"]["client"]["phone"] == PHONE
    assert [buyer["full_name"] for buyer in account.records("buyers")] == [PHONE]


def test_a_tag_that_is_too_long_is_cut_and_remarked_on(account: TwinAccount, crm: KeyCrm) -> None:
    made = make(crm, Kind.DEAL, title="Call", phones=[PHONE], utm={"utm_source": "x" * 300, "utm_medium": "cpc"})
    assert account.records("cards")[0]["utm_source"] == "x" * 255
    assert "“utm_source” was cut to 255" in said(made)
    assert "utm_medium" not in said(made)


def test_a_card_of_a_known_number_joins_its_buyer(account: TwinAccount, crm: KeyCrm) -> None:
    buyer = account.add_contact("Ivan", "067 123 45 67")
    make(crm, Kind.DEAL, title="Call", phones=[PHONE])
    assert account.records("cards")[0]["contact"]["client_id"] == int(buyer.id)


def test_a_cards_company_is_that_of_its_buyer(account: TwinAccount, crm: KeyCrm) -> None:
    company = make(crm, Kind.COMPANY, name="Acme")
    buyer = make(crm, Kind.CONTACT, company.ref, name="Ivan", phones=[PHONE])
    made = make(crm, Kind.DEAL, buyer.ref, company.ref, title="Call")
    assert "company of its buyer" in said(made)
    assert crm.get(made.ref).company_id == company.id


def test_a_card_may_begin_in_a_stage_of_its_own(account: TwinAccount, crm: KeyCrm) -> None:
    made = make(crm, Kind.DEAL, title="Call", phones=[PHONE], stage="2")
    assert account.records("cards")[0]["status_id"] == 2
    assert made.values["stage"] == "2"
    assert not made.remarks


def test_a_card_whose_stage_cannot_be_set_is_made_once_and_remarked_on(account: TwinAccount, crm: KeyCrm) -> None:
    account.fault(action="status", method="PUT", path="/v1/pipelines/cards/*", status=503)
    made = make(crm, Kind.DEAL, title="Call", phones=[PHONE], stage="2")
    assert made.id == str(account.records("cards")[0]["id"])
    assert "could not be put into its stage" in said(made)


def test_a_card_is_moved_closed_and_opened_by_its_stage(account: TwinAccount, crm: KeyCrm) -> None:
    made = make(crm, Kind.DEAL, title="Call", phones=[PHONE])
    assert crm.update(made.ref, {"pipeline": "2"}).values["stage"] == "11"
    closed = crm.update(made.ref, {"stage": "13"})
    assert (closed.status, crm.get(made.ref).status) == ("closed", "closed")
    assert crm.update(made.ref, {"stage": "12"}).is_open
    with pytest.raises(Rejected, match="no stage"):
        crm.update(made.ref, {"stage": "999"})


def test_the_visit_of_a_card_that_is_there_is_remarked_on_unless_it_is_mapped(
    account: TwinAccount, crm: KeyCrm
) -> None:
    made = make(crm, Kind.DEAL, title="Call", phones=[PHONE])
    assert "only when a card is made" in said(crm.update(made.ref, {"utm": {"utm_source": "google"}}))
    mapped = {"utm": {"utm_source": "google"}, "custom": {"LD_1021": "google"}}
    assert not crm.update(made.ref, mapped).remarks
    assert crm.get(made.ref).values["custom"] == {"LD_1021": "google"}


def test_a_card_of_a_buyer_who_is_no_more_finds_its_target_gone(account: TwinAccount, crm: KeyCrm) -> None:
    with pytest.raises(TargetGone):
        make(crm, Kind.DEAL, Ref(Kind.CONTACT, "9999"), title="Call")
    assert account.records("cards") == []


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_its_buyers_with_one_line_and_the_mark_as_its_number(account: TwinAccount, crm: KeyCrm) -> None:
    buyer = account.add_contact("Ivan", "067 123 45 67")
    made = make(crm, Kind.ORDER, buyer, title="Boots", amount=120.5, currency="PLN", owner="12")
    held = account.records("orders")[0]
    assert (held["source_uuid"], held["source_id"], held["grand_total"]) == ("swh-m1", 5, 120.5)
    assert held["buyer"]["id"] == int(buyer.id) == int(made.contact_id or 0)
    assert (held["manager"]["id"], held["products"][0]["name"], crm.get(made.ref).title) == (12, "Boots", "Boots")
    assert "PLN" in said(made)


def test_an_order_of_a_card_is_its_buyers(account: TwinAccount, crm: KeyCrm) -> None:
    card = make(crm, Kind.DEAL, title="Call", phones=[PHONE])
    make(crm, Kind.ORDER, card.ref, title="Boots")
    assert account.records("orders")[0]["buyer"]["phone"] == PHONE


def test_an_order_of_nobody_is_rejected_with_the_reason(account: TwinAccount, crm: KeyCrm) -> None:
    with pytest.raises(Rejected, match="only for a buyer"):
        make(crm, Kind.ORDER, title="Boots")
    with pytest.raises(Rejected, match="no amount"):
        make(crm, Kind.ORDER, account.add_contact("Ivan", PHONE), title="Boots", amount="a lot")
    nameless = account.people("add_buyer", name="No number")
    with pytest.raises(Rejected, match="neither a number nor an e-mail"):
        make(crm, Kind.ORDER, Ref(Kind.CONTACT, str(nameless["id"])), title="Boots")


def test_orders_are_declared_only_where_a_source_is_chosen(account: TwinAccount) -> None:
    assert Kind.ORDER in account.connect().capabilities.kinds
    without = account.connect(source_id="")
    assert Kind.ORDER not in without.capabilities.kinds
    with pytest.raises(Rejected):
        make(without, Kind.ORDER, title="Boots")
