"""Signing in: where the browser is sent, where the code is exchanged, and where secrets never go."""

from urllib.parse import parse_qs, urlsplit

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.registry import manifest
from switchhook.connectors.zoho import sign_in
from switchhook.connectors.zoho.accounts import api_address
from switchhook.connectors.zoho.config import Config
from switchhook.connectors.zoho.connector import connect
from switchhook.connectors.zoho.places import PLACES, is_api
from switchhook.connectors.zoho.tests.zoho_account import TwinClient, account_of, open_crm
from switchhook.core.errors import AuthFailed, Misconfigured, RateLimited, SwitchhookError

BACK = "https://hub.example/connections/signed-in"
CLIENT = {"client_id": "1000.ABC", "client_secret": "the-client-secret"}


def at(data_center: str, **settings: str) -> Account:
    return Account(credentials=CLIENT, settings={"data_center": data_center, **settings})


def came_back(twin: TwinClient, account: Account) -> dict[str, str]:
    """What the browser brings back from the twin's page of consent."""
    page = sign_in.address(account, redirect_uri=BACK, state="state-1")
    answer = twin.get(page, follow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.mark.parametrize("data_center", sorted(PLACES))
def test_each_data_centre_has_its_own_sign_in_page(data_center: str) -> None:
    page = urlsplit(sign_in.address(at(data_center), redirect_uri=BACK, state="s"))
    asked = parse_qs(page.query)
    assert f"{page.scheme}://{page.netloc}" == PLACES[data_center].accounts
    assert asked["redirect_uri"] == [BACK]
    assert asked["access_type"] == ["offline"]
    assert "ZohoSearch.securesearch.READ" in asked["scope"][0].split(",")
    assert "the-client-secret" not in page.query


def test_a_sign_in_gives_a_refresh_token_that_works(twin: TwinClient) -> None:
    account = account_of(twin)
    back = came_back(twin, account)
    assert back["state"] == "state-1"
    given = sign_in.exchange(account, answer=back, redirect_uri=BACK)
    assert given["accounts_server"] == str(twin.base_url).rstrip("/")
    signed_in = Account(credentials={**account.credentials, **given}, settings=account.settings)
    assert connect(signed_in).check().account_name == "Acme"


def test_a_code_is_good_once(twin: TwinClient) -> None:
    account = account_of(twin)
    back = came_back(twin, account)
    sign_in.exchange(account, answer=back, redirect_uri=BACK)
    with pytest.raises(AuthFailed):
        sign_in.exchange(account, answer=back, redirect_uri=BACK)


@pytest.mark.parametrize("data_center", sorted(PLACES))
def test_a_code_of_another_data_centre_is_exchanged_there(data_center: str) -> None:
    config = Config.of(at("us"))
    named = {"accounts-server": PLACES[data_center].accounts}
    assert sign_in.accounts_server(config, named) == PLACES[data_center].accounts
    assert sign_in.accounts_server(config, {"location": data_center}) == PLACES[data_center].accounts


@pytest.mark.parametrize(
    "server",
    [
        "https://accounts.zoho.eu.evil.example",
        "https://evil.example",
        "http://accounts.zoho.eu",
        "https://accounts.zoho.eu:8443",
        "https://user@evil.example",
        "https://accounts.zoho.eu@evil.example",
        "http://169.254.169.254",
        "//evil.example",
        "https://[::1",
    ],
)
def test_the_secret_is_sent_to_no_server_that_is_not_zohos(server: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        sign_in.exchange(at("eu"), answer={"code": "c", "accounts-server": server}, redirect_uri=BACK)
    assert refusal.value.field == "accounts_url"
    assert "the-client-secret" not in str(refusal.value)


@pytest.mark.parametrize("answer", [{"error": "access_denied"}, {}])
def test_a_refused_consent_is_said(answer: dict[str, str]) -> None:
    with pytest.raises(AuthFailed):
        sign_in.exchange(at("eu"), answer=answer, redirect_uri=BACK)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://www.zohoapis.eu", True),
        ("https://sandbox.zohoapis.com.au", True),
        ("http://www.zohoapis.eu", False),
        ("https://www.zohoapis.eu.evil.example", False),
        ("https://zohoapis.evil.example", False),
    ],
)
def test_a_token_goes_to_zohos_interfaces_only(address: str, known: bool) -> None:
    assert is_api(address) is known
    config = Config.of(at("eu"))
    if known:
        assert api_address(config, address) == address
        return
    with pytest.raises(Misconfigured):
        api_address(config, address)


def test_the_api_address_of_the_token_counts_unless_one_is_set() -> None:
    assert api_address(Config.of(at("eu")), "") == PLACES["eu"].api
    assert api_address(Config.of(at("eu", base_url="https://sandbox.zohoapis.eu/")), "https://www.zohoapis.eu") == (
        "https://sandbox.zohoapis.eu"
    )


def test_a_code_made_by_hand_opens_the_account_and_gives_its_refresh_token(twin: TwinClient) -> None:
    account = account_of(twin)
    code = twin.people("self_client")["code"]
    by_hand = Account(
        credentials={**account.credentials, "refresh_token": "", "grant_code": code}, settings=account.settings
    )
    crm = connect(by_hand)
    assert crm.check().account_name == "Acme"
    held = by_hand.tokens.token(lambda: pytest.fail("a new token was asked for"))
    assert held.refresh.startswith("1000.")


def test_without_any_token_the_sign_in_is_asked_for(twin: TwinClient) -> None:
    account = account_of(twin)
    bare = Account(credentials={**account.credentials, "refresh_token": ""}, settings=account.settings)
    with pytest.raises(AuthFailed, match="signed in"):
        connect(bare).check()


def test_an_access_token_that_ended_is_renewed_once(twin: TwinClient) -> None:
    crm = open_crm(twin)
    crm.users()
    twin.people("expire_access")
    assert crm.users()
    assert twin.get("/__twin__/requests").json()["routes"]["POST /oauth/v2/token"] == 2


def test_a_changed_password_breaks_the_connection_until_somebody_signs_in(twin: TwinClient) -> None:
    crm = open_crm(twin)
    crm.users()
    twin.people("change_password")
    with pytest.raises(AuthFailed, match="invalid_code"):
        crm.users()
    renewed = {**account_of(twin).credentials, **twin.people("consent")}
    assert connect(Account(credentials=renewed, settings=account_of(twin).settings)).users()


def test_too_many_renewals_are_a_limit_though_the_status_says_success(twin: TwinClient) -> None:
    for _ in range(10):
        open_crm(twin).users()
    with pytest.raises(RateLimited) as refusal:
        open_crm(twin).users()
    assert refusal.value.retry_after == 120


@pytest.mark.parametrize("wrong", ["client_id", "client_secret", "refresh_token"])
def test_wrong_credentials_are_refused_without_telling_them(twin: TwinClient, wrong: str) -> None:
    account = account_of(twin)
    spoilt = Account(credentials={**account.credentials, wrong: "1000.WRONG-VALUE"}, settings=account.settings)
    with pytest.raises(AuthFailed) as refusal:
        connect(spoilt).check()
    assert "WRONG-VALUE" not in str(refusal.value)


def test_an_address_that_is_no_accounts_server_is_a_setting_to_mend(twin: TwinClient) -> None:
    url = str(twin.base_url).rstrip("/")
    account = account_of(twin, {"accounts_url": f"{url}/crm/tab/Leads"})
    with pytest.raises(SwitchhookError) as refusal:
        connect(account).check()
    assert isinstance(refusal.value, Misconfigured)
    assert refusal.value.field == "accounts_url"


def test_the_manifest_offers_the_sign_in_and_the_eight_data_centres() -> None:
    found = manifest("zoho")
    fields = {field.name: field for field in found.fields}
    assert found.sign_in_page() is sign_in
    assert set(fields["data_center"].choices) == set(PLACES)
    assert {name for name, field in fields.items() if field.secret} == {"client_secret", "refresh_token", "grant_code"}
