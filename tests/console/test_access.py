"""Who may see and do what: every page for owner, viewer and stranger, every write for the role below its own."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver
from tests.factories import Desk, fill

from switchhook.console.urls import urlpatterns
from switchhook.projects.models import Role

from .conftest import signed_in

MANAGER_WRITES = {
    "replay_call": "calls/{call}/replay",
    "move_deal": "crm/deals/{deals}/move",
    "lead_status": "crm/leads/{leads}/status",
    "task_done": "crm/tasks/{tasks}/done",
    "new_record": "crm/contacts/new",
    "edit_record": "crm/contacts/{contacts}/edit",
    "add_comment": "crm/contacts/{contacts}/comment",
    "replay": "events/replay",
    "resend": "deliveries/resend",
    "retry": "deliveries/retry",
    "popup_ask": "popup/1/ask",
    "popup_comment": "popup/1/comment",
    "popup_choose": "popup/1/choose",
    "take_missed": "missed/1/take",
    "assign_missed": "missed/1/assign",
    "close_missed": "missed/1/close",
    "reopen_missed": "missed/1/reopen",
    "export_calls": "calls/export",
    "link_call": "calls/{call}/link",
    "link_candidates": "calls/{call}/link/found",
    "new_absence": "absences/new",
    "absence": "absences/1/",
    "remove_absence": "absences/1/remove",
    "dial": "dial/",
    "dialed": "dial/1/",
    "calling": "calling/",
    "extension": "extension/",
    "extension_zip": "extension/switchhook-extension.zip",
    "revoke_browser": "extension/1/revoke",
}
ADMIN_WRITES = {
    "scenario_draft": "scenarios/{crm}/draft",
    "scenario_row": "scenarios/{crm}/row?row=in-missed-new",
    "scenario_situation": "scenarios/{crm}/row/situation",
    "change_scenario_row": "scenarios/{crm}/row/change",
    "scenario_action": "scenarios/{crm}/action?row=in-missed-new&do=task",
    "change_scenario_action": "scenarios/{crm}/action/change",
    "scenario_preview": "scenarios/{crm}/action/preview?row=in-missed-new&do=task",
    "scenario_head": "scenarios/{crm}/records",
    "restore_scenario_version": "scenarios/{crm}/versions/1/restore",
    "first_run": "start/",
    "first_run_connect": "start/connect/acme",
    "first_run_decide": "start/decide",
    "first_run_reach": "start/reach",
    "first_run_event": "start/event",
    "first_run_names": "start/names",
    "first_run_people": "start/people",
    "first_run_fetch": "start/people/fetch",
    "first_run_rules": "start/rules",
    "first_run_summary": "start/rules/summary",
    "first_run_call": "start/call",
    "first_run_call_state": "start/call/state",
    "check_now": "check/now",
    "show_to": "popup/settings",
    "new_connection": "connections/new/builtin",
    "connection_state": "connections/{crm}/state",
    "connection_people": "connections/{crm}/people",
    "connection_fields": "connections/{crm}/fields",
    "connection_setup": "connections/{crm}/set-up",
    "setup_fields": "connections/{crm}/set-up/fields",
    "move_connection": "connections/{crm}/move",
    "give_up_sign_in": "connections/sign-in/1/discard",
    "connection_credentials": "connections/{crm}/credentials",
    "read_log": "connections/{telephony}/read-log",
    "save_rules": "connections/{crm}/rules/save",
    "fetch_staff": "employees/fetch/{telephony}",
    "new_employee": "employees/new",
    "employee": "employees/{employee}/",
    "add_to_list": "numbers/number",
    "change_list": "numbers/number/1",
    "connection_titles": "connections/{crm}/titles",
    "try_titles": "connections/{crm}/titles/try",
    "preview_mapping": "connections/{crm}/fields/preview",
    "forwarding": "connections/{telephony}/forwarding",
    "try_forwarding": "connections/{telephony}/forwarding/try",
    "name_map": "connections/{telephony}/names",
    "try_names": "connections/{telephony}/names/try",
    "ignore_many": "numbers/ignored/many",
    "line": "numbers/number/1/",
    "project_settings": "settings/project",
    "members": "settings/members/",
    "invite_member": "settings/members/invite",
    "withdraw_invitation": "settings/members/invitations/1/withdraw",
    "change_member": "settings/members/1/",
    "remove_member": "settings/members/1/remove",
    "audit": "settings/audit/",
    "audit_export": "settings/audit/export.csv",
    "calling_default": "calling/default",
    "employee_hours": "working-time/people/{employee}/",
    "public_holidays": "working-time/holidays/public",
    "remove_holiday": "working-time/holidays/1/remove",
    "alerts": "alerts/",
    "new_alert": "alerts/new/missed",
    "alert": "alerts/1/",
    "change_alert": "alerts/1/change",
    "alert_again": "alerts/messages/1/again",
    "telegram": "alerts/telegram",
    "telegram_invite": "alerts/telegram/invite",
    "telegram_check": "alerts/telegram/check",
    "remove_chat": "alerts/telegram/chats/1/remove",
    "tokens": "tokens/",
    "revoke_token": "tokens/1/revoke",
}
READ_BY_ALL = {
    "popup_cards", "popup_dismiss", "panel",
    "scenarios", "scenario_table", "scenario_presets", "scenario_preset", "scenario_versions", "scenario_version",
    "scenario_try", "scenario_try_calls",
    "working_time", "holidays", "absences",
    "overview", "check", "live_ticket", "calls", "call_rows", "call", "recording", "board", "records", "record", "pick",
    "events", "event", "deliveries", "connections", "connection", "connection_flow", "employees", "numbers", "settings",
    "connection_rules",
    "missed", "missed_rows", "save_view", "change_view",
    "reports", "report_table", "palette", "palette_found",
}  # fmt: skip

OUTSIDE = {"home", "language", "reached", "record_anywhere", "signed_in", "sign_in", "new_project", "invitation"}


@pytest.fixture
def ids(desk: Desk) -> dict[str, int]:
    rows = {name: row.pk for name, row in fill(desk).items()}
    return rows | {"crm": desk.crm.pk, "telephony": desk.telephony.pk, "employee": desk.olena.pk}


def test_an_owner_and_a_viewer_open_every_page(pages: dict[str, str], owner: Client, viewer: Client) -> None:
    answers = {name: (owner.get(page).status_code, viewer.get(page).status_code) for name, page in pages.items()}
    assert {name: codes for name, codes in answers.items() if codes != (200, 200)} == {}


def test_a_stranger_finds_no_page_of_the_project(pages: dict[str, str], stranger: Client) -> None:
    answers = {name: stranger.get(page).status_code for name, page in pages.items()}
    assert set(answers.values()) == {404}


def test_a_signed_out_visitor_is_sent_to_sign_in(pages: dict[str, str], client: Client) -> None:
    targets = {client.get(page).headers.get("Location", "")[:16] for page in pages.values()}
    assert targets == {"/accounts/login/"}


def test_htmx_sends_a_signed_out_visitor_to_sign_in_too(pages: dict[str, str], client: Client) -> None:
    answer = client.get(pages["calls"], headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/")


@pytest.mark.parametrize("write", MANAGER_WRITES.values())
def test_a_viewer_may_not_write(desk: Desk, ids: dict[str, int], viewer: Client, write: str) -> None:
    assert viewer.post(f"/p/{desk.project.pk}/{write.format(**ids)}").status_code == 403


@pytest.mark.parametrize("write", ADMIN_WRITES.values())
def test_a_manager_may_not_set_up(desk: Desk, ids: dict[str, int], manager: Client, write: str) -> None:
    assert manager.post(f"/p/{desk.project.pk}/{write.format(**ids)}").status_code == 403


@pytest.mark.parametrize("write", [*MANAGER_WRITES.values(), *ADMIN_WRITES.values()])
def test_a_stranger_may_not_write(desk: Desk, ids: dict[str, int], stranger: Client, write: str) -> None:
    assert stranger.post(f"/p/{desk.project.pk}/{write.format(**ids)}").status_code == 404


@pytest.mark.parametrize("write", [*MANAGER_WRITES.values(), *ADMIN_WRITES.values()])
def test_a_form_of_another_site_is_refused(desk: Desk, ids: dict[str, int], write: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.members[Role.OWNER])
    assert strict.post(f"/p/{desk.project.pk}/{write.format(**ids)}").status_code == 403


def test_records_of_another_project_are_not_found(desk: Desk, ids: dict[str, int], stranger: Client) -> None:
    """The stranger asks below his own project for ids of this one."""
    from switchhook.projects.models import Project

    own = Project.objects.get(name="Other").pk
    wanted = [
        "calls/{call}/",
        "crm/contacts/{contacts}/",
        "events/{event}/",
        "connections/{crm}/",
        "employees/{employee}/",
    ]
    assert {stranger.get(f"/p/{own}/{page.format(**ids)}").status_code for page in wanted} == {404}


def test_every_address_of_a_project_is_in_one_of_these_lists() -> None:
    assert names_below(urlpatterns) - OUTSIDE == {
        *MANAGER_WRITES,
        *ADMIN_WRITES,
        *READ_BY_ALL,
    }


@pytest.mark.parametrize("page", ["people", "fields", "set-up", "credentials"])
def test_only_admins_open_the_pages_that_set_a_connection_up(
    desk: Desk, manager: Client, viewer: Client, stranger: Client, page: str
) -> None:
    address = f"/p/{desk.project.pk}/connections/{desk.telephony.pk if page == 'set-up' else desk.crm.pk}/{page}"
    assert [browser.get(address).status_code for browser in (manager, viewer, stranger)] == [403, 403, 404]


def test_only_admins_see_the_tokens(desk: Desk, manager: Client) -> None:
    page = f"/p/{desk.project.pk}/tokens/"
    assert (manager.get(page).status_code, signed_in(desk, Role.ADMIN).get(page).status_code) == (403, 200)


def test_only_admins_see_the_secret_addresses(desk: Desk, pages: dict[str, str], manager: Client) -> None:
    admin = signed_in(desk, Role.ADMIN)
    assert f"/in/{desk.telephony.pk}/" in admin.get(pages["telephony"]).content.decode()
    assert f"/in/{desk.telephony.pk}/" not in manager.get(pages["telephony"]).content.decode()


def names_below(patterns: list[URLPattern | URLResolver]) -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        names |= names_below(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return names
