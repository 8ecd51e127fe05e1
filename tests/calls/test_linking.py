"""A person says who a number is, with the built-in CRM and with a vendor's twin."""

from collections.abc import Iterator

import pytest
from django.test import Client
from tests.factories import CLIENT, Desk, open_desk

from switchhook.calls.linking import candidates, link, make_contact
from switchhook.calls.models import LinkedByHand
from switchhook.calls.queries import known_clients
from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.pipedrive.tests.office import Office
from switchhook.connectors.pipedrive.twin import create_twin
from switchhook.connectors.testing.twin import run_in_thread
from switchhook.core.errors import TargetGone
from switchhook.core.records import Kind
from switchhook.crm.models import Contact
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
    office.let_time_pass(float(office.state()["config"]["index_delay"]))
    assert not make_contact(call, vendor, "Maria", user).made
    assert [person["name"] for person in office.records("persons")] == ["Maria"]


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
