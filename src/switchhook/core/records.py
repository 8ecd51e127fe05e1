"""The canonical CRM vocabulary: kinds of records, what one looks like, and what a CRM can do with them.

The planner speaks only this; connectors translate it to and from their vendor.

Canonical values of a `Draft` (all optional unless said otherwise; owners and assignees are the CRM's own user ids):

| kind    | values |
|---------|--------|
| contact | name (required), phones (E.164 list), email, owner, source, utm, client_id, custom |
| company | name (required), phones, owner, custom |
| lead    | title (required), phones, owner, source, utm, client_id, custom, status |
| deal    | title (required), phones, owner, pipeline, stage, source, utm, client_id, custom, status |
| order   | title (required), owner, amount, currency, status |
| task    | subject (required), text, assignee, due_at (ISO 8601 UTC), done, recording_url, call_id |
| comment | text (required), author |
| call    | direction, status, client_number, project_number, started_at, talk_seconds, wait_seconds, recording_url, |
|         | call_id, employee (a user id), employee_name, employee_line (SIP login, extension or number he spoke on) |

A deal carries `phones` only where `stores_phone` names deals.
`links` tie a draft to other records: a lead to its contact and company, a task to everything it is about.
Texts are plain; a connector turns them into what its vendor shows (HTML), and `custom` is by the vendor's field names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from switchhook.core.reason import Reason


class Kind(StrEnum):
    """Kinds of CRM records. Values are stored and shown by the API; do not rename."""

    CONTACT = "contact"
    COMPANY = "company"
    LEAD = "lead"
    DEAL = "deal"
    ORDER = "order"
    TASK = "task"
    COMMENT = "comment"
    CALL = "call"


PARTIES = frozenset({Kind.CONTACT, Kind.COMPANY})
"""Kinds that say who the client is; a lead or deal says what he wants."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Names one record of one connection."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record as a CRM holds it. `status` is `open`, `converted`, `won`, `lost` or `closed`; parties are always open.

    `phones` are E.164, `local_phones` those of them that the CRM holds without their country code, as they stand there;
    `owner` is the CRM's user id, None where nobody owns it; `url` opens the record for a person.
    `remarks` say what of the last create or update this CRM could not take (a second link, an hour): for the trace.
    """

    kind: Kind
    id: str
    title: str = ""
    phones: tuple[str, ...] = ()
    local_phones: tuple[str, ...] = ()
    owner: str | None = None
    status: str = "open"
    contact_id: str | None = None
    company_id: str | None = None
    url: str = ""
    last_activity: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Reason, ...] = ()

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.id)

    @property
    def is_open(self) -> bool:
        return self.status == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A record that should exist: canonical `values` (JSON-ready) and `links` to existing records."""

    kind: Kind
    values: Mapping[str, Any]
    links: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a CRM can do; declared by its connector, read by the planner, the editor and the worker.

    kinds             records that can be created through its interface
    updatable         kinds whose records can be changed later
    task_links        kinds a task can be tied to; `comment_links` and `call_links` alike
    lead_needs_party  a lead must be tied to a contact and/or a company
    lead_excludes_deal lead and deal cannot both be created for one call
    traceable         kinds of which `find_made` can tell whether a create whose answer was lost has made one
    settle            seconds after which a record written now is certain to be found by `find_made`
    stores_phone      kinds that carry phone numbers themselves
    longest_request   seconds after which a request of ours has certainly ended, one way or the other
    limits            the longest texts in characters by kind and value (`lead.title`), where the vendor has any
    tells_gone        kinds of which the feed tells that a record was deleted, or is no longer of its kind
    partly_found      kinds of which `find_by_phone` may leave some out, so that what the directory knows besides stays
    """

    kinds: frozenset[Kind]
    updatable: frozenset[Kind]
    task_links: frozenset[Kind] = frozenset()
    comment_links: frozenset[Kind] = frozenset()
    call_links: frozenset[Kind] = frozenset()
    lead_needs_party: bool = False
    lead_excludes_deal: bool = False
    traceable: frozenset[Kind] = frozenset()
    settle: float = 0.0
    stores_phone: frozenset[Kind] = frozenset({Kind.CONTACT})
    longest_request: float = 45.0
    limits: Mapping[str, int] = field(default_factory=dict)
    tells_gone: frozenset[Kind] = frozenset()
    partly_found: frozenset[Kind] = frozenset()
