"""What a connector is: the Protocols that every telephony and CRM folder implements.

A connector package holds `connector.toml` (its manifest, read without import) and `connector.py`, which exposes
`connect(account: Account) -> TelephonyConnector | CrmConnector`. Connectors are plain Python: no Django, no database.
All network methods are synchronous, bounded in time, and raise only errors of `switchhook.core.errors`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from switchhook.connectors.allowances import Governor, Ungoverned
from switchhook.connectors.tokens import TokensInMemory, TokenStore
from switchhook.core.call import CallFact, EmployeeRef
from switchhook.core.clock import Clock, utc_now
from switchhook.core.inquiry import InquiryFact
from switchhook.core.mapping import CrmField
from switchhook.core.records import Capabilities, Draft, Kind, Record, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A saved connection as its connector sees it.

    `credentials` and `settings` follow the manifest's fields; `zone` and `country` are the project's. `services` holds
    what the hub itself lends to a connector by name (the built-in CRM's `record_store`); vendors need none.
    `own_numbers` are the project's lines and its employees' mobiles (E.164): never the client. Requests go out by
    leave of `governor`, OAuth access tokens are kept in `tokens`: both are shared by all workers of the hub.
    `translate` turns an English message id into the project's language, for words a connector itself writes.
    """

    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    country: str = "UA"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    own_numbers: frozenset[str] = frozenset()
    clock: Clock = utc_now
    services: Mapping[str, Any] = field(default_factory=dict, repr=False)
    governor: Governor = field(default_factory=Ungoverned, repr=False)
    tokens: TokenStore = field(default_factory=TokensInMemory, repr=False)
    translate: Callable[[str], str] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The result of a test before save: the account's name at the vendor, and remarks worth showing."""

    account_name: str
    remarks: tuple[str, ...] = ()


# --- telephony ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One delivery as it arrived. `query` is the raw query string, `headers` have lower-case names."""

    method: str
    content_type: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """An employee as telephony lists him: SIP logins and mobile (FMC) numbers in E.164, department names."""

    ref: EmployeeRef
    sips: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    online: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a parameter of an event can mean: the provider's own `name` for it, and a `label` (English message id)."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedValue:
    """One parameter of a sample event: its `name` as it came, its value (shortened), and what it is taken for.

    `meaning` is a `Meaning.name`, "" for what is only kept as a tag. `by` says how that is known: `map` (the
    connection's own), `name` (the provider's, or a usual alias), `value` (its shape tells), `likeness` (the name is
    close to a known one; a person should look), "" for nothing.
    """

    name: str
    value: str
    meaning: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReading:
    """How one delivery reads: the provider's name for its event ("" unknown), whether it is a test, its parameters."""

    event: str
    test: bool
    values: tuple[NamedValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedCall:
    """A call to be acted out: who calls (E.164), which line, who answers (None: nobody), what it is known by."""

    external_id: str
    client: str
    line: str
    employee: EmployeeRef | None
    started_at: datetime
    talk_seconds: int = 42
    wait_seconds: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedEvent:
    """One request of an acted call, as the provider would send it to the webhook address (`query` goes behind it)."""

    query: str
    content_type: str
    body: bytes


class TelephonyConnector(Protocol):
    """A telephony account."""

    def check(self) -> Health:
        """Prove that the credentials work. Raises AuthFailed, Misconfigured or Transient."""

    def read(self, event: RawEvent) -> Sequence[CallFact | InquiryFact]:
        """The facts one raw event states, about calls, forms and dialogues (none for a vendor's test delivery).

        Pure: the same event and account give the same facts. Raises UnsupportedEvent, and AnomalousPayload where the
        event cannot be read or is `truncated`.
        """

    def explain(self, event: RawEvent) -> SampleReading:
        """How a delivery's parameters are understood, for people who teach the hub their names. Pure.

        Of a batch the first event counts. Raises AnomalousPayload where the body cannot be read.
        """

    def meanings(self) -> Sequence[Meaning]:
        """What a parameter can mean, the most needed first."""

    def rehearse(self, call: RehearsedCall) -> Sequence[RehearsedEvent]:
        """The deliveries of a call that nobody has made, in their order: it rings, is taken or not, and ends. Pure."""

    def calls(self, since: datetime, until: datetime) -> Iterator[CallFact]:
        """Every call that began in [since, until) as export facts, running ones not final. Splits the period itself."""

    def staff(self) -> Sequence[StaffMember]:
        """The employees the vendor knows."""

    def online(self) -> frozenset[str]:
        """SIP logins that are registered now."""

    def speaking(self) -> frozenset[str]:
        """SIP logins that are in a conversation now."""

    def call_back(self, *, employee: str, client: str) -> None:
        """Start a two-leg call: first the employee (SIP login or E.164), then the client (E.164)."""

    def open_recording(self, url: str) -> Iterator[bytes]:
        """The recording behind a vendor link, in chunks. Raises TargetGone, Unreachable, RateLimited."""


# --- CRM ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmUser:
    """A user of the CRM, as it can be mapped to an employee."""

    id: str
    name: str
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of a pipeline; `closed` where a deal in it is won, lost or otherwise over."""

    id: str
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Where deals go. `id` is what the canonical value `pipeline` of a deal takes."""

    id: str
    name: str
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value that a setting can take in this account, and how it is called there."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A page of a CRM's feed. `cursor` resumes after it; `more` is False on the last page for now.

    `gone` are records that were deleted, or are no longer of their kind (merged, moved away).
    """

    records: Sequence[Record]
    gone: Sequence[Ref] = ()
    cursor: str = ""
    more: bool = False


class CrmConnector(Protocol):
    """A CRM account. See `switchhook.core.records` for the canonical values."""

    @property
    def capabilities(self) -> Capabilities:
        """What this CRM can do."""

    def check(self) -> Health:
        """Prove that the credentials work. Raises AuthFailed, Misconfigured or Transient."""

    def users(self) -> Sequence[CrmUser]:
        """Users to whom records can be given."""

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """The account's own fields of a kind, for the mapping of parameters; empty where it can have none."""

    def pipelines(self) -> Sequence[Pipeline]:
        """Where deals can go, the default first; empty where the CRM has no pipelines."""

    def choices(self, setting: str) -> Sequence[Choice]:
        """What a manifest field that is `loaded` can be set to in this account, given the settings so far."""

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """Contacts, companies, leads and deals of the client with this number (E.164), open and closed, live.

        A closed lead may be left out where it would cost a request: it takes no call.
        Every contact and company given carries the number itself, whatever the vendor's search takes for a match.
        """

    def get(self, ref: Ref) -> Record:
        """The record, read live. Raises TargetGone."""

    def create(self, draft: Draft, *, mark: str) -> Record:
        """Make the record and leave `mark` in it where the kind has room.

        What the CRM could not take of the draft is said in the record's `remarks`. Not idempotent by itself. Raises
        Rejected, TargetGone where a linked record is no more, OutcomeUnknown when the answer was lost, or another of
        the tree.
        """

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """Change the named values only; idempotent. Raises TargetGone, Rejected …"""

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """The record that a create of `draft` with `mark` made after `since`, though its answer was lost.

        By its mark where the record has room for one, else by what makes the draft unmistakable (its number and name);
        by the read with the least lag. Only for `capabilities.traceable` kinds.
        """

    def changes(self, cursor: str) -> Changes:
        """What changed since `cursor` (empty: everything), for the directory."""


Connect = Callable[[Account], TelephonyConnector | CrmConnector]
