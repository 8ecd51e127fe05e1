"""The built-in CRM in the API: list, read, create and change records of the token's project.

Reading needs the role viewer, writing manager. A record of another project is not found (404). What a record's rules
refuse is 422, with the field and the remedy in `detail`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError
from django.http import Http404
from ninja import Field, Query, Router, Schema
from ninja.errors import ValidationError as InvalidRequest

from switchhook.api import crm_shapes as shapes
from switchhook.api.auth import ApiRequest, project_of
from switchhook.api.crm_links import attach_links
from switchhook.core.clock import utc_now
from switchhook.core.records import Kind, Ref
from switchhook.crm import queries, services, writing
from switchhook.crm.kinds import row_id, rows
from switchhook.crm.values import named
from switchhook.projects.models import Project, Role

router = Router(tags=["CRM"])


class Filters(Schema):
    """Which records a list gives, newest first. Empty parameters are no condition; those that a kind lacks are 422."""

    q: str = Field("", max_length=200, description="Beginnings of words, an e-mail address, or digits of a number.")
    phone: str = Field("", max_length=60, description="A number in any spelling, or at least its last four digits.")
    status: str = Field("", max_length=20)
    owner: str = Field("", max_length=254, description="Id or e-mail of the responsible or assignee; or “nobody”.")
    call_id: str = Field("", max_length=80)
    contact_id: str = ""
    company_id: str = ""
    lead_id: str = ""
    deal_id: str = ""
    cursor: str = Field("", max_length=80, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=queries.LONGEST_PAGE)

    def search(self) -> queries.Search:
        """The conditions in the words of `crm.queries`."""
        named_records = {
            Kind.CONTACT: self.contact_id,
            Kind.COMPANY: self.company_id,
            Kind.LEAD: self.lead_id,
            Kind.DEAL: self.deal_id,
        }
        return queries.Search(
            text=self.q,
            phone=self.phone,
            status=self.status,
            owner=self.owner,
            call_id=self.call_id,
            about=tuple(Ref(kind, record) for kind, record in named_records.items() if record),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind's addresses and shapes."""

    kind: Kind
    path: str
    out: type[Schema]
    new: type[Schema]
    change: type[Schema]


RESOURCES = (
    Resource(
        kind=Kind.CONTACT,
        path="/contacts",
        out=shapes.ContactOut,
        new=shapes.ContactNew,
        change=shapes.ContactChange,
    ),
    Resource(
        kind=Kind.COMPANY,
        path="/companies",
        out=shapes.CompanyOut,
        new=shapes.CompanyNew,
        change=shapes.CompanyChange,
    ),
    Resource(kind=Kind.LEAD, path="/leads", out=shapes.LeadOut, new=shapes.LeadNew, change=shapes.LeadChange),
    Resource(kind=Kind.DEAL, path="/deals", out=shapes.DealOut, new=shapes.DealNew, change=shapes.DealChange),
    Resource(kind=Kind.ORDER, path="/orders", out=shapes.OrderOut, new=shapes.OrderNew, change=shapes.OrderChange),
    Resource(kind=Kind.TASK, path="/tasks", out=shapes.TaskOut, new=shapes.TaskNew, change=shapes.TaskChange),
    Resource(
        kind=Kind.COMMENT,
        path="/comments",
        out=shapes.CommentOut,
        new=shapes.CommentNew,
        change=shapes.CommentChange,
    ),
)


def _serve(resource: Resource) -> None:
    kind, one = resource.kind, f"{resource.path}/{{record_id}}"
    name = resource.path.strip("/")

    def list_records(request: ApiRequest, filters: Query[Filters]) -> Mapping[str, Any]:
        project = project_of(request)
        with _answered("query", kind):
            page = queries.page(project, kind, filters.search(), cursor=filters.cursor, limit=filters.limit)
        _complete(project, kind, page.rows)
        return {"items": page.rows, "next": page.next}

    def read_record(request: ApiRequest, record_id: str) -> Any:
        return _one(project_of(request), kind, record_id)

    def create_record(request: ApiRequest, record: Any) -> Any:
        project = project_of(request, Role.MANAGER)
        values = record.dict(exclude_unset=True)
        with _answered("body", kind):
            links = [_ref(link) for link in values.pop("links", [])]
            row = writing.create(project, kind, values, links=links, now=utc_now())
        return _one(project, kind, str(row.pk))

    def change_record(request: ApiRequest, record_id: str, record: Any) -> Any:
        project = project_of(request, Role.MANAGER)
        with _answered("body", kind):
            writing.change(project, Ref(kind, record_id), record.dict(exclude_unset=True), now=utc_now())
        return _one(project, kind, record_id)

    # The shape of the body differs by kind, so it is named here and not in the signatures above.
    create_record.__annotations__["record"] = resource.new
    change_record.__annotations__["record"] = resource.change
    listed = shapes.Listed[resource.out]  # type: ignore[name-defined]
    router.get(resource.path, response=listed, operation_id=f"list_{name}")(list_records)
    router.get(one, response=resource.out, operation_id=f"read_{name}")(read_record)
    router.post(resource.path, response={201: resource.out}, operation_id=f"create_{name}")(create_record)
    router.patch(one, response=resource.out, operation_id=f"change_{name}")(change_record)


for _resource in RESOURCES:
    _serve(_resource)


@router.post("/leads/{record_id}/convert", response=shapes.DealOut)
def convert_lead(request: ApiRequest, record_id: str, target: shapes.Conversion) -> Any:
    """Make a deal of a lead; a lead that is converted already gives its deal."""
    project = project_of(request, Role.MANAGER)
    lead = _one(project, Kind.LEAD, record_id)
    with _answered("body", Kind.LEAD):
        stage = services.find_stage(services.find_pipeline(project, target.pipeline), target.stage)
        deal = services.convert_lead(lead, stage=stage, now=utc_now())
    return _one(project, Kind.DEAL, str(deal.pk))


def _one(project: Project, kind: Kind, record_id: str) -> Any:
    row = rows(project, kind).filter(pk=row_id(record_id) or 0).first()
    if row is None:
        raise Http404
    _complete(project, kind, [row])
    return row


def _complete(project: Project, kind: Kind, found: Any) -> None:
    if kind is Kind.CONTACT:
        attach_links(project, found)


def _ref(link: Mapping[str, str]) -> Ref:
    try:
        return Ref(Kind(link["kind"]), link["id"])
    except ValueError:
        kinds = ", ".join(Kind)
        raise ValidationError({"links": f"Choose the kind among: {kinds}."}) from None


@contextmanager
def _answered(place: Literal["body", "query"], kind: Kind) -> Iterator[None]:
    """Turn what the records' rules refuse into an answer."""
    try:
        yield
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        told = [
            {"type": "refused", "loc": [place, field] if field else [place], "msg": message}
            for field, messages in named(error, kind).items()
            for message in messages
        ]
        raise InvalidRequest(told) from error
    except IntegrityError as error:
        message = "The record was changed at the same moment by somebody else. Read it again."
        raise InvalidRequest([{"type": "conflict", "loc": [place], "msg": message}]) from error
