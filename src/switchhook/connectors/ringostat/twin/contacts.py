"""Contacts and organizations pushed into Smart Phone."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from switchhook.connectors.testing.twin import json_body

from .state import RingostatState

REQUIRED_TEXTS = ("fullName", "origin", "responsible")
REQUIRED_KEYS = ("staffId", "contactLink", "leadLink", "dealLink", "googleClientId")
DIRECTION_KEYS = ("name", "type", "value")


class ContactPush:
    """`POST /minicrm/contacts/sync` and `/minicrm/organizations/sync`; a record replaces its earlier version."""

    def __init__(self, state: RingostatState) -> None:
        self._state = state

    async def contacts(self, request: Request) -> Response:
        """Takes all contacts, or none when one is wrong (400)."""
        given = await self._given(request, "contacts")
        _refuse(
            [(index, _contact_fault(contact, self._state.config.project_id)) for index, contact in enumerate(given)]
        )
        for contact in given:
            number = contact.get("externalId") or f"lead {contact.get('leadId')}"
            self._state.contacts[f"{contact['origin']} {number}"] = contact
        return JSONResponse({"success": True, "count": len(given)})

    async def organizations(self, request: Request) -> Response:
        """Takes all organizations, or none when one is wrong."""
        given = await self._given(request, "organizations")
        _refuse([(index, _organization_fault(item)) for index, item in enumerate(given)])
        for item in given:
            self._state.organizations[f"{item['origin']} {item['externalid']}"] = item
        return JSONResponse({"success": True, "count": len(given)})

    async def _given(self, request: Request, name: str) -> list[Any]:
        if request.headers.get("x-project-id") != self._state.config.project_id:
            raise HTTPException(403, "x-project-id is not this key's project")
        body = await json_body(request)
        given = body.get(name) if isinstance(body, dict) else None
        if not isinstance(given, list):
            raise HTTPException(400, f"{name} must be a list")
        return given


def _refuse(faults: list[tuple[int, str]]) -> None:
    found = [f"{index}: {fault}" for index, fault in faults if fault]
    if found:
        raise HTTPException(400, "; ".join(found))


def _contact_fault(contact: Any, project_id: str) -> str:
    if not isinstance(contact, dict):
        return "not an object"
    if not isinstance(contact.get("projectId"), int) or str(contact["projectId"]) != project_id:
        return "projectId must be this project's number"
    for name in REQUIRED_TEXTS:
        if not isinstance(contact.get(name), str) or not contact[name]:
            return f"{name} is required"
    if not (contact.get("externalId") or contact.get("leadId")):
        return "externalId or leadId is required"
    missing = [name for name in REQUIRED_KEYS if name not in contact]
    if missing:
        return f"{missing[0]} must be there, if only null"
    return _directions_fault(contact.get("contactDirections"))


def _directions_fault(directions: Any) -> str:
    if not isinstance(directions, list) or not directions:
        return "contactDirections must be a list"
    for direction in directions:
        if not isinstance(direction, dict) or any(name not in direction for name in DIRECTION_KEYS):
            return "a direction has name, type and value"
        if direction["type"] not in {"phone", "email"}:
            return "a direction's type is phone or email"
    return ""


def _organization_fault(item: Any) -> str:
    if not isinstance(item, dict):
        return "not an object"
    missing = [name for name in ("projectId", "name", "externalid", "origin") if not item.get(name)]
    return f"{missing[0]} is required" if missing else ""
