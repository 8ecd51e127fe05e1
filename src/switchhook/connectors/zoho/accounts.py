"""Zoho's accounts server: codes and refresh tokens become access tokens.

Its errors may come with status 200, so that only an access token in the answer means success.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from switchhook.connectors.http import Answer, HttpClient
from switchhook.connectors.tokens import Token
from switchhook.core.clock import Clock
from switchhook.core.errors import AuthFailed, Misconfigured, RateLimited, SwitchhookError

from .config import Config
from .places import is_api, same_origin

THROTTLED = 120.0
"""Seconds to wait after "Access Denied": ten tokens in ten minutes are all that a refresh token gives."""

_LIFETIME = 3600.0


def refreshed(config: Config, clock: Clock) -> Token:
    """A new access token, by the refresh token, or by a grant code that has not been used yet.

    Raises AuthFailed where neither is good any more, RateLimited where there were too many, else a request's errors.
    """
    if config.refresh_token:
        form = {"grant_type": "refresh_token", "refresh_token": config.refresh_token}
        return _token(config, form, clock, repeatable=True)
    if config.grant_code:
        return exchanged(config, config.grant_code, clock)
    raise AuthFailed("Zoho CRM has not been signed in to yet: use “Sign in with Zoho CRM”.")


def exchanged(config: Config, code: str, clock: Clock, *, redirect_uri: str = "") -> Token:
    """The tokens for a code, which is good once; without `redirect_uri` for a code made by hand (self client)."""
    form = {"grant_type": "authorization_code", "code": code}
    return _token(config, form | ({"redirect_uri": redirect_uri} if redirect_uri else {}), clock, repeatable=False)


def _token(config: Config, form: Mapping[str, str], clock: Clock, *, repeatable: bool) -> Token:
    http = HttpClient(
        config.accounts_url, secrets=(*config.secrets, *form.values()), explain=explain_token, clock=clock
    )
    whole = {"client_id": config.client_id, "client_secret": config.client_secret, **form}
    answer = http.request("POST", "/oauth/v2/token", form=whole, repeatable=repeatable).json()
    return Token(
        access=str(answer["access_token"]),
        expires_at=clock() + timedelta(seconds=lifetime(answer)),
        refresh=str(answer.get("refresh_token") or ""),
        address=api_address(config, str(answer.get("api_domain") or "")),
    )


def api_address(config: Config, told: str) -> str:
    """Where the token is good: the override, else what the accounts server told if that can be Zoho's.

    Raises Misconfigured: a token goes nowhere but to Zoho or to where the settings say.
    """
    if config.api_url:
        return config.api_url
    address = told.rstrip("/") or config.default_api
    if is_api(address) or same_origin(address, config.accounts_url):
        return address
    raise Misconfigured(
        f"The accounts server names “{address}” as Zoho's interface, which is none that is known. "
        "If it is right, enter it as API address.",
        field="base_url",
    )


def lifetime(answer: Mapping[str, Any]) -> float:
    """How long the access token in an answer lives, in seconds."""
    # The old form of the answer gives milliseconds, and the seconds under a name of their own.
    try:
        return float(answer.get("expires_in_sec") or answer.get("expires_in") or _LIFETIME)
    except (TypeError, ValueError):
        return _LIFETIME


def explain_token(answer: Answer) -> SwitchhookError | None:
    """What an answer of the accounts server means; the status says nothing."""
    if answer.status >= 500 or answer.status == 429:
        return None
    body = _body(answer)
    if body is None or not body.keys() & {"access_token", "error"}:
        return Misconfigured("The accounts address does not answer as Zoho's accounts server.", field="accounts_url")
    if answer.status < 300 and isinstance(body.get("access_token"), str):
        return None
    return _refusal(str(body.get("error") or ""), str(body.get("error_description") or ""))


def _refusal(error: str, said: str) -> SwitchhookError:
    known = error.lower().replace(" ", "_")
    if known == "access_denied":
        return RateLimited(f"Zoho gives no more access tokens for now: {said or error}", retry_after=THROTTLED)
    if known.startswith("invalid_client"):
        return AuthFailed(
            f"Zoho does not take client id and client secret here ({error}). Check both and the data centre."
        )
    if known == "invalid_redirect_uri":
        return Misconfigured(
            "Zoho does not know this hub's return address. Enter it in Zoho's API console.", field="client_id"
        )
    return AuthFailed(f"Zoho no longer accepts the sign-in ({error or said or 'no reason given'}). Sign in again.")


def _body(answer: Answer) -> Mapping[str, Any] | None:
    try:
        body = answer.json()
    except SwitchhookError:
        return None
    return body if isinstance(body, Mapping) else None
