"""Every canonical value lands somewhere, comes back as it was, or is remarked on."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.zoho.connector import ZohoCrm, connect
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, account_of, open_crm
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.records import Draft, Kind, Record, Ref

PHONE = "+380671234567"
KYIV = ZoneInfo("Europe/Kyiv")
VISIT: dict[str, Any] = {
    "source": "google",
    "utm": {"utm_source": "google", "utm_campaign": "autumn sale"},
    "client_id": "123.456",
}
UKRAINIAN = {"Source": "Джерело", "Due": "Строк", "Incoming call from %(client)s": "Вхідний дзвінок від %(client)s"}


def held(twin: TwinClient, kind: Kind) -> dict[str, Any]:
    """The one record of a kind as Zoho has it."""
    (row,) = twin.state()["records"][kind.value]
    return dict(row)


def create(crm: ZohoCrm, kind: Kind, *links: Ref, mark: str = "", **values: Any) -> Record:
    return crm.create(Draft(kind=kind, values=values, links=links), mark=mark)


@pytest.fixture
def crm(twin: TwinClient) -> ZohoCrm:
    return connect(account_of(twin, {"lead_sources": ["Telephony"]}, zone=KYIV))


@pytest.mark.parametrize("kind", [Kind.CONTACT, Kind.LEAD, Kind.DEAL])
def test_source_and_visit_stand_in_the_description_with_the_mark_last(
    twin: TwinClient, crm: ZohoCrm, kind: Kind
) -> None:
    name = "name" if kind is Kind.CONTACT else "title"
    made = create(crm, kind, mark="swh-abc", **{name: "Ivan", **VISIT})
    lines = held(twin, kind)["Description"].splitlines()
    assert lines == [
        "Source: google",
        "utm_source: google",
        "utm_campaign: autumn sale",
        "client_id: 123.456",
        "swh-abc",
    ]
    kept = crm.get(made.ref).values
    assert {name: kept[name] for name in VISIT} == VISIT


def test_a_source_that_the_account_knows_goes_into_its_own_field(twin: TwinClient, crm: ZohoCrm) -> None:
    made = create(crm, Kind.LEAD, title="Call", source="telephony")
    assert (held(twin, Kind.LEAD)["Lead_Source"], held(twin, Kind.LEAD).get("Description")) == ("Telephony", None)
    assert crm.get(made.ref).values["source"] == "Telephony"


def test_the_visit_is_left_to_mapped_fields_where_that_is_set(twin: TwinClient) -> None:
    crm = open_crm(twin, visit_in_description=False)
    create(crm, Kind.LEAD, title="Call", custom={"UTM_Source": "google"}, **VISIT)
    assert (held(twin, Kind.LEAD)["UTM_Source"], held(twin, Kind.LEAD).get("Description")) == ("google", None)


def test_a_lead_has_its_title_for_a_last_name_and_its_numbers(twin: TwinClient, crm: ZohoCrm) -> None:
    create(crm, Kind.LEAD, title="Call +380671234567", phones=[PHONE, "+380501112233"])
    row = held(twin, Kind.LEAD)
    assert (row["Last_Name"], row["Phone"], row["Mobile"]) == ("Call +380671234567", PHONE, "+380501112233")
    assert "Company" not in row


def test_a_lead_gets_the_company_and_the_fixed_values_that_its_layout_wants(twin: TwinClient) -> None:
    twin.control("configure", company_mandatory=True)
    settings = {"lead_company": "Unknown", "fixed_values": ["Leads.City = Kyiv", "Deals.Next_Step = Call"]}
    create(open_crm(twin, **settings), Kind.LEAD, title="Call")
    assert (held(twin, Kind.LEAD)["Company"], held(twin, Kind.LEAD)["City"]) == ("Unknown", "Kyiv")
    with pytest.raises(Rejected, match="Fixed values"):
        create(open_crm(twin), Kind.LEAD, title="Call")


def test_a_number_for_which_there_is_no_field_stands_in_the_description(crm: ZohoCrm) -> None:
    phones = [f"+38067123456{number}" for number in range(5)]
    made = create(crm, Kind.CONTACT, name="Ivan", phones=phones)
    assert "+380671234564" in str(made.remarks[0])
    assert crm.get(made.ref).phones == tuple(phones)


def test_a_lead_on_an_existing_contact_names_it_and_says_so(twin: TwinClient, crm: ZohoCrm) -> None:
    contact = create(crm, Kind.CONTACT, name="Ivan")
    lead = create(crm, Kind.LEAD, contact.ref, title="Call")
    assert held(twin, Kind.LEAD)["Description"] == f"Contact: {contact.url}"
    assert [remark.params["other"] for remark in lead.remarks] == ["contact"]
    assert lead.contact_id == crm.get(lead.ref).contact_id == contact.id


def test_a_company_made_for_a_contact_becomes_the_contacts_company(crm: ZohoCrm) -> None:
    contact = create(crm, Kind.CONTACT, name="Ivan")
    company = create(crm, Kind.COMPANY, contact.ref, name="Acme")
    assert crm.get(contact.ref).company_id == company.id
    assert company.remarks == ()


def test_a_company_whose_contact_is_no_more_is_made_all_the_same(crm: ZohoCrm) -> None:
    company = create(crm, Kind.COMPANY, Ref(Kind.CONTACT, "999999999"), name="Acme")
    assert company.id
    assert "999999999" in str(company.remarks[0])


def test_a_task_is_about_a_contact_and_the_most_telling_other_record(twin: TwinClient, crm: ZohoCrm) -> None:
    contact, company = create(crm, Kind.CONTACT, name="Ivan"), create(crm, Kind.COMPANY, name="Acme")
    deal = create(crm, Kind.DEAL, title="Call")
    task = create(crm, Kind.TASK, company.ref, contact.ref, deal.ref, subject="Call back")
    row = held(twin, Kind.TASK)
    assert (row["Who_Id"]["id"], row["What_Id"]["id"], row["$se_module"]) == (contact.id, deal.id, "Deals")
    assert [remark.params["other"] for remark in task.remarks] == ["company"]


def test_a_task_about_a_lead_names_no_contact(twin: TwinClient, crm: ZohoCrm) -> None:
    contact, lead = create(crm, Kind.CONTACT, name="Ivan"), create(crm, Kind.LEAD, title="Call")
    task = create(crm, Kind.TASK, contact.ref, lead.ref, subject="Call back")
    row = held(twin, Kind.TASK)
    assert (row.get("Who_Id"), row["What_Id"]["id"], row["$se_module"]) == (None, lead.id, "Leads")
    assert [remark.params["other"] for remark in task.remarks] == ["contact"]


def test_a_task_is_due_on_the_projects_day_and_keeps_its_hour_in_the_text(twin: TwinClient, crm: ZohoCrm) -> None:
    task = create(crm, Kind.TASK, subject="Call back", text="Missed", due_at="2026-11-23T22:30:00+00:00")
    row = held(twin, Kind.TASK)
    assert (row["Due_Date"], row["Description"]) == ("2026-11-24", "Missed\n\nDue: 2026-11-24 00:30")
    assert "2026-11-24 00:30" in str(task.remarks[0])
    assert crm.get(task.ref).values["due_at"] == "2026-11-23T22:30:00+00:00"


def test_a_day_that_a_person_moved_counts_to_its_end(twin: TwinClient, crm: ZohoCrm) -> None:
    task = create(crm, Kind.TASK, subject="Call back", due_at="2026-11-23T13:45:00+00:00")
    twin.people("change", module="Tasks", id=task.id, values={"Due_Date": "2026-11-25"})
    due = datetime.fromisoformat(crm.get(task.ref).values["due_at"])
    assert due == datetime(2026, 11, 25, 21, 59, 59, tzinfo=UTC)


def test_a_done_task_has_the_accounts_own_status_and_no_remark(twin: TwinClient, crm: ZohoCrm) -> None:
    task = create(crm, Kind.TASK, subject="Called", done=True, due_at="2026-11-23T13:45:00+00:00", call_id="7")
    assert held(twin, Kind.TASK)["Status"] == "Completed"
    assert task.remarks == ()
    assert (task.status, crm.get(task.ref).values["call_id"]) == ("closed", "7")


def test_a_note_goes_to_one_record_and_the_others_are_remarked_on(twin: TwinClient, crm: ZohoCrm) -> None:
    contact, deal = create(crm, Kind.CONTACT, name="Ivan"), create(crm, Kind.DEAL, title="Call")
    note = create(crm, Kind.COMMENT, deal.ref, contact.ref, text="Noted", mark="swh-1")
    row = held(twin, Kind.COMMENT)
    assert (row["Parent_Id"]["id"], row["Note_Content"]) == (deal.id, "Noted\n\nswh-1")
    assert [remark.params["other"] for remark in note.remarks] == ["contact"]
    assert note.url == deal.url


@pytest.mark.parametrize("target", [Kind.DEAL, Kind.CALL])
def test_an_analysis_can_be_noted_on_a_deal_and_on_a_call(crm: ZohoCrm, target: Kind) -> None:
    about = create(crm, target, title="Call", direction="in", status="missed")
    note = create(crm, Kind.COMMENT, about.ref, text="Summary: fine")
    assert crm.get(note.ref).values["links"] == [{"kind": target.value, "id": about.id}]


def test_a_deal_goes_into_its_pipeline_and_closes_after_the_days_that_are_set(twin: TwinClient) -> None:
    now = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    crm = connect(account_of(twin, {"closing_days": 10}, zone=KYIV, clock=lambda: now))
    create(crm, Kind.DEAL, title="Call", pipeline="Context ads › New")
    row = held(twin, Kind.DEAL)
    assert (row["Pipeline"], row["Stage"], row["Closing_Date"]) == ("Context ads", "New", "2026-12-01")


@pytest.mark.parametrize(
    ("values", "settings", "expected"),
    [
        ({}, {}, ("Standard (Standard)", "Qualification")),
        ({"pipeline": "Context ads"}, {}, ("Context ads", "New")),
        ({"pipeline": "Context ads", "stage": "Talking"}, {}, ("Context ads", "Talking")),
        ({}, {"stage": "Needs Analysis"}, ("Standard (Standard)", "Needs Analysis")),
        ({"status": "won"}, {"won_stages": ["Closed Won"]}, ("Standard (Standard)", "Closed Won")),
    ],
)
def test_a_deal_gets_the_stage_that_is_said_else_the_first(
    twin: TwinClient, values: dict[str, str], settings: dict[str, Any], expected: tuple[str, str]
) -> None:
    create(open_crm(twin, **settings), Kind.DEAL, title="Call", **values)
    assert (held(twin, Kind.DEAL)["Pipeline"], held(twin, Kind.DEAL)["Stage"]) == expected


@pytest.mark.parametrize("switched_on", [True, False])
def test_workflows_run_unless_they_are_switched_off(twin: TwinClient, switched_on: bool) -> None:
    create(open_crm(twin, run_workflows=switched_on), Kind.LEAD, title="Call")
    sent = twin.get("/__twin__/requests").json()["log"][-1]["request"]["body"]
    assert ("trigger" in sent) is not switched_on


def test_words_of_the_hub_are_in_the_projects_language_and_read_in_both(twin: TwinClient) -> None:
    crm = connect(account_of(twin, translate=lambda text: UKRAINIAN.get(text, text)))
    made = create(crm, Kind.LEAD, title="Call", source="google")
    assert held(twin, Kind.LEAD)["Description"] == "Джерело: google"
    assert crm.get(made.ref).values["source"] == "google"
    assert open_crm(twin).get(made.ref).values.get("source") is None
    twin.people("change", module="Leads", id=made.id, values={"Description": "Source: bing"})
    assert crm.get(made.ref).values["source"] == "bing"


def test_a_persons_words_in_a_description_stay_when_the_visit_is_added(twin: TwinClient, crm: ZohoCrm) -> None:
    values = {"Last_Name": "Ivan", "First_Name": "Old", "Description": "Likes: tea\r\nCall after 18"}
    typed = twin.people("add", module="Contacts", values=values)
    changed = crm.update(Ref(Kind.CONTACT, typed["id"]), {"utm": {"source": "bing"}, "client_id": "1"})
    expected = "Likes: tea\nCall after 18\n\nutm_source: bing\nclient_id: 1"
    assert held(twin, Kind.CONTACT)["Description"] == expected
    assert changed.title == "Old Ivan"


def test_a_later_visit_takes_the_place_of_the_earlier_one(twin: TwinClient, crm: ZohoCrm) -> None:
    made = create(crm, Kind.CONTACT, name="Ivan", mark="swh-1", **VISIT)
    crm.update(made.ref, {"utm": {"utm_source": "bing"}})
    lines = held(twin, Kind.CONTACT)["Description"].splitlines()
    assert lines[1:3] == ["utm_source: bing", "utm_campaign: autumn sale"]
    assert lines[-1] == "swh-1"


def test_a_converted_lead_takes_no_change(twin: TwinClient, crm: ZohoCrm) -> None:
    lead = create(crm, Kind.LEAD, title="Call", phones=[PHONE])
    twin.people("convert", id=lead.id)
    with pytest.raises(TargetGone, match="converted"):
        crm.update(lead.ref, {"utm": {"source": "bing"}})
    assert crm.get(lead.ref).status == "converted"


@pytest.mark.parametrize(("status", "expected"), [("Junk Lead", "lost"), ("Contacted", "open")])
def test_a_lead_that_was_given_up_is_lost(twin: TwinClient, crm: ZohoCrm, status: str, expected: str) -> None:
    lead = create(crm, Kind.LEAD, title="Call")
    twin.people("change", module="Leads", id=lead.id, values={"Lead_Status": status})
    assert crm.get(lead.ref).status == expected


def test_a_record_of_a_kind_that_zoho_has_not_is_rejected(crm: ZohoCrm) -> None:
    with pytest.raises(Rejected):
        create(crm, Kind.ORDER, title="Order")
