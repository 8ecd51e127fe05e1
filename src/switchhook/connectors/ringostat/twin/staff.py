"""Employees: the list with directions, and adding one."""

import re
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from .config import TwinConfig, TwinEmployee
from .rpc import InvalidParams
from .state import RingostatState

ACCESS_LEVELS = {1, 2, 4}
"""Administrator, analyst, manager."""

FIRST_ROW_ID = 70001
FIRST_DEPARTMENT_ID = 12


class Staff:
    """The JSON-RPC methods about employees."""

    def __init__(self, state: RingostatState) -> None:
        self._state = state

    async def listed(self, params: dict[str, Any], _request: Request) -> Any:
        """`getProjectStaffListAndDirections`: an object keyed by staff id, or an empty list when there is nobody."""
        config = self._state.config
        if str(params.get("projectId")) != config.project_id:
            raise InvalidParams
        full = bool(params.get("departmentsFullFormat"))
        rows = {
            str(person.staff_id): _row(person, number, config, full=full)
            for number, person in enumerate(config.employees)
        }
        return rows or []

    async def added(self, params: dict[str, Any], request: Request) -> Any:
        """`Api\\V2\\Staff.addStaff`: the new employee's id."""
        config = self._state.config
        if request.headers.get("x-project-id") != config.project_id or not _addable(params, config):
            raise InvalidParams
        directions = [str(item.get("direction", "")) for item in params["directions"].get("main", [])]
        person = TwinEmployee(
            name=params["fio"],
            email=params["email"],
            staff_id=self._state.next_staff_id(),
            sip=tuple(name for name in directions if name and not name.isdecimal()),
            fmc=tuple(name for name in directions if name.isdecimal()),
            extension=str(params["extensionNumber"]),
            departments=tuple(params.get("departments") or ()),
        )
        self._state.config = replace(config, employees=(*config.employees, person))
        return person.staff_id


def _addable(params: dict[str, Any], config: TwinConfig) -> bool:
    return (
        str(params.get("projectId")) == config.project_id
        and params.get("creatorId") is not None
        and params.get("access") in ACCESS_LEVELS
        and all(isinstance(params.get(name), str) and params[name] for name in ("fio", "email"))
        and re.fullmatch(r"\d{2,5}", str(params.get("extensionNumber"))) is not None
        and isinstance(params.get("directions"), dict)
        and isinstance(params.get("departments"), list | None)
    )


def _row(person: TwinEmployee, number: int, config: TwinConfig, *, full: bool) -> dict[str, Any]:
    names = sorted({name for other in config.employees for name in other.departments})
    ids = {name: FIRST_DEPARTMENT_ID + place for place, name in enumerate(names)}
    departments: list[Any] = [{"id": ids[name], "name": name} if full else ids[name] for name in person.departments]
    sips = [{"direction": login, "type": "sip", "online": login in config.online} for login in person.sip]
    mobiles = [{"direction": mobile, "type": "fmc"} for mobile in person.fmc]
    directions = [*sips, *mobiles]
    return {
        "id": FIRST_ROW_ID + number,
        "staffId": person.staff_id,
        "fio": person.name,
        "email": person.email,
        "phone": person.fmc[0] if person.fmc else "",
        "extensionNumber": person.extension,
        "departments": departments,
        "directions": {"main": directions[:1], "additional": directions[1:]},
    }
