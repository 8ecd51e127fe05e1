"""Calls started through the API: recorded, and played in real time as the webhooks of a real one."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from switchhook.connectors.testing.twin import json_body

from .calls import ANSWERED
from .config import TwinEmployee
from .play import Play
from .player import Player
from .rpc import InvalidParams
from .state import RingostatState

PARTY_TYPES = {None, "default", "scheme", "sip_account"}


class Callbacks:
    """`Callback.external` and `POST /callback/outward_call`."""

    def __init__(self, state: RingostatState, player: Player) -> None:
        self._state = state
        self._player = player
        self._running: set[asyncio.Task[Any]] = set()

    async def external(self, params: dict[str, Any], request: Request) -> Any:
        """`Api\\V2\\Callback.external`: the caller is the client, the callee the employee who is rung first."""
        parties = (params.get("caller"), params.get("callee"))
        types = {params.get("caller_type"), params.get("callee_type")}
        if str(params.get("projectId")) != self._state.config.project_id or not types <= PARTY_TYPES:
            raise InvalidParams
        if not all(isinstance(party, str) and party for party in parties):
            raise InvalidParams
        employee = self._state.config.employee(params["callee"])
        names = {"client_id": "clientId", "remote_ip": "clientIp"}
        tags = {name: params[asked] for name, asked in names.items() if params.get(asked)}
        utm = {f"utm_{name}": params.get(f"utm{name.title()}") for name in ("source", "medium", "campaign", "term")}
        self._start({"method": "Callback.external", **params}, params["caller"], employee, request, tags | _said(utm))
        return True

    async def outward(self, request: Request) -> Response:
        """The simple start. `extension` is one of the project's numbers (or an employee's, when not strict)."""
        asked = await _fields(request)
        extension, destination = str(asked.get("extension") or ""), str(asked.get("destination") or "")
        config = self._state.config
        employee = config.employee(extension) if extension else None
        if extension.lstrip("+") in config.numbers:
            employee = next((person for person in config.employees if person.sip), None)
        elif config.strict_extension or employee is None:
            raise HTTPException(400, "extension is not an incoming number of the project")
        if not destination:
            raise HTTPException(400, "destination is required")
        self._start({"method": "outward_call", **asked}, destination, employee, request, {})
        return JSONResponse({"success": True})

    def _start(
        self,
        asked: dict[str, Any],
        client: str,
        employee: TwinEmployee | None,
        request: Request,
        tags: dict[str, Any],
    ) -> None:
        config = self._state.config
        self._state.callbacks.append(asked)
        # An offline login is not an error for the vendor: the call just never comes.
        reached = employee is not None and (not employee.sip or employee.direction in config.online)
        if not config.callbacks_play or employee is None or not reached or config.employee(client) is not None:
            return
        play = Play(scenario="outgoing-api", client=client, employee=employee.staff_id, tags=tags)
        base = config.public_url or str(request.base_url).rstrip("/")
        task = asyncio.create_task(self._happen(play, base))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _happen(self, play: Play, base: str) -> None:
        """The employee picks up and the client is rung, which begins the call; some time later it is over."""
        config = self._state.config
        await asyncio.sleep(config.callback_ring)
        talks, seconds = config.callback_disposition in ANSWERED, max(1, round(config.callback_talk))
        special: dict[str, Any] = {"wait": 0 if talks else seconds, "talk": seconds if talks else 0}
        special["disposition"] = config.callback_disposition
        play = replace(play, at=self._state.clock().isoformat(), events=["before"], **special)
        played = await self._player.play_one(play, 0, base)
        await asyncio.sleep(config.callback_talk)
        await self._player.play_one(replace(play, call_id=played.call_id, events=["after"]), 0, base)
        if call := self._state.calls.get(played.call_id):
            call.matures_at = call.started_at


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


async def _fields(request: Request) -> dict[str, Any]:
    if "json" not in request.headers.get("content-type", ""):
        return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    asked = await json_body(request)
    if not isinstance(asked, dict):
        raise HTTPException(400, "an object is required")
    return asked
