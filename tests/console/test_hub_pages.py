"""Events, deliveries, connections, employees and lines: what their buttons do."""

import pytest
from django.test import Client
from tests.factories import Desk, fill

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.delivery.models import Effect
from switchhook.intake.models import RawEvent
from switchhook.projects.models import AuditEntry, Employee, IgnoredClient, Number


def test_ticked_events_are_read_again(desk: Desk, manager: Client) -> None:
    one, other = desk.event(), desk.event()
    manager.post(f"/p/{desk.project.pk}/events/replay", {"event": [one.pk]})
    assert dict(RawEvent.objects.values_list("pk", "state")) == {one.pk: "new", other.pk: "read"}


def test_all_events_of_a_filter_are_read_again(desk: Desk, manager: Client) -> None:
    flagged, read = desk.event(state="flagged"), desk.event()
    manager.post(f"/p/{desk.project.pk}/events/replay", {"all": "1", "state": "flagged"})
    assert dict(RawEvent.objects.values_list("pk", "state")) == {flagged.pk: "new", read.pk: "read"}


def test_events_of_another_project_cannot_be_replayed(desk: Desk, stranger: Client) -> None:
    from switchhook.projects.models import Project

    event, own = desk.event(), Project.objects.get(name="Other").pk
    stranger.post(f"/p/{own}/events/replay", {"event": [event.pk]})
    assert RawEvent.objects.get(pk=event.pk).state == "read"


def test_an_event_shows_its_body_and_never_the_vendors_recording_link(desk: Desk, viewer: Client) -> None:
    event = desk.event({"caller": "380671234567"})
    desk.fact(desk.call(), event, recording_url="sealed-token")
    html = viewer.get(f"/p/{desk.project.pk}/events/{event.pk}/").content.decode()
    assert "&quot;caller&quot;: &quot;380671234567&quot;" in html
    assert "sealed-token" not in html


def test_refused_work_is_sent_again_with_its_call(desk: Desk, manager: Client) -> None:
    effect = desk.effect(desk.call(), state="refused", error="No.", error_code="rejected")
    page = manager.get(f"/p/{desk.project.pk}/deliveries/").content.decode()
    assert "The CRM refused the record. Correct the cause named here" in page
    manager.post(f"/p/{desk.project.pk}/deliveries/resend", {"effect": [effect.pk]})
    assert Effect.objects.get(pk=effect.pk).state == "planned"


def test_a_stopped_connection_is_told_on_every_page(desk: Desk, viewer: Client) -> None:
    Connection.objects.filter(pk=desk.crm.pk).update(state="broken", state_reason="The token has expired.")
    html = viewer.get(f"/p/{desk.project.pk}/calls/").content.decode()
    assert "does not work now" in html
    assert "The token has expired." in html


def test_a_connection_is_paused_and_resumed(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/connections/{desk.crm.pk}/state"
    owner.post(page, {"to": "pause"})
    assert Connection.objects.get(pk=desk.crm.pk).state == "paused"
    owner.post(page, {"to": "resume"})
    assert Connection.objects.get(pk=desk.crm.pk).state == "active"


def test_new_addresses_leave_the_one_before_valid(desk: Desk, owner: Client) -> None:
    for _ in range(3):
        owner.post(f"/p/{desk.project.pk}/connections/{desk.telephony.pk}/state", {"to": "rotate"})
    assert desk.telephony.secrets.filter(revoked_at=None).count() == 2


def test_rules_are_saved_as_the_planner_reads_them(desk: Desk, owner: Client) -> None:
    form = {
        "senior_employee": desk.olena.pk,
        "top_employee": "",
        "task_due_hours": "1.5",
        "parties_at": "end",
        "create_contacts": ["in-missed"],
        "cards_for": ["in"],
        "channels": ["call", "form"],
        "update_only": "on",
    }
    owner.post(f"/p/{desk.project.pk}/connections/{desk.crm.pk}/rules/save", form)
    assert Connection.objects.get(pk=desk.crm.pk).settings == {
        "senior_employee": desk.olena.pk,
        "top_employee": None,
        "task_due_minutes": 90,
        "parties_at": "end",
        "create_contacts": ["in-missed"],
        "cards_for": ["in"],
        "channels": ["call", "form"],
        "update_only": True,
        "send_on_contact": False,
    }
    assert AuditEntry.objects.filter(project=desk.project, action="connection.rules").count() == 1


def test_employees_are_mapped_to_users_of_the_crm(desk: Desk, owner: Client) -> None:
    page = f"/p/{desk.project.pk}/connections/{desk.crm.pk}/people"
    owner.post(page, {f"user-{desk.olena.pk}": str(desk.piotr.pk), f"user-{desk.piotr.pk}": ""})
    assert list(EmployeeAccount.objects.values_list("employee", "user_id")) == [(desk.olena.pk, str(desk.piotr.pk))]


def test_the_builtin_crm_is_connected_from_its_form(desk: Desk, owner: Client) -> None:
    owner.post(f"/p/{desk.project.pk}/connections/new/builtin", {"name": "Second CRM"})
    assert Connection.objects.filter(project=desk.project, name="Second CRM", state="active").exists()


def test_an_account_that_fails_its_test_is_not_saved(desk: Desk, owner: Client) -> None:
    form = {"name": "Twin", "field_project_id": "1", "field_auth_key": "k", "field_base_url": "http://127.0.0.1:9"}
    answer = owner.post(f"/p/{desk.project.pk}/connections/new/ringostat", form)
    assert answer.status_code == 422
    assert not Connection.objects.filter(name="Twin").exists()


def test_an_employees_directions_are_cleaned(desk: Desk, owner: Client) -> None:
    form = {"name": "Taras", "sips": "a, b ,a", "mobiles": "067 999 88 77", "active": "on"}
    owner.post(f"/p/{desk.project.pk}/employees/new", form)
    taras = Employee.objects.get(name="Taras")
    assert (taras.sips, taras.mobiles) == (["a", "b"], ["+380679998877"])


@pytest.mark.parametrize("number", ["12", "abc", "+380441230001"])
def test_a_line_that_is_no_number_or_is_there_already_is_refused(desk: Desk, owner: Client, number: str) -> None:
    assert owner.post(f"/p/{desk.project.pk}/numbers/number", {"e164": number}).status_code == 422


def test_lines_of_one_sip_pair_are_stopped_together(desk: Desk, owner: Client) -> None:
    pair = [Number.objects.create(project=desk.project, e164=f"+38044000000{n}", sip_pair="p") for n in (1, 2)]
    owner.post(f"/p/{desk.project.pk}/numbers/number/{pair[0].pk}", {"do": "stop"})
    assert set(Number.objects.filter(stopped=True)) == set(pair)


def test_a_client_is_ignored_and_heard_again(desk: Desk, owner: Client) -> None:
    owner.post(f"/p/{desk.project.pk}/numbers/ignored", {"e164": "067 123 45 67", "note": "spam"})
    row = IgnoredClient.objects.get(e164="+380671234567")
    owner.post(f"/p/{desk.project.pk}/numbers/ignored/{row.pk}", {"do": "remove"})
    assert not IgnoredClient.objects.exists()


def test_a_calls_events_are_read_again_from_its_page(desk: Desk, manager: Client) -> None:
    made = fill(desk)
    manager.post(f"/p/{desk.project.pk}/calls/{made['call'].pk}/replay")
    assert RawEvent.objects.get(pk=made["event"].pk).state == "new"
