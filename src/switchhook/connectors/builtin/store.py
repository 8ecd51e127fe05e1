"""What the hub lends to this connector: the records of one project, as the service `record_store` of its account."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from switchhook.connectors.base import Changes, CrmUser, Pipeline
from switchhook.core.records import Draft, Kind, Record, Ref

SERVICE = "record_store"


class RecordStore(Protocol):
    """Keeps records durably. Every method is one transaction and raises only errors of `switchhook.core.errors`.

    Links of a task, comment or call come back as `values["links"]`, a list of `{"kind", "id"}`.
    """

    @property
    def account_name(self) -> str:
        """Whose records these are, for a person."""

    def users(self) -> Sequence[CrmUser]:
        """To whom records can be given."""

    def pipelines(self) -> Sequence[Pipeline]:
        """Where deals can go, the default first."""

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """Contacts and companies with this number (E.164), and their leads and deals, open and closed."""

    def get(self, ref: Ref) -> Record:
        """The record. Raises TargetGone."""

    def create(self, draft: Draft, *, mark: str) -> Record:
        """Make the record, or give the one that carries `mark` already, however many ask at once.

        Raises Rejected naming the field and the remedy; TargetGone where a linked record is not there.
        """

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """Change the named values only. Raises TargetGone (a converted lead too) and Rejected."""

    def find_by_mark(self, kind: Kind, mark: str) -> Record | None:
        """The record of this kind that carries `mark`; sees every create that has returned."""

    def changes(self, cursor: str) -> Changes:
        """Contacts, companies, leads and deals changed since `cursor`; each at least once, none lost."""
