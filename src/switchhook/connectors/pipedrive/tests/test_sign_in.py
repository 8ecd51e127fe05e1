"""Signing in with OAuth, and what becomes of tokens."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.pipedrive import sign_in
from switchhook.connectors.pipedrive.connector import Pipedrive, connect
from switchhook.connectors.pipedrive.tests.office import REFRESH_TOKEN, Office
from switchhook.connectors.registry import manifest
from switchhook.core.errors import AuthFailed, Misconfigured

BACK = "https://hub.example/sign-in/back"


@pytest.fixture
def app(office: Office) -> Account:
    """An account as the form gives it before signing in."""
    config = office.config
    return office.account({"client_id": config.client_id, "client_secret": config.client_secret})


def visit(address: str, **more: str) -> dict[str, str]:
    """What the browser comes back with."""
    answer = httpx2.get(address, params=dict(parse_qsl(urlsplit(address).query)) | more)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@pytest.fixture
def signed_in(office: Office) -> Pipedrive:
    return connect(office.account(office.oauth()))


def test_the_manifest_names_the_sign_in() -> None:
    assert manifest("pipedrive").sign_in_page().address is sign_in.address


def test_an_admin_who_agrees_gives_the_hub_a_refresh_token(office: Office, app: Account) -> None:
    answer = visit(sign_in.address(app, redirect_uri=BACK, state="s1"))
    assert answer["state"] == "s1"
    given = sign_in.exchange(app, answer=answer, redirect_uri=BACK)
    account = office.account({**app.credentials, **given})
    assert connect(account).check().account_name == "Acme"


def test_a_personal_token_gives_way_to_the_sign_in(office: Office, app: Account) -> None:
    answer = visit(sign_in.address(app, redirect_uri=BACK, state="s1"))
    assert sign_in.exchange(app, answer=answer, redirect_uri=BACK)["api_token"] == ""


def test_an_admin_who_says_no_is_understood(app: Account) -> None:
    answer = visit(sign_in.address(app, redirect_uri=BACK, state="s1"), deny="1")
    with pytest.raises(AuthFailed, match="access_denied"):
        sign_in.exchange(app, answer=answer, redirect_uri=BACK)


@pytest.mark.parametrize("answer", [{}, {"code": "unknown"}])
def test_a_code_that_is_none_is_refused(app: Account, answer: dict[str, str]) -> None:
    with pytest.raises(AuthFailed):
        sign_in.exchange(app, answer=answer, redirect_uri=BACK)


def test_without_an_app_there_is_nowhere_to_sign_in(office: Office) -> None:
    with pytest.raises(Misconfigured) as refusal:
        sign_in.address(office.account({}), redirect_uri=BACK, state="s1")
    assert refusal.value.field == "client_id"


def test_one_access_token_serves_many_requests(office: Office, signed_in: Pipedrive) -> None:
    asked = office.requests_of(lambda: (signed_in.users(), signed_in.users()))
    assert asked == ["POST /oauth/token", "GET /v1/users", "GET /v1/users"]


def test_a_refused_access_token_is_renewed_once_and_the_request_sent_again(
    office: Office, signed_in: Pipedrive
) -> None:
    signed_in.users()
    office.fail(action="expire_token", method="GET", path="/v1/users")
    asked = office.requests_of(signed_in.users)
    assert asked == ["GET /v1/users", "POST /oauth/token", "GET /v1/users"]


def test_a_token_that_ends_soon_is_renewed_before_it_is_used(office: Office) -> None:
    office.configure(token_seconds=30)
    crm = connect(office.account(office.oauth()))
    asked = office.requests_of(lambda: (crm.users(), crm.users()))
    assert asked.count("POST /oauth/token") == 2


def test_a_revoked_sign_in_is_told_and_not_asked_for_ever(office: Office, signed_in: Pipedrive) -> None:
    signed_in.users()
    office.people("revoke")
    with pytest.raises(AuthFailed, match="Sign in again"):
        signed_in.users()


def test_a_revoked_personal_token_works_again_once_it_is_renewed(office: Office) -> None:
    office.fail(action="expire_token", path="/v1/users")
    with pytest.raises(AuthFailed, match="API token"):
        office.connect().users()
    fresh = office.people("regenerate_token")["api_token"]
    assert connect(office.account({"api_token": fresh})).users()


def test_the_check_names_the_rights_that_the_app_lacks(office: Office, signed_in: Pipedrive) -> None:
    kept = [scope for scope in office.config.scopes if not scope.startswith("leads")]
    office.configure(scopes=kept)
    remarks = signed_in.check().remarks
    assert [remark for remark in remarks if remark.startswith("Scope leads")]
    assert not [remark for remark in remarks if remark.startswith("Scope deals")]


def test_records_of_a_signed_in_account_open_where_the_vendor_said(office: Office, signed_in: Pipedrive) -> None:
    made = office.add_contact("Ivan", "+380671234567")
    assert signed_in.get(made).url == f"{office.url}/person/{made.id}"


def test_requests_take_the_time_of_two_renewals_at_most(signed_in: Pipedrive, office: Office) -> None:
    assert signed_in.capabilities.longest_request == 190
    assert office.connect().capabilities.longest_request == 45
    assert office.connect(call_record="call_log").capabilities.longest_request == 90


@pytest.mark.parametrize("part", ["client_secret", "refresh_token"])
def test_half_a_sign_in_names_what_is_missing(office: Office, part: str) -> None:
    credentials: dict[str, Any] = {**office.oauth(), part: ""}
    with pytest.raises(Misconfigured) as refusal:
        connect(office.account(credentials))
    assert refusal.value.field == part
    assert REFRESH_TOKEN not in str(refusal.value)
