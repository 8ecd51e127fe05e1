"""Persons, organizations, deals and activities: the records of the second API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from . import activities, deals, parties
from .gate import body_of, done
from .lists import by_cursor, seconds, since
from .refusals import invalid, missing
from .state import PipedriveState, Row
from .validation import ACTIVITY, DEAL, ORGANIZATION, PERSON, Schema, check_body

Fill = Callable[[PipedriveState, dict[str, Any]], dict[str, Any]]
Change = Callable[[PipedriveState, dict[str, Any], dict[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of the second API. `filters` are query names with the field they compare."""

    kind: str
    title: str
    schema: Schema
    fill: Fill
    change: Change
    filters: Mapping[str, str]


RESOURCES = (
    Resource(
        kind="persons",
        title="Person",
        schema=PERSON,
        fill=parties.new_person,
        change=parties.change_person,
        filters={"owner_id": "owner_id", "org_id": "org_id"},
    ),
    Resource(
        kind="organizations",
        title="Organization",
        schema=ORGANIZATION,
        fill=parties.new_organization,
        change=parties.change_organization,
        filters={"owner_id": "owner_id"},
    ),
    Resource(
        kind="deals",
        title="Deal",
        schema=DEAL,
        fill=deals.new_deal,
        change=deals.change_deal,
        filters={name: name for name in ("owner_id", "person_id", "org_id", "pipeline_id", "stage_id")},
    ),
    Resource(
        kind="activities",
        title="Activity",
        schema=ACTIVITY,
        fill=activities.new_activity,
        change=activities.change_activity,
        filters={name: name for name in ("owner_id", "person_id", "org_id", "deal_id", "lead_id")},
    ),
)


class Endpoints:
    """The five verbs of one resource."""

    def __init__(self, state: PipedriveState, resource: Resource) -> None:
        self._state = state
        self._resource = resource

    async def collection(self, request: Request) -> tuple[int, Any]:
        """GET lists, POST creates."""
        if request.method == "GET":
            return 200, self._listed(request, self._live(request.query_params))
        self._no_read_only(body := await body_of(request))
        body = check_body(body, self._resource.schema)
        data = self._resource.fill(self._state, body)
        return self._state.config.create_status, done(self._state.add(self._resource.kind, data).data)

    async def archived(self, request: Request) -> tuple[int, Any]:
        """Archived deals."""
        return 200, self._listed(request, (row for row in self._state.live("deals") if row.data["is_archived"]))

    async def one(self, request: Request) -> tuple[int, Any]:
        """GET, PATCH and DELETE of a record."""
        row = self._row(request.path_params["id"])
        if request.method == "DELETE":
            row.deleted = row.touched = self._state.clock()
            row.data |= {"is_deleted": True, "update_time": seconds(row.touched)}
            return 200, done({"id": row.id})
        if request.method == "PATCH":
            self._no_read_only(body := await body_of(request))
            body = check_body(body, self._resource.schema)
            self._resource.change(self._state, row.data, body)
            row.touched = self._state.clock()
            row.data["update_time"] = seconds(row.touched)
        return 200, done(row.data)

    def _row(self, text: str) -> Row:
        if not text.isdecimal():
            raise invalid("id: This value should be of type int.")
        row = self._state.row(self._resource.kind, int(text))
        if row is None:
            raise missing(self._resource.title)
        return row

    def _no_read_only(self, body: Any) -> None:
        if self._resource.kind == "activities" and isinstance(body, dict) and "person_id" in body:
            raise activities.read_only_person()

    def _live(self, query: Mapping[str, str]) -> Iterable[Row]:
        state, kind = self._state, self._resource.kind
        if kind != "deals":
            return state.live(kind)
        wanted = {word.strip() for word in query.get("status", "open,won,lost").split(",")}
        if wanted - {"open", "won", "lost", "deleted"}:
            raise invalid("status: The value you selected is not a valid choice.")
        return (
            row
            for row in state.rows["deals"].values()
            if ("deleted" in wanted if row.deleted else row.data["status"] in wanted) and not row.data["is_archived"]
        )

    def _listed(self, request: Request, rows: Iterable[Row]) -> dict[str, Any]:
        query = request.query_params
        wanted = {field: query[name] for name, field in self._resource.filters.items() if name in query}
        holds = since(query, self._state)
        if "done" in query:
            wanted["done"] = query["done"]
        if "ids" in query:
            ids = set(query["ids"].split(","))
            rows = (row for row in rows if str(row.id) in ids)
        found = [row for row in rows if holds(row) and all(_is(row.data.get(f), v) for f, v in wanted.items())]
        page, cursor = by_cursor(found, query)
        return done([self._shown(row, query) for row in page], next_cursor=cursor)

    def _shown(self, row: Row, query: Mapping[str, str]) -> dict[str, Any]:
        data = {name: value for name, value in row.data.items() if name != "source_lead_id"}
        if "source_lead_id" in query.get("include_fields", ""):
            data["source_lead_id"] = row.data.get("source_lead_id")
        return data | ({"status": "deleted"} if row.deleted and self._resource.kind == "deals" else {})


def _is(value: Any, text: str) -> bool:
    return str(value).lower() == text.lower()
