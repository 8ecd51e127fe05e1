"""What is sent to Pipedrive, and what is said of that which it cannot take."""

from typing import Any

import pytest

from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin.config import field_code
from switchhook.core.errors import Rejected
from switchhook.core.records import Draft, Kind, Record, Ref

PHONE = "+380671234567"
UTM = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}
FIELDS = [f"{owner}:{tag}:{field_code(owner, tag)}" for owner in ("person", "deal") for tag in UTM]
SALES = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": [PHONE]})


def create(office: Office, kind: Kind, values: dict[str, Any], *links: Ref, mark: str = "", **settings: Any) -> Record:
    return office.connect(**settings).create(Draft(kind=kind, values=values, links=links), mark=mark)


@pytest.fixture
def person(office: Office) -> Ref:
    return office.connect().create(SALES, mark="").ref


@pytest.fixture
def lead(office: Office, person: Ref) -> Ref:
    return create(office, Kind.LEAD, {"title": "Call"}, person).ref


# --- parties ----------------------------------------------------------------------------------------------------------


def test_a_person_has_numbers_of_which_the_first_is_primary(office: Office) -> None:
    create(office, Kind.CONTACT, {"name": "Ivan", "phones": [PHONE, "+48601234567"], "owner": "102"})
    assert office.sent() == {
        "name": "Ivan",
        "owner_id": 102,
        "phones": [
            {"value": PHONE, "label": "work", "primary": True},
            {"value": "+48601234567", "label": "work", "primary": False},
        ],
    }


def test_a_persons_mail_and_company_are_kept(office: Office) -> None:
    company = create(office, Kind.COMPANY, {"name": "Acme"})
    made = create(office, Kind.CONTACT, {"name": "Ivan", "email": "ivan@example.com"}, company.ref)
    assert (made.values["email"], made.company_id) == ("ivan@example.com", company.id)


def test_an_organization_takes_no_number_and_says_so(office: Office) -> None:
    made = create(office, Kind.COMPANY, {"name": "Acme", "phones": [PHONE]})
    assert office.sent() == {"name": "Acme"}
    assert [str(remark) for remark in made.remarks] == [
        f"Pipedrive keeps no numbers with an organization: {PHONE} stays with the person."
    ]


def test_a_long_name_is_cut_and_said_to_be(office: Office) -> None:
    made = create(office, Kind.CONTACT, {"name": "x" * 300})
    assert len(made.title) == 255
    assert made.remarks


def test_an_owner_that_is_no_number_is_refused_before_anything_is_sent(office: Office) -> None:
    before = len(office.asked())
    with pytest.raises(Rejected, match="olena"):
        create(office, Kind.CONTACT, {"name": "Ivan", "owner": "olena"})
    assert len(office.asked()) == before


# --- leads and deals --------------------------------------------------------------------------------------------------


def test_a_lead_carries_the_mark_where_nobody_sees_it(office: Office, person: Ref) -> None:
    create(office, Kind.LEAD, {"title": "Call", "owner": "102"}, person, mark="swh-1")
    expected = {"title": "Call", "owner_id": 102, "person_id": int(person.id), "origin_id": "swh-1"}
    assert office.sent() == expected


def test_visit_tags_go_into_the_fields_that_were_chosen(office: Office, person: Ref) -> None:
    made = create(office, Kind.LEAD, {"title": "Call", "utm": UTM}, person, visit_fields=FIELDS)
    assert {tag: office.sent()[field_code("deal", tag)] for tag in UTM} == UTM
    assert (made.values["utm"], made.remarks) == (UTM, ())


def test_a_deal_and_a_person_have_their_own_fields_for_visit_tags(office: Office, person: Ref) -> None:
    create(office, Kind.DEAL, {"title": "Call", "utm": UTM}, person, visit_fields=FIELDS)
    assert office.sent()["custom_fields"] == {field_code("deal", tag): UTM[tag] for tag in UTM}
    create(office, Kind.CONTACT, {"name": "Ivan", "utm": UTM}, visit_fields=FIELDS)
    assert office.sent()["custom_fields"] == {field_code("person", tag): UTM[tag] for tag in UTM}


def test_tags_without_a_prefix_are_the_same_tags(office: Office, person: Ref) -> None:
    made = create(office, Kind.LEAD, {"title": "Call", "utm": {"source": "google"}}, person, visit_fields=FIELDS)
    assert made.values["utm"] == {"utm_source": "google"}


def test_without_chosen_fields_a_lead_shows_the_tags_as_its_source_channel(office: Office, person: Ref) -> None:
    made = create(office, Kind.LEAD, {"title": "Call", "utm": UTM, "source": "google"}, person)
    assert office.sent()["channel_id"] == "google / cpc / brand"
    assert made.remarks == ()


def test_without_chosen_fields_a_person_loses_the_tags_and_says_so(office: Office) -> None:
    made = create(office, Kind.CONTACT, {"name": "Ivan", "utm": {"utm_source": "google"}, "client_id": "1.2"})
    assert "utm_source, client_id" in str(made.remarks[0])


def test_a_tag_that_the_mapping_placed_is_not_placed_twice(office: Office, person: Ref) -> None:
    code = field_code("deal", "utm_source")
    values = {"title": "Call", "utm": {"utm_source": "google"}, "custom": {code: "google"}}
    made = create(office, Kind.LEAD, values, person)
    assert office.sent() == {"title": "Call", "person_id": int(person.id), code: "google"}
    assert made.remarks == ()


def test_a_deal_goes_into_its_pipeline_or_stage(office: Office, person: Ref) -> None:
    made = create(office, Kind.DEAL, {"title": "Call", "pipeline": "2"}, person)
    assert (made.values["pipeline"], made.values["stage"]) == ("2", "5")
    made = create(office, Kind.DEAL, {"title": "Call", "pipeline": "2", "stage": "6"}, person)
    assert made.values["stage"] == "6"


def test_a_second_contact_of_a_lead_is_remarked_on(office: Office, person: Ref) -> None:
    other = create(office, Kind.CONTACT, {"name": "Petro"})
    made = create(office, Kind.LEAD, {"title": "Call"}, person, other.ref)
    assert made.contact_id == person.id
    assert other.id in str(made.remarks[0])


def test_a_leads_title_can_be_changed_to_carry_its_id(office: Office, lead: Ref) -> None:
    changed = office.connect().update(lead, {"title": f"Lead {lead.id}"})
    assert changed.title == f"Lead {lead.id}"
    assert office.records("leads")[0]["title"] == f"Lead {lead.id}"


# --- activities and notes ---------------------------------------------------------------------------------------------


def test_an_open_task_is_tied_to_everything_and_due_in_utc(office: Office, person: Ref, lead: Ref) -> None:
    company = create(office, Kind.COMPANY, {"name": "Acme"}).ref
    values = {"subject": "Call back", "text": "Missed", "assignee": "102", "due_at": "2026-11-23T15:45:00+02:00"}
    create(office, Kind.TASK, {**values, "done": False, "call_id": "c1"}, person, company, lead, mark="swh-1")
    assert office.sent() == {
        "subject": "Call back",
        "type": "task",
        "owner_id": 102,
        "done": False,
        "due_date": "2026-11-23",
        "due_time": "13:45",
        "participants": [{"person_id": int(person.id), "primary": True}],
        "org_id": int(company.id),
        "lead_id": lead.id,
        "note": "<p>Missed</p><p>swh-1 · call:c1</p>",
    }


def test_a_done_task_is_of_the_type_of_calls_and_its_recording_can_be_clicked(office: Office, lead: Ref) -> None:
    url = "https://hub.example/r/8b1f?a=1&b=2"
    create(office, Kind.TASK, {"subject": "Call", "done": True, "recording_url": url}, lead, call_type="meeting")
    assert office.sent()["type"] == "meeting"
    link = "https://hub.example/r/8b1f?a=1&amp;b=2"
    assert office.sent()["note"] == f'<p>▶ <a href="{link}">{link}</a></p>'


def test_what_a_client_wrote_cannot_become_markup(office: Office, lead: Ref) -> None:
    made = create(office, Kind.COMMENT, {"text": "<script>alert(1)</script> see https://a.example/?q=<b>"}, lead)
    sent = office.sent()["content"]
    assert "<script" not in sent
    assert '<a href="https://a.example/?q=">https://a.example/?q=</a>&lt;b&gt;' in sent
    assert made.values["text"] == "<script>alert(1)</script> see https://a.example/?q=<b>"


def test_a_recording_that_comes_late_leaves_text_and_mark(office: Office, lead: Ref) -> None:
    crm = office.connect()
    task = crm.create(Draft(kind=Kind.TASK, values={"subject": "Call", "text": "Spoke"}, links=(lead,)), mark="swh-1")
    changed = crm.update(task.ref, {"recording_url": "https://hub.example/r/1"})
    assert (changed.values["text"], changed.values["recording_url"]) == ("Spoke", "https://hub.example/r/1")
    assert office.records("activities")[0]["note"].endswith("<p>swh-1</p>")


def test_a_note_that_a_person_went_on_writing_is_still_read(office: Office, lead: Ref) -> None:
    crm = office.connect()
    note = crm.create(Draft(kind=Kind.COMMENT, values={"text": "Ours"}, links=(lead,)), mark="swh-1")
    kept = office.records("notes")[0]["content"]
    content = kept.replace("Ours", "Ours</p><div>Theirs&nbsp;<b>bold</b></div><p>")
    office.fail(
        action="status", method="GET", path="/v1/notes/*", status=200,
        body={"success": True, "data": {**office.records("notes")[0], "content": content}},
    )  # fmt: skip
    assert crm.get(note.ref).values["text"] == "Ours\nTheirs bold"


def test_of_a_lead_and_a_deal_an_activity_takes_the_first(office: Office, person: Ref, lead: Ref) -> None:
    deal = create(office, Kind.DEAL, {"title": "Deal"}, person).ref
    for kind, values in ((Kind.TASK, {"subject": "Call"}), (Kind.COMMENT, {"text": "Text"})):
        made = create(office, kind, values, lead, deal)
        assert {"kind": "lead", "id": lead.id} in made.values["links"]
        assert deal.id in str(made.remarks[0])


# --- calls ------------------------------------------------------------------------------------------------------------

CALL = {
    "direction": "in",
    "status": "answered",
    "client_number": PHONE,
    "project_number": "+380441234567",
    "started_at": "2026-11-20T09:30:00+00:00",
    "talk_seconds": 221,
    "wait_seconds": 5,
    "employee": "102",
    "employee_name": "Piotr Nowak",
    "employee_line": "acme_piotr",
    "recording_url": "https://hub.example/r/1",
}


def test_a_call_is_a_done_activity_with_every_fact(office: Office, lead: Ref) -> None:
    create(office, Kind.CALL, CALL, lead, language="pl")
    sent = office.sent()
    assert (sent["type"], sent["done"], sent["owner_id"]) == ("call", True, 102)
    assert (sent["due_date"], sent["due_time"], sent["duration"]) == ("2026-11-20", "09:30", "00:04")
    assert sent["subject"] == f"Połączenie {PHONE}: przychodzące, odebrane"
    assert "Rozmowa: 3:41<br>Oczekiwanie: 0:05<br>Pracownik: Piotr Nowak (acme_piotr)" in sent["note"]


@pytest.mark.parametrize("language", ["en", "uk", "pl", "ru"])
def test_a_call_is_read_in_whatever_language_it_was_written(office: Office, lead: Ref, language: str) -> None:
    made = create(office, Kind.CALL, CALL, lead, language=language)
    read = office.connect(language="en").get(made.ref).values
    told = {name: read[name] for name in ("direction", "status", "client_number", "talk_seconds", "wait_seconds")}
    assert told == {name: CALL[name] for name in told}
    assert read["recording_url"] == CALL["recording_url"]


def test_a_native_call_log_is_made_on_top_where_that_is_wanted(office: Office, lead: Ref) -> None:
    made = create(office, Kind.CALL, CALL, lead, call_record="call_log")
    log = office.records("callLogs")[0]
    assert str(log["activity_id"]) == made.id
    assert (log["outcome"], log["duration"], log["user_id"]) == ("connected", "221", 102)
    assert (log["from_phone_number"], log["to_phone_number"]) == (PHONE, "+380441234567")
    assert log["lead_id"] == lead.id
    assert made.remarks == ()


def test_a_call_log_that_is_refused_leaves_the_activity(office: Office, lead: Ref) -> None:
    office.configure(call_logs_for_others=False)
    made = create(office, Kind.CALL, CALL, lead, call_record="call_log")
    assert "permission" in str(made.remarks[0])
    assert [str(row["id"]) for row in office.records("activities")] == [made.id]


def test_a_call_log_whose_answer_is_lost_makes_no_second_activity(office: Office, lead: Ref) -> None:
    office.fail(action="drop_after_commit", method="POST", path="/v1/callLogs")
    made = create(office, Kind.CALL, CALL, lead, call_record="call_log")
    assert made.remarks
    assert len(office.records("activities")) == 1
