"""What the built-in CRM's records look like in the API, going out and coming in.

Ids are text. Numbers are E.164 going out and may be in any spelling coming in. Times are ISO 8601 in UTC. People are
employees: `{"id", "email", "name"}` going out, an id or e-mail coming in.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict, PlainSerializer

from switchhook.crm.kinds import address
from switchhook.crm.models import RecordRow
from switchhook.crm.records import phones_of

T = TypeVar("T")
Id = Annotated[str, BeforeValidator(str)]
OptionalId = Annotated[str | None, BeforeValidator(lambda value: None if value is None else str(value))]
NoneIfEmpty = Annotated[str | None, BeforeValidator(lambda value: value or None)]
Money = Annotated[Decimal | None, PlainSerializer(lambda value: None if value is None else str(value))]


class Listed(Schema, Generic[T]):
    """A page of a list. `next` is the `cursor` of the following page, null on the last."""

    items: list[T]
    next: str | None


class Person(Schema):
    """An employee."""

    id: Id
    email: str
    name: str


class RecordLink(Schema):
    """A record by kind and id."""

    kind: str
    id: Id


class PlacedLink(RecordLink):
    """A record of one of the project's CRMs: `connection` is the connection's id, `url` opens the record."""

    connection: str | None
    url: str


class RecordOut(Schema):
    """What every record has. `custom` are own fields, `url` its page."""

    id: Id = Field(alias="pk")
    custom: dict[str, Any] = Field(alias="fields")
    url: str
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_url(row: RecordRow) -> str:
        return address(row.KIND, row.pk)


class ClientOut(RecordOut):
    """What records about a client have; the numbers of a lead, deal or order are those of its contact and company."""

    phones: list[str]
    owner: Person | None
    source: str
    utm: dict[str, str]

    @staticmethod
    def resolve_phones(row: RecordRow) -> list[str]:
        return list(phones_of(row))


class CompanyOut(ClientOut):
    """A company."""

    name: str
    email: str


class ContactOut(CompanyOut):
    """A contact. `links` are what is known of this client: his leads and deals here, his records in other CRMs."""

    company_id: OptionalId
    links: list[PlacedLink]


class SaleOut(ClientOut):
    """What leads, deals and orders have."""

    title: str
    status: str
    contact_id: OptionalId
    company_id: OptionalId
    closed_at: datetime | None


class LeadOut(SaleOut):
    """A lead: `status` is `open`, `converted` (to `deal_id`) or `lost`."""

    deal_id: OptionalId = Field(alias="converted_deal_id")


class DealOut(SaleOut):
    """A deal: `status` (`open`, `won`, `lost`) is that of its stage."""

    pipeline: str = Field(alias="pipeline.name")
    stage: str = Field(alias="stage.name")
    amount: Money
    currency: str


class OrderOut(SaleOut):
    """An order: `status` is `open`, `won` or `lost`."""

    number: str
    amount: Money
    currency: str


class TaskOut(RecordOut):
    """A task: `kind` is `call` for a conversation that took place, else `task`."""

    subject: str
    text: str
    kind: str
    assignee: Person | None
    due_at: datetime | None
    done: bool
    done_at: datetime | None
    links: list[RecordLink]
    recording_url: NoneIfEmpty
    call_id: NoneIfEmpty

    @staticmethod
    def resolve_links(row: Any) -> list[dict[str, str]]:
        return _links(row)


class CommentOut(RecordOut):
    """A comment; the hub's own has no author."""

    text: str
    author: Person | None
    links: list[RecordLink]
    call_id: NoneIfEmpty

    @staticmethod
    def resolve_links(row: Any) -> list[dict[str, str]]:
        return _links(row)


def _links(row: Any) -> list[dict[str, str]]:
    return [{"kind": link.kind, "id": str(link.record_id)} for link in row.links.all()]


# --- coming in --------------------------------------------------------------------------------------------------------


class Input(Schema):
    """A name that is not known is refused: a typing error must not be lost in silence."""

    model_config = ConfigDict(extra="forbid")

    custom: dict[str, Any] = {}


class ClientInput(Input):
    """`utm` and `custom` add to what is there; everything else replaces."""

    owner: str | None = None
    source: str = ""
    utm: dict[str, str] = {}


class CompanyChange(ClientInput):
    """`phones` is the whole list."""

    name: str = ""
    email: str = ""
    phones: list[str] = Field(default=[], max_length=50)


class ContactChange(CompanyChange):
    """As a company, and the company where the contact works."""

    company_id: str | None = None


class LeadChange(ClientInput):
    """`status` may be set to `open` or `lost`; converting is an address of its own."""

    title: str = ""
    status: str = ""
    contact_id: str | None = None
    company_id: str | None = None


class DealChange(LeadChange):
    """`pipeline` and `stage` by name or id; `status` moves the deal to the first stage of that kind."""

    pipeline: str = ""
    stage: str = ""
    amount: Decimal | None = None
    currency: str = Field("", max_length=3)


class OrderChange(LeadChange):
    """An order."""

    number: str = Field("", max_length=60)
    amount: Decimal | None = None
    currency: str = Field("", max_length=3)


class TaskChange(Input):
    """A task."""

    subject: str = ""
    text: str = ""
    kind: str = "task"
    assignee: str | None = None
    due_at: datetime | None = None
    done: bool = False


class CommentChange(Input):
    """A comment."""

    text: str = ""
    author: str | None = None


class ContactNew(ContactChange):
    name: str


class CompanyNew(CompanyChange):
    name: str


class LeadNew(LeadChange):
    """A lead needs `contact_id` or `company_id`."""

    title: str


class DealNew(DealChange):
    title: str


class OrderNew(OrderChange):
    title: str


class Linked(Schema):
    """What a new activity is about."""

    links: list[RecordLink] = Field(default=[], max_length=50)
    call_id: str = Field("", max_length=80)


class TaskNew(TaskChange, Linked):
    subject: str


class CommentNew(CommentChange, Linked):
    text: str


class Conversion(Schema):
    """Where the new deal stands, by name or id; the default pipeline's first open stage where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    pipeline: str = ""
    stage: str = ""
