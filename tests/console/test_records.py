"""The built-in CRM's pages: create, edit, validation messages, timeline, tick, convert, move."""

import pytest
from django.test import Client
from tests.factories import CLIENT, Desk

from switchhook.core.records import Kind
from switchhook.crm.models import Comment, Contact, Deal, Lead, Stage, Task


def test_a_contact_is_created_with_numbers_in_any_spelling(desk: Desk, manager: Client) -> None:
    company = desk.record(Kind.COMPANY, name="Acme")
    form = {
        "name": "Anna",
        "phones": "067 123 45 67\n+48 601 234 567",
        "company": f"Acme (#{company.pk})",
        "custom": "Size = L",
    }
    answer = manager.post(f"/p/{desk.project.pk}/crm/contacts/new", form)
    contact = Contact.objects.get(name="Anna")
    assert answer.headers["Location"] == f"/p/{desk.project.pk}/crm/contacts/{contact.pk}/"
    assert [phone.e164 for phone in contact.phones.all()] == [CLIENT, "+48601234567"]
    assert (contact.company, contact.fields) == (company, {"Size": "L"})


@pytest.mark.parametrize(
    ("section", "form", "sentence"),
    [
        ("contacts", {"name": ""}, "This field is required."),
        ("contacts", {"name": "A", "phones": "12"}, "is not a telephone number"),
        ("contacts", {"name": "A", "email": "x"}, "Enter a valid email address."),
        ("contacts", {"name": "A", "company": "Nobody Ltd"}, "There is no such record."),
        ("leads", {"title": "L"}, "A lead needs a contact or a company."),
        ("deals", {"title": "D", "stage": "0"}, "Select a valid choice."),
        ("tasks", {"subject": "T", "due_at": "tomorrow"}, "Write the time as"),
    ],
)
def test_a_refused_form_says_why_at_its_field(
    desk: Desk, manager: Client, section: str, form: dict[str, str], sentence: str
) -> None:
    answer = manager.post(f"/p/{desk.project.pk}/crm/{section}/new", form)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html
    assert 'aria-invalid="true"' in html


def test_an_edited_contact_keeps_what_the_form_did_not_change(desk: Desk, manager: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT], owner=str(desk.olena.pk), source="google")
    page = f"/p/{desk.project.pk}/crm/contacts/{contact.pk}/edit"
    form = {"name": "Anna K", "phones": CLIENT, "owner": desk.olena.pk, "source": "google"}
    assert manager.post(page, form).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.owner, contact.source) == ("Anna K", desk.olena, "google")


def test_an_owner_is_taken_away(desk: Desk, manager: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT], owner=str(desk.olena.pk))
    manager.post(
        f"/p/{desk.project.pk}/crm/contacts/{contact.pk}/edit", {"name": "Anna", "phones": CLIENT, "owner": ""}
    )
    contact.refresh_from_db()
    assert contact.owner is None


def test_a_contacts_page_tells_what_happened(desk: Desk, viewer: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    desk.record(Kind.LEAD, contact, title="Wants a sofa")
    desk.record(Kind.TASK, contact, subject="Call back")
    desk.record(Kind.COMMENT, contact, text="Prefers mornings")
    desk.call(CLIENT, status="missed")
    html = viewer.get(f"/p/{desk.project.pk}/crm/contacts/{contact.pk}/").content.decode()
    assert all(text in html for text in ("Wants a sofa", "Call back", "Prefers mornings", "Incoming call", "Missed"))


def test_a_comment_is_added_by_whom_the_user_is(desk: Desk, manager: Client) -> None:
    from switchhook.projects.models import Role

    desk.olena.user = desk.members[Role.MANAGER]
    desk.olena.save()
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    manager.post(f"/p/{desk.project.pk}/crm/contacts/{contact.pk}/comment", {"text": "Hello"})
    assert Comment.objects.get(text="Hello").author == desk.olena


def test_a_task_is_ticked_and_unticked(desk: Desk, manager: Client) -> None:
    task = desk.record(Kind.TASK, subject="Call back")
    page = f"/p/{desk.project.pk}/crm/tasks/{task.pk}/done"
    html = manager.post(page, {"done": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert 'aria-pressed="true"' in html
    assert Task.objects.get(pk=task.pk).done
    manager.post(page, {"done": "0"})
    assert not Task.objects.get(pk=task.pk).done


def test_a_lead_becomes_a_deal_or_is_lost(desk: Desk, manager: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    one, two = desk.record(Kind.LEAD, contact, title="One"), desk.record(Kind.LEAD, contact, title="Two")
    manager.post(f"/p/{desk.project.pk}/crm/leads/{one.pk}/status", {"to": "deal"})
    manager.post(f"/p/{desk.project.pk}/crm/leads/{two.pk}/status", {"to": "lost"})
    assert sorted(Lead.objects.values_list("title", "status")) == [("One", "converted"), ("Two", "lost")]
    assert Deal.objects.get().title == "One"


def test_a_converted_lead_cannot_be_edited(desk: Desk, manager: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    lead = desk.record(Kind.LEAD, contact, title="One")
    page = f"/p/{desk.project.pk}/crm/leads/{lead.pk}/"
    manager.post(f"{page}status", {"to": "deal"})
    assert "/edit" not in manager.get(page).content.decode()
    assert manager.post(f"{page}edit", {"title": "New", "contact": f"x (#{contact.pk})"}).status_code == 422


def test_a_deal_moves_along_the_board(desk: Desk, manager: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    deal = desk.record(Kind.DEAL, contact, title="Sofa")
    won = Stage.objects.get(project=desk.project, kind="won")
    page = f"/p/{desk.project.pk}/crm/deals/{deal.pk}/move"
    answer = manager.post(page, {"stage": won.pk}, headers={"HX-Request": "true"})
    assert "toast" in answer.headers["HX-Trigger"]
    assert Deal.objects.get().status == "won"


def test_a_record_is_reached_from_the_address_it_carries(desk: Desk, manager: Client, lonely: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    address = f"/crm/contacts/{contact.pk}/"
    assert manager.get(address).headers["Location"] == f"/p/{desk.project.pk}/crm/contacts/{contact.pk}/"
    assert lonely.get(address).status_code == 404


@pytest.mark.parametrize("typed", ["067 123 45 67", "Ann", "kovalenko"])
def test_a_contact_is_found_as_people_search(desk: Desk, viewer: Client, typed: str) -> None:
    desk.record(Kind.CONTACT, name="Anna Kovalenko", phones=[CLIENT])
    desk.record(Kind.CONTACT, name="Boris", phones=["+380501112233"])
    html = viewer.get(f"/p/{desk.project.pk}/crm/contacts/", {"q": typed}).content.decode()
    assert "Anna Kovalenko" in html
    assert "Boris" not in html
