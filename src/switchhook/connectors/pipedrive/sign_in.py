"""Pipedrive's own sign-in page, for an account without a personal token."""

from collections.abc import Mapping
from urllib.parse import urlencode

from switchhook.connectors.base import Account
from switchhook.core.clock import Clock
from switchhook.core.errors import AuthFailed, Misconfigured

from .config import OAUTH_URL, text_of
from .oauth import OAuthApi


def address(account: Account, *, redirect_uri: str, state: str) -> str:
    """Where the admin's browser is sent; the app's rights are set in the Developer Hub. Raises Misconfigured."""
    asked = {"client_id": _value(account, "client_id"), "redirect_uri": redirect_uri, "state": state}
    _value(account, "client_secret")
    return f"{_oauth_url(account)}/oauth/authorize?{urlencode(asked)}"


def exchange(account: Account, *, answer: Mapping[str, str], redirect_uri: str) -> Mapping[str, str]:
    """The refresh token; a personal token that was there before is dropped, since it would go first.

    Raises AuthFailed where somebody said no, or the errors of a request.
    """
    if answer.get("error"):
        raise AuthFailed(f"Pipedrive did not let the hub in: {answer['error']}.")
    code = answer.get("code", "")
    if not code:
        raise AuthFailed("Pipedrive sent the browser back without a code. Sign in again.")
    client_id, client_secret = _value(account, "client_id"), _value(account, "client_secret")
    clock: Clock = account.clock
    api = OAuthApi(_oauth_url(account), client_id=client_id, client_secret=client_secret, clock=clock)
    given = api.exchanged(code, redirect_uri)
    if not given.get("refresh_token"):
        raise AuthFailed("Pipedrive gave no refresh token. Sign in again.")
    return {"api_token": "", "refresh_token": str(given["refresh_token"])}


def _value(account: Account, name: str) -> str:
    value = text_of({**account.settings, **account.credentials}.get(name))
    if not value:
        raise Misconfigured(f"Signing in with OAuth needs {name}.", field=name)
    return value


def _oauth_url(account: Account) -> str:
    return (text_of(account.settings.get("oauth_url")) or OAUTH_URL).rstrip("/")
