"""Finding buyers and their cards, with the one search that KeyCRM has: by the exact text of a number."""

from datetime import UTC, datetime, timedelta

import pytest

from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.finding import spellings
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.phone import normalize
from switchhook.core.records import Draft, Kind, Ref

OLD = "2026-01-12 08:00:00"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


def old_card(account: TwinAccount, **values: object) -> str:
    """The id of a card that has been there for long, of a buyer who has."""
    card = account.people("add_card", title="Old", phone=PHONE, **values)
    buyer = account.records("buyers")[0]["id"]
    for kind, id_ in (("card", card["id"]), ("buyer", buyer)):
        account.people("edit", kind=kind, id=id_, values={"created_at": OLD, "updated_at": OLD})
        account.people("edit", kind=kind, id=id_, values={"created_at": OLD})
    return str(card["id"])


@pytest.mark.parametrize("phone", [PHONE, "+48601234567", "+33612345678", "+12025550123", "+441632960961"])
def test_every_spelling_that_is_asked_for_is_the_same_number(phone: str) -> None:
    country = {"+380": "UA", "+48": "PL", "+33": "FR", "+1": "US", "+44": "GB"}
    home = next(code for prefix, code in country.items() if phone.startswith(prefix))
    asked = spellings(phone)
    assert {phone, phone[1:]} <= set(asked)
    assert len(asked) == len(set(asked)) <= 25
    assert not any("," in spelling for spelling in asked)
    assert {normalize(spelling, home) for spelling in asked} == {phone}


@pytest.mark.parametrize("phone", ["+0", "+999123", "7"])
def test_what_is_no_number_is_asked_for_as_it_is(account: TwinAccount, crm: KeyCrm, phone: str) -> None:
    assert phone in spellings(phone)
    assert crm.find_by_phone(phone) == []


def test_all_spellings_go_in_one_request(account: TwinAccount, crm: KeyCrm) -> None:
    crm.find_by_phone(PHONE)
    query = account.last()["query"]
    asked = query["filter[buyer_phone]"].split(",")
    assert {PHONE, "380671234567", "0671234567"} <= set(asked)
    assert (query["include"], query["limit"]) == ("manager,company,custom_fields", "50")


def test_a_buyer_comes_with_his_manager(account: TwinAccount, crm: KeyCrm) -> None:
    account.people("add_buyer", name="Ivan", phone=PHONE, manager_id=12)
    found = crm.find_by_phone(PHONE)[0]
    assert (found.title, found.owner, found.phones) == ("Ivan", "12", (PHONE,))
    assert found.url == f"https://acme.keycrm.app/app/clients/{found.id}"
    assert found.last_activity is not None


def test_a_young_card_is_found_open_and_closed(account: TwinAccount, crm: KeyCrm) -> None:
    card = account.people("add_card", title="Young", phone=PHONE, manager_id=12)
    found = {record.ref: record for record in crm.find_by_phone(PHONE)}
    ref = Ref(Kind.DEAL, str(card["id"]))
    assert (found[ref].is_open, found[ref].owner, found[ref].phones) == (True, "12", (PHONE,))
    account.people("close_card", id=card["id"])
    assert not {record.ref: record for record in crm.find_by_phone(PHONE)}[ref].is_open


def test_an_old_card_is_found_by_the_calls_about_it(account: TwinAccount, crm: KeyCrm) -> None:
    card = old_card(account)
    assert [record.kind for record in crm.find_by_phone(PHONE)] == [Kind.CONTACT]
    values = {"client_number": PHONE, "status": "answered", "talk_seconds": 5, "call_id": "7", "employee_line": "301"}
    crm.create(Draft(kind=Kind.CALL, values=values), mark="")
    found = {record.id: record for record in crm.find_by_phone(PHONE)}
    assert found[card].contact_id == str(account.records("buyers")[0]["id"])
    assert Kind.DEAL in crm.capabilities.partly_found


def test_another_clients_card_is_not_found(account: TwinAccount, crm: KeyCrm) -> None:
    account.add_contact("Ivan", PHONE)
    account.people("add_card", title="Another's", phone="+380509876543")
    assert [record.kind for record in crm.find_by_phone(PHONE)] == [Kind.CONTACT]


def test_a_card_whose_flag_is_a_text_or_missing_is_read_by_its_stage(account: TwinAccount, crm: KeyCrm) -> None:
    card = account.people("add_card", title="Card", phone=PHONE)
    ref = Ref(Kind.DEAL, str(card["id"]))
    for flag, closed in (("text", False), ("missing", False)):
        account.configure(finished_flag=flag)
        assert crm.get(ref).is_open is not closed
    account.people("close_card", id=card["id"])
    for flag in ("text", "missing", "truth"):
        account.configure(finished_flag=flag)
        assert not account.connect().get(ref).is_open


def test_a_lost_buyer_is_asked_for_by_the_number_as_it_was_sent(account: TwinAccount, crm: KeyCrm) -> None:
    draft = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]})
    made = crm.create(draft, mark="swh-m1")
    found = crm.find_made(draft, "swh-m1", since=SINCE)
    assert found is not None
    assert found.ref == made.ref
    assert account.last()["query"]["filter[buyer_phone]"] == PHONE


def test_a_lost_card_is_found_among_many(account: TwinAccount, crm: KeyCrm) -> None:
    draft = Draft(kind=Kind.DEAL, values={"title": "Call", "phones": [PHONE]})
    made = crm.create(draft, mark="swh-m1")
    for number in range(60):
        account.people("add_card", title=f"Card {number}", phone="+380509876543")
    found = crm.find_made(draft, "swh-m1", since=datetime.now(UTC) - timedelta(minutes=5))
    assert found is not None
    assert found.ref == made.ref
    later = datetime.now(UTC) + timedelta(hours=1)
    assert crm.find_made(draft, "swh-m1", since=later) is None
