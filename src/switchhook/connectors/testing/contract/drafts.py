"""What the suites are written with: what they ask of a connector's tests, and drafts that every CRM takes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.core.records import PARTIES, Draft, Kind, Record, Ref

PHONE = "+380671234567"
OTHER_PHONE = "+380509876543"
ALIKE_PHONE = "+48671234567"
"""A Polish number with the same national digits as `PHONE`."""

FED = (Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL)
SALES = frozenset({Kind.LEAD, Kind.DEAL})
ACTIVITIES = (Kind.TASK, Kind.COMMENT, Kind.CALL)
NAMED_BY = {Kind.CONTACT: "name", Kind.COMPANY: "name", Kind.TASK: "subject", Kind.COMMENT: "text"}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Backdoor(Protocol):
    """What a person can do in the CRM itself. Every method leaves the CRM's indexes up to date."""

    def add_contact(self, name: str, phone: str) -> Ref:
        """A contact whose number is typed exactly as given. Raises Rejected where the CRM takes no such number."""

    def delete(self, ref: Ref) -> None:
        """Remove a record for good."""

    def close(self, ref: Ref) -> None:
        """End a lead or a deal: lose it, archive it, or what the CRM calls it."""

    def let_time_pass(self, seconds: float) -> None:
        """Let the CRM's indexes catch up: the twin's clock, not the wall's."""


class Faults(Protocol):
    """What goes wrong at the vendor: with the next request that is meant, unless said otherwise."""

    def limit(self, seconds: int) -> None:
        """Any request is refused for the account's limit; the vendor names `seconds` to wait, in its own way."""

    def fail_read(self) -> None:
        """A read fails with a server error."""

    def fail_create(self, kind: Kind) -> None:
        """The request that makes a record of this kind fails with a server error."""

    def lose_answer(self, kind: Kind) -> None:
        """The request that makes a record of this kind is carried out, and its answer never arrives."""

    def refuse_credentials(self) -> None:
        """From now on every request is refused for its credentials."""

    def refuse_saying(self, sentence: str) -> None:
        """Any request is refused as wrong, with this sentence in the answer."""


class Promises:
    """What a suite is given.

    `at_once` is from how many threads one connector is used at the same time, `many` are more records than fit a page
    of the feed, where that is not asking too much of a test.
    """

    at_once: ClassVar[int] = 6
    many: ClassVar[int] = 12

    @pytest.fixture
    def connector(self) -> CrmConnector:
        raise NotImplementedError("Give a fixture “connector”: an empty account with at least two users.")

    @pytest.fixture
    def backdoor(self) -> Backdoor:
        raise NotImplementedError("Give a fixture “backdoor”: what people do in the CRM itself.")

    @pytest.fixture
    def faults(self) -> Faults:
        pytest.skip("no fixture “faults”, so nothing goes wrong here")

    @pytest.fixture
    def secrets(self) -> Sequence[str]:
        """The secret values of the account that `connector` opens."""
        pytest.skip("no fixture “secrets”, so there is nothing to hide")


def need(connector: CrmConnector, declared: bool, otherwise: str) -> None:
    """Skip what this CRM does not claim to do."""
    if not declared:
        pytest.skip(f"{type(connector).__name__}: {otherwise}")


def title_name(kind: Kind) -> str:
    """The canonical value that a person reads first."""
    return NAMED_BY.get(kind, "title")


def values_of(kind: Kind) -> dict[str, Any]:
    """The least that makes a record of this kind."""
    if kind is Kind.CALL:
        return {
            "direction": "in",
            "status": "answered",
            "client_number": PHONE,
            "project_number": "+380441234567",
            "started_at": "2026-11-20T09:30:00+00:00",
            "talk_seconds": 42,
            "wait_seconds": 5,
            "call_id": "call-1",
        }
    values: dict[str, Any] = {title_name(kind): f"A {kind}"}
    return values | ({"phones": [PHONE]} if kind in {*PARTIES, Kind.LEAD} else {})


def links_of(connector: CrmConnector, kind: Kind) -> frozenset[Kind]:
    """To which kinds an activity can be tied."""
    can = connector.capabilities
    return {Kind.TASK: can.task_links, Kind.COMMENT: can.comment_links, Kind.CALL: can.call_links}[kind]


def draft_of(connector: CrmConnector, kind: Kind, **values: Any) -> Draft:
    """A record that this CRM takes: tied to a contact where it has contacts."""
    links: Sequence[Ref] = ()
    tied = kind in {*SALES, Kind.ORDER} or (kind not in PARTIES and Kind.CONTACT in links_of(connector, kind))
    if tied and Kind.CONTACT in connector.capabilities.kinds:
        links = (make(connector, Kind.CONTACT).ref,)
    return Draft(kind=kind, values=values_of(kind) | values, links=tuple(links))


def twins_of(connector: CrmConnector, kind: Kind) -> tuple[Draft, Draft]:
    """Two drafts of a kind, of different clients and calls."""
    one = draft_of(connector, kind)
    other: dict[str, Any] = {"call_id": "call-2", "client_number": OTHER_PHONE} if kind is Kind.CALL else {}
    other |= {} if kind is Kind.CALL else {title_name(kind): f"Another {kind}"}
    other |= {"phones": [OTHER_PHONE]} if "phones" in one.values else {}
    return one, draft_of(connector, kind, **other)


def make(connector: CrmConnector, kind: Kind, *, mark: str = "", **values: Any) -> Record:
    """Create a record, or skip the test where this CRM does not have the kind."""
    need(connector, kind in connector.capabilities.kinds, f"no {kind}")
    return connector.create(draft_of(connector, kind, **values), mark=mark)


def linked(record: Record) -> set[Ref]:
    """What an activity is tied to: `values["links"]`, a list of `{"kind", "id"}`."""
    return {Ref(Kind(link["kind"]), link["id"]) for link in record.values["links"]}


def settled(record: Record, changed: str) -> dict[str, Any]:
    """What an update of the value `changed` leaves alone."""
    kept = {name: value for name, value in record.values.items() if name != changed}
    about = (record.owner, record.status, record.contact_id, record.company_id, record.phones)
    return {**kept, "about": about}


def follow(connector: CrmConnector, backdoor: Backdoor, cursor: str) -> tuple[list[Record], str]:
    """Read the feed to its end; gives what it told and where it stands."""
    told, _gone, cursor = follow_all(connector, backdoor, cursor)
    return told, cursor


def follow_all(connector: CrmConnector, backdoor: Backdoor, cursor: str) -> tuple[list[Record], list[Ref], str]:
    """As `follow`, with what the feed told to be gone."""
    backdoor.let_time_pass(connector.capabilities.settle)
    told: list[Record] = []
    gone: list[Ref] = []
    for _ in range(1000):
        page = connector.changes(cursor)
        told += page.records
        gone += page.gone
        cursor = page.cursor
        if not page.more:
            return told, gone, cursor
    raise AssertionError("The feed has no end.")
