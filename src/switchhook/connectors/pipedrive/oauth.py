"""Tokens of the vendor's sign-in (OAuth 2, authorization code)."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from switchhook.connectors.http import Answer, HttpClient
from switchhook.connectors.tokens import Token
from switchhook.core.clock import Clock
from switchhook.core.errors import AuthFailed, SwitchhookError, Unreachable

from .answers import words

USUAL_SECONDS = 3600


class OAuthApi:
    """The token endpoint of one app."""

    def __init__(self, oauth_url: str, *, client_id: str, client_secret: str, clock: Clock) -> None:
        basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._clock = clock
        self._http = HttpClient(
            oauth_url,
            headers={"Authorization": f"Basic {basic}"},
            secrets=(client_secret, basic),
            explain=_explain,
            clock=clock,
        )

    def renewed(self, refresh_token: str) -> Token:
        """A new access token. The refresh token stays good for another 60 days. Raises AuthFailed."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        body = self._asked(form, repeatable=True)
        fresh = str(body.get("refresh_token") or "")
        return Token(
            access=str(body["access_token"]),
            expires_at=self._clock() + timedelta(seconds=_seconds(body.get("expires_in"))),
            refresh=fresh if fresh != refresh_token else "",
            address=str(body.get("api_domain") or "").rstrip("/"),
        )

    def exchanged(self, code: str, redirect_uri: str) -> Mapping[str, Any]:
        """What the vendor gives for the code of a sign-in. Raises AuthFailed."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._asked(form, repeatable=False)

    def _asked(self, form: Mapping[str, str], *, repeatable: bool) -> dict[str, Any]:
        body = self._http.request("POST", "/oauth/token", form=form, repeatable=repeatable).json()
        if not isinstance(body, dict) or not body.get("access_token"):
            raise Unreachable("Pipedrive's sign-in answered without a token.")
        return body


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and value > 0 else USUAL_SECONDS


def _explain(answer: Answer) -> SwitchhookError | None:
    if answer.status in {400, 401, 403}:
        return AuthFailed(f"Pipedrive no longer accepts the sign-in: {words(answer)} Sign in again.")
    return None
