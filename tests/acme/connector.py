"""Acme's connector: what the console asks of a CRM; records are other tests' matter."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.acme.office import CHOICES, OFFICE

from switchhook.connectors.base import Account, Changes, Choice, CrmUser, Health, Pipeline
from switchhook.core.errors import Misconfigured, Rejected, TargetGone
from switchhook.core.mapping import CrmField
from switchhook.core.records import PARTIES, Capabilities, Draft, Kind, Record, Ref

KINDS = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL, Kind.TASK})


def connect(account: Account) -> "Acme":
    """Open an account. Raises Misconfigured for a region that is none, and for credentials that cannot be any."""
    if account.settings.get("region", "eu") not in {"eu", "us"}:
        raise Misconfigured("There is no such region.", field="region")
    if int(account.settings.get("days", 3)) > 30:
        raise Misconfigured("At most 30 days.", field="days")
    if not (account.credentials.get("api_key") or account.credentials.get("refresh_token")):
        raise Misconfigured("Enter the API key, or sign in.", field="api_key")
    return Acme(account)


class Acme:
    def __init__(self, account: Account) -> None:
        self._account = account
        self.capabilities = Capabilities(kinds=KINDS, updatable=KINDS, stores_phone=PARTIES)

    def _ask(self, request: str) -> None:
        credentials = self._account.credentials
        OFFICE.admit(credentials.get("refresh_token") or credentials["api_key"], request)

    def check(self) -> Health:
        self._ask("check")
        return Health(account_name="Acme of Kyiv", remarks=("The plan ends in May.",))

    def users(self) -> Sequence[CrmUser]:
        self._ask("users")
        return OFFICE.users

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        self._ask("fields")
        return [found for found in OFFICE.fields if found.kind is kind]

    def pipelines(self) -> Sequence[Pipeline]:
        self._ask("pipelines")
        return OFFICE.pipelines

    def choices(self, setting: str) -> Sequence[Choice]:
        self._ask("choices")
        after = {"phone_field": "folder", "stage": "layout", "archive_field": "archive"}.get(setting, "")
        return CHOICES[setting].get(self._account.settings.get(after) or "", [])

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        self._ask("find")
        return ()

    def get(self, ref: Ref) -> Record:
        raise TargetGone("There is no such record.")

    def create(self, draft: Draft, *, mark: str) -> Record:
        raise Rejected("Acme takes no records.")

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        raise TargetGone("There is no such record.")

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        return None

    def changes(self, cursor: str) -> Changes:
        return Changes(records=())
