"""The connector of the built-in CRM: everything that it can do, with no network between."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from switchhook.connectors.base import Account, Changes, Choice, CrmUser, Health, Pipeline
from switchhook.connectors.builtin.store import SERVICE, RecordStore
from switchhook.core.errors import Misconfigured
from switchhook.core.mapping import CrmField
from switchhook.core.records import PARTIES, Capabilities, Draft, Kind, Record, Ref

_LINKED = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL, Kind.ORDER})

CAPABILITIES = Capabilities(
    kinds=frozenset(Kind),
    updatable=frozenset(Kind),
    task_links=_LINKED,
    comment_links=_LINKED | {Kind.TASK, Kind.CALL},
    call_links=_LINKED,
    lead_needs_party=True,
    lead_excludes_deal=True,
    traceable=frozenset(Kind),
    settle=0.0,
    longest_request=5.0,
    stores_phone=PARTIES,
    tells_gone=PARTIES | {Kind.LEAD, Kind.DEAL},
)

_FREE = ("client_id", "employee_name", "employee_line")


def connect(account: Account) -> "BuiltinCrm":
    """Open the project's own CRM. Raises Misconfigured where the hub lends no record store."""
    store = account.services.get(SERVICE)
    if store is None:
        raise Misconfigured("The built-in CRM works only inside the hub, which lends it its records.", field=SERVICE)
    return BuiltinCrm(cast("RecordStore", store))


class BuiltinCrm:
    """The hub's own records as a CRM account. Every method is one durable step: what it returned is found at once."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    @property
    def capabilities(self) -> Capabilities:
        """All kinds, all marked, all changeable, without lag."""
        return CAPABILITIES

    def check(self) -> Health:
        """The project's name, and a remark where nobody could be given a record."""
        remarks = () if self._store.users() else ("The project has no active employees: nobody can own a record.",)
        return Health(account_name=self._store.account_name, remarks=remarks)

    def users(self) -> Sequence[CrmUser]:
        """The project's active employees."""
        return self._store.users()

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """None: records of this CRM take any name among their free fields."""
        return ()

    def pipelines(self) -> Sequence[Pipeline]:
        """The project's pipelines, the default first."""
        return self._store.pipelines()

    def choices(self, setting: str) -> Sequence[Choice]:
        """None: no setting of this connector is loaded."""
        return ()

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """Contacts and companies with this number (E.164), then their leads and deals, open and closed."""
        return self._store.find_by_phone(phone)

    def get(self, ref: Ref) -> Record:
        """The record. Raises TargetGone."""
        return self._store.get(ref)

    def create(self, draft: Draft, *, mark: str) -> Record:
        """Make the record; with a mark that exists already, give the existing one. Raises Rejected, TargetGone."""
        return self._store.create(replace(draft, values=_own(draft.values)), mark=mark)

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """Change the named values only; `phones` is the whole list, `utm` and `custom` add to what is there."""
        return self._store.update(ref, _own(values))

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """The record that carries `mark`, whenever it was made: marks are unique, so `since` narrows nothing."""
        return self._store.find_by_mark(draft.kind, mark)

    def changes(self, cursor: str) -> Changes:
        """Contacts, companies, leads and deals that changed since `cursor`."""
        return self._store.changes(cursor)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical values in this CRM's words: what has no column of its own goes among the free fields."""
    own = {name: value for name, value in values.items() if name not in _FREE}
    free = {name: values[name] for name in _FREE if values.get(name)}
    return {**own, "custom": {**(own.get("custom") or {}), **free}} if free else own
