"""What the tests of this folder share: an account at a twin, and what people do there."""

from collections.abc import Mapping
from typing import Any

import httpx2

from switchhook.connectors.base import Account
from switchhook.connectors.tokens import TokensInMemory
from switchhook.connectors.zoho.connector import ZohoCrm, connect
from switchhook.connectors.zoho.modules import MODULES
from switchhook.connectors.zoho.twin.config import TwinConfig
from switchhook.connectors.zoho.twin.tokens import DEFAULT_REFRESH
from switchhook.core.errors import Rejected
from switchhook.core.records import Kind, Ref

CLIENT_SECRET = TwinConfig().client_secret


class TwinClient(httpx2.Client):
    """Talks to the control routes of a twin."""

    def control(self, route: str, **asked: Any) -> Any:
        """POST to a control route; a refusal is a failure."""
        answer = self.post(f"/__twin__/{route}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def people(self, do: str, **asked: Any) -> Any:
        """What somebody does in Zoho's own pages."""
        return self.control("people", do=do, **asked)

    def state(self) -> Any:
        """What the twin holds."""
        return self.get("/__twin__/state").json()

    def routes(self) -> dict[str, int]:
        """The requests to the interface by route, those for tokens apart."""
        counted = self.get("/__twin__/requests").json()["routes"]
        return {route.replace("/crm/v8", ""): count for route, count in counted.items() if "/oauth/" not in route}

    def requests(self) -> int:
        """How many requests the interface had."""
        return sum(self.routes().values())


def account_of(twin: TwinClient, settings: Mapping[str, Any] | None = None, **options: Any) -> Account:
    """The account at the twin, as a connection opens it."""
    url = str(twin.base_url).rstrip("/")
    config = TwinConfig()
    secrets = {"client_id": config.client_id, "client_secret": CLIENT_SECRET, "refresh_token": DEFAULT_REFRESH}
    addresses = {"accounts_url": url, "base_url": url}
    if "clock" in options:
        options["tokens"] = TokensInMemory(options["clock"])
    return Account(credentials=secrets, settings={**addresses, **(settings or {})}, **options)


def open_crm(twin: TwinClient, **settings: Any) -> ZohoCrm:
    """The connector at the twin."""
    return connect(account_of(twin, settings))


class ZohoBackdoor:
    """`switchhook.connectors.testing.crm.Backdoor` at a twin."""

    def __init__(self, twin: TwinClient) -> None:
        self._twin = twin

    def add_contact(self, name: str, phone: str) -> Ref:
        """Typed in by hand."""
        answer = self._twin.post("/__twin__/people", json={"do": "add_contact", "name": name, "phone": phone})
        if answer.status_code != 200:
            raise Rejected(answer.text)
        return Ref(Kind.CONTACT, answer.json()["id"])

    def delete(self, ref: Ref) -> None:
        """To the recycle bin."""
        self._twin.people("delete", module=MODULES[ref.kind], id=ref.id)

    def close(self, ref: Ref) -> None:
        """A deal is lost, a lead converted."""
        self._twin.people("close", module=MODULES[ref.kind], id=ref.id)

    def let_time_pass(self, seconds: float) -> None:
        """By the twin's clock."""
        self._twin.control("clock", advance=seconds)
