"""Leads, deals, tasks and numbers: what people do with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import RestrictedError
from tests.crm.office import NOW, PHONE, Office

from switchhook.core.errors import TargetGone
from switchhook.core.records import Kind
from switchhook.crm import services
from switchhook.crm.models import Contact, ContactPhone, Deal, Lead, Pipeline, Stage, Task
from switchhook.projects.models import Project

LATER = NOW + timedelta(hours=1)


def lead_row(office: Office, **values: Any) -> Lead:
    return Lead.objects.get(pk=office.lead(**values).id)


def test_a_lead_becomes_a_deal_with_all_that_is_known(office: Office) -> None:
    values = {"owner": str(office.anna.pk), "source": "Google", "utm": {"utm_source": "g"}, "custom": {"city": "Kyiv"}}
    lead = lead_row(office, title="Roof", **values)
    deal = services.convert_lead(lead, now=LATER)
    assert (deal.title, deal.owner, deal.source, deal.utm) == ("Roof", office.anna, "Google", {"utm_source": "g"})
    assert (deal.contact, deal.fields, deal.status) == (lead.contact, {"city": "Kyiv"}, "open")
    lead.refresh_from_db()
    assert (lead.status, lead.converted_deal, lead.closed_at) == ("converted", deal, LATER)


def test_converting_twice_gives_the_same_deal(office: Office) -> None:
    lead = lead_row(office)
    assert services.convert_lead(lead, now=NOW) == services.convert_lead(lead, now=LATER)
    assert Deal.objects.count() == 1


def test_open_tasks_of_a_lead_follow_it_into_the_deal(office: Office) -> None:
    lead = office.lead()
    office.make(Kind.TASK, lead.ref, subject="To do")
    office.make(Kind.TASK, lead.ref, subject="Done", done=True)
    deal = services.convert_lead(Lead.objects.get(), now=LATER)
    followed = Task.objects.filter(links__kind="deal", links__record_id=deal.pk)
    assert [task.subject for task in followed] == ["To do"]


def test_a_converted_lead_is_read_only(office: Office) -> None:
    lead = office.lead()
    services.convert_lead(Lead.objects.get(), now=NOW)
    with pytest.raises(TargetGone, match="deal"):
        office.store.update(lead.ref, {"title": "Too late"})
    with pytest.raises(services.ConvertedLead):
        services.set_lead_status(Lead.objects.get(), "open", now=LATER)


def test_a_lost_lead_is_opened_again_before_it_is_converted(office: Office) -> None:
    lead = services.set_lead_status(lead_row(office), "lost", now=NOW)
    with pytest.raises(ValidationError) as refusal:
        services.convert_lead(lead, now=LATER)
    assert "status" in refusal.value.message_dict
    opened = services.set_lead_status(lead, "open", now=LATER)
    assert (opened.status, opened.closed_at) == ("open", None)
    assert services.convert_lead(opened, now=LATER).status == "open"


def test_losing_a_lead_twice_keeps_the_first_time(office: Office) -> None:
    lead = services.set_lead_status(lead_row(office), "lost", now=NOW)
    assert services.set_lead_status(lead, "lost", now=LATER).closed_at == NOW


def test_a_contact_with_leads_is_not_deleted_under_them(office: Office) -> None:
    lead_row(office)
    with pytest.raises(RestrictedError):
        Contact.objects.get().delete()


def test_a_deal_takes_its_status_from_its_stage(office: Office) -> None:
    deal = Deal.objects.get(pk=office.deal().id)
    won = services.move_deal(deal, services.first_stage(deal.pipeline, "won"), now=LATER)
    assert (won.status, won.closed_at) == ("won", LATER)
    opened = services.move_deal(deal, services.first_stage(deal.pipeline), now=LATER)
    assert (opened.status, opened.closed_at) == ("open", None)


def test_a_deal_does_not_stand_in_a_strangers_pipeline(office: Office, stranger: Office) -> None:
    deal = Deal.objects.get(pk=office.deal().id)
    theirs = services.default_pipeline(stranger.project)
    with pytest.raises(ValidationError) as refusal:
        services.move_deal(deal, services.first_stage(theirs), now=NOW)
    assert set(refusal.value.message_dict) == {"pipeline", "stage"}


def test_a_stage_in_which_deals_stand_keeps_its_kind(office: Office) -> None:
    office.deal()
    stage = Stage.objects.get(name="New")
    stage.kind = "won"
    with pytest.raises(ValidationError, match="Move them first"):
        stage.full_clean()


def test_the_first_pipeline_speaks_the_projects_language_and_is_made_once(office: Office) -> None:
    Project.objects.filter(pk=office.project.pk).update(language="en")
    first = services.default_pipeline(office.project)
    assert services.default_pipeline(office.project) == first
    assert [stage.kind for stage in first.stages.all()] == ["open", "open", "won", "lost"]
    assert Pipeline.objects.count() == 1


def test_a_finished_task_keeps_its_first_time_and_forgets_it_when_opened(office: Office) -> None:
    task = Task.objects.get(pk=office.make(Kind.TASK, subject="Call back").id)
    services.set_task_done(task, done=True, now=NOW)
    assert services.set_task_done(task, done=True, now=LATER).done_at == NOW
    assert services.set_task_done(task, done=False, now=LATER).done_at is None


def test_numbers_are_replaced_and_those_that_stay_keep_how_they_were_typed(office: Office) -> None:
    contact = Contact.objects.get(pk=office.contact("Ivan", "067 123 45 67", "+380509876543").id)
    services.set_phones(contact, [services.TypedPhone(PHONE, "work"), services.TypedPhone("+48 512 345 678")])
    kept = [(item.e164, item.raw, item.label) for item in ContactPhone.objects.order_by("id")]
    assert kept == [(PHONE, "067 123 45 67", "work"), ("+48512345678", "+48 512 345 678", "")]


def test_what_cannot_be_dialled_is_refused_with_the_remedy(office: Office) -> None:
    contact = Contact.objects.get(pk=office.contact().id)
    with pytest.raises(ValidationError) as refusal:
        services.set_phones(contact, [services.TypedPhone("+380509876543"), services.TypedPhone("Ivan's")])
    assert "country code" in refusal.value.message_dict["phones"][0]
    assert [item.e164 for item in contact.phones.all()] == [PHONE]
