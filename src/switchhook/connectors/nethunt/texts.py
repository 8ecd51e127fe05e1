"""Long texts that carry more than a person typed: named lines and the hub's mark at their end.

NetHunt's comments and call logs have no fields but their text, so what belongs to them is written as lines "Label:
value" in the project's language, and read back from there.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from switchhook.core.words import _

_MARK = re.compile(r"swh-[\w-]+")

LABELS = {
    "client_number": _("Client's number"),
    "project_number": _("Project number"),
    "employee": _("Employee"),
    "talk_seconds": _("Talk time"),
    "wait_seconds": _("Waiting time"),
    "author": _("Author"),
    "recording_url": _("Recording"),
    "call_id": _("Call id"),
}
DIRECTIONS = {"in": _("Incoming call"), "out": _("Outgoing call"), "internal": _("Internal call")}
STATUSES = {
    "answered": _("answered"),
    "missed": _("missed"),
    "failed": _("failed"),
    "active": _("in progress"),
    "other": _("other outcome"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of named lines; `translate` gives them in the project's language."""

    translate: Callable[[str], str]

    def line(self, key: str, value: str) -> str:
        """ "Label: value"."""
        return f"{self.translate(LABELS[key])}: {value}"

    def read(self, line: str) -> tuple[str, str] | None:
        """The key and the value of a named line, in the project's language or in English; None for any other line."""
        label, colon, value = line.partition(":")
        if not colon:
            return None
        key = self.key_of(LABELS, label)
        return (key, value.strip()) if key else None

    def key_of(self, words: Mapping[str, str], said: str) -> str:
        """The key in `words` whose word is `said`, whatever its case, or ""."""
        wanted = said.strip().casefold()
        return next((key for key, word in words.items() if wanted in self._both(word)), "")

    def _both(self, word: str) -> set[str]:
        return {word.casefold(), self.translate(word).casefold()}


def joined(text: str, named: Mapping[str, str], mark: str, words: Words) -> str:
    """`text`, then a line for each filled value of `named`, then the mark."""
    lines = [words.line(key, value) for key, value in named.items() if value]
    return "\n".join([*([text] if text else []), *lines, *([mark] if mark else [])])


def split(text: str, keys: Collection[str], words: Words) -> tuple[str, dict[str, str], str]:
    """What `joined` has put together: the text, the values named in `keys` at its end, the mark."""
    lines, named, mark = text.split("\n"), dict[str, str](), ""
    while lines and _MARK.fullmatch(lines[-1].strip()):
        mark = mark or lines[-1].strip()
        lines.pop()
    while lines and (found := words.read(lines[-1])) and found[0] in keys and found[0] not in named:
        named[found[0]] = found[1]
        lines.pop()
    return "\n".join(lines), named, mark


def has_mark(text: str, mark: str) -> bool:
    """Whether `mark` stands in `text` on a line of its own."""
    return bool(mark) and mark in (line.strip() for line in text.splitlines())
