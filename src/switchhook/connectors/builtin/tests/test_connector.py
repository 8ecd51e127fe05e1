"""The connector without the hub: its manifest, what it claims, and that it hands everything on.

That its claims hold with real records behind it is proved by the contract of all CRMs, in `tests/crm`.
"""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from switchhook.connectors.base import Account, Changes, CrmUser, Pipeline
from switchhook.connectors.builtin.connector import CAPABILITIES, BuiltinCrm, connect
from switchhook.connectors.registry import manifest
from switchhook.core.errors import Misconfigured, TargetGone
from switchhook.core.records import Draft, Kind, Record, Ref


class MemoryStore:
    """Records in a dictionary, for as long as a test takes."""

    account_name = "Ours"

    def __init__(self, *people: CrmUser) -> None:
        self.people = people
        self.records: dict[Ref, Record] = {}
        self.marks: dict[tuple[Kind, str], Ref] = {}

    def users(self) -> Sequence[CrmUser]:
        return self.people

    def pipelines(self) -> Sequence[Pipeline]:
        return [Pipeline(id="1", name="Sales")]

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        return [record for record in self.records.values() if phone in record.phones]

    def get(self, ref: Ref) -> Record:
        if ref not in self.records:
            raise TargetGone("This record is not there any more.")
        return self.records[ref]

    def create(self, draft: Draft, *, mark: str) -> Record:
        phones = tuple(draft.values.get("phones", ()))
        record = Record(kind=draft.kind, id=str(len(self.records) + 1), phones=phones, values=dict(draft.values))
        self.records[record.ref] = record
        self.marks[draft.kind, mark] = record.ref
        return record

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        held = self.get(ref)
        self.records[ref] = Record(kind=ref.kind, id=ref.id, phones=held.phones, values={**held.values, **values})
        return self.records[ref]

    def find_by_mark(self, kind: Kind, mark: str) -> Record | None:
        ref = self.marks.get((kind, mark))
        return None if ref is None else self.records[ref]

    def changes(self, cursor: str) -> Changes:
        return Changes(records=list(self.records.values())[int(cursor or 0) :], cursor=str(len(self.records)))


@pytest.fixture
def crm() -> BuiltinCrm:
    return connect(Account(services={"record_store": MemoryStore(CrmUser(id="1", name="Anna"))}))


def test_the_manifest_is_read_without_importing_the_connector() -> None:
    found = manifest("builtin")
    assert (found.role, found.fields, found.default_preset) == ("crm", (), "builtin")


def test_the_connector_needs_no_database_and_no_django() -> None:
    code = "import sys, switchhook.connectors.builtin.connector as c; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_outside_the_hub_there_is_nothing_to_connect_to() -> None:
    with pytest.raises(Misconfigured) as refusal:
        connect(Account())
    assert refusal.value.field == "record_store"


def test_everything_is_declared_that_the_records_can_do(crm: BuiltinCrm) -> None:
    can = crm.capabilities
    assert can is CAPABILITIES
    assert can.kinds == can.updatable == can.traceable == frozenset(Kind)
    assert (can.lead_needs_party, can.lead_excludes_deal, can.settle) == (True, True, 0.0)


def test_the_check_names_the_project(crm: BuiltinCrm) -> None:
    assert crm.check().account_name == "Ours"
    assert crm.check().remarks == ()


def test_a_project_without_people_is_remarked_on() -> None:
    assert "nobody can own a record" in BuiltinCrm(MemoryStore()).check().remarks[0]


def test_a_record_is_made_read_changed_and_found(crm: BuiltinCrm) -> None:
    draft = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": ["+380671234567"]})
    made = crm.create(draft, mark="m")
    assert crm.get(made.ref) == made
    assert crm.find_by_phone("+380671234567") == [made]
    assert crm.find_made(draft, "m", since=datetime(2026, 1, 1, tzinfo=UTC)) == made
    changed = crm.update(made.ref, {"name": "Petro"})
    assert crm.changes("").records == [changed]
    assert [user.id for user in crm.users()] == ["1"]


def test_the_visits_client_id_is_kept_among_the_own_fields(crm: BuiltinCrm) -> None:
    draft = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "client_id": "123.456", "custom": {"city": "Kyiv"}})
    made = crm.create(draft, mark="m")
    assert made.values == {"name": "Ivan", "custom": {"city": "Kyiv", "client_id": "123.456"}}
    assert crm.update(made.ref, {"client_id": None}).values == made.values
