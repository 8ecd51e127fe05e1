"""A hub's outside for the twin's tests: takes webhooks, answers the webhook number, remembers both."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


@dataclass(slots=True)
class Taken:
    """One webhook as it came."""

    method: str
    query: dict[str, str]
    content_type: str
    content: bytes
    raw_query: str

    @property
    def event(self) -> str:
        return self.query["event"]

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.content)
        return read


@dataclass
class ReceivingHub:
    """`statuses` are used up one per webhook, then 200; `forward_answer` is what the webhook number says."""

    taken: list[Taken] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    forward_answer: Any = field(default_factory=dict)
    forward_status: int = 200
    forward_delay: float = 0.0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/in", self._take, methods=["GET", "POST"]),
                Route("/forward", self._forward, methods=["GET", "POST"]),
            ]
        )

    async def _take(self, request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        query = request.query_params
        self.taken.append(
            Taken(request.method, dict(query), content_type, await request.body(), str(request.url.query))
        )
        return PlainTextResponse("taken", self.statuses.pop(0) if self.statuses else 200)

    async def _forward(self, request: Request) -> Response:
        self.asked.append(json.loads(await request.body()))
        await asyncio.sleep(self.forward_delay)
        return JSONResponse(self.forward_answer, self.forward_status)

    @property
    def events(self) -> list[str]:
        return [taken.event for taken in self.taken]

    def body_of(self, event: str) -> dict[str, Any]:
        """The JSON body of the last webhook of this event."""
        return next(taken.json for taken in reversed(self.taken) if taken.event == event)


class TwinClient(httpx2.Client):
    """An HTTP client of the twin, with its key."""

    def play(self, scenario: str, **asked: Any) -> dict[str, Any]:
        answer = self.post("/__twin__/play", json={"scenario": scenario, **asked})
        assert answer.status_code == 200, answer.text
        played: dict[str, Any] = answer.json()
        return played

    def control(self, route: str, /, **asked: Any) -> dict[str, Any]:
        answer = self.post(f"/__twin__/{route}", json=asked)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said
