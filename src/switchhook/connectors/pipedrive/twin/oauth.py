"""The vendor's sign-in: a page that agrees at once, tokens, and their end."""

import base64
import binascii
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from .state import PipedriveState

CODE_SECONDS = 300


class OAuth:
    """See the routes in `app`."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    async def authorize(self, request: Request) -> Response:
        """Send the browser back with a code; with `deny=1` as if the person had said no."""
        query = request.query_params
        if query.get("client_id") != self._state.config.client_id or not query.get("redirect_uri"):
            return JSONResponse({"success": False, "message": "client_id or redirect_uri is invalid"}, 400)
        answer = {"state": query["state"]} if "state" in query else {}
        if query.get("deny"):
            answer["error"] = "access_denied"
        else:
            answer["code"] = code = self._state.unique().replace("-", "")
            self._state.codes[code] = self._state.clock() + timedelta(seconds=CODE_SECONDS)
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 302)

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for an access token."""
        form = dict(parse_qsl((await request.body()).decode()))
        if not self._is_client(request):
            return _failed("invalid_client", "The client is invalid")
        grant = form.get("grant_type")
        if not grant:
            return _failed("invalid_request", "Missing parameter: grant_type")
        if grant == "authorization_code":
            ends = self._state.codes.pop(form.get("code", ""), None)
            if ends is None or ends < self._state.clock():
                return _failed("invalid_grant", "The authorization code is invalid or expired")
            refresh = f"1234567:7654321:{self._state.unique()}"
            self._state.refresh_tokens.add(refresh)
        elif grant == "refresh_token":
            refresh = form.get("refresh_token", "")
            if refresh not in self._state.refresh_tokens:
                return _failed("invalid_grant", "The refresh token is invalid")
        else:
            return _failed("unsupported_grant_type", "Unsupported grant type")
        return JSONResponse(self._issued(request, refresh))

    def _issued(self, request: Request, refresh: str) -> dict[str, Any]:
        config = self._state.config
        access = f"v1u:{self._state.unique()}"
        self._state.access_tokens[access] = self._state.clock() + timedelta(seconds=config.token_seconds)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "refresh_token": refresh,
            "scope": ",".join(config.scopes),
            "expires_in": config.token_seconds,
            "api_domain": str(request.base_url).rstrip("/"),
        }

    async def revoke(self, request: Request) -> Response:
        """End a refresh token with everything made from it, or one access token."""
        form = dict(parse_qsl((await request.body()).decode()))
        if not self._is_client(request):
            return _failed("invalid_client", "The client is invalid")
        token = form.get("token", "")
        if token in self._state.refresh_tokens:
            self._state.refresh_tokens.discard(token)
            self._state.access_tokens.clear()
        self._state.access_tokens.pop(token, None)
        return JSONResponse({"success": True})

    def _is_client(self, request: Request) -> bool:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        config = self._state.config
        return scheme.lower() == "basic" and given == f"{config.client_id}:{config.client_secret}"


def _failed(error: str, message: str) -> Response:
    return JSONResponse({"success": False, "error": error, "message": message}, 400)
