"""Finding a client by number, and what a lost request has made."""

from datetime import timedelta

import pytest

from switchhook.connectors.pipedrive.finding import terms
from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.core.clock import utc_now
from switchhook.core.errors import OutcomeUnknown, TargetGone
from switchhook.core.records import Draft, Kind, Ref

PHONE = "+380671234567"


@pytest.mark.parametrize(
    ("phone", "first"), [(PHONE, "671234567"), ("+48221234567", "221234567"), ("+3725551", "3725551")]
)
def test_the_national_number_is_searched_first_unless_it_is_short(phone: str, first: str) -> None:
    assert terms(phone)[0] == first


def test_further_spellings_are_those_that_people_type() -> None:
    assert terms(PHONE)[1:] == [
        "+380671234567", "380671234567", "0671234567", "067 123 4567", "+380 67 123 4567", "067-123-4567",
    ]  # fmt: skip


def test_an_unknown_number_costs_one_request(office: Office) -> None:
    crm = office.connect()
    assert office.requests_of(lambda: crm.find_by_phone(PHONE)) == ["GET /api/v2/persons/search"]


def test_a_hit_with_other_numbers_is_nobody(office: Office) -> None:
    office.add_contact("Longer", "+3806712345678")
    office.add_contact("In a text", "ext. 671234567 of 3")
    assert [record.title for record in office.connect().find_by_phone(PHONE)] in ([], ["In a text"])


def test_a_client_is_found_with_company_leads_and_deals(office: Office) -> None:
    company = office.people("add_organization", name="Acme")
    person = office.people("add_person", name="Ivan", phones=[{"value": "067 123 45 67"}], org_id=company["id"])
    lead = office.people("add_lead", title="Lead", person_id=person["id"])
    deal = office.people("add_deal", title="Deal", person_id=person["id"])
    office.people("close", kind="deals", id=deal["id"], status="won")
    found = {record.kind: record for record in office.connect().find_by_phone(PHONE)}
    assert {kind: record.id for kind, record in found.items()} == {
        Kind.CONTACT: str(person["id"]),
        Kind.COMPANY: str(company["id"]),
        Kind.LEAD: lead["id"],
        Kind.DEAL: str(deal["id"]),
    }
    assert (found[Kind.LEAD].status, found[Kind.DEAL].status) == ("open", "won")
    assert found[Kind.DEAL].contact_id == found[Kind.LEAD].contact_id == str(person["id"])


def test_a_record_has_the_address_that_opens_it(office: Office) -> None:
    made = office.add_contact("Ivan", PHONE)
    assert office.connect().get(made).url == f"{office.url}/person/{made.id}"
    assert office.connect(company_domain="acme").get(made).url == f"https://acme.pipedrive.com/person/{made.id}"


def test_a_person_made_a_moment_ago_is_found_once_the_index_knows_him(office: Office) -> None:
    office.configure(index_delay=30)
    crm = office.connect()
    made = crm.create(Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]}), mark="")
    assert crm.find_by_phone(PHONE) == []
    office.let_time_pass(crm.capabilities.settle)
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [made.ref]


def test_a_lost_person_is_found_at_once_though_search_knows_nothing(office: Office) -> None:
    office.configure(index_delay=3600)
    crm = office.connect()
    draft = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]})
    office.fail(action="drop_after_commit", method="POST", path="/api/v2/persons")
    with pytest.raises(OutcomeUnknown):
        crm.create(draft, mark="swh-1")
    found = crm.find_made(draft, "swh-1", since=utc_now())
    assert found is not None
    assert found.phones == (PHONE,)


def test_what_was_made_long_before_is_not_taken_for_what_was_lost(office: Office) -> None:
    crm = office.connect()
    draft = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]})
    crm.create(draft, mark="swh-1")
    assert crm.find_made(draft, "swh-2", since=utc_now() + timedelta(hours=1)) is None


def test_a_namesake_with_another_number_is_not_taken_for_what_was_lost(office: Office) -> None:
    crm = office.connect()
    crm.create(Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": ["+48601234567"]}), mark="")
    draft = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]})
    assert crm.find_made(draft, "swh-1", since=utc_now()) is None


# --- what becomes of leads --------------------------------------------------------------------------------------------


@pytest.fixture
def lead(office: Office) -> Ref:
    person = office.people("add_person", name="Ivan", phones=[{"value": PHONE}])
    return Ref(Kind.LEAD, office.people("add_lead", title="Lead", person_id=person["id"])["id"])


def test_a_converted_lead_is_gone_and_its_deal_is_there(office: Office, lead: Ref) -> None:
    crm = office.connect()
    deal = office.people("convert", id=lead.id)["deal_id"]
    with pytest.raises(TargetGone):
        crm.get(lead)
    assert {record.ref for record in crm.find_by_phone(PHONE)} >= {Ref(Kind.DEAL, str(deal))}
    assert lead not in {record.ref for record in crm.find_by_phone(PHONE)}


def test_a_task_for_a_converted_lead_finds_its_target_gone(office: Office, lead: Ref) -> None:
    office.people("convert", id=lead.id)
    with pytest.raises(TargetGone):
        office.connect().create(Draft(kind=Kind.TASK, values={"subject": "Call"}, links=(lead,)), mark="")


@pytest.mark.parametrize("status", [400, 404])
def test_a_link_that_leads_nowhere_is_gone_however_the_vendor_says_it(office: Office, lead: Ref, status: int) -> None:
    office.configure(missing_link_status=status)
    office.people("delete", kind="leads", id=lead.id)
    with pytest.raises(TargetGone):
        office.connect().create(Draft(kind=Kind.COMMENT, values={"text": "Text"}, links=(lead,)), mark="")


def test_an_archived_lead_is_closed_and_cannot_be_changed(office: Office, lead: Ref) -> None:
    crm = office.connect()
    office.people("archive", kind="leads", id=lead.id)
    assert crm.get(lead).status == "closed"
    with pytest.raises(TargetGone):
        crm.update(lead, {"title": "Too late"})


def test_a_merged_person_is_gone_and_the_other_has_his_number(office: Office) -> None:
    lost, kept = office.add_contact("Ivan", PHONE), office.add_contact("Ivan Ivanov", "+48601234567")
    office.people("merge", id=lost.id, into=kept.id)
    crm = office.connect()
    with pytest.raises(TargetGone):
        crm.update(lost, {"name": "Too late"})
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [kept]
