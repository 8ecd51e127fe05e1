"""Telegram's stand-in: enough of the Bot API for a bot that is started and writes, over real HTTP.

`write` is what a person does in his chat; `sent` is what the bot has written.
"""

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LONGEST_TEXT = 4096


@dataclass
class TelegramTwin:
    """What Telegram holds for one bot. `refusals` are answers to come instead of a sent message, by chat id."""

    token: str = "7000:token-of-the-bot"
    username: str = "acme_alerts_bot"
    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    sent: list[tuple[int, str]] = field(default_factory=list)
    refusals: dict[int, list[tuple[int, str, dict[str, Any]]]] = field(default_factory=dict)
    webhook: str = ""
    down: bool = False
    _next: int = 1000

    def write(self, chat_id: int, text: str, **chat: Any) -> None:
        """Somebody writes to the bot, which may answer him from now on. A negative id is a group's."""
        known = self.chats.setdefault(chat_id, {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"})
        known.update(chat)
        self._next += 1
        message = {"message_id": self._next, "date": 1, "chat": known, "text": text}
        self.updates.append({"update_id": self._next, "message": message})

    def refuse(self, chat_id: int, status: int, description: str, **parameters: Any) -> None:
        """Answer the next message to this chat with an error."""
        self.refusals.setdefault(chat_id, []).append((status, description, parameters))

    def app(self) -> Starlette:
        """The interface, served under `/bot<token>/<method>`."""
        return Starlette(routes=[Route("/bot{token}/{method}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> JSONResponse:
        if self.down:
            return _no(502, "Bad Gateway")
        if request.path_params["token"] != self.token:
            return _no(401, "Unauthorized")
        body = await request.json() if await request.body() else dict(request.query_params)
        match request.path_params["method"]:
            case "getMe":
                return _yes({"id": 7000, "is_bot": True, "first_name": "Alerts", "username": self.username})
            case "getUpdates":
                return self._updates(body)
            case "sendMessage":
                return self._message(body)
        return _no(404, "Not Found")

    def _updates(self, body: dict[str, Any]) -> JSONResponse:
        if self.webhook:
            return _no(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(body.get("offset", 0))
        if offset > 0:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        return _yes(self.updates[: int(body.get("limit", 100))])

    def _message(self, body: dict[str, Any]) -> JSONResponse:
        chat_id, text = int(body.get("chat_id", 0)), str(body.get("text", ""))
        if self.refusals.get(chat_id):
            status, description, parameters = self.refusals[chat_id].pop(0)
            return _no(status, description, **parameters)
        if chat_id not in self.chats:
            return _no(400, "Bad Request: chat not found")
        if not text.strip():
            return _no(400, "Bad Request: message text is empty")
        if len(text) > LONGEST_TEXT:
            return _no(400, "Bad Request: message is too long")
        self.sent.append((chat_id, text))
        return _yes({"message_id": len(self.sent), "date": 1, "chat": self.chats[chat_id], "text": text})


def _yes(result: Any) -> JSONResponse:
    return JSONResponse({"ok": True, "result": result})


def _no(status: int, description: str, **parameters: Any) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return JSONResponse(body | ({"parameters": parameters} if parameters else {}), status_code=status)
