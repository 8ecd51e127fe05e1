"""An account at a served twin: its connector, what people do in it, and what the twin was asked."""

from collections.abc import Mapping
from typing import Any, cast

import httpx2

from switchhook.connectors.base import Account
from switchhook.connectors.keycrm.connector import KeyCrm, connect
from switchhook.connectors.keycrm.twin import TwinConfig
from switchhook.connectors.keycrm.twin.demo import KeyCrmDemo
from switchhook.core.clock import Clock, utc_now
from switchhook.core.errors import Rejected
from switchhook.core.records import Draft, Kind, Record, Ref

KINDS = {Kind.CONTACT: "buyer", Kind.COMPANY: "company", Kind.DEAL: "card", Kind.ORDER: "order"}
PHONE = "+380671234567"
PATIENCE = 15.0


class TwinAccount:
    """One account of the twin that `client` speaks to. Control requests go straight to the twin."""

    def __init__(self, client: httpx2.Client, config: TwinConfig) -> None:
        self.client, self.config = client, config
        self.url = url = str(client.base_url).rstrip("/")
        demo = KeyCrmDemo(config)
        self.credentials, self._settings = demo.credentials(url), demo.settings(url)

    def connect(self, *, clock: Clock = utc_now, **settings: Any) -> KeyCrm:
        """The connector, with `settings` beside those of the demo; a secret one goes among the credentials."""
        secret: dict[str, str] = {}
        for name in ("api_key", "service_link"):
            secret |= {name: str(settings.pop(name))} if name in settings else {}
        merged = {**self._settings, **settings}
        return connect(Account(credentials={**self.credentials, **secret}, settings=merged, country="UA", clock=clock))

    def patient(self, **settings: Any) -> KeyCrm:
        """A connector in whose world time passes after every write."""
        return Patient(self, self.connect(**settings))

    def control(self, name: str, /, **body: Any) -> Any:
        """Post to a control route; raises Rejected with the twin's words where it refuses."""
        answer = self.client.post(f"/__twin__/{name}", json=body)
        if answer.status_code == 400:
            raise Rejected(str(answer.json()))
        return answer.raise_for_status().json()

    def people(self, do: str, /, **said: Any) -> dict[str, Any]:
        """What somebody does in KeyCRM's pages."""
        return cast("dict[str, Any]", self.control("people", do=do, **said))

    def configure(self, **names: Any) -> None:
        self.control("configure", **names)

    def fault(self, **rule: Any) -> None:
        """Let something go wrong: a rule of the twin's fault book."""
        self.control("faults", **rule)

    def state(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.client.get("/__twin__/state").json())

    def records(self, kind: str) -> list[dict[str, Any]]:
        return cast("list[dict[str, Any]]", self.state()["records"][kind])

    def asked(self) -> dict[str, int]:
        """Requests per route so far."""
        return cast("dict[str, int]", self.client.get("/__twin__/requests").json()["routes"])

    def last(self) -> dict[str, Any]:
        """The last request as the twin saw it."""
        log = self.client.get("/__twin__/requests?last=1").json()["log"]
        return cast("dict[str, Any]", log[-1]["request"])

    def let_time_pass(self, seconds: float) -> None:
        self.control("clock", advance=seconds)

    def add_contact(self, name: str, phone: str) -> Ref:
        return Ref(Kind.CONTACT, str(self.people("add_buyer", name=name, phone=phone)["id"]))

    def delete(self, ref: Ref) -> None:
        self.people("delete", kind=KINDS[ref.kind], id=ref.id)

    def close(self, ref: Ref) -> None:
        self.people("close_card", id=ref.id)


class Patient(KeyCrm):
    """A connector that waits after each write until KeyCRM has carried it out."""

    def __init__(self, account: TwinAccount, connector: KeyCrm) -> None:
        vars(self).update(vars(connector))
        self._twin_account = account

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        changed = super().update(ref, values)
        self._twin_account.let_time_pass(PATIENCE)
        return changed

    def create(self, draft: Draft, *, mark: str) -> Record:
        made = super().create(draft, mark=mark)
        self._twin_account.let_time_pass(PATIENCE)
        return made
