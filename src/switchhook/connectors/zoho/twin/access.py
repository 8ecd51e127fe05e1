"""Before any answer: token, scopes, credits, requests at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from .answers import Refused
from .state import ZohoState

Endpoint = Callable[[Request], Awaitable[Response]]
Scopes = Callable[[Request], Sequence[str]]
_HEADER = "Zoho-oauthtoken "
_VERBS = {"GET": "READ", "HEAD": "READ", "POST": "CREATE", "PUT": "UPDATE", "PATCH": "UPDATE", "DELETE": "DELETE"}
HEAVY_AT_ONCE = 10


class Gate:
    """Lets a request through to its endpoint, or says why not."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state

    def guarded(self, endpoint: Endpoint, scopes: Scopes, *, cost: int = 1, heavy: bool = False) -> Endpoint:
        """`endpoint` behind the gate; `scopes` are all needed, `cost` is in credits, fewer `heavy` ones go at once."""

        async def answer(request: Request) -> Response:
            try:
                self._check_scopes(request, scopes(request))
                self._pay(cost)
                response = await self._at_once(endpoint, request, heavy=heavy)
            except Refused as refusal:
                response = refusal.answer()
            self._tell_credits(response)
            return response

        return answer

    def _check_scopes(self, request: Request, wanted: Sequence[str]) -> None:
        given = request.headers.get("authorization", "")
        access = self._state.tokens.opened(given.removeprefix(_HEADER)) if given.startswith(_HEADER) else None
        if access is None:
            raise Refused("INVALID_TOKEN", "invalid oauth token", status=401)
        grants = (set(access.scopes), set(self._state.config.scopes))
        if not all(_holds(allowed, scope) for allowed in grants for scope in wanted):
            raise Refused("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", status=401)

    def _pay(self, cost: int) -> None:
        state = self._state
        if state.config.limited and state.used() + cost > state.allowed():
            raise self._too_many("API credits limit exceeded for the day.", None)
        state.spent.append((state.clock(), cost))

    async def _at_once(self, endpoint: Endpoint, request: Request, *, heavy: bool) -> Response:
        state = self._state
        crowded = state.under_way >= state.at_once() or (heavy and state.heavy_under_way >= HEAVY_AT_ONCE)
        if state.config.limited and crowded:
            raise self._too_many("Rate limit exceeded. Too many requests at once.", 1)
        state.under_way += 1
        state.heavy_under_way += heavy
        try:
            if state.config.latency:
                await asyncio.sleep(state.config.latency)
            return await endpoint(request)
        finally:
            state.under_way -= 1
            state.heavy_under_way -= heavy

    def _too_many(self, message: str, wait: int | None) -> Refused:
        code = self._state.config.limit_body
        details = {"retry_after": wait} if wait is not None and code == "TOO_MANY_REQUESTS" else {}
        return Refused(code, message, details, 429)

    def _tell_credits(self, response: Response) -> None:
        left = self._state.allowed() - self._state.used()
        if self._state.config.limited and left <= self._state.allowed() / 2:
            response.headers["X-API-CREDITS-REMAINING"] = str(max(left, 0))


def module_scope(request: Request) -> list[str]:
    """The scope of the module and the verb of a request."""
    module = str(request.path_params.get("module", "")).lower()
    return [f"ZohoCRM.modules.{module}.{_VERBS[request.method]}"]


def search_scopes(request: Request) -> list[str]:
    """A search wants two."""
    return [*module_scope(request), "ZohoSearch.securesearch.READ"]


def fixed_scope(*scopes: str) -> Scopes:
    """The same scopes for every request."""
    return lambda _request: scopes


def _holds(allowed: set[str], scope: str) -> bool:
    """Whether a scope is covered: by itself, by ALL of its module or group, by WRITE for creating and changing."""
    group, _dot, verb = scope.rpartition(".")
    wider = {scope, f"{group}.ALL"}
    if verb in {"CREATE", "UPDATE"}:
        wider.add(f"{group}.WRITE")
    while group.count("."):
        group = group.rpartition(".")[0]
        wider.add(f"{group}.ALL")
    return bool(wider & allowed)
