"""Requests to one Pipedrive account, of either API and either way of signing in."""

from collections.abc import Mapping
from typing import Any

from switchhook.connectors.base import Account
from switchhook.connectors.http import TOTAL_SECONDS, Answer, HttpClient, Limits
from switchhook.connectors.tokens import Token
from switchhook.core.errors import AuthFailed, Rejected

from .answers import explanation
from .config import BASE_URL, Config
from .limits import Budget
from .oauth import OAuthApi

V1 = "/v1"
V2 = "/api/v2"
RENEWAL_SECONDS = 2 * 50.0
"""The longest that getting an access token, and another one for a refused one, can take."""

Params = Mapping[str, Any]
Body = Mapping[str, Any]


class PipedriveApi:
    """One account. Safe to use from several threads.

    `address` is the account's origin as the sign-in told it, `day` the tokens of a day as the last answer told them;
    both are empty until then.
    """

    def __init__(self, config: Config, account: Account) -> None:
        self._config = config
        self._account = account
        self.budget = Budget.of(config)
        observe = self.budget.observer(account.governor, self._told_day)
        self._limits = Limits(governor=account.governor, price=self.budget.price, observe=observe)
        self.day = 0
        self.address = ""

    @property
    def longest(self) -> float:
        """Seconds after which one request has certainly ended."""
        return TOTAL_SECONDS if not self._config.oauth else 2 * TOTAL_SECONDS + RENEWAL_SECONDS

    def get(self, path: str, params: Params | None = None) -> Any:
        """The `data` of one record or a whole list."""
        return self.page(path, params).get("data")

    def page(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """A whole answer: `data` and `additional_data`."""
        return self._asked("GET", path, params=params)

    def post(self, path: str, body: Body) -> dict[str, Any]:
        """Make a record; gives it. Raises OutcomeUnknown when the answer was lost."""
        return _record(self._asked("POST", path, json=body))

    def change(self, method: str, path: str, body: Body) -> dict[str, Any]:
        """PATCH or PUT a record; gives it as it now stands. Sending it twice is harmless."""
        return _record(self._asked(method, path, json=body, repeatable=True))

    def _asked(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        answer = self._sent(method, path, **request)
        body = answer.json()
        if not isinstance(body, dict) or body.get("success") is False:
            raise Rejected("Pipedrive's answer cannot be understood.")
        return body

    def _sent(self, method: str, path: str, **request: Any) -> Answer:
        config = self._config
        if not config.oauth:
            headers = {"x-api-token": config.api_token}
            return self._client(config.base_url, headers, config.api_token).request(method, path, **request)
        token = self._account.tokens.token(self._renew)
        try:
            return self._with(token).request(method, path, **request)
        except AuthFailed:
            token = self._account.tokens.token(self._renew, refused=token.access)
            return self._with(token).request(method, path, **request)

    def _with(self, token: Token) -> HttpClient:
        self.address = token.address
        base = self._config.base_url
        origin = token.address if base == BASE_URL and token.address.startswith("https://") else base
        return self._client(origin, {"Authorization": f"Bearer {token.access}"}, token.access)

    def _client(self, base_url: str, headers: Mapping[str, str], secret: str) -> HttpClient:
        secrets = (secret, self._config.client_secret, self._config.refresh_token)
        return HttpClient(
            base_url,
            headers=headers,
            secrets=tuple(filter(None, secrets)),
            explain=explanation(self._account.clock),
            limits=self._limits,
            clock=self._account.clock,
        )

    def _told_day(self, tokens: int) -> None:
        self.day = tokens

    def _renew(self) -> Token:
        config = self._config
        api = OAuthApi(
            config.oauth_url,
            client_id=config.client_id,
            client_secret=config.client_secret,
            clock=self._account.clock,
        )
        return api.renewed(config.refresh_token)


def _record(body: Mapping[str, Any]) -> dict[str, Any]:
    data = body.get("data")
    return data if isinstance(data, dict) else {}
