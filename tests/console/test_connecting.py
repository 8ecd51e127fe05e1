"""Connecting a CRM: tried before it is saved, or signed in to at the vendor and back, once and by the same person."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from tests.acme.office import Office
from tests.factories import Desk

from switchhook.connections import joining
from switchhook.connections.models import Connection, ConnectionState, SignInAttempt
from switchhook.connections.services import mark_broken
from switchhook.core.errors import Unreachable
from switchhook.delivery.lanes import append
from switchhook.delivery.models import Lane
from switchhook.projects.models import AuditEntry, Role

from .conftest import signed_in

pytestmark = pytest.mark.usefixtures("acme")
RETURN = "/connections/signed-in"


@pytest.fixture
def form_page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/connections/new/acme"


def typed(**values: str) -> dict[str, str]:
    return {"name": "Acme", "field_region": "eu", "local": "keep", **values}


def made() -> Connection | None:
    return Connection.objects.filter(connector="acme").first()


class SignInAtAcme:
    """Somebody on his way through the vendor's page."""

    def __init__(self, browser: Client, desk: Desk, page: str) -> None:
        self.browser, self.desk = browser, desk
        answer = browser.post(page, typed(field_client_id="c", field_client_secret="s", how="sign-in"))
        self.step = answer.headers["Location"]

    def state(self) -> str:
        """What stands in the link to the vendor's page."""
        html = self.browser.get(self.step).content.decode()
        link = html.partition('href="https://login.acme.example')[2].partition('"')[0].replace("&amp;", "&")
        return parse_qs(urlsplit(link).query)["state"][0]

    def come_back(self, state: str = "", browser: Client | None = None, **answer: str) -> tuple[int, str]:
        """What the vendor's redirect leads to: status, and where to."""
        query = {"state": state or self.state(), **(answer or {"code": "good-code"})}
        result = (browser or self.browser).get(RETURN, query)
        return result.status_code, result.headers.get("Location", "")


@pytest.fixture
def sign_in(owner: Client, desk: Desk, form_page: str) -> SignInAtAcme:
    return SignInAtAcme(owner, desk, form_page)


# --- by typed credentials --------------------------------------------------------------------------------------------


def test_what_can_be_connected_is_listed_with_its_summary(desk: Desk, owner: Client, form_page: str) -> None:
    html = owner.get(f"/p/{desk.project.pk}/connections/").content.decode()
    assert "Contacts and deals of an Acme account." in html
    assert form_page in html


def test_only_the_fields_of_the_first_step_are_asked_for(owner: Client, form_page: str) -> None:
    html = owner.get(form_page).content.decode()
    assert 'name="field_api_key"' in html
    assert 'name="field_folder"' not in html


def test_an_account_that_works_is_saved_and_leads_to_its_settings(desk: Desk, owner: Client, form_page: str) -> None:
    answer = owner.post(form_page, typed(field_api_key="good-key"))
    crm = made()
    assert crm
    assert answer.headers["Location"] == f"/p/{desk.project.pk}/connections/{crm.pk}/set-up"
    assert (crm.settings, crm.credentials) == ({"region": "eu"}, {"api_key": "good-key"})
    assert AuditEntry.objects.filter(action="connection.add", target="Acme").count() == 1


def test_work_is_held_until_the_required_settings_are_chosen(desk: Desk, owner: Client, form_page: str) -> None:
    owner.post(form_page, typed(field_api_key="good-key"))
    crm = made()
    assert crm
    append(crm, desk.call())
    page = f"/p/{desk.project.pk}/connections/{crm.pk}/"
    html = owner.get(page).content.decode()
    assert ("To be set up" in html, "Its settings are still to be chosen." in html) == (True, True)
    assert "Acme CRM refuses" not in html
    assert Lane.objects.get(connection=crm).scheduled is False
    owner.post(f"{page}credentials", {"field_api_key": "good-key"})
    assert Lane.objects.get(connection=crm).scheduled is False
    chosen = {"field_region": "eu", "field_folder": "f1", "field_phone_field": "phone", "field_days": "3"}
    owner.post(f"{page}set-up", chosen)
    assert Connection.objects.get(pk=crm.pk).state == "active"
    assert Lane.objects.get(connection=crm).scheduled is True


def test_a_remark_of_the_test_is_shown(owner: Client, form_page: str) -> None:
    answer = owner.post(form_page, typed(field_api_key="good-key"), follow=True)
    assert "The plan ends in May." in answer.content.decode()


def test_a_key_that_is_refused_is_told_with_a_remedy_and_not_saved(owner: Client, form_page: str) -> None:
    answer = owner.post(form_page, typed(field_api_key="wrong-key"))
    html = answer.content.decode()
    assert (answer.status_code, made()) == (422, None)
    assert "Acme CRM does not accept the credentials. Its answer: invalid key" in html
    assert "Copy the credentials anew" in html
    assert "wrong-key" not in html


def test_an_account_that_does_not_answer_is_not_saved(acme: Office, owner: Client, form_page: str) -> None:
    acme.failing = Unreachable("No answer in time.")
    html = owner.post(form_page, typed(field_api_key="good-key")).content.decode()
    assert "No answer in time." in html
    assert "Nothing was saved." in html
    assert made() is None


def test_a_setting_at_fault_is_told_at_its_field(owner: Client, form_page: str) -> None:
    html = owner.post(form_page, typed()).content.decode()
    assert 'id="id_field_api_key-error"' in html
    assert "Enter the API key, or sign in." in html


@pytest.mark.parametrize(("answer", "state"), [("keep", "active"), ("pause", "paused")])
def test_the_first_vendor_asks_about_the_built_in_crm(
    desk: Desk, owner: Client, form_page: str, answer: str, state: str
) -> None:
    assert 'name="local"' in owner.get(form_page).content.decode()
    owner.post(form_page, typed(field_api_key="good-key", local=answer))
    assert Connection.objects.get(pk=desk.crm.pk).state == state
    assert 'name="local"' not in owner.get(form_page).content.decode()


# --- by the vendor's sign-in page -------------------------------------------------------------------------------------


def test_the_redirect_address_is_shown_before_it_is_needed(owner: Client, form_page: str) -> None:
    assert joining.return_address().endswith(RETURN)
    assert joining.return_address() in owner.get(form_page).content.decode()


def test_nothing_is_connected_before_the_user_is_back(sign_in: SignInAtAcme) -> None:
    assert made() is None
    assert sign_in.desk.project.connections.count() == 2


def test_the_way_to_the_vendor_is_a_link_since_the_content_policy_keeps_forms_at_home(sign_in: SignInAtAcme) -> None:
    html = sign_in.browser.get(sign_in.step).content.decode()
    assert '<a class="btn btn--primary" href="https://login.acme.example/authorize?' in html


def test_who_comes_back_with_a_code_is_connected(sign_in: SignInAtAcme) -> None:
    code, location = sign_in.come_back()
    crm = made()
    assert crm
    assert (code, location) == (302, f"/p/{crm.project_id}/connections/{crm.pk}/set-up")
    assert crm.credentials == {"client_id": "c", "client_secret": "s", "refresh_token": "good-refresh"}
    assert crm.settings == {"region": "eu"}
    assert not SignInAttempt.objects.exists()


def test_a_return_is_good_once(sign_in: SignInAtAcme) -> None:
    state = sign_in.state()
    sign_in.come_back(state, error="access_denied")
    assert sign_in.come_back(state)[0] == 400
    assert made() is None


def test_a_return_of_somebody_else_is_refused(sign_in: SignInAtAcme) -> None:
    admin = signed_in(sign_in.desk, Role.ADMIN)
    assert sign_in.come_back(browser=admin)[0] == 400
    assert made() is None


def test_a_return_of_a_stranger_a_viewer_and_nobody_finds_nothing(
    sign_in: SignInAtAcme, stranger: Client, viewer: Client, client: Client
) -> None:
    assert [sign_in.come_back(browser=browser)[0] for browser in (stranger, viewer)] == [404, 403]
    code, location = sign_in.come_back(browser=client)
    assert (code, location[:16]) == (302, "/accounts/login/")
    assert made() is None


def test_a_forged_return_is_refused(sign_in: SignInAtAcme) -> None:
    assert {sign_in.come_back(forged)[0] for forged in ("x", "a:b:c", sign_in.state() + "x")} == {400}
    assert sign_in.browser.get(RETURN).status_code == 400


def test_a_return_after_an_hour_is_refused(sign_in: SignInAtAcme, monkeypatch: pytest.MonkeyPatch) -> None:
    state = sign_in.state()
    monkeypatch.setattr(joining, "STATE_SECONDS", -1)
    assert sign_in.come_back(state)[0] == 400


def test_a_refusal_at_the_vendor_is_told_with_its_remedy_and_can_be_tried_again(sign_in: SignInAtAcme) -> None:
    assert sign_in.come_back(error="access_denied") == (302, sign_in.step)
    html = sign_in.browser.get(sign_in.step).content.decode()
    assert "Acme says: access_denied" in html
    assert "exactly the one below" in html
    assert sign_in.come_back()[1].endswith("/set-up")


def test_an_account_that_fails_its_test_after_the_sign_in_is_not_saved(acme: Office, sign_in: SignInAtAcme) -> None:
    acme.keys.clear()
    assert sign_in.come_back() == (302, sign_in.step)
    assert made() is None


def test_a_form_without_what_the_vendors_page_needs_is_told_at_its_field(owner: Client, form_page: str) -> None:
    answer = owner.post(form_page, typed(how="sign-in"))
    assert (answer.status_code, "id_field_client_id-error" in answer.content.decode()) == (422, True)


def test_an_unfinished_sign_in_is_offered_to_its_user_alone_and_can_be_given_up(sign_in: SignInAtAcme) -> None:
    listed = f"/p/{sign_in.desk.project.pk}/connections/"
    assert sign_in.step in sign_in.browser.get(listed).content.decode()
    admin = signed_in(sign_in.desk, Role.ADMIN)
    assert sign_in.step not in admin.get(listed).content.decode()
    assert admin.get(sign_in.step).status_code == 404
    sign_in.browser.post(f"{sign_in.step}discard")
    assert not SignInAttempt.objects.exists()


def test_attempts_are_forgotten_after_a_day(owner: Client, desk: Desk, form_page: str, sign_in: SignInAtAcme) -> None:
    SignInAttempt.objects.update(created_at=timezone.now() - timedelta(days=2))
    SignInAtAcme(owner, desk, form_page)
    assert SignInAttempt.objects.count() == 1


def test_no_stored_secret_is_on_the_page_before_the_vendors(owner: Client, desk: Desk, form_page: str) -> None:
    page = form_page
    answer = owner.post(page, typed(field_client_id="c", field_client_secret="top-secret", how="sign-in"))
    html = owner.get(answer.headers["Location"]).content.decode()
    assert "top-secret" not in html
    assert escape(joining.return_address()) in html


# --- again, for a connection that is broken --------------------------------------------------------------------------


@pytest.fixture
def broken(desk: Desk, sign_in: SignInAtAcme) -> Connection:
    """Connected by sign-in, then refused while a call waits."""
    sign_in.come_back()
    crm = made()
    assert crm
    Connection.objects.filter(pk=crm.pk).update(
        state="active", settings={"region": "eu", "folder": "f1", "phone_field": "phone"}
    )
    crm.refresh_from_db()
    mark_broken(crm, "invalid_grant")
    crm.refresh_from_db()
    append(crm, desk.call())
    return crm


def test_a_broken_connection_is_signed_in_to_again_and_its_work_goes_on(
    acme: Office,
    owner: Client,
    desk: Desk,
    broken: Connection,
) -> None:
    acme.codes, acme.keys = {"next-code": "next-refresh"}, {"next-refresh"}
    page = f"/p/{desk.project.pk}/connections/{broken.pk}/credentials"
    step = owner.post(page, {"how": "sign-in"}).headers["Location"]
    way = SignInAtAcme.__new__(SignInAtAcme)
    way.browser, way.desk, way.step = owner, desk, step
    assert way.come_back(code="next-code")[0] == 302
    broken.refresh_from_db()
    assert broken.state == ConnectionState.ACTIVE
    assert broken.credentials["refresh_token"] == "next-refresh"
    assert Lane.objects.get(connection=broken).scheduled is True
    assert Connection.objects.filter(connector="acme").count() == 1


def test_a_sign_in_that_fails_leaves_a_broken_connection_as_it_is(
    owner: Client, desk: Desk, broken: Connection
) -> None:
    before = broken.sealed_credentials
    step = owner.post(f"/p/{desk.project.pk}/connections/{broken.pk}/credentials", {"how": "sign-in"}).headers[
        "Location"
    ]
    way = SignInAtAcme.__new__(SignInAtAcme)
    way.browser, way.desk, way.step = owner, desk, step
    assert way.come_back(code="nonsense") == (302, step)
    broken.refresh_from_db()
    assert (broken.state, broken.sealed_credentials) == (ConnectionState.BROKEN, before)
