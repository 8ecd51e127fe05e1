"""What the built-in CRM takes, refuses, and says."""

from datetime import timedelta
from typing import Any

import pytest
from tests.crm.office import NOW, PHONE, Office

from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.records import Kind, Record, Ref
from switchhook.crm import services
from switchhook.crm.models import Contact, Lead, Pipeline, Stage, Task, TaskLink
from switchhook.projects.models import Employee


def linked_to(task: Record) -> set[tuple[str, str]]:
    return {(link["kind"], link["id"]) for link in task.values["links"]}


def test_users_are_the_active_employees_of_the_project(office: Office, stranger: Office) -> None:
    Employee.objects.filter(pk=office.boris.pk).update(active=False)
    assert [(user.id, user.email) for user in office.store.users()] == [(str(office.anna.pk), office.anna.email)]


def test_one_number_in_two_spellings_is_kept_once(office: Office) -> None:
    contact = office.contact("Ivan", PHONE, "067 123-45-67", "+380509876543")
    assert contact.phones == (PHONE, "+380509876543")


def test_the_same_number_may_stand_on_two_contacts(office: Office) -> None:
    both = {office.contact("Husband").ref, office.contact("Wife").ref}
    assert {record.ref for record in office.store.find_by_phone(PHONE)} == both


def test_a_client_is_found_with_all_his_leads_and_deals(office: Office) -> None:
    contact = office.contact()
    company = office.make(Kind.COMPANY, name="Firm", phones=[PHONE])
    lead, deal = office.lead(contact), office.deal(contact)
    of_company = office.make(Kind.LEAD, company.ref, title="Through the firm")
    found = [record.ref for record in office.store.find_by_phone(PHONE)]
    assert found == [contact.ref, company.ref, of_company.ref, lead.ref, deal.ref]


def test_records_of_another_project_are_neither_found_nor_read(office: Office, stranger: Office) -> None:
    contact = office.contact(mark="m")
    assert list(stranger.store.find_by_phone(PHONE)) == []
    assert stranger.store.find_by_mark(Kind.CONTACT, "m") is None
    with pytest.raises(TargetGone):
        stranger.store.get(contact.ref)
    with pytest.raises(TargetGone):
        stranger.store.update(contact.ref, {"name": "Mine"})


@pytest.mark.parametrize("owner", ["999999", "nobody@example.com", "Anna"])
def test_an_unknown_owner_is_rejected_by_name(office: Office, owner: str) -> None:
    with pytest.raises(Rejected, match=rf"owner: .*{owner}"):
        office.contact(owner=owner)


def test_an_employee_who_left_or_is_a_strangers_is_rejected(office: Office, stranger: Office) -> None:
    Employee.objects.filter(pk=office.boris.pk).update(active=False)
    for owner in (office.boris, stranger.anna):
        with pytest.raises(Rejected, match="owner"):
            office.contact(owner=str(owner.pk))


def test_a_lead_alone_is_rejected_with_the_remedy(office: Office) -> None:
    with pytest.raises(Rejected, match=r"contact_id: A lead needs a contact or a company\. Choose"):
        office.make(Kind.LEAD, title="Nobody's")


def test_a_lead_about_a_contact_that_is_gone_finds_its_target_gone(office: Office) -> None:
    gone = Ref(Kind.CONTACT, "999999")
    with pytest.raises(TargetGone, match="contact 999999"):
        office.make(Kind.LEAD, gone, title="Too late")
    with pytest.raises(TargetGone, match="contact 999999"):
        office.make(Kind.TASK, gone, subject="Too late")
    assert not Task.objects.exists()


def test_a_task_cannot_be_about_a_task(office: Office) -> None:
    task = office.make(Kind.TASK, subject="First")
    with pytest.raises(Rejected, match="links"):
        office.make(Kind.TASK, task.ref, subject="Second")


def test_a_value_that_nobody_knows_is_rejected_and_a_foreign_one_passed_over(office: Office) -> None:
    with pytest.raises(Rejected, match="nmae"):
        office.contact(nmae="Ivan")
    lead = office.lead(phones=["+380509876543"], due_at="2026-11-21T12:00:00Z")
    assert lead.phones == (PHONE,)


def test_a_title_that_is_too_long_is_cut_not_lost(office: Office) -> None:
    assert len(office.lead(title="x" * 1000).title) == 255


def test_text_that_no_database_takes_is_cleaned(office: Office) -> None:
    contact = office.contact("Iv\0an\ud800", utm={"utm_source": "a\0b"}, custom={"note\0": ["\0"]})
    assert contact.title == "Ivan?"
    assert contact.values["utm"] == {"utm_source": "ab"}
    assert contact.values["custom"] == {"note": [""]}


def test_tags_and_own_fields_add_up_and_are_never_blanked_by_silence(office: Office) -> None:
    contact = office.contact(utm={"utm_source": "google"}, custom={"city": "Kyiv"})
    read = office.store.update(contact.ref, {"utm": {"utm_medium": "cpc", "utm_source": ""}, "custom": {"age": 30}})
    assert read.values["utm"] == {"utm_source": "google", "utm_medium": "cpc"}
    assert read.values["custom"] == {"city": "Kyiv", "age": 30}


def test_a_task_keeps_its_call_recording_and_due_time(office: Office) -> None:
    lead = office.lead()
    due = (NOW + timedelta(hours=4)).isoformat()
    values = {"subject": "Call back", "assignee": str(office.anna.pk), "due_at": due, "call_id": "7"}
    task = office.make(Kind.TASK, lead.ref, Ref(Kind.CONTACT, lead.contact_id or ""), **values)
    assert (task.owner, task.is_open, task.values["due_at"]) == (str(office.anna.pk), True, due)
    assert task.values["kind"] == "task"
    assert linked_to(task) == {("lead", lead.id), ("contact", lead.contact_id)}


def test_a_done_task_of_a_call_is_a_conversation(office: Office) -> None:
    values: dict[str, Any] = {
        "subject": "Talked",
        "done": True,
        "call_id": "7",
        "recording_url": "https://hub.example/r/x",
    }
    task = office.make(Kind.TASK, **values)
    assert (task.status, task.values["kind"]) == ("closed", "call")
    assert Task.objects.get(pk=task.id).done_at == NOW


def test_a_late_recording_is_added_to_a_done_task(office: Office) -> None:
    task = office.make(Kind.TASK, subject="Talked", done=True, call_id="7")
    read = office.store.update(task.ref, {"recording_url": "https://hub.example/r/x"})
    assert read.values["recording_url"] == "https://hub.example/r/x"
    assert (read.status, read.values["kind"], read.title) == ("closed", "call", "Talked")


def test_activity_is_noted_on_what_it_is_about(office: Office) -> None:
    contact = office.contact()
    Contact.objects.update(last_activity_at=None)
    office.make(Kind.COMMENT, contact.ref, text="Asked for a price")
    assert office.store.get(contact.ref).last_activity == NOW


def test_a_deleted_record_takes_its_links_with_it(office: Office) -> None:
    contact, lead = office.contact(), office.lead()
    office.make(Kind.TASK, contact.ref, lead.ref, subject="About both")
    Contact.objects.filter(pk=contact.id).delete()
    assert [(link.kind, str(link.record_id)) for link in TaskLink.objects.all()] == [("lead", lead.id)]


def test_deleting_a_project_deletes_all_that_is_in_it(office: Office) -> None:
    lead = office.lead()
    office.make(Kind.TASK, lead.ref, subject="About it")
    services.convert_lead(Lead.objects.get(), now=NOW)
    office.project.delete()
    assert not Contact.objects.exists()


# --- deals ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def context_ads(office: Office) -> Pipeline:
    services.default_pipeline(office.project)
    pipeline = Pipeline.objects.create(project=office.project, name="Context ads", position=5)
    for position, (name, kind) in enumerate([("Fresh", "open"), ("Offer", "open"), ("Paid", "won")]):
        Stage.objects.create(project=office.project, pipeline=pipeline, name=name, kind=kind, position=position)
    return pipeline


def place(deal: Record) -> tuple[str, str, str]:
    return deal.values["pipeline"], deal.values["stage"], deal.status


def test_a_deal_begins_in_the_first_open_stage_of_the_first_pipeline(office: Office, context_ads: Pipeline) -> None:
    assert place(office.deal()) == ("Sales", "New", "open")


@pytest.mark.parametrize("name", ["Context ads", " context ADS "])
def test_a_pipeline_is_named_without_regard_to_case(office: Office, context_ads: Pipeline, name: str) -> None:
    assert place(office.deal(pipeline=name)) == ("Context ads", "Fresh", "open")
    assert place(office.deal(pipeline=str(context_ads.pk), stage="offer")) == ("Context ads", "Offer", "open")


def test_a_deal_moves_by_stage_status_or_pipeline(office: Office, context_ads: Pipeline) -> None:
    deal = office.deal()
    assert place(office.store.update(deal.ref, {"stage": "In progress"})) == ("Sales", "In progress", "open")
    assert place(office.store.update(deal.ref, {"status": "won"})) == ("Sales", "Won", "won")
    assert place(office.store.update(deal.ref, {"pipeline": "Context ads"})) == ("Context ads", "Paid", "won")
    assert place(office.store.update(deal.ref, {"title": "Renamed"})) == ("Context ads", "Paid", "won")


@pytest.mark.parametrize(
    ("values", "field"),
    [({"pipeline": "Nowhere"}, "pipeline"), ({"stage": "Nowhere"}, "stage"), ({"status": "sold"}, "status")],
)
def test_a_place_that_does_not_exist_is_rejected(office: Office, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Rejected, match=f"{field}: "):
        office.deal(**values)


def test_a_pipeline_without_a_lost_stage_says_so(office: Office, context_ads: Pipeline) -> None:
    with pytest.raises(Rejected, match=r"Context ads.*lost"):
        office.deal(pipeline="Context ads", status="lost")


def test_own_fields_keep_numbers_and_refuse_what_no_json_holds(office: Office) -> None:
    contact = office.contact(custom={"share": 0.5, "odd": float("nan"), "when": None, "ok": True})
    assert contact.values["custom"] == {"share": 0.5, "odd": "nan", "when": None, "ok": True}
    with pytest.raises(Rejected, match="custom"):
        office.contact(custom={"nested": {"deep": 1}})


def test_making_a_record_takes_few_queries(office: Office, django_assert_max_num_queries: Any) -> None:
    owner = str(office.anna.pk)
    with django_assert_max_num_queries(14):
        contact = office.contact("Ivan", PHONE, owner=owner, mark="c")
    with django_assert_max_num_queries(12):
        lead = office.lead(contact, owner=owner, mark="l")
    with django_assert_max_num_queries(14):
        office.make(Kind.TASK, contact.ref, lead.ref, subject="Call back", assignee=owner, mark="t")
