"""The feed of changes, while people work."""

import json

import pytest

from switchhook.connectors.base import Changes
from switchhook.connectors.pipedrive import sync
from switchhook.connectors.pipedrive.connector import Pipedrive
from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.core.errors import Rejected, Unreachable
from switchhook.core.records import Kind, Ref

PHONE = "+380671234567"


def follow(crm: Pipedrive, cursor: str = "") -> list[Changes]:
    """The pages of one round."""
    pages = [crm.changes(cursor)]
    while pages[-1].more:
        pages.append(crm.changes(pages[-1].cursor))
        assert len(pages) < 200
    return pages


def told(pages: list[Changes]) -> set[Ref]:
    return {record.ref for page in pages for record in page.records}


def gone(pages: list[Changes]) -> set[Ref]:
    return {ref for page in pages for ref in page.gone}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "PAGE", 3)


def test_the_first_round_asks_for_each_kind_once(office: Office) -> None:
    crm = office.connect()
    kinds = ["persons", "organizations", "deals"]
    asked = office.requests_of(lambda: follow(crm))
    assert sorted(asked) == sorted([*(f"GET /api/v2/{kind}" for kind in kinds), "GET /v1/leads"])


@pytest.mark.usefixtures("small_pages")
def test_a_lead_that_changes_while_pages_are_read_hides_nobody(office: Office) -> None:
    person = office.add_contact("Ivan", PHONE)
    leads = []
    for number in range(10):
        leads.append(office.people("add_lead", title=f"Lead {number}", person_id=int(person.id))["id"])
        office.let_time_pass(2)
    crm = office.connect()
    pages = [crm.changes("")]
    while pages[-1].more:
        office.people("rename", kind="leads", id=leads[len(pages) % 10], name="Changed")
        pages.append(crm.changes(pages[-1].cursor))
    assert {Ref(Kind.LEAD, number) for number in leads} <= told(pages)


@pytest.mark.usefixtures("small_pages")
def test_leads_imported_in_one_second_are_all_told(office: Office) -> None:
    person = office.add_contact("Ivan", PHONE)
    office.control("clock", now="2026-11-20T10:00:00+00:00")
    leads = [office.people("add_lead", title="Lead", person_id=int(person.id))["id"] for _ in range(11)]
    assert {Ref(Kind.LEAD, number) for number in leads} <= told(follow(office.connect()))


@pytest.mark.usefixtures("small_pages")
def test_leads_of_a_vendor_that_passes_over_the_time_are_all_told_and_come_to_an_end(office: Office) -> None:
    office.configure(leads_updated_since=False)
    person = office.add_contact("Ivan", PHONE)
    leads = []
    for number in range(10):
        leads.append(office.people("add_lead", title=f"Lead {number}", person_id=int(person.id))["id"])
        office.let_time_pass(2)
    assert {Ref(Kind.LEAD, number) for number in leads} <= told(follow(office.connect()))


@pytest.mark.parametrize(("path", "status"), [("/v1/leads/archived", 404), ("/api/v2/deals/archived", 403)])
def test_a_company_without_archives_is_not_without_the_rest(office: Office, path: str, status: int) -> None:
    crm = office.connect()
    cursor = follow(crm)[-1].cursor
    office.fail(action="status", path=path, status=status, times=None, body={"error": "no such thing"})
    made = office.add_contact("Ivan", PHONE)
    pages = follow(crm, cursor)
    assert made in told(pages)
    assert follow(crm, pages[-1].cursor)


def test_a_quiet_round_is_four_requests_once_the_vendor_has_told_of_new_records(office: Office) -> None:
    crm = office.connect(sync_minutes=0)
    first = follow(crm)[-1].cursor
    person = int(office.add_contact("Ivan", PHONE).id)
    office.people("add_organization", name="Acme")
    office.people("add_deal", title="Deal", person_id=person)
    cursor = follow(crm, first)[-1].cursor
    crm = office.connect(sync_minutes=0.0001)  # the archives' turn is not yet
    spent = office.used()
    asked = office.requests_of(lambda: follow(crm, cursor))
    assert [line for line in asked if "archived" not in line] == [
        "GET /api/v2/persons",
        "GET /api/v2/organizations",
        "GET /v1/leads",
        "GET /api/v2/deals",
    ]
    assert office.used() - spent - 60 * any("archived" in line for line in asked) == 50


@pytest.mark.usefixtures("small_pages")
def test_a_page_whose_cursor_the_vendor_has_forgotten_is_read_from_the_start(office: Office) -> None:
    made = {office.add_contact(f"Client {number}", PHONE) for number in range(7)}
    crm = office.connect()
    first = crm.changes("")
    office.fail(action="status", status=400, path="/api/v2/persons", body={"success": False, "error": "cursor expired"})
    assert made <= told(follow(crm, first.cursor))


def test_a_refused_list_is_no_endless_loop(office: Office) -> None:
    office.fail(action="status", status=400, path="/api/v2/persons", times=None, body={"success": False})
    with pytest.raises(Rejected):
        office.connect().changes("")


def test_a_failed_page_is_asked_for_again(office: Office) -> None:
    made = office.add_contact("Ivan", PHONE)
    crm = office.connect()
    office.fail(action="status", status=500, path="/v1/leads")
    at_leads = crm.changes(crm.changes("").cursor).cursor
    with pytest.raises(Unreachable):
        crm.changes(at_leads)
    lead = office.people("add_lead", title="Lead", person_id=int(made.id))["id"]
    assert Ref(Kind.LEAD, lead) in told(follow(crm, at_leads))


def test_what_was_converted_archived_or_deleted_is_told(office: Office) -> None:
    person = int(office.add_contact("Ivan", PHONE).id)
    leads = [office.people("add_lead", title=f"Lead {n}", person_id=person)["id"] for n in range(2)]
    deals = [office.people("add_deal", title=f"Deal {n}", person_id=person)["id"] for n in range(2)]
    crm = office.connect()
    cursor = follow(crm)[-1].cursor
    office.let_time_pass(2)
    office.people("convert", id=leads[0])
    office.people("archive", kind="leads", id=leads[1])
    office.people("archive", kind="deals", id=deals[0])
    office.people("delete", kind="deals", id=deals[1])
    pages = follow(crm, cursor)
    closed = {record.ref for page in pages for record in page.records if record.status == "closed"}
    assert gone(pages) == {Ref(Kind.LEAD, leads[0]), Ref(Kind.DEAL, str(deals[1]))}
    assert closed == {Ref(Kind.LEAD, leads[1]), Ref(Kind.DEAL, str(deals[0]))}


def test_new_persons_are_asked_for_apart_until_the_vendor_has_told_of_one(office: Office) -> None:
    crm = office.connect()
    cursor = follow(crm)[-1].cursor
    office.add_contact("Ivan", PHONE)
    cursor = follow(crm, cursor)[-1].cursor
    assert "persons" in json.loads(cursor)["told"]
    asked = office.requests_of(lambda: follow(crm, cursor))
    assert asked.count("GET /api/v2/persons") == 1
    assert asked.count("GET /api/v2/organizations") == 2


def test_where_the_vendor_is_silent_about_new_persons_they_are_still_told(office: Office) -> None:
    office.configure(updated_since_skips_new=True)
    crm = office.connect()
    for number in range(3):
        cursor = follow(crm)[-1].cursor
        made = office.add_contact(f"Client {number}", PHONE)
        assert made in told(follow(crm, cursor))


def test_between_two_rounds_nothing_is_asked(office: Office) -> None:
    crm = office.connect(sync_minutes=15)
    cursor = follow(crm)[-1].cursor
    pages: list[Changes] = []
    assert office.requests_of(lambda: pages.append(crm.changes(cursor))) == []
    assert (pages[0].cursor, pages[0].more, pages[0].records) == (cursor, False, ())


def test_a_cursor_of_another_make_begins_anew(office: Office) -> None:
    made = office.add_contact("Ivan", PHONE)
    assert made in told(follow(office.connect(), "no json")) & told(follow(office.connect(), '{"other": 1}'))


def test_deleted_persons_are_not_told(office: Office) -> None:
    made = office.add_contact("Ivan", PHONE)
    office.delete(made)
    assert made not in told(follow(office.connect()))
