"""Acme's sign-in page."""

from collections.abc import Mapping
from urllib.parse import urlencode

from tests.acme.office import OFFICE

from switchhook.connectors.base import Account
from switchhook.core.errors import AuthFailed, Misconfigured

PAGE = "https://login.acme.example/authorize"


def address(account: Account, *, redirect_uri: str, state: str) -> str:
    """Where the admin signs in."""
    if not account.credentials.get("client_id"):
        raise Misconfigured("Enter the client ID of your Acme app.", field="client_id")
    query = {"client_id": account.credentials["client_id"], "redirect_uri": redirect_uri, "state": state}
    return f"{PAGE}?{urlencode(query)}"


def exchange(account: Account, *, answer: Mapping[str, str], redirect_uri: str) -> Mapping[str, str]:
    """The refresh token for a code."""
    if answer.get("error"):
        raise AuthFailed(f"Acme says: {answer['error']}")
    refresh = OFFICE.codes.pop(answer.get("code", ""), None)
    if refresh is None:
        raise AuthFailed("The code is not valid.")
    return {"refresh_token": refresh}
