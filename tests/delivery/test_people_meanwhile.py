"""People work in the CRM, and settings change, while the hub works on a call."""

from django.utils import timezone
from tests.delivery.faulty import FaultyCrm
from tests.hub import CLIENT, Hub, after, answered, before, taking

from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection
from switchhook.core.errors import Rejected
from switchhook.core.records import Draft, Kind, Ref
from switchhook.crm.models import Contact, Lead, Task
from switchhook.crm.services import convert_lead
from switchhook.delivery.models import Decision, Delivery, Effect
from switchhook.delivery.verdicts import judge_again
from switchhook.understanding.reader import read_batch

SECOND = {"uniqueid": "ua9_-1.2", "calldate": "2026-11-20 11:00:00"}


def _by_hand(hub: Hub, kind: Kind, *links: Ref, **values: object) -> Ref:
    """A record that a person enters; the directory has not heard of it yet."""
    return open_crm(hub.crm).create(Draft(kind=kind, values=values, links=links), mark="").ref


def test_a_contact_that_a_person_enters_while_it_rings_is_taken_and_not_made_again(hub: Hub) -> None:
    hub.play(before())
    _by_hand(hub, Kind.CONTACT, name="Марія", phones=[f"+{CLIENT}"])
    hub.play(taking("Olena"), after("Olena"))
    assert [contact.name for contact in Contact.objects.all()] == ["Марія"]
    assert Lead.objects.get().contact == Contact.objects.get()


def test_a_lead_converted_during_the_call_is_not_made_again_when_the_call_is_transferred(hub: Hub) -> None:
    hub.play(before(), taking("Olena"))
    convert_lead(Lead.objects.get(), now=timezone.now())
    hub.play(taking("Piotr"), after("Piotr"))
    assert Lead.objects.count() == 1
    assert hub.effects()["lead"] == "done"
    assert Effect.objects.get(action="lead").error_code == "target_gone"


def test_a_change_that_the_crm_refuses_costs_only_that_change(hub: Hub, crm: FaultyCrm) -> None:
    hub.play(before(), taking("Olena"))
    crm.faults[Kind.CONTACT] = Rejected("the owner cannot be changed")
    hub.play(taking("Piotr"), after("Piotr"))
    assert Delivery.objects.latest("id").state == "done"
    assert hub.owners()["lead"] == ["Piotr"]
    assert Effect.objects.get(action="contact").error == "the owner cannot be changed"


def test_what_was_sent_last_is_what_the_trace_says_was_sent(hub: Hub) -> None:
    hub.play(before(), taking("Olena"))
    hub.play(taking("Piotr"), after("Piotr"))
    assert Effect.objects.filter(action="lead", sent__values__owner=str(hub.people["Piotr"].pk)).exists()


def test_a_repeated_event_changes_nothing_in_the_crm(hub: Hub, crm: FaultyCrm) -> None:
    hub.play(*answered("Olena"), *answered("Olena", **SECOND))
    crm.faults = {kind: Rejected("nothing should be written") for kind in Kind}
    hub.play(*answered("Olena", **SECOND))
    assert set(crm.faults) == set(Kind)


def test_a_record_deleted_during_the_call_does_not_make_its_client_known(hub: Hub) -> None:
    hub.play(before(), taking("Olena"))
    Lead.objects.all().delete()
    assert judge_again(Decision.objects.get(), open_crm(hub.crm)).client == "new"


def test_a_contact_taken_from_the_directory_that_is_gone_is_made_anew(hub: Hub) -> None:
    hub.play(before())
    contact = _by_hand(hub, Kind.CONTACT, name="Марія", phones=[f"+{CLIENT}"])
    hub.play(taking("Olena", userfield=CLIENT))
    assert Effect.objects.get(action="contact").adopted
    Effect.objects.filter(action="lead").delete()
    Lead.objects.all().delete()
    Contact.objects.filter(pk=contact.id).delete()
    hub.play(after("Olena"))
    assert Lead.objects.get().contact == Contact.objects.get()


def test_a_task_that_becomes_wanted_again_is_opened_again(hub: Hub) -> None:
    hub.play(before(), after())
    missed = hub.tasks()
    hub.play(after("Olena"))
    assert hub.tasks() == [("Iryna", True)]
    hub.project.calls.get().facts.filter(kind="after").latest("id").delete()
    hub.play(after(billsec=0))
    assert hub.tasks() == missed


def test_a_task_that_a_person_deleted_is_simply_no_longer_wanted(hub: Hub) -> None:
    hub.play(before(), after())
    Task.objects.all().delete()
    hub.play(after("Olena"))
    assert Delivery.objects.latest("id").state == "done"
    assert Effect.objects.get(kind="task").state == "withdrawn"


def test_a_call_whose_number_becomes_known_late_is_judged_by_it(hub: Hub) -> None:
    hub.play(before(userfield="", E164=""))
    hub.play(taking("Olena"), after("Olena"))
    assert (Contact.objects.count(), Lead.objects.count()) == (1, 1)


def test_a_call_whose_number_becomes_known_is_worked_on_in_its_clients_lane(hub: Hub) -> None:
    hub.deliver(before(userfield="", E164=""))
    read_batch()
    hub.play(taking("Olena"))
    assert Delivery.objects.get().lane.key == f"+{CLIENT}"
    assert Contact.objects.count() == 1


def test_a_connection_with_decided_calls_can_be_deleted(hub: Hub) -> None:
    hub.play(*answered("Olena"))
    Connection.objects.get(pk=hub.crm.pk).delete()
    assert Decision.objects.count() == 0
