"""The Ringostat part of `/__twin__/`: playing, finishing, resending, configuring."""

import base64
import binascii
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .bodies import Message
from .config import TwinConfig
from .play import BadPlay, Play
from .player import Player
from .recordings import AVAILABILITIES
from .scenarios import SCENARIOS
from .state import RecordingSwitch, RingostatState


class Control:
    """See the README of the twin for what each route takes and gives."""

    def __init__(self, state: RingostatState, player: Player) -> None:
        self._state = state
        self._player = player

    def routes(self) -> list[Route]:
        """To be mounted under `/__twin__/`."""
        return [
            Route("/scenarios", self.scenarios),
            Route("/play", self.play, methods=["POST"]),
            Route("/finish", self.finish, methods=["POST"]),
            Route("/deliver", self.deliver, methods=["POST"]),
            Route("/deliveries", self.deliveries),
            Route("/resend", self.resend, methods=["POST"]),
            Route("/recordings", self.recordings, methods=["POST"]),
            Route("/configure", self.configure, methods=["GET", "POST"]),
        ]

    async def scenarios(self, _request: Request) -> Response:
        """`{"scenarios": [{"name", "description"}]}`."""
        return JSONResponse({"scenarios": [scenario.as_json(name) for name, scenario in SCENARIOS.items()]})

    async def play(self, request: Request) -> Response:
        """Play a scenario; answers when everything has been delivered."""
        base = self._state.config.public_url or str(request.base_url).rstrip("/")
        try:
            play = Play.from_json(await json_body(request), self._state.config)
            return JSONResponse(await self._player.play(play, base))
        except BadPlay as error:
            raise HTTPException(400, str(error)) from error

    async def finish(self, request: Request) -> Response:
        """End a call, mature its row, release its recording and the events held for it."""
        asked = await _object(request)
        try:
            return JSONResponse((await self._player.finish(str(asked.get("call_id")))).as_json())
        except KeyError as error:
            raise HTTPException(404, "no such call") from error

    async def deliver(self, request: Request) -> Response:
        """Send one body of any bytes to the webhook: `content` (text) or `base64`, `content_type`, `event`, `query`."""
        asked = await _object(request)
        try:
            encoded = asked.get("base64")
            content = base64.b64decode(encoded, validate=True) if encoded is not None else _text(asked).encode()
        except (binascii.Error, TypeError, ValueError) as error:
            raise HTTPException(400, f"base64: {error}") from error
        message = Message(
            event=str(asked.get("event") or ""),
            method=str(asked.get("method") or "POST"),
            query=str(asked.get("query") or ""),
            content_type=str(asked.get("content_type", "application/json")),
            content=content,
            body=asked.get("content"),
        )
        delivery = self._state.new_delivery("", message)
        await self._player.send(delivery)
        return JSONResponse(delivery.as_json())

    async def deliveries(self, request: Request) -> Response:
        """Deliveries kept, oldest first; `?call_id=` for one call, `?failed=1` for those a hub did not take."""
        call_id, failed = request.query_params.get("call_id"), request.query_params.get("failed") == "1"
        chosen = [
            one.as_json()
            for one in self._state.deliveries
            if (call_id is None or one.call_id == call_id) and (not failed or one.status is None or one.status >= 400)
        ]
        return JSONResponse({"deliveries": chosen})

    async def resend(self, request: Request) -> Response:
        """Send kept deliveries again: `id`, `call_id`, or all that failed."""
        asked = await _object(request)
        if not asked.keys() & {"id", "call_id", "failed"}:
            raise HTTPException(400, 'give "id", "call_id" or "failed": true')
        chosen = [
            one
            for one in list(self._state.deliveries)
            if one.number == asked.get("id")
            or (asked.get("call_id") and one.call_id == asked["call_id"])
            or (asked.get("failed") and (one.status is None or one.status >= 400))
        ]
        for delivery in chosen:
            await self._player.send(delivery)
        return JSONResponse({"deliveries": [delivery.as_json() for delivery in chosen]})

    async def recordings(self, request: Request) -> Response:
        """Say how a call's recording answers: `call_id`, `availability`, `retry_after`, `times`."""
        asked = await _object(request)
        availability = asked.get("availability")
        if availability not in AVAILABILITIES:
            raise HTTPException(400, f"availability is one of {', '.join(AVAILABILITIES)}")
        times = asked.get("times")
        switch = RecordingSwitch(availability, int(asked.get("retry_after", 1)), None if times is None else int(times))
        self._state.recordings[str(asked.get("call_id"))] = switch
        return JSONResponse({"call_id": asked.get("call_id"), "availability": availability})

    async def configure(self, request: Request) -> Response:
        """The configuration; POST sets the names it gives and leaves the others."""
        if request.method == "POST":
            asked = await _object(request)
            unknown = sorted(set(asked) - set(TwinConfig.names()))
            if unknown:
                raise HTTPException(400, f"unknown names: {', '.join(unknown)}")
            try:
                self._state.configure(self._state.config.changed(asked))
            except (TypeError, ValueError, AttributeError, ZoneInfoNotFoundError) as error:
                raise HTTPException(400, str(error)) from error
        return JSONResponse(self._state.config.as_json())


def _text(asked: dict[str, Any]) -> str:
    return str(asked.get("content") or "")


async def _object(request: Request) -> dict[str, Any]:
    asked = await json_body(request)
    if not isinstance(asked, dict):
        raise HTTPException(400, "a JSON object is required")
    return asked
