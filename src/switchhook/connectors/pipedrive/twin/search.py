"""Search: persons by number or name, organizations and leads by name."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from .gate import done
from .lists import number
from .refusals import bad_request, invalid
from .state import PipedriveState, Row

_PERSON_FIELDS = {"custom_fields", "email", "notes", "phone", "name"}
_FIELDS = {"persons": _PERSON_FIELDS, "organizations": {"address", "custom_fields", "notes", "name"}}
_LEAD_FIELDS = {"custom_fields", "notes", "title"}


class Search:
    """See the routes in `app`."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    async def persons(self, request: Request) -> tuple[int, Any]:
        """By name, number or e-mail, in what the index knows."""
        term, fields = self._asked(request.query_params, _FIELDS["persons"])
        exact = request.query_params.get("exact_match") == "true"
        found = [row for row in self._state.indexed("persons") if self._is_meant(row, term, fields, exact=exact)]
        return 200, self._page(request, [self._person(row) for row in found])

    async def organizations(self, request: Request) -> tuple[int, Any]:
        """By name."""
        term, _ = self._asked(request.query_params, _FIELDS["organizations"])
        found = [row for row in self._state.indexed("organizations") if term.casefold() in row.data["name"].casefold()]
        items = [
            {"id": row.id, "type": "organization", "name": row.data["name"], "address": None,
             "visible_to": row.data["visible_to"], "owner": {"id": row.data["owner_id"]}, "custom_fields": [],
             "notes": []}
            for row in found
        ]  # fmt: skip
        return 200, self._page(request, items)

    async def leads(self, request: Request) -> tuple[int, Any]:
        """By title."""
        term, _ = self._asked(request.query_params, _LEAD_FIELDS)
        found = [row for row in self._state.indexed("leads") if term.casefold() in row.data["title"].casefold()]
        return 200, self._page(request, [self._lead(row) for row in found])

    def _asked(self, query: Mapping[str, str], known: set[str]) -> tuple[str, set[str]]:
        term = query.get("term", "").strip()
        if not term:
            raise bad_request('"term" is not allowed to be empty', "ERR_INVALID_INPUT")
        if len(term) < (1 if query.get("exact_match") == "true" else 2):
            raise invalid("term: This value is too short. It should have 2 characters or more.")
        fields = {name for name in query.get("fields", ",".join(known)).split(",") if name}
        if fields - known:
            raise invalid("fields: The value you selected is not a valid choice.")
        return term, fields

    def _is_meant(self, row: Row, term: str, fields: set[str], *, exact: bool) -> bool:
        words = []
        if "name" in fields:
            words.append(row.data["name"])
        if "email" in fields:
            words += [item["value"] for item in row.data["emails"]]
        if exact:
            words += [item["value"] for item in row.data["phones"]] if "phone" in fields else []
            return term.casefold() in {word.casefold() for word in words}
        if "phone" in fields and any(self._matches(term, item["value"]) for item in row.data["phones"]):
            return True
        return any(term.casefold() in word.casefold() for word in words)

    def _matches(self, term: str, stored: str) -> bool:
        match self._state.config.phone_match:
            case "literal":
                return term in stored
            case "exact":
                return term == stored
            case _:
                digits = re.sub(r"\D", "", term)
                return bool(digits) and digits in re.sub(r"\D", "", stored)

    def _person(self, row: Row) -> dict[str, Any]:
        data = row.data
        company = self._state.row("organizations", data["org_id"])
        emails = [item["value"] for item in data["emails"]]
        return {
            "id": row.id,
            "type": "person",
            "name": data["name"],
            "phones": [item["value"] for item in data["phones"]],
            "emails": emails,
            "primary_email": emails[0] if emails else None,
            "visible_to": data["visible_to"],
            "owner": {"id": data["owner_id"]},
            "organization": {"id": company.id, "name": company.data["name"], "address": None} if company else None,
            "custom_fields": [],
            "notes": [],
            "update_time": f"{row.touched:%Y-%m-%d %H:%M:%S}",
        }

    def _lead(self, row: Row) -> dict[str, Any]:
        data = row.data
        person = self._state.row("persons", data["person_id"])
        return {
            "id": row.id,
            "type": "lead",
            "title": data["title"],
            "owner": {"id": data["owner_id"]},
            "person": {"id": person.id, "name": person.data["name"]} if person else None,
            "organization": {"id": data["organization_id"], "name": ""} if data["organization_id"] else None,
            "phones": [],
            "emails": [],
            "custom_fields": [],
            "notes": [],
            "value": None,
            "currency": None,
            "visible_to": 3,
            "is_archived": data["is_archived"],
        }

    def _page(self, request: Request, items: list[dict[str, Any]]) -> dict[str, Any]:
        query = request.query_params
        start, limit = int(query.get("cursor") or 0), number(query, "limit", 100, 500)
        page = [{"result_score": 0.5, "item": item} for item in items[start : start + limit]]
        cursor = str(start + limit) if len(items) > start + limit else None
        return done({"items": page}, next_cursor=cursor)
