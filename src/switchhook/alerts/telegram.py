"""The Telegram Bot API, as far as alerts need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from switchhook.connectors.http import Answer, HttpClient
from switchhook.core.errors import AuthFailed, RateLimited, Rejected, SwitchhookError
from switchhook.core.words import _

LONGEST_TEXT = 4096


class ChatMoved(Rejected):
    """A group became a supergroup: its messages go to `chat_id` from now on."""

    code = "rejected"

    def __init__(self, chat_id: int) -> None:
        super().__init__(_("The group has become a supergroup with another id."))
        self.chat_id = chat_id


@dataclass(frozen=True, slots=True)
class Start:
    """A chat has sent `/start` with a code. `title` is the group's name or the person's."""

    chat_id: int
    title: str
    code: str


class BotApi:
    """One bot. Raises the errors of `connectors.http`, Telegram's own meaning given to them."""

    def __init__(self, token: str) -> None:
        self._http = HttpClient(f"{settings.TELEGRAM_URL}/bot{token}", secrets=(token,), explain=_explain)

    def name(self) -> str:
        """The bot's user name; tells at once whether the token is good."""
        return str(self._call("getMe", repeatable=True).get("username", ""))

    def starts(self, offset: int) -> tuple[list[Start], int]:
        """The codes that chats have sent since `offset`, and the offset to ask with next time.

        Asking with an offset makes Telegram forget what came before it.
        """
        updates = self._call("getUpdates", offset=offset, timeout=0, allowed_updates=["message"], repeatable=True)
        found = [
            update for update in updates if isinstance(update, Mapping) and isinstance(update.get("update_id"), int)
        ]
        following = max([offset, *(update["update_id"] + 1 for update in found)])
        return [start for update in found if (start := _start(update))], following

    def send(self, chat_id: int, text: str) -> None:
        """Send a plain text. Raises ChatMoved where the chat has another id now."""
        cut = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
        self._call("sendMessage", chat_id=chat_id, text=cut, link_preview_options={"is_disabled": True})

    def _call(self, method: str, *, repeatable: bool = False, **values: Any) -> Any:
        answer = self._http.request("POST", method, json=values, repeatable=repeatable).json()
        if not isinstance(answer, Mapping) or answer.get("ok") is not True:
            message = _("Telegram's answer cannot be read.")
            raise Rejected(message)
        return answer.get("result")


def _start(update: Mapping[str, Any]) -> Start | None:
    message = update.get("message")
    if not isinstance(message, Mapping) or not isinstance(message.get("chat"), Mapping):
        return None
    words, chat = str(message.get("text", "")).split(), message["chat"]
    if len(words) != 2 or words[0].partition("@")[0] != "/start" or not isinstance(chat.get("id"), int):
        return None
    person = " ".join(str(chat[part]) for part in ("first_name", "last_name") if chat.get(part))
    return Start(chat["id"], str(chat.get("title") or person or chat.get("username") or chat["id"])[:200], words[1])


def _explain(answer: Answer) -> SwitchhookError | None:  # noqa: PLR0911 - one meaning for each status
    """403 is about the chat and not the bot, 404 about the token; the time to wait stands in the body."""
    if answer.status < 400:
        return None
    body = answer.json() if answer.content.strip().startswith(b"{") else {}
    said, more = str(body.get("description", "")), body.get("parameters") or {}
    if isinstance(more.get("migrate_to_chat_id"), int):
        return ChatMoved(more["migrate_to_chat_id"])
    match answer.status:
        case 401 | 404:
            return AuthFailed(_("Telegram does not know this bot token."))
        case 403:
            return Rejected(_("The chat does not let the bot in: it was blocked or removed there."))
        case 409:
            return Rejected(_("Another program reads this bot's messages. Give the hub a bot of its own."))
        case 429:
            return RateLimited(_("Telegram asks to slow down."), retry_after=float(more.get("retry_after", 5)))
    return Rejected(said) if answer.status < 500 and said else None
