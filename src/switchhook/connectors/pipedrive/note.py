"""What the hub writes into a Pipedrive text: the words, the recording's link, and a short mark at the end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from .html import from_html, to_html
from .words import meant, word

_SIGN = "▶ "
_BETWEEN = " · "
_CALL = "call:"
_TOKEN = re.compile(r"(swh-[\w-]+|call:\S+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """`text` is plain; `mark` names the create that made the record, `call_id` the hub's call."""

    text: str = ""
    recording_url: str = ""
    call_id: str = ""
    mark: str = ""

    def html(self) -> str:
        """As Pipedrive keeps it."""
        tokens = filter(None, (self.mark, f"{_CALL}{self.call_id}" if self.call_id else ""))
        link = f"{_SIGN}{self.recording_url}" if self.recording_url else ""
        return to_html((self.text, link, _BETWEEN.join(tokens)))

    @classmethod
    def of(cls, content: str | None) -> Self:
        """The note in an HTML text, also where a person or the server has changed it since."""
        blocks = from_html(content)
        tokens: list[str] = []
        if blocks and all(_TOKEN.match(token) for token in blocks[-1].strip().split(_BETWEEN)):
            tokens = blocks.pop().strip().split(_BETWEEN)
        links = [block for block in blocks if block.startswith(f"{_SIGN}http")]
        words = [block for block in blocks if block not in links]
        return cls(
            text="\n".join(words),
            recording_url=links[-1].removeprefix(_SIGN).strip() if links else "",
            call_id=next((token.removeprefix(_CALL) for token in tokens if token.startswith(_CALL)), ""),
            mark=next((token for token in tokens if not token.startswith(_CALL)), ""),
        )


def call_text(values: Mapping[str, Any], language: str) -> str:
    """What a call record says of its call, a line a fact."""
    direction, status = (word(str(values.get(name) or ""), language) for name in ("direction", "status"))
    said = {
        "call": ", ".join(filter(None, (direction, status))),
        "client": values.get("client_number"),
        "line": values.get("project_number"),
        "talk": _clock(values.get("talk_seconds")),
        "wait": _clock(values.get("wait_seconds")),
        "employee": _employee(values),
    }
    return "\n".join(f"{word(name, language)}: {fact}" for name, fact in said.items() if fact)


def call_facts(text: str) -> dict[str, Any]:
    """The canonical values that a call record's text holds, in whatever language it was written."""
    rows = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    told = {meant(label): fact for label, fact in rows.items()}
    direction, _, status = told.get("call", "").partition(", ")
    facts = {"direction": meant(direction), "status": meant(status), "client_number": told.get("client")}
    facts |= {"project_number": told.get("line"), "employee_name": told.get("employee")}
    seconds = {f"{name}_seconds": _seconds(told[name]) for name in ("talk", "wait") if name in told}
    return {name: fact for name, fact in facts.items() if fact} | seconds


def _employee(values: Mapping[str, Any]) -> str:
    name, line = (str(values.get(key) or "") for key in ("employee_name", "employee_line"))
    return f"{name} ({line})" if name and line and line not in name else name or line


def _clock(seconds: Any) -> str:
    if not isinstance(seconds, (int, float)):
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _seconds(text: str) -> int:
    minutes, _, rest = text.partition(":")
    return int(minutes) * 60 + int(rest) if minutes.isdecimal() and rest.isdecimal() else 0
