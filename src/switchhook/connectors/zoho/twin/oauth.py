"""The accounts server: consent, codes, tokens. Its errors come with status 200."""

from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .state import ZohoState
from .tokens import TOKEN_SECONDS

_THROTTLED = "You have made too many requests continuously. Please try again after some time."


class AccountsServer:
    """`/oauth/v2/…` of one account."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """The routes, which want no token."""
        return [
            Route("/oauth/v2/auth", self._consent),
            Route("/oauth/v2/token", self._token, methods=["POST"]),
            Route("/oauth/v2/token/revoke", self._revoke, methods=["POST"]),
            Route("/oauth/serverinfo", self._servers),
        ]

    async def _consent(self, request: Request) -> Response:
        """The administrator consents at once, and the browser is sent back with a code."""
        asked = request.query_params
        if asked.get("client_id") != self._state.config.client_id or not asked.get("redirect_uri"):
            return PlainTextResponse("Invalid Client", 400)
        scopes = tuple(asked.get("scope", "").split(","))
        code = self._state.tokens.code(scopes, asked["redirect_uri"])
        back = {"code": code, "location": "eu", "accounts-server": str(request.base_url).rstrip("/")}
        back |= {"state": asked["state"]} if "state" in asked else {}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        config, tokens = self._state.config, self._state.tokens
        if form.get("client_id") != config.client_id:
            return JSONResponse({"error": "invalid_client"})
        if form.get("client_secret") != config.client_secret:
            return JSONResponse({"error": "invalid_client_secret"})
        first = form.get("grant_type") == "authorization_code"
        refresh = form.get("refresh_token", "")
        if first:
            refresh = tokens.redeemed(form.get("code", ""), form.get("redirect_uri", "")) or ""
        if refresh not in tokens.grants:
            return JSONResponse({"error": "invalid_code"})
        access = tokens.renewed(refresh)
        if access is None:
            refusal = {"error": "Access Denied", "error_description": _THROTTLED, "status": "failure"}
            return JSONResponse(refusal)
        answer = {"access_token": access, "api_domain": str(request.base_url).rstrip("/"), "token_type": "Bearer"}
        given = {"refresh_token": refresh} if first else {}
        return JSONResponse({**answer, **given, "expires_in": TOKEN_SECONDS})

    async def _revoke(self, request: Request) -> Response:
        token = (await _form(request)).get("token") or request.query_params.get("token", "")
        if self._state.tokens.revoke(token):
            return JSONResponse({"status": "success"})
        return JSONResponse({"status": "failed", "error": "invalid_code"}, 400)

    async def _servers(self, request: Request) -> Response:
        return JSONResponse({"result": "success", "locations": {"eu": str(request.base_url).rstrip("/")}})


async def _form(request: Request) -> dict[str, str]:
    """Form fields, wherever they stand."""
    body = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
    return {**request.query_params, **{name: values[0] for name, values in body.items()}}
