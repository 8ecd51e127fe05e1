"""Zoho CRM's interface: HTTP and its answers, nothing else."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from switchhook.connectors.base import Account
from switchhook.connectors.http import TOTAL_SECONDS, Answer, HttpClient
from switchhook.connectors.tokens import Token
from switchhook.core.errors import AuthFailed, OutcomeUnknown, TargetGone, Unreachable

from .accounts import api_address, refreshed
from .answers import TokenRefused, explain
from .config import Config
from .limits import limits_of

Row = dict[str, Any]
VERSION = "/crm/v8"
TOKEN_PATIENCE = 10.0
"""Seconds after which a request is no longer sent, because there was no access token for it in time."""

LONGEST_SEND = TOKEN_PATIENCE + TOTAL_SECONDS
"""Seconds after which a method here has certainly ended that sends one request."""

PAGE = 200
"""The most records of one page, and of a query that costs one credit."""


@dataclass(frozen=True, slots=True)
class Page:
    """Records of one answer, whether more follow, and the token that leads there ("" where none was given)."""

    rows: Sequence[Row]
    more: bool = False
    token: str = ""


class ZohoApi:
    """One account. Requests nothing before the first method is called. Safe to use from several threads."""

    def __init__(self, config: Config, account: Account) -> None:
        self._config = config
        self._account = account
        self._limits = limits_of(config, account.governor)
        self._opened: tuple[str, HttpClient] | None = None

    # --- records ------------------------------------------------------------------------------------------------------

    def one(self, module: str, id_: str) -> Row:
        """A record with all its fields. Raises TargetGone."""
        rows = _rows(self._get(f"/{module}/{id_}"))
        if not rows:
            raise TargetGone("The record is no longer in Zoho CRM.")
        return rows[0]

    def page(self, path: str, params: Mapping[str, Any], *, since: str = "") -> Page:
        """A page of a list (`/Leads`, `/Leads/deleted`, `/Deals/1/Notes`), changed after `since` (ISO) where given."""
        headers = {"If-Modified-Since": since} if since else None
        answer = self._get(path, params=params, headers=headers)
        info = _info(answer)
        return Page(_rows(answer), bool(info.get("more_records")), str(info.get("next_page_token") or ""))

    def search(self, module: str, params: Mapping[str, Any]) -> list[Row]:
        """Records that Zoho's search finds; it knows new records only after a while, and takes much for a match."""
        return _rows(self._get(f"/{module}/search", params={"per_page": PAGE, **params}))

    def query(self, select: str) -> list[Row]:
        """The rows of a COQL query; without lag."""
        return _rows(self._send("POST", "/coql", json={"select_query": select}, repeatable=True))

    def insert(self, module: str, fields: Mapping[str, Any]) -> Row:
        """Make a record and give the `details` of the answer: id, times, who made it. Not repeatable."""
        answer = self._send("POST", f"/{module}", json=self._body(fields, notes=module == "Notes"))
        rows = _rows(answer)
        details = rows[0].get("details") if rows else None
        if not isinstance(details, dict) or not details.get("id"):
            raise OutcomeUnknown("Zoho CRM's answer does not say what became of the record.")
        return details

    def change(self, module: str, id_: str, fields: Mapping[str, Any]) -> None:
        """Change the fields named. Raises TargetGone."""
        body = self._body(fields, notes=module == "Notes")
        self._send("PUT", f"/{module}/{id_}", json=body, repeatable=True)

    def _body(self, fields: Mapping[str, Any], *, notes: bool) -> dict[str, Any]:
        quiet = not self._config.run_workflows and not notes
        return {"data": [dict(fields)], **({"trigger": []} if quiet else {})}

    # --- the account --------------------------------------------------------------------------------------------------

    def users(self, kind: str) -> Iterator[Row]:
        """Users of a type (`AllUsers`, `CurrentUser`)."""
        page = 1
        while True:
            answer = self._get("/users", params={"type": kind, "page": page, "per_page": PAGE})
            yield from _rows(answer, "users")
            if not _info(answer).get("more_records"):
                return
            page += 1

    def organisation(self) -> Row:
        """The account's company, edition and licences."""
        return next(iter(_rows(self._get("/org"), "org")), {})

    def fields(self, module: str) -> list[Row]:
        """What is known of every field of a module."""
        return _rows(self._get("/settings/fields", params={"module": module}), "fields")

    def layouts(self, module: str) -> list[Row]:
        """The layouts of a module."""
        return _rows(self._get("/settings/layouts", params={"module": module}), "layouts")

    def pipelines(self, layout: str) -> list[Row]:
        """The pipelines of a layout of deals; none where the account has not switched them on."""
        return _rows(self._get("/settings/pipeline", params={"layout_id": layout}), "pipeline")

    # --- sending ------------------------------------------------------------------------------------------------------

    def _get(
        self, path: str, *, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer | None:
        try:
            return self._send("GET", path, params=params, headers=headers)
        except _NotModified:
            return None

    def _send(self, method: str, path: str, **options: Any) -> Answer:
        """One request; where its token is refused, once more with a new one: nothing was done the first time."""
        deadline = time.monotonic() + TOKEN_PATIENCE
        token = self._token(deadline)
        try:
            return self._with(token, method, path, options)
        except TokenRefused:
            fresh = self._token(deadline, refused=token.access)
        try:
            return self._with(fresh, method, path, options)
        except TokenRefused as error:
            raise AuthFailed(f"{error} Sign in to Zoho CRM again.") from None

    def _with(self, token: Token, method: str, path: str, options: Mapping[str, Any]) -> Answer:
        headers = {**(options.get("headers") or {}), "Authorization": f"Zoho-oauthtoken {token.access}"}
        return self._client(token).request(method, f"{VERSION}{path}", **{**options, "headers": headers})

    def _token(self, deadline: float, refused: str = "") -> Token:
        token = self._account.tokens.token(lambda: refreshed(self._config, self._account.clock), refused=refused)
        if time.monotonic() > deadline:
            raise Unreachable("It took too long to get an access token of Zoho CRM; nothing was sent.")
        return token

    def _client(self, token: Token) -> HttpClient:
        opened = self._opened
        if opened is None or opened[0] != token.access:
            client = HttpClient(
                api_address(self._config, token.address),
                secrets=(*self._config.secrets, token.access),
                explain=_explain,
                limits=self._limits,
                clock=self._account.clock,
            )
            opened = self._opened = (token.access, client)
        return opened[1]


class _NotModified(Unreachable):
    """Status 304: nothing is newer."""


def _explain(answer: Answer) -> Any:
    return _NotModified("Nothing is newer.") if answer.status == 304 else explain(answer)


def _rows(answer: Answer | None, name: str = "data") -> list[Row]:
    """The list under `name`; an empty answer is an empty list."""
    body = answer.json() if answer is not None else None
    rows = body.get(name) if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _info(answer: Answer | None) -> Mapping[str, Any]:
    body = answer.json() if answer is not None else None
    info = body.get("info") if isinstance(body, dict) else None
    return info if isinstance(info, dict) else {}
