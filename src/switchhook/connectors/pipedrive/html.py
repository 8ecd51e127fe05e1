"""Plain text to the HTML that Pipedrive shows, and back."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from html.parser import HTMLParser

_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]}]")
_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "blockquote"})


def to_html(blocks: Iterable[str]) -> str:
    """A paragraph for each text that is not empty; line breaks kept, addresses clickable."""
    return "".join(f"<p>{_inline(block)}</p>" for block in blocks if block)


def _inline(text: str) -> str:
    parts, end = [], 0
    for found in _URL.finditer(text):
        url = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    parts.append(escape(text[end:]))
    return "".join(parts).replace("\r\n", "\n").replace("\n", "<br>")


def from_html(content: str | None) -> list[str]:
    """The texts of the paragraphs; whatever else a person or the server put around them is left out."""
    reader = _Reader()
    reader.feed(content or "")
    reader.close()
    return reader.blocks()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[list[str]] = [[]]

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._blocks[-1].append("\n")
        elif tag in _BLOCKS:
            self._blocks.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._blocks.append([])

    def handle_data(self, data: str) -> None:
        self._blocks[-1].append(data.replace("\r", "").replace("\n", " ").replace("\xa0", " "))

    def blocks(self) -> list[str]:
        return [text for text in ("".join(block) for block in self._blocks) if text.strip()]
