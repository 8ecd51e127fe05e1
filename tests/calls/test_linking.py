"""A person says who a number is, with the built-in CRM and with a vendor's twin."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import CLIENT, Desk, open_desk

from switchhook.calls.linking import candidates
from switchhook.calls.models import LinkedByHand
from switchhook.calls.queries import known_clients
from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin import create_twin
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.core.errors import TargetGone, Transient
from switchhook.core.records import Kind, Ref
from switchhook.crm.models import Contact
from switchhook.delivery import by_hand, lanes, leases, observing
from switchhook.delivery.by_hand import link, make_contact
from switchhook.delivery.models import Flow, Lane
from switchhook.directory import index
from switchhook.projects.models import AuditEntry, Employee, Role

OTHER = "+380501112233"
Outcome = LinkedByHand.Outcome


def phones(contact_id: str) -> set[str]:
    return set(Contact.objects.get(pk=contact_id).phones.values_list("e164", flat=True))


def test_an_existing_contact_gets_the_number_and_the_call_its_name(desk: Desk, manager: Client) -> None:
    call, contact = desk.call(OTHER), desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    address = f"/p/{desk.project.pk}/calls/{call.pk}/link"
    manager.post(address, {"record": f"{desk.crm.pk}:contact:{contact.pk}"})
    assert phones(contact.pk) == {CLIENT, OTHER}
    assert known_clients(desk.project, {OTHER})[OTHER].name == "Anna"
    assert LinkedByHand.objects.values_list("outcome", "made", "user").get() == (
        "written",
        False,
        desk.members[Role.MANAGER].pk,
    )
    assert "Linked by hand" in manager.get(f"/p/{desk.project.pk}/calls/{call.pk}/").content.decode()
    assert AuditEntry.objects.get(action="calls.linked").target == "Anna"


def test_a_contact_is_made_with_the_number_and_given_to_who_made_it(desk: Desk, manager: Client) -> None:
    Employee.objects.filter(pk=desk.piotr.pk).update(user=desk.members[Role.MANAGER])
    call = desk.call(OTHER)
    told = {"name": "Maria", "connection": desk.crm.pk}
    manager.post(f"/p/{desk.project.pk}/calls/{call.pk}/link", told)
    made = Contact.objects.get(name="Maria")
    assert (made.owner, phones(str(made.pk))) == (desk.piotr, {OTHER})
    assert known_clients(desk.project, {OTHER})[OTHER].name == "Maria"


def test_pressed_twice_it_makes_one_contact(desk: Desk) -> None:
    call, user = desk.call(OTHER), desk.members[Role.MANAGER]
    first, again = (make_contact(call, desk.crm, "Maria", user) for _n in range(2))
    assert (first.record_id, again.made, Contact.objects.count()) == (again.record_id, False, 1)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_hand, "PATIENCE", 0.0)


def worked_on(desk: Desk, client: str = OTHER) -> lanes.Run:
    """A worker's run on the client's lane."""
    run = lanes.claim(Lane.objects.create(connection=desk.crm, key=client).pk)
    assert run
    return run


@pytest.mark.usefixtures("impatient")
def test_while_a_worker_writes_for_the_client_nobody_else_makes_a_contact(desk: Desk) -> None:
    call, user, run = desk.call(OTHER), desk.members[Role.MANAGER], worked_on(desk)
    with pytest.raises(Transient, match="being written"):
        make_contact(call, desk.crm, "Maria", user)
    assert not Contact.objects.exists()
    lanes.finish(run)
    assert make_contact(call, desk.crm, "Maria", user).made


def test_what_was_queued_for_the_client_meanwhile_is_worked_off_afterwards(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, owner_of = desk.call(OTHER), by_hand._user_id

    def queue_and_go_on(*told: Any) -> str:
        lanes.append(desk.crm, call)
        assert lanes.claim(Lane.objects.get().pk) is None
        return owner_of(*told)

    monkeypatch.setattr(by_hand, "_user_id", queue_and_go_on)
    make_contact(call, desk.crm, "Maria", desk.members[Role.MANAGER])
    assert Lane.objects.values_list("scheduled", "running_until").get() == (True, None)


@pytest.mark.usefixtures("impatient")
def test_a_contact_on_which_another_lane_works_is_not_touched(desk: Desk) -> None:
    contact, user = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT]), desk.members[Role.MANAGER]
    leases.take(worked_on(desk, CLIENT), str(contact.pk))
    with pytest.raises(Transient, match="being written"):
        link(desk.call(OTHER), desk.crm, Ref(Kind.CONTACT, str(contact.pk)), user)
    assert phones(contact.pk) == {CLIENT}


def test_a_crm_that_is_out_is_not_asked(desk: Desk) -> None:
    Flow.objects.create(connection=desk.crm, state="waiting", since=timezone.now())
    with pytest.raises(Transient, match="does not answer"):
        make_contact(desk.call(OTHER), desk.crm, "Maria", desk.members[Role.MANAGER])


@pytest.mark.parametrize("state", ["paused", "broken", "observing"])
def test_nothing_is_written_into_a_crm_that_holds_its_work_or_only_observes(
    desk: Desk, manager: Client, state: str
) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna", phones=[CLIENT])
    desk.known(record_id=str(contact.pk), title="Anna")
    if state == "observing":
        observing.begin(desk.crm, 3)
    else:
        Connection.objects.filter(pk=desk.crm.pk).update(state=state)
    address = f"/p/{desk.project.pk}/calls/{desk.call(OTHER).pk}/link"
    manager.post(address, {"name": "Maria", "connection": desk.crm.pk})
    assert manager.post(address, {"record": f"{desk.crm.pk}:contact:{contact.pk}"}).status_code == 404
    assert (Contact.objects.count(), phones(contact.pk), LinkedByHand.objects.count()) == (1, {CLIENT}, 0)
    assert "No CRM to write to" in manager.get(address).content.decode()
    assert "Anna" not in manager.get(f"{address}/found?q=anna").content.decode()


def test_where_the_hub_may_only_update_an_existing_contact_is_linked_and_none_made(desk: Desk, manager: Client) -> None:
    desk.crm.settings = {**desk.crm.settings, "update_only": True}
    desk.crm.save()
    contact = desk.record(Kind.CONTACT, name="Anna")
    address = f"/p/{desk.project.pk}/calls/{desk.call(OTHER).pk}/link"
    assert "Make and link" not in manager.get(address).content.decode()
    manager.post(address, {"name": "Maria", "connection": desk.crm.pk})
    manager.post(address, {"record": f"{desk.crm.pk}:contact:{contact.pk}"})
    assert (Contact.objects.count(), phones(contact.pk)) == (1, {OTHER})


def test_a_record_that_is_no_more_is_told(desk: Desk, manager: Client) -> None:
    call = desk.call(OTHER)
    page = manager.post(
        f"/p/{desk.project.pk}/calls/{call.pk}/link", {"record": f"{desk.crm.pk}:contact:999999"}, follow=True
    )
    assert "not there any more" in page.content.decode()
    assert not LinkedByHand.objects.exists()


@pytest.mark.parametrize("record", ["x", "1:lead:1", "999:contact:1", "{crm}:contact:"])
def test_a_record_of_nowhere_is_not_found(desk: Desk, manager: Client, record: str) -> None:
    address = f"/p/{desk.project.pk}/calls/{desk.call(OTHER).pk}/link"
    assert manager.post(address, {"record": record.format(crm=desk.crm.pk)}).status_code == 404


def test_a_connection_of_another_project_links_nothing(desk: Desk, manager: Client) -> None:
    other = open_desk("Other")
    theirs = other.record(Kind.CONTACT, name="Theirs")
    address = f"/p/{desk.project.pk}/calls/{desk.call(OTHER).pk}/link"
    assert manager.post(address, {"record": f"{other.crm.pk}:contact:{theirs.pk}"}).status_code == 404


@pytest.mark.parametrize("typed", ["anna", "kov", "067123"])
def test_candidates_come_from_the_directory(desk: Desk, manager: Client, typed: str) -> None:
    desk.known()
    desk.known(OTHER, title="Piotr", record_id="2", kind="lead")
    assert [one.title for one in candidates(desk.project, typed)] == ["Anna Kovalenko"]
    call = desk.call(OTHER)
    found = manager.get(f"/p/{desk.project.pk}/calls/{call.pk}/link/found?q={typed}").content.decode()
    assert "Anna Kovalenko" in found


def test_a_contact_without_any_number_is_found_too(desk: Desk, manager: Client) -> None:
    desk.record(Kind.CONTACT, name="Zofia")
    call = desk.call(OTHER)
    page = manager.get(f"/p/{desk.project.pk}/calls/{call.pk}/link?q=zof").content.decode()
    assert "Zofia" in page


def test_afterwards_the_reader_is_back_where_he_was(desk: Desk, manager: Client) -> None:
    contact = desk.record(Kind.CONTACT, name="Anna")
    back = f"/p/{desk.project.pk}/calls/?status=missed"
    told = {"record": f"{desk.crm.pk}:contact:{contact.pk}", "next": back}
    for wanted, kept in ((back, back), ("https://evil.example.com/p/1/calls/", None)):
        call = desk.call(OTHER)
        answer = manager.post(f"/p/{desk.project.pk}/calls/{call.pk}/link", told | {"next": wanted})
        assert answer.headers["Location"] == (kept or f"/p/{desk.project.pk}/calls/{call.pk}/")


# --- a vendor ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served_office() -> Iterator[Office]:
    with run_in_thread(create_twin()) as running, Office(running.url) as office:
        yield office


@pytest.fixture
def office(served_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    served_office.renew()
    return served_office


@pytest.fixture
def vendor(desk: Desk, office: Office) -> Connection:
    credentials = {"api_token": office.config.api_token}
    return add(desk.project, "pipedrive", credentials=credentials, **office.settings())


def test_a_vendors_contact_gets_the_number(desk: Desk, vendor: Connection, office: Office) -> None:
    call, ref = desk.call(OTHER), office.add_contact("Anna", CLIENT)
    done = link(call, vendor, ref, desk.members[Role.MANAGER])
    assert done.outcome == Outcome.WRITTEN
    assert {point["value"] for point in office.records("persons")[0]["phones"]} == {CLIENT, OTHER}
    assert [record.title for record in index.look_up(vendor, OTHER)] == ["Anna"]


def test_a_contact_is_made_at_the_vendor_once(desk: Desk, vendor: Connection, office: Office) -> None:
    call, user = desk.call(OTHER), desk.members[Role.MANAGER]
    make_contact(call, vendor, "Maria", user)
    assert not make_contact(call, vendor, "Maria", user).made, "before the vendor's search shows it"
    office.let_time_pass(float(office.state()["config"]["index_delay"]))
    assert not make_contact(call, vendor, "Maria", user).made
    assert [person["name"] for person in office.records("persons")] == ["Maria"]


def test_a_contact_that_is_made_and_deleted_is_made_again(desk: Desk, vendor: Connection, office: Office) -> None:
    call, user = desk.call(OTHER), desk.members[Role.MANAGER]
    office.delete(Ref(Kind.CONTACT, make_contact(call, vendor, "Maria", user).record_id))
    assert make_contact(call, vendor, "Maria", user).made


def test_what_the_vendor_has_deleted_is_told(desk: Desk, vendor: Connection, office: Office) -> None:
    ref = office.add_contact("Anna", CLIENT)
    office.delete(ref)
    with pytest.raises(TargetGone):
        link(desk.call(OTHER), vendor, ref, desk.members[Role.MANAGER])


def test_a_vendor_that_does_not_answer_is_told_in_words(
    desk: Desk, vendor: Connection, office: Office, manager: Client
) -> None:
    ref, call = office.add_contact("Anna", CLIENT), desk.call(OTHER)
    office.fail(action="status", path="/api/*", status=503, times=None, body={"success": False})
    told = {"record": f"{vendor.pk}:contact:{ref.id}"}
    page = manager.post(f"/p/{desk.project.pk}/calls/{call.pk}/link", told)
    assert page.status_code == 200
    assert "toast--error" in page.content.decode()
    assert not LinkedByHand.objects.exists()
