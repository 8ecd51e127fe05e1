"""Zoho's sign-in page: the admin consents there, and comes back with a code.

The code may belong to another data centre than the one that was chosen; then it is exchanged where the answer says, if
that is one of Zoho's accounts servers. Client secret and code are sent nowhere else.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from switchhook.connectors.base import Account
from switchhook.core.errors import AuthFailed, Misconfigured

from .accounts import exchanged
from .config import Config
from .places import PLACES, place_of, same_origin

SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoSearch.securesearch.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
)


def address(account: Account, *, redirect_uri: str, state: str) -> str:
    """Where the admin's browser is sent. Raises Misconfigured."""
    config = Config.of(account)
    query = {
        "response_type": "code",
        "client_id": config.client_id,
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect_uri,
        "access_type": "offline",
        # Without it, an account that has consented before gives no refresh token.
        "prompt": "consent",
        "state": state,
    }
    return f"{config.accounts_url}/oauth/v2/auth?{urlencode(query)}"


def exchange(account: Account, *, answer: Mapping[str, str], redirect_uri: str) -> Mapping[str, str]:
    """The refresh token and the accounts server where it is good.

    `answer` is the query the browser came back with; a code made by hand in the API console comes without a
    `redirect_uri`. Raises AuthFailed where the admin or Zoho refused, Misconfigured where the accounts server in the
    answer is none of Zoho's.
    """
    if answer.get("error") or not answer.get("code"):
        raise AuthFailed(f"Zoho did not sign in: {answer.get('error') or 'no code came back'}.")
    config = Config.of(account)
    server = accounts_server(config, answer)
    place = place_of(server)
    there = replace(config, accounts_url=server, default_api=place.api if place else config.default_api)
    token = exchanged(there, answer["code"], account.clock, redirect_uri=redirect_uri)
    if not token.refresh:
        raise AuthFailed(
            "Zoho gave no refresh token. Remove this app from your Zoho account's connected apps and sign in again."
        )
    return {"refresh_token": token.refresh, "accounts_server": server, "grant_code": ""}


def accounts_server(config: Config, answer: Mapping[str, str]) -> str:
    """The accounts server that the answer names, else the configured one. Raises Misconfigured for an unknown one."""
    named = answer.get("accounts-server", "").strip().rstrip("/")
    if not named:
        place = PLACES.get(answer.get("location", "").lower())
        follow = place is not None and place_of(config.accounts_url) is not None
        return place.accounts if place and follow else config.accounts_url
    if same_origin(named, config.accounts_url):
        return config.accounts_url
    found = place_of(named)
    if found is None:
        raise Misconfigured(
            "The sign-in came back from an accounts server that is none of Zoho's known ones. "
            "If it is right, enter it as accounts address.",
            field="accounts_url",
        )
    return found.accounts
