"""What the tests do at the twin: people's work in Pipedrive's own pages, and a look at what was asked."""

from collections.abc import Mapping
from typing import Any, Self

import httpx2

from switchhook.connectors.base import Account
from switchhook.connectors.pipedrive.connector import Pipedrive, connect
from switchhook.connectors.pipedrive.twin import TwinConfig
from switchhook.connectors.testing.crm import TwinFaults
from switchhook.core.records import Kind, Ref

KINDS = {
    Kind.CONTACT: "persons",
    Kind.COMPANY: "organizations",
    Kind.LEAD: "leads",
    Kind.DEAL: "deals",
    Kind.TASK: "activities",
    Kind.CALL: "activities",
    Kind.COMMENT: "notes",
}
CREATES = {
    Kind.CONTACT: ("POST", "/api/v2/persons"),
    Kind.COMPANY: ("POST", "/api/v2/organizations"),
    Kind.LEAD: ("POST", "/v1/leads"),
    Kind.DEAL: ("POST", "/api/v2/deals"),
    Kind.TASK: ("POST", "/api/v2/activities"),
    Kind.CALL: ("POST", "/api/v2/activities"),
    Kind.COMMENT: ("POST", "/v1/notes"),
}
REFRESH_TOKEN = "1234567:7654321:twin-refresh-token"


class Office:
    """One served twin. A `Backdoor` of the CRM contract, and more."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.config = TwinConfig()
        self._http = httpx2.Client(base_url=url, timeout=30)
        self.faults = TwinFaults(url, path="/*v[12]/*", creates=CREATES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def renew(self) -> None:
        """As built, without limits."""
        self.configure(**{**TwinConfig().as_json(), "limits": False})
        self.control("hire", people=[["Olena Kovalenko", "olena@example.com"], ["Piotr Nowak", "piotr@example.com"]])
        self.control("reset")

    def control(self, route: str, /, **body: Any) -> Any:
        """POST to a control route."""
        answer = self._http.post(f"/__twin__/{route}", json=body)
        answer.raise_for_status()
        return answer.json()

    def configure(self, **changes: Any) -> None:
        """Change how the twin behaves."""
        self.control("configure", **changes)

    def people(self, do: str, **about: Any) -> Any:
        """What somebody does in Pipedrive himself."""
        return self.control("people", do=do, **about)

    def state(self) -> Any:
        """Everything that the twin holds."""
        return self._http.get("/__twin__/state").json()

    def records(self, kind: str) -> list[dict[str, Any]]:
        """The records of one of the vendor's kinds."""
        found: list[dict[str, Any]] = self.state()["records"][kind]
        return found

    def asked(self) -> list[str]:
        """The requests since the last `forget`, as `METHOD path`."""
        log = self._http.get("/__twin__/requests", params={"last": 1000}).json()["log"]
        return [f"{entry['request']['method']} {entry['request']['path']}" for entry in log]

    def sent(self) -> Any:
        """The body of the last request."""
        return self._http.get("/__twin__/requests", params={"last": 1}).json()["log"][0]["request"]["body"]

    def used(self) -> int:
        """Tokens used today."""
        return int(self.state()["budget"]["used"])

    def fail(self, **rule: Any) -> None:
        """Add a fault rule."""
        self.control("faults", **rule)

    def let_time_pass(self, seconds: float) -> None:
        self.control("clock", advance=seconds)

    def add_contact(self, name: str, phone: str) -> Ref:
        made = self.people("add_person", name=name, phones=[{"value": phone}])
        self.let_time_pass(float(self.state()["config"]["index_delay"]))
        return Ref(Kind.CONTACT, str(made["id"]))

    def delete(self, ref: Ref) -> None:
        self.people("delete", kind=KINDS[ref.kind], id=ref.id)

    def close(self, ref: Ref) -> None:
        if ref.kind is Kind.LEAD:
            self.people("archive", kind="leads", id=ref.id)
        else:
            self.people("close", kind="deals", id=ref.id, status="lost")

    def settings(self, **changes: Any) -> dict[str, Any]:
        """A connection's settings at this twin."""
        return {"base_url": self.url, "oauth_url": self.url, "sync_minutes": 0, **changes}

    def connect(self, **settings: Any) -> Pipedrive:
        """An account with the personal token."""
        return connect(self.account(**settings))

    def account(self, credentials: Mapping[str, str] | None = None, **settings: Any) -> Account:
        """As `connect`, not opened."""
        given = {"api_token": self.config.api_token} if credentials is None else credentials
        return Account(credentials=given, settings=self.settings(**settings))

    def oauth(self) -> dict[str, str]:
        """Credentials of an account that has signed in."""
        config = self.config
        secrets = {"client_id": config.client_id, "client_secret": config.client_secret}
        return {**secrets, "refresh_token": REFRESH_TOKEN}

    def requests_of(self, work: Any) -> list[str]:
        """What `work` asks of the twin."""
        before = len(self.asked())
        work()
        return self.asked()[before:]
