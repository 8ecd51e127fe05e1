"""Calling from pages: the button, the card with its reasons and remedies, how a person calls, paired browsers."""

# ruff: noqa: F811

import io
import json
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.dialing.installed import dialing_twin, phones  # noqa: F401 - fixtures
from tests.dialing.phones import Phones
from tests.factories import CLIENT, Desk, fill

from switchhook.connections.services import pause
from switchhook.core.clock import utc_now
from switchhook.core.records import Kind, Ref
from switchhook.crm import writing as crm_writing
from switchhook.dialing.models import DialDefaults, DialPreference, DialRequest, DialState, DialToken
from switchhook.projects.models import AuditEntry, Employee, Role

from .conftest import signed_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(phones: Phones) -> Desk:
    """Olena is the manager."""
    return phones.desk


def page(client: Client, desk: Desk, path: str) -> str:
    answer = client.get(f"/p/{desk.project.pk}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def click(client: Client, desk: Desk, number: str = CLIENT, **fields: Any) -> str:
    answer = client.post(f"/p/{desk.project.pk}/dial/", {"number": number, **fields}, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("section", ["contacts", "companies", "leads", "deals", "orders"])
def test_lists_and_records_offer_to_call_and_spare_viewers_a_dead_button(
    desk: Desk, manager: Client, viewer: Client, section: str
) -> None:
    made = fill(desk)
    crm_writing.change(desk.project, Ref(Kind.COMPANY, str(made["companies"].pk)), {"phones": [CLIENT]}, now=utc_now())
    for path in (f"crm/{section}/", f"crm/{section}/{made[section].pk}/"):
        assert f'data-dial="{CLIENT}"' in page(manager, desk, path)
        assert "data-dial=" not in page(viewer, desk, path)


def test_who_calls_with_a_program_gets_plain_links(desk: Desk, manager: Client) -> None:
    fill(desk)
    DialDefaults.objects.create(project=desk.project, way="link", scheme="callto")
    assert f'href="callto:{CLIENT}"' in page(manager, desk, "crm/contacts/")
    DialPreference.objects.create(project=desk.project, user=desk.members[Role.MANAGER], way="callback")
    assert f'data-dial="{CLIENT}"' in page(manager, desk, "crm/contacts/")


def test_a_list_asks_for_the_way_of_calling_once(
    desk: Desk, manager: Client, django_assert_max_num_queries: Any
) -> None:
    fill(desk)
    with django_assert_max_num_queries(60) as few:
        page(manager, desk, "crm/contacts/")
    for number in range(20):
        desk.record(Kind.CONTACT, name="x", phones=[f"+38067765{number:04}"])
    with django_assert_max_num_queries(len(few.captured_queries)):
        page(manager, desk, "crm/contacts/")


def test_a_click_shows_the_card_and_the_card_follows_the_call(
    phones: Phones,
    desk: Desk,
    manager: Client,
) -> None:
    desk.known()
    card = click(manager, desk)
    made = DialRequest.objects.get()
    assert "Anna Kovalenko" in card
    assert f'data-address="/p/{desk.project.pk}/dial/{made.pk}/"' in card
    phones.work()
    assert "Calling your phone" in page(manager, desk, f"dial/{made.pk}/")
    call = desk.call(direction="out", status="missed")
    DialRequest.objects.update(state=DialState.ENDED, call=call)
    ended = page(manager, desk, f"dial/{made.pk}/")
    assert "did not answer" in ended
    assert f"/calls/{call.pk}/" in ended


def test_an_offline_phone_comes_with_every_way_out(phones: Phones, desk: Desk, manager: Client) -> None:
    phones.control("configure", sip_online=[])
    click(manager, desk)
    phones.work()
    card = page(manager, desk, f"dial/{DialRequest.objects.get().pk}/")
    assert "acme_olena is offline" in card
    assert all(way in card for way in ('name="anyway"', 'value="+380501110001"', f'href="tel:{CLIENT}"'))


@pytest.mark.parametrize(("number", "said"), [("112", "emergency number"), ("xyz", "not a telephone number")])
def test_a_number_that_is_not_called_is_told_with_the_reason(
    desk: Desk, manager: Client, number: str, said: str
) -> None:
    assert said in click(manager, desk, number)
    assert not DialRequest.objects.exists()


def test_an_admin_is_led_to_the_remedy(desk: Desk) -> None:
    admin = signed_in(desk, Role.ADMIN)
    assert f'href="/p/{desk.project.pk}/employees/"' in click(admin, desk)
    Employee.objects.filter(pk=desk.piotr.pk).update(user=desk.members[Role.ADMIN])
    pause(desk.telephony)
    assert f'href="/p/{desk.project.pk}/connections/"' in click(admin, desk)


def test_who_stands_for_two_chooses_whose_phone_rings(desk: Desk, manager: Client) -> None:
    Employee.objects.update(user=desk.members[Role.MANAGER])
    card = click(manager, desk)
    assert f'name="employee" value="{desk.piotr.pk}"' in card
    click(manager, desk, employee=desk.piotr.pk)
    assert DialRequest.objects.get().employee == desk.piotr


def test_without_script_a_click_leads_over_a_page(desk: Desk, manager: Client) -> None:
    assert "<form" in page(manager, desk, "dial/?number=0671234567")
    answer = manager.post(f"/p/{desk.project.pk}/dial/", {"number": CLIENT})
    assert answer["Location"] == f"/p/{desk.project.pk}/dial/{DialRequest.objects.get().pk}/"


def test_another_persons_click_is_not_shown(desk: Desk, manager: Client, owner: Client, stranger: Client) -> None:
    click(manager, desk)
    address = f"/p/{desk.project.pk}/dial/{DialRequest.objects.get().pk}/"
    assert [one.get(address).status_code for one in (manager, owner, stranger)] == [200, 404, 404]


def test_a_person_chooses_how_to_call_and_sees_it(desk: Desk, manager: Client) -> None:
    address = f"/p/{desk.project.pk}/calling/"
    assert "acme_olena" in page(manager, desk, "calling/")
    manager.post(address, {"way": "link", "scheme": "sip", "line": ""})
    assert 'href="sip:+380671234567"' in page(manager, desk, "calling/")
    assert manager.post(address, {"way": "link", "scheme": "javascript", "line": ""}).status_code == 422
    assert manager.post(address, {"way": "", "scheme": "sip", "line": "acme_piotr"}).status_code == 422


def test_an_admin_sets_the_projects_default_and_it_is_noted(desk: Desk) -> None:
    admin = signed_in(desk, Role.ADMIN)
    admin.post(f"/p/{desk.project.pk}/calling/default", {"default-way": "link", "default-scheme": "callto"})
    assert DialDefaults.objects.get().scheme == "callto"
    assert AuditEntry.objects.filter(action="dialing.default").exists()
    assert "callto:+380671234567" in page(admin, desk, "calling/")


def test_a_browser_is_paired_once_shown_and_taken_away(desk: Desk, manager: Client, owner: Client) -> None:
    address = f"/p/{desk.project.pk}/extension/"
    shown = manager.post(address, {"name": "Office"}).content.decode()
    token = DialToken.objects.get()
    assert "swd_" in shown
    assert "swd_" not in page(manager, desk, "extension/")
    other = signed_in(desk, Role.ADMIN)
    assert other.post(f"{address}{token.pk}/revoke").status_code == 302
    assert manager.post(f"{address}{token.pk}/revoke").status_code == 404


def test_only_admins_take_away_what_others_have_paired(desk: Desk, manager: Client) -> None:
    theirs, _ = DialToken.issue(desk.project, desk.members[Role.OWNER], "Theirs")
    assert "Theirs" not in page(manager, desk, "extension/")
    assert manager.post(f"/p/{desk.project.pk}/extension/{theirs.pk}/revoke").status_code == 404


def test_the_extension_is_downloaded_whole_and_knows_its_hub(desk: Desk, manager: Client) -> None:
    answer = manager.get(f"/p/{desk.project.pk}/extension/switchhook-extension.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = {name.removeprefix("switchhook-extension/") for name in archive.namelist()}
        manifest = json.loads(archive.read("switchhook-extension/manifest.json"))
        hub = json.loads(archive.read("switchhook-extension/hub.json"))
    used = {manifest["background"]["service_worker"], manifest["options_ui"]["page"], *manifest["icons"].values()}
    used |= {file for script in manifest["content_scripts"] for file in (*script["js"], *script["css"])}
    assert used | {"_locales/uk/messages.json", "hub.json"} <= names
    assert hub == {"hub": settings.PUBLIC_URL}
