"""Leads: the first API's records, and the second API's conversion of them into deals."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from .deals import archived_record, new_deal, stage_of
from .gate import body_of, done
from .links import check_links
from .lists import by_start, millis, since
from .refusals import not_valid, v1
from .state import Conversion, PipedriveState, Row
from .validation import CONVERSION, check_body

_TYPES: dict[str, tuple[type, ...]] = {
    "title": (str,), "owner_id": (int,), "label_ids": (list,), "person_id": (int,), "organization_id": (int,),
    "value": (dict,), "expected_close_date": (str,), "visible_to": (str,), "was_seen": (bool,), "origin_id": (str,),
    "channel": (int,), "channel_id": (str,), "is_archived": (bool,),
}  # fmt: skip
_WORDS = {int: "a number", str: "a string", bool: "a boolean", list: "an array", dict: "of type object"}
_HASH = re.compile(r"[0-9a-f]{40}$")
_ONLY_NEW = frozenset({"origin_id"})
_ONLY_OLD = frozenset({"is_archived"})


class Leads:
    """See the routes in `app`."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    async def collection(self, request: Request) -> tuple[int, Any]:
        """GET lists what is not archived, POST creates."""
        if request.method == "GET":
            return 200, self._listed(request, archived=False)
        body = self._checked(await body_of(request), refused=_ONLY_OLD)
        return 201, done(self._state.add("leads", self._new(body)).data)

    def made_by_hand(self, body: dict[str, Any]) -> dict[str, Any]:
        """A lead as a person enters one. Raises Refusal."""
        return self._new(self._checked(body, refused=frozenset()))

    async def archived(self, request: Request) -> tuple[int, Any]:
        """What is archived."""
        return 200, self._listed(request, archived=True)

    async def one(self, request: Request) -> tuple[int, Any]:
        """GET, PATCH and DELETE of a lead."""
        row = self._row(request.path_params["id"])
        if request.method == "DELETE":
            row.deleted = self._state.clock()
            return 200, done({"id": row.id})
        if request.method == "PATCH":
            body = self._checked(await body_of(request), refused=_ONLY_NEW)
            self._change(row, body)
        return 200, done(row.data)

    async def convert(self, request: Request) -> tuple[int, Any]:
        """Begin a conversion."""
        body = check_body(await body_of(request), CONVERSION)
        row = self._state.row("leads", request.path_params["id"])
        if row is None:
            raise v1(404, "Entity was not found", "Object was not found.")
        stage = stage_of(self._state, body.get("pipeline_id"), body.get("stage_id"))
        number = self._state.unique()
        self._state.conversions[number] = Conversion(row.id, stage["id"], stage["pipeline_id"])
        return 200, {"success": True, "data": {"conversion_id": number}, "additional_data": None}

    async def conversion(self, request: Request) -> tuple[int, Any]:
        """How far a conversion is; it goes on while it is looked at."""
        number = request.path_params["conversion_id"]
        run = self._state.conversions.get(number)
        if run is None:
            raise v1(404, "Entity was not found", "Object was not found.")
        run.polls += 1
        if run.status in {"not_started", "running"}:
            self._advance(run)
        data: dict[str, Any] = {"conversion_id": number, "status": run.status}
        if run.deal_id is not None:
            data["deal_id"] = run.deal_id
        return 200, {"success": True, "data": data, "additional_data": None}

    def _advance(self, run: Conversion) -> None:
        config = self._state.config
        if run.polls <= config.conversion_polls:
            run.status = "not_started" if run.polls == 1 else "running"
        elif config.conversion == "completed":
            run.deal_id = finish_conversion(self._state, run)
            run.status = "completed"
        else:
            run.status = config.conversion

    def _row(self, number: str) -> Row:
        try:
            uuid.UUID(number)
        except ValueError:
            raise not_valid('"id" must be a valid GUID') from None
        row = self._state.row("leads", number)
        if row is None:
            raise v1(404, "requested lead not found", "Object was not found.")
        return row

    def _listed(self, request: Request, *, archived: bool) -> dict[str, Any]:
        query = request.query_params
        holds = since(query if self._state.config.leads_updated_since else {}, self._state)
        wanted = {name: query[name] for name in ("owner_id", "person_id", "organization_id") if name in query}
        rows: Iterable[Row] = (row for row in self._state.live("leads") if row.data["is_archived"] is archived)
        found = [r for r in rows if holds(r) and all(str(r.data.get(n)) == v for n, v in wanted.items())]
        page, pagination = by_start(found, query)
        return done([row.data for row in page], pagination=pagination)

    def _checked(self, body: Any, *, refused: frozenset[str]) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise not_valid('"value" must be of type object')
        custom = self._state.custom_types("deal")
        for name, value in body.items():
            if _HASH.match(name):
                if name not in custom:
                    raise not_valid(f'"{name}" is not allowed')
            elif name not in _TYPES or name in refused:
                raise not_valid(f'"{name}" is not allowed')
            elif value is not None and (type(value) not in _TYPES[name]):
                raise not_valid(f'"{name}" must be {_WORDS[_TYPES[name][0]]}')
        if len(body.get("title") or "") > 255:
            raise not_valid('"title" length must be less than or equal to 255 characters long')
        check_links(self._state, body)
        return body

    def _new(self, body: dict[str, Any]) -> dict[str, Any]:
        state = self._state
        if not (body.get("title") or "").strip():
            raise not_valid('"title" is required')
        if body.get("person_id") is None and body.get("organization_id") is None:
            raise v1(400, 'One of the "person_id" or "organization_id" must be set.')
        now, number = millis(state.clock()), state.next_id("leads")
        data = {
            "id": number,
            "title": body["title"],
            "owner_id": body.get("owner_id") or state.me["id"],
            "creator_id": state.me["id"],
            "label_ids": body.get("label_ids") or [],
            **{name: body.get(name) for name in ("value", "expected_close_date", "person_id", "organization_id")},
            "is_archived": False,
            "archive_time": None,
            "source_name": "API",
            "source_deal_id": None,
            "origin": "API",
            **{name: body.get(name) for name in ("origin_id", "channel", "channel_id")},
            "was_seen": bool(body.get("was_seen")),
            "next_activity_id": None,
            "add_time": now,
            "update_time": now,
            "visible_to": body.get("visible_to") or "3",
            "cc_email": f"{state.config.company_domain}+1+lead{number[:8]}@pipedrivemail.com",
        }
        return data | {name: value for name, value in body.items() if _HASH.match(name) and value is not None}

    def _change(self, row: Row, body: dict[str, Any]) -> None:
        if row.data["is_archived"] and body.get("is_archived") is not False:
            raise archived_record("lead")
        after = row.data | body
        if not (after["title"] or "").strip():
            raise not_valid('"title" is not allowed to be empty')
        if after["person_id"] is None and after["organization_id"] is None:
            raise v1(400, 'One of the "person_id" or "organization_id" must be set.')
        if body.get("is_archived"):
            after["archive_time"] = millis(self._state.clock())
        row.touched = self._state.clock()
        emptied = {name for name, value in body.items() if _HASH.match(name) and value is None}
        row.data = {name: value for name, value in after.items() if name not in emptied}
        row.data["update_time"] = millis(row.touched)


def finish_conversion(state: PipedriveState, run: Conversion) -> int | None:
    """Make the deal, move what hangs on the lead, delete the lead; gives the deal's id. None where the lead is gone."""
    row = state.row("leads", run.lead_id)
    if row is None:
        return None
    lead = row.data
    custom = {name: value for name, value in lead.items() if _HASH.match(name)}
    body = {"title": lead["title"], "owner_id": lead["owner_id"], "person_id": lead["person_id"]}
    body |= {"org_id": lead["organization_id"], "stage_id": run.stage_id, "custom_fields": custom}
    deal = new_deal(state, body) | {"source_lead_id": lead["id"]}
    state.add("deals", deal)
    for kind in ("activities", "notes"):
        for item in state.live(kind):
            if item.data.get("lead_id") == lead["id"]:
                item.data |= {"lead_id": None, "deal_id": deal["id"]}
    row.deleted = state.clock()
    return int(deal["id"])
