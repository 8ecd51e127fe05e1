"""What stands on the cards of ringing calls, for whom, and what can be done there."""

import re
from typing import Any

import pytest
from django.test import Client
from tests.factories import CLIENT, Desk

from switchhook.calls.models import Call
from switchhook.connections.models import EmployeeAccount
from switchhook.core.records import Kind
from switchhook.delivery.models import Effect, Lane
from switchhook.delivery.tasks import drain_lane
from switchhook.directory.models import DirectoryEntry
from switchhook.popups.models import PopUp, PopUpSettings, Wish
from switchhook.projects.models import Role

from .conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def olena(desk: Desk) -> Client:
    """Olena, a manager who signs in."""
    desk.olena.user = desk.members[Role.MANAGER]
    desk.olena.save()
    return signed_in(desk, Role.MANAGER)


def ringing(desk: Desk, **values: Any) -> PopUp:
    state = {"reached": ["ring"], "direction": "in", "client_number": CLIENT, "utm": {"utm_source": "google"}}
    call = desk.call(status="active", employee=None, talk_seconds=None, state=state | values)
    return desk.popup(call)


def cards(desk: Desk, browser: Client) -> str:
    text = browser.get(f"/p/{desk.project.pk}/popup/").content.decode()
    return re.sub(r"\s+", " ", text)


def post(desk: Desk, browser: Client, popup: PopUp, what: str, **data: Any) -> int:
    told = {"crm": desk.crm.pk} | data
    return browser.post(f"/p/{desk.project.pk}/popup/{popup.pk}/{what}", told).status_code


def drain(desk: Desk) -> None:
    for lane in Lane.objects.filter(connection=desk.crm, scheduled=True):
        drain_lane.func(lane.pk)


def test_only_those_whose_phone_rings_see_the_card(desk: Desk, olena: Client, owner: Client) -> None:
    ringing(desk)
    assert "Incoming call from" in cards(desk, olena)
    assert cards(desk, owner).strip() == ""


def test_a_card_says_who_calls_whose_he_is_and_what_is_open(desk: Desk, olena: Client) -> None:
    company = desk.record(Kind.COMPANY, name="Acme GmbH")
    anna = desk.record(Kind.CONTACT, company, name="Anna Kovalenko", phones=[CLIENT], owner=str(desk.olena.pk))
    deal = desk.record(Kind.DEAL, anna, title="Two doors")
    desk.known(record_id=str(anna.pk), owner=str(desk.olena.pk), company_id=str(company.pk))
    desk.known(kind="company", record_id=str(company.pk), title="Acme GmbH", client="")
    desk.known(kind="deal", record_id=str(deal.pk), title="Two doors", contact_id=str(anna.pk))
    desk.call(status="missed", talk_seconds=None)
    ringing(desk)
    shown = cards(desk, olena)
    stage = f"{deal.pipeline.name} · {deal.stage.name}"
    for said in ("Anna Kovalenko", "Acme GmbH", "Yours", "Two doors", stage, "missed · Олена Коваленко", "google"):
        assert said in shown


def test_of_several_matches_the_best_stands_first_and_another_can_be_chosen(desk: Desk, olena: Client) -> None:
    desk.known(record_id="1", title="Anna")
    desk.known(record_id="2", title="Borys")
    desk.known(record_id="3", kind="lead", title="Windows", contact_id="2")
    popup = ringing(desk)
    assert "Incoming call from Borys" in cards(desk, olena)
    assert post(desk, olena, popup, "choose", record="contact:1") == 200
    assert "Incoming call from Anna" in cards(desk, olena)
    assert post(desk, olena, popup, "choose", record="contact:99") == 400


def test_nobody_is_known_until_the_directory_is_told_and_then_he_stands_there(desk: Desk, olena: Client) -> None:
    ringing(desk)
    assert "Not known in Built-in CRM yet" in cards(desk, olena)
    desk.known(title="Anna")
    assert "Incoming call from Anna" in cards(desk, olena)


def test_a_contact_made_in_the_pop_up_is_the_only_one_whatever_the_scenario_wants(desk: Desk, olena: Client) -> None:
    popup = ringing(desk)
    assert [post(desk, olena, popup, "ask", kind="contact", name="Anna") for _ in range(2)] == [200, 400]
    drain(desk)
    assert "Incoming call from Anna" in cards(desk, olena)
    call = popup.call
    assert call
    reached = {"reached": ["ring", "pickup", "end"], "status": "answered", "employee": {"sip": "olena"}}
    call.status, call.employee, call.state = "answered", desk.olena, call.state | reached
    call.save()
    post(desk, olena, popup, "comment", text="Wants two doors")
    drain(desk)
    contacts = DirectoryEntry.objects.filter(connection=desk.crm, kind="contact").values_list("title", flat=True)
    made = Effect.objects.filter(call=call).values_list("kind", "state")
    assert list(contacts) == ["Anna"]
    assert ("comment", "done") in made
    assert [kind for kind, _state in made].count("contact") == 1


def test_a_comment_is_kept_while_the_crm_does_not_answer(desk: Desk, olena: Client) -> None:
    popup = ringing(desk)
    post(desk, olena, popup, "comment", text="Call back at five")
    assert "Call back at five" in cards(desk, olena)
    assert Wish.objects.get().values == {"text": "Call back at five"}


def test_what_no_database_keeps_is_left_out_of_what_is_typed(desk: Desk, olena: Client) -> None:
    popup = ringing(desk)
    crm = desk.crm.pk
    assert post(desk, olena, popup, "ask", crm=crm, kind="contact", name="An\0na") == 200
    assert post(desk, olena, popup, "comment", crm=crm, text="call\0 back") == 200
    said = [next(iter(one.values.values())) for one in Wish.objects.order_by("pk")]
    assert said == ["Anna", "call back"]


def test_what_cannot_be_created_is_not_offered(desk: Desk, olena: Client) -> None:
    desk.known(title="Anna")
    desk.known(record_id="3", kind="lead", title="Windows", contact_id="1")
    popup = ringing(desk)
    assert re.findall(r'name="kind" value="(\w+)"', cards(desk, olena)) == ["order"]
    assert post(desk, olena, popup, "ask", kind="lead") == 400
    Call.objects.update(stopped=True)
    assert "data-wish" not in cards(desk, olena)


def test_a_viewer_sees_the_card_and_no_buttons_that_write(desk: Desk, viewer: Client) -> None:
    desk.piotr.user = desk.members[Role.VIEWER]
    desk.piotr.save()
    popup = ringing(desk)
    popup.employees = [desk.piotr.pk]
    popup.save()
    shown = cards(desk, viewer)
    assert "Incoming call" in shown
    assert "data-wish" not in shown


def test_a_card_that_was_closed_is_gone_for_this_user_alone(desk: Desk, olena: Client, owner: Client) -> None:
    desk.piotr.user = desk.members[Role.OWNER]
    desk.piotr.save()
    popup = ringing(desk)
    popup.employees = [desk.olena.pk, desk.piotr.pk]
    popup.save()
    assert post(desk, olena, popup, "dismiss") == 200
    assert (cards(desk, olena).strip(), "Incoming call" in cards(desk, owner)) == ("", True)


def test_somebody_elses_call_cannot_be_touched(desk: Desk, olena: Client, owner: Client, stranger: Client) -> None:
    popup = ringing(desk)
    assert {post(desk, browser, popup, "comment", text="x") for browser in (owner, stranger)} == {404}
    assert {post(desk, browser, popup, "dismiss") for browser in (owner, stranger)} == {404}


def test_names_of_clients_are_escaped_on_the_card(desk: Desk, olena: Client) -> None:
    desk.known(title="<script>x</script>", url="javascript:alert(1)")
    ringing(desk)
    shown = cards(desk, olena)
    assert ("<script" in shown, "javascript:" in shown) == (False, False)


def test_an_admin_says_to_whom_calls_show_that_nobody_is_named_for(desk: Desk) -> None:
    admin, address = signed_in(desk, Role.ADMIN), f"/p/{desk.project.pk}/popup/settings"
    assert "cannot sign in yet" in admin.get(address).content.decode()
    assert admin.post(address, {"show_to": [desk.olena.pk]}).status_code == 302
    assert PopUpSettings.objects.get(project=desk.project).show_to == [desk.olena.pk]
    assert desk.project.audit.filter(action="popup.show_to").count() == 1


def test_the_panel_names_callers_and_finds_people(desk: Desk, olena: Client) -> None:
    desk.known(title="Anna Kovalenko")
    desk.call()
    page = f"/p/{desk.project.pk}/panel/"
    assert "Anna Kovalenko" in olena.get(page).content.decode()
    found = olena.get(f"{page}?view=contacts&q=kov", headers={"HX-Request": "true", "HX-Target": "panel-list"})
    assert "Anna Kovalenko" in found.content.decode()


def test_the_panel_says_that_a_user_without_an_employee_sees_no_call(desk: Desk, owner: Client) -> None:
    assert "You have no telephone here" in owner.get(f"/p/{desk.project.pk}/panel/").content.decode()


def test_the_panel_names_nobody_by_records_that_its_crm_leaves_out(
    desk: Desk, olena: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchhook.popups.panel.named_by", lambda crm: frozenset({"contact"}))
    monkeypatch.setattr("switchhook.popups.offers.named_by", lambda crm: frozenset({"contact"}))
    desk.known(title="A deal's name", kind="deal")
    EmployeeAccount.objects.all().delete()
    desk.call()
    shown = olena.get(f"/p/{desk.project.pk}/panel/").content.decode()
    assert ("deal&#x27;s name" in shown, "Create or link" in shown) == (False, False)
