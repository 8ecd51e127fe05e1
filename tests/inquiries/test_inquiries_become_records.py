"""Forms and dialogues go through the same pipeline as calls: read, folded, judged, planned, written once."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone
from tests.hub import Hub, after, before, taking
from tests.inquiries.bodies import CHAT_LINK, PHONE, dialogue, form, whole_dialogue

from switchhook.calls.models import Call
from switchhook.crm.models import Comment, Company, Contact, Lead, Task
from switchhook.delivery.models import Decision, Delivery, DeliveryState, Lane
from switchhook.delivery.tasks import drain_lane
from switchhook.delivery.trace import trace_of
from switchhook.intake.replay import replay
from switchhook.projects.models import IgnoredClient
from switchhook.scenarios.services import apply_preset, in_force, save
from switchhook.understanding.reader import read_batch

pytestmark = pytest.mark.django_db(transaction=True)


def counts(hub: Hub) -> tuple[int, int, int]:
    """How many contacts, companies and leads the project has."""
    contacts, companies, leads = (model.objects.filter(project=hub.project) for model in (Contact, Company, Lead))
    return contacts.count(), companies.count(), leads.count()


def the_inquiry(hub: Hub) -> Call:
    return Call.objects.exclude(channel="call").get(project=hub.project)


def set_rules(hub: Hub, *rows: dict[str, Any]) -> None:
    """Put a matrix of these rows, and no others, in force."""
    save(hub.crm, {"rows": list(rows)})


def configure(hub: Hub, **settings: Any) -> None:
    hub.crm.settings = hub.crm.settings | settings
    hub.crm.save()


# --- forms ----------------------------------------------------------------------------------------------------------


def test_a_form_makes_contact_company_and_lead_of_the_senior_manager(hub: Hub) -> None:
    hub.play(form())
    assert hub.owners() == {"contact": ["Iryna"], "company": ["Iryna"], "lead": ["Iryna"]}
    contact, lead = Contact.objects.get(), Lead.objects.get()
    assert (contact.name, contact.fields) == ("Olha", {"client_id": "1.2"})
    assert lead.contact == contact
    assert lead.utm == {"utm_source": "google"}


def test_the_forms_fields_are_a_comment_on_the_lead(hub: Hub) -> None:
    hub.play(form())
    assert Comment.objects.get().text == "Form from https://shop.example.com/order\nOrder\ncomment: Call me"


def test_a_second_form_is_added_to_the_open_lead(hub: Hub) -> None:
    hub.play(form())
    hub.play(form(comment="And bring a sample", utm_source="bing"))
    assert counts(hub) == (1, 1, 1)
    assert Comment.objects.count() == 2
    assert Lead.objects.get().utm == {"utm_source": "bing"}


def test_a_form_of_somebody_who_called_is_added_to_his_open_lead(hub: Hub) -> None:
    hub.play(before(), taking("Olena"), after("Olena"))
    hub.play(form())
    assert counts(hub) == (1, 1, 1)
    assert hub.owners()["lead"] == ["Olena"]


def test_a_form_delivered_again_and_replayed_writes_nothing_twice(hub: Hub) -> None:
    events = hub.deliver(form(), form(), form())
    hub.settle()
    replay([event.pk for event in events])
    hub.settle()
    assert (counts(hub), Comment.objects.count(), Call.objects.count()) == ((1, 1, 1), 1, 1)


def test_a_form_read_again_by_a_corrected_name_map_brings_the_number_and_makes_nothing_twice(hub: Hub) -> None:
    (event,) = hub.deliver({"event": "form", "imya": "Olha", "nomer": PHONE})
    hub.settle()
    assert counts(hub) == (1, 1, 1)
    hub.telephony.settings = hub.telephony.settings | {"names": {"nomer": "E164", "imya": "client_name"}}
    hub.telephony.save()
    replay([event.pk])
    hub.settle()
    assert counts(hub) == (1, 1, 1)
    contact = Contact.objects.get()
    assert (contact.name, [phone.e164 for phone in contact.phones.all()]) == ("Olha", [PHONE])


def test_without_the_forms_integration_a_form_stays_in_the_journal(hub: Hub) -> None:
    configure(hub, channels=["call", "dialogue"])
    hub.play(form())
    assert counts(hub) == (0, 0, 0)
    (crm,) = trace_of(the_inquiry(hub)).connections
    assert "switched off" in crm.reason


def test_once_the_integration_is_switched_on_the_next_form_is_written(hub: Hub) -> None:
    configure(hub, channels=["call"])
    hub.play(form())
    configure(hub, channels=["call", "form"])
    hub.play(form(comment="Again"))
    assert counts(hub) == (1, 1, 1)


def test_a_form_without_a_phone_makes_a_contact_by_its_name_and_e_mail(hub: Hub) -> None:
    hub.play(form(phone="", email="olha@example.com"))
    contact = Contact.objects.get()
    assert (contact.name, contact.email) == ("Olha", "olha@example.com")
    assert the_inquiry(hub).lane_key == f"call:{the_inquiry(hub).pk}"


def test_an_ignored_client_has_nothing_written(hub: Hub) -> None:
    IgnoredClient.objects.create(project=hub.project, e164=PHONE)
    hub.play(form(), *whole_dialogue(phone=PHONE))
    assert counts(hub) == (0, 0, 0)
    assert set(Call.objects.values_list("stopped", flat=True)) == {True}
    assert not Delivery.objects.exists()


# --- dialogues ------------------------------------------------------------------------------------------------------


def test_nothing_is_written_and_nobody_asked_before_the_data_are_sent_to_the_crm(hub: Hub) -> None:
    hub.play(dialogue("start"), dialogue("taken"), dialogue("contact_given", phone=PHONE))
    assert counts(hub) == (0, 0, 0)
    decision = Decision.objects.get()
    assert (decision.client_number, decision.verdict["matches"]) == ("", [])
    (crm,) = trace_of(the_inquiry(hub)).connections
    assert "before an employee sends" in crm.reason


def test_once_they_are_sent_contact_company_and_lead_belong_to_who_took_the_dialogue(hub: Hub) -> None:
    hub.play(*whole_dialogue(phone=PHONE))
    assert hub.owners() == {"contact": ["Olena"], "company": ["Olena"], "lead": ["Olena"]}
    contact = Contact.objects.get()
    assert (contact.name, contact.source, contact.fields["client_id"]) == ("Olha", "telegram", "1.2")
    assert contact.utm == {"utm_source": "google"}
    assert [phone.e164 for phone in contact.phones.all()] == [PHONE]


def test_the_leads_title_carries_its_id(hub: Hub) -> None:
    hub.play(*whole_dialogue(phone=PHONE))
    lead = Lead.objects.get()
    assert lead.title.startswith("Chat Olha ")
    assert lead.title.endswith(f" {lead.pk}")
    assert hub.effects()["lead-id"] == "done"
    (crm,) = trace_of(the_inquiry(hub)).connections
    (renamed,) = [action for action in crm.actions if action.id == "lead-id"]
    assert (renamed.values, renamed.target) == ({"title": lead.title}, f"lead {lead.pk}")


def test_every_order_of_the_events_leaves_the_same(hub: Hub) -> None:
    events = [dialogue("start"), dialogue("released", phone=PHONE), dialogue("end")]
    for number, order in enumerate(permutations(events)):
        client = f"+38067123{number:04}"
        renamed = [body | {"dialogue_id": f"d{number}"} for body in order]
        for body in renamed:
            hub.play(body | {"phone": client} if "phone" in body else body)
            hub.play(body | {"phone": client} if "phone" in body else body)
    assert counts(hub) == (6, 6, 6)
    assert {lead.title.endswith(f" {lead.pk}") for lead in Lead.objects.all()} == {True}


def test_a_client_whose_number_the_crm_knows_gets_nothing_from_a_dialogue(hub: Hub) -> None:
    hub.play(before(), taking("Olena"), after("Olena"))
    before_it = (counts(hub), list(Lead.objects.values_list("title", flat=True)))
    hub.play(*whole_dialogue(phone=PHONE))
    assert (counts(hub), list(Lead.objects.values_list("title", flat=True))) == before_it


def test_a_client_who_became_known_while_the_dialogue_went_on_is_known_when_it_is_sent(hub: Hub) -> None:
    hub.play(dialogue("start", phone=PHONE), dialogue("taken", phone=PHONE))
    hub.play(before(), taking("Piotr"), after("Piotr"))
    hub.play(dialogue("released", phone=PHONE))
    assert counts(hub) == (1, 1, 1)
    assert hub.owners()["lead"] == ["Piotr"]


def test_without_phone_and_e_mail_the_contact_is_made_by_the_name_alone(hub: Hub) -> None:
    hub.play(*whole_dialogue())
    contact = Contact.objects.get()
    assert (contact.name, contact.email, list(contact.phones.all())) == ("Olha", "", [])
    assert Lead.objects.get().contact == contact


def test_a_phone_that_is_given_after_all_was_sent_is_entered_later_and_makes_nothing_twice(hub: Hub) -> None:
    hub.play(dialogue("start"), dialogue("released"))
    hub.play(dialogue("end", phone=PHONE))
    assert counts(hub) == (1, 1, 1)
    assert [phone.e164 for phone in Contact.objects.get().phones.all()] == [PHONE]


def test_where_it_is_so_set_giving_contact_data_is_enough(hub: Hub) -> None:
    configure(hub, send_on_contact=True)
    hub.play(dialogue("start"), dialogue("contact_given", phone=PHONE))
    assert counts(hub) == (1, 1, 1)


def test_the_task_has_the_chats_link_and_task_and_comment_are_on_deal_and_contact(hub: Hub) -> None:
    both = ["deal", "contact"]
    actions = [
        {"id": "contact", "do": "create_contact", "who": "answerer"},
        {"id": "deal", "do": "create_deal", "who": "answerer", "condition": "no_open_deal"},
        {"id": "task", "do": "task", "who": "answerer", "title": "Chat with {name}", "text": "{link}", "links": both},
    ]
    said = {"id": "said", "do": "comment", "text": "{name}, {phone}: {text}", "links": both}
    finished = {"channel": "dialogue", "step": "dialogue_finished"}
    set_rules(
        hub,
        {"id": "end", "when": finished, "actions": [said]},
        {"id": "chat", "when": {"channel": "dialogue"}, "actions": actions},
    )
    hub.play(*whole_dialogue(phone=PHONE, text="Is it there?"))
    task = Task.objects.get()
    assert (task.subject, task.text) == ("Chat with Olha", CHAT_LINK)
    assert {link.kind for link in task.links.all()} == {"deal", "contact"}
    comments = Comment.objects.all()
    assert {comment.text for comment in comments} == {f"Olha, {PHONE}: Is it there?"}
    assert sorted(link.kind for comment in comments for link in comment.links.all()) == ["contact", "deal"]


def test_the_zoho_defaults_are_always_a_lead_and_a_comment_at_the_end(hub: Hub) -> None:
    apply_preset(hub.crm, "zoho-leads")
    assert in_force(hub.crm)[0].preset == "zoho-leads"
    hub.play(*whole_dialogue(phone=PHONE))
    assert Lead.objects.count() == 1
    assert {comment.text for comment in Comment.objects.all()} == {f"Chat with Olha {PHONE}\n{CHAT_LINK}"}
    # A lead of the built-in CRM needs a contact, so there is one here, and the comment is on both.
    assert sorted(link.kind for said in Comment.objects.all() for link in said.links.all()) == ["contact", "lead"]


# --- beside the calls -----------------------------------------------------------------------------------------------


def test_an_inquiry_raises_no_pop_up(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        "switchhook.understanding.handover.publish", lambda project, kind, data, **to: told.append(kind)
    )
    hub.play(form(), *whole_dialogue(phone=PHONE))
    assert set(told) == {"call"}


def test_a_call_and_a_form_of_one_client_share_a_lane(hub: Hub) -> None:
    hub.play(before(), form())
    assert len(set(Delivery.objects.values_list("lane", flat=True))) == 1
    assert {call.lane_key for call in Call.objects.all()} == {PHONE}


# --- a dialogue changes lanes when its number becomes known ----------------------------------------------------------


def test_two_lanes_never_work_on_one_dialogue_at_once(hub: Hub) -> None:
    hub.deliver(dialogue("start"))
    read_batch()
    first = Delivery.objects.get()
    soon = timezone.now() + timedelta(seconds=30)
    Delivery.objects.update(state=DeliveryState.RUNNING)
    Lane.objects.filter(pk=first.lane_id).update(running_until=soon)
    hub.deliver(dialogue("released", phone=PHONE))
    read_batch()
    second = Delivery.objects.exclude(pk=first.pk).get()
    drain_lane.func(second.lane_id)
    assert counts(hub) == (0, 0, 0)
    Delivery.objects.filter(pk=first.pk).update(state=DeliveryState.DONE)
    drain_lane.func(second.lane_id)
    assert counts(hub) == (1, 1, 1)


def test_an_integration_that_is_switched_off_later_takes_nothing_back(hub: Hub) -> None:
    task = {"id": "task", "do": "task", "who": "senior", "title": "Chat with {name}"}
    made = [{"id": "contact", "do": "create_contact"}, task]
    set_rules(hub, {"id": "chat", "when": {"channel": "dialogue"}, "actions": made})
    hub.play(dialogue("start"), dialogue("released", phone=PHONE))
    configure(hub, channels=["call"])
    hub.play(dialogue("end", phone=PHONE))
    assert hub.tasks() == [("Iryna", False)]
    (crm,) = trace_of(the_inquiry(hub)).connections
    assert crm.row == "chat"
