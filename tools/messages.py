"""Keep the message catalogues: collect what is to be translated, merge it into each language, compile.

    python tools/messages.py           collect, merge, compile
    python tools/messages.py --check   change nothing; tell what is missing, uncertain or stale

Needs no gettext programs: Python is read by Babel, templates by Django's own parser.
"""

# ruff: noqa: INP001

import ast
import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TIMELESS = datetime(2026, 1, 1, tzinfo=UTC)
"""Compiled catalogues carry a date; a fixed one makes the same messages the same file."""

ROOT = Path(__file__).resolve().parent.parent / "src" / "switchhook"
LANGUAGES = {
    "uk": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);",
}

sys.path.insert(0, str(ROOT.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "switchhook.settings")

import django  # noqa: E402
from babel.messages.catalog import Catalog, Message  # noqa: E402
from babel.messages.extract import extract  # noqa: E402
from babel.messages.mofile import write_mo  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_NOT_ON_PAGES = ("commands", "demo", "embedded", "intake", "live", "testing")
Found = tuple[str | tuple[str, str], str, str]
"""A message, the file in which it stands, and the context that tells it from the same words with another meaning."""


def collect() -> Catalog:
    """Every message of the program, with the files in which it stands."""
    catalog = Catalog(charset="utf-8")
    for message, place, context in (*from_python(), *from_reasons(), *from_errors(), *from_templates(), *from_data()):
        catalog.add(message, locations=[(place, 0)], context=context or None)
    return catalog


def from_python() -> Iterator[Found]:
    """Marked strings of the modules, those of tests apart."""
    for path in sorted(ROOT.rglob("*.py")):
        if "tests" not in path.relative_to(ROOT).parts:
            with path.open("rb") as source:
                for _line, message, _comments, context in extract("python", source, keywords=KEYWORDS):
                    yield message, _place(path), context or ""


def from_reasons() -> Iterator[Found]:
    """The texts of reasons, which are translated where they are shown."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
                for keyword in node.keywords:
                    if keyword.arg == "text" and isinstance(keyword.value, ast.Constant) and keyword.value.value:
                        yield str(keyword.value.value), _place(path), ""


def from_errors() -> Iterator[Found]:
    """The fixed sentences of errors that pages show; they are stored in English and translated where they are shown."""
    from switchhook.core import errors

    names = {name for name, item in vars(errors).items() if isinstance(item, type)} - {"BadSecret"}
    for path in sorted(ROOT.rglob("*.py")):
        if {"tests", *_NOT_ON_PAGES} & set(path.relative_to(ROOT).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names and node.args:
                said = node.args[0]
                if isinstance(said, ast.Constant) and said.value:
                    yield str(said.value), _place(path), ""


def from_templates() -> Iterator[Found]:
    """The arguments of `translate` and the bodies of `blocktranslate`."""
    from django.template.base import Node
    from django.template.loader import get_template
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    folder = ROOT / "console" / "templates"
    for path in sorted(folder.rglob("*.html")):
        for node in get_template(path.relative_to(folder).as_posix()).template.nodelist.get_nodes_by_type(Node):
            if isinstance(node, TranslateNode) and isinstance(node.filter_expression.var, str):
                yield node.filter_expression.var, _place(path), _context(node)
            elif isinstance(node, TranslateNode) and getattr(node.filter_expression.var, "literal", None):
                yield node.filter_expression.var.literal, _place(path), _context(node)
            elif isinstance(node, BlockTranslateNode):
                singular = node.render_token_list(node.singular)[0]
                plural = node.render_token_list(node.plural)[0] if node.plural else ""
                yield (singular, plural) if plural else singular, _place(path), _context(node)


def _context(node: Any) -> str:
    given = node.message_context
    return str(given.var) if given is not None else ""


def from_data() -> Iterator[Found]:
    """What presets and connector manifests say to people."""
    from switchhook.connectors.registry import manifests
    from switchhook.scenarios.catalog import messages

    yield from ((message, "scenarios/presets", "") for message in messages() if message)
    for manifest in manifests().values():
        place = f"connectors/{manifest.slug}/connector.toml"
        for field in manifest.fields:
            yield from ((text, place, "") for text in (field.label, field.help) if text)
        yield from ((text, place, "") for text in (manifest.summary, *manifest.webhook_steps) if text)


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def catalogue_file(language: str, ending: str) -> Path:
    """A language's catalogue: `po` for people, `mo` for the program."""
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{ending}"


def read(language: str) -> Catalog:
    """The catalogue as it stands; an empty one for a new language."""
    path = catalogue_file(language, "po")
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, collected: Catalog) -> Catalog:
    """The language's catalogue with exactly the collected messages; the translations of those it knows are kept."""
    known = {_key(message): message for message in read(language) if message.id}
    catalog = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in sorted((message for message in collected if message.id), key=_order):
        old: Message | None = known.get(_key(message))
        flags = {flag for flag in (old.flags if old else ()) if flag == "fuzzy"}
        string = old.string if old else None
        catalog.add(message.id, string, locations=message.locations, flags=flags, context=message.context)
    return catalog


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", str(message.id)


def _order(message: Message) -> tuple[str, str, str]:
    return message.locations[0][0], str(message.id), message.context or ""


def as_po(catalog: Catalog, language: str) -> bytes:
    """The catalogue's text. It names no dates, so that the same messages give the same file."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, omit_header=True, include_lineno=False, sort_output=False)
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {LANGUAGES[language]}\\n"\n\n'
    )
    return header.encode() + out.getvalue()


def as_mo(po: bytes, language: str) -> bytes:
    """The compiled catalogue."""
    catalog = read_po(io.BytesIO(po), locale=language)
    catalog.creation_date = catalog.revision_date = TIMELESS
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def problems(language: str, collected: Catalog) -> list[str]:
    """What keeps a language from being complete: one line each."""
    catalog, found = read(language), []
    for message in merged(language, collected):
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(strings) or (message.pluralizable and len(strings) != catalog.num_plurals):
            found.append(f"{language}: not translated: {message.id}")
        elif message.fuzzy:
            found.append(f"{language}: uncertain: {message.id}")
        found += [f"{language}: {error}: {message.id}" for error in message.check(catalog)]
    po = as_po(merged(language, collected), language)
    if not catalogue_file(language, "po").exists() or catalogue_file(language, "po").read_bytes() != po:
        found.append(f"{language}: django.po is stale; run tools/messages.py")
    elif not catalogue_file(language, "mo").exists() or catalogue_file(language, "mo").read_bytes() != as_mo(
        po, language
    ):
        found.append(f"{language}: django.mo is stale; run tools/messages.py")
    return found


def update(language: str, collected: Catalog) -> None:
    """Merge and compile one language."""
    po = as_po(merged(language, collected), language)
    catalogue_file(language, "po").parent.mkdir(parents=True, exist_ok=True)
    catalogue_file(language, "po").write_bytes(po)
    catalogue_file(language, "mo").write_bytes(as_mo(po, language))


def main() -> int:
    """0 when every language is complete."""
    django.setup()
    collected = collect()
    if "--check" not in sys.argv:
        for language in LANGUAGES:
            update(language, collected)
    found = [line for language in LANGUAGES for line in problems(language, collected)]
    print("\n".join(found) or f"{len(collected)} messages, complete in {', '.join(LANGUAGES)}")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
