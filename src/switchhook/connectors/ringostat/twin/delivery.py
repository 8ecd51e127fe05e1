"""Posting webhooks as the PBX does, and remembering each for a resend by hand."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2

from .bodies import Message

KEPT_ANSWER = 2000


@dataclass(slots=True)
class Delivery:
    """One event on its way. `statuses` holds one entry per attempt: the HTTP status, or None where none came."""

    number: int
    call_id: str
    message: Message
    statuses: list[int | None] = field(default_factory=list)
    answer: str = ""
    error: str | None = None

    @property
    def status(self) -> int | None:
        """The status of the last attempt."""
        return self.statuses[-1] if self.statuses else None

    def as_json(self) -> dict[str, Any]:
        """`body` is what was sent, `answer` the first of what the hub said, `id` serves `POST /__twin__/resend`."""
        return {
            "id": self.number,
            "call_id": self.call_id,
            "event": self.message.event,
            "status": self.status,
            "attempts": len(self.statuses),
            "body": self.message.body,
            "answer": self.answer,
            "error": self.error,
        }


class Poster:
    """Sends messages to the webhook URL. One per running application, on its event loop."""

    def __init__(self) -> None:
        self._idle: list[httpx2.AsyncHTTPTransport] = []

    async def aclose(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            await self._idle.pop().aclose()

    async def deliver(self, delivery: Delivery, url: str | None, *, attempts: int, gap: float, patience: float) -> None:
        """Send until a status below 400 comes, at most `attempts` times with `gap` seconds between them.

        `patience` is the timeout in seconds of each part of an attempt. Errors are noted in the delivery, not raised.
        """
        if url is None:
            delivery.error = "no webhook_url is configured"
            return
        for attempt in range(attempts):
            if attempt and gap:
                await asyncio.sleep(gap)
            status = await self._send(delivery, url, patience)
            delivery.statuses.append(status)
            if status is not None and status < 400:
                return

    async def _send(self, delivery: Delivery, url: str, patience: float) -> int | None:
        message = delivery.message
        headers = {"content-type": message.content_type} if message.content_type else {}
        try:
            status, answer = await self.request(
                message.method, addressed(url, message), message.content, headers, patience=patience
            )
        except httpx2.TransportError as error:
            delivery.error = type(error).__name__
            return None
        delivery.error = None
        delivery.answer = answer[:KEPT_ANSWER].decode("utf-8", "replace")
        return status

    async def request(
        self, method: str, url: str, content: bytes, headers: dict[str, str], *, patience: float
    ) -> tuple[int, bytes]:
        """Status and body of one request. Raises httpx2.TransportError; `patience` seconds hold for each part."""
        asked = httpx2.Request(
            method,
            url,
            content=content,
            headers={"user-agent": "Ringostat-twin", **headers},
            extensions={"timeout": httpx2.Timeout(patience).as_dict()},
        )
        # A pool looks through all its connections for every request, so each transport holds one and serves one
        # request at a time. Bare transports: redirects, cookies and proxies have no part in this.
        transport = self._idle.pop() if self._idle else httpx2.AsyncHTTPTransport(retries=1)
        try:
            answered = await transport.handle_async_request(asked)
            try:
                return answered.status_code, await answered.aread()
            finally:
                await answered.aclose()
        finally:
            self._idle.append(transport)


def addressed(url: str, message: Message) -> str:
    """The webhook URL with `event` and, for a query encoding, the body in its query string."""
    parts = urlsplit(url)
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "event"]
    named = [("event", message.event)] if message.event else []
    query = "&".join(text for text in (urlencode([*own, *named]), message.query) if text)
    return urlunsplit(parts._replace(query=query))
