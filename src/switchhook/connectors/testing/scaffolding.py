"""A new CRM connector from templates: a twin that works, a connector that says what to write next, and its contract."""

import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from switchhook.core.errors import Misconfigured

TEMPLATES = Path(__file__).with_name("scaffold")
GROUP_LINE = '[project.entry-points."switchhook.connectors"]'

_SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_package(slug: str, title: str, folder: Path) -> Path:
    """A package of its own below `folder`; gives its directory.

    Raises Misconfigured where the name cannot be one of a connector, or something stands there already.
    """
    name = _checked(slug).replace("_", "-")
    project = folder / f"switchhook-{name}"
    _write(TEMPLATES / "project", _vacant(project), _names(slug, title, f"switchhook_{slug}"))
    code = project / "src" / f"switchhook_{slug}"
    _write(TEMPLATES, code, _names(slug, title, f"switchhook_{slug}"))
    (code / "README.md").rename(project / "README.md")
    return project


def new_folder(slug: str, title: str, repository: Path) -> Path:
    """A connector in a source tree of the hub, announced in its `pyproject.toml`; gives its directory.

    Raises Misconfigured as `new_package`, and where `repository` is no source tree of the hub.
    """
    project, connectors = repository / "pyproject.toml", repository / "src" / "switchhook" / "connectors"
    if not project.is_file() or not connectors.is_dir():
        raise Misconfigured(f"{repository} is no source tree of Switchhook.", field="here")
    code, package = _vacant(connectors / _checked(slug)), f"switchhook.connectors.{slug}"
    announced = _announced(project.read_text(encoding="utf-8"), f'{slug} = "{package}"')
    _write(TEMPLATES, code, _names(slug, title, package))
    project.write_text(announced, encoding="utf-8")
    return code


def _checked(slug: str) -> str:
    if not _SLUG.fullmatch(slug) or keyword.iskeyword(slug) or len(slug) > 40:
        message = f"“{slug}” cannot name a connector. Use small letters, digits and single underscores, such as “acme”."
        raise Misconfigured(message, field="slug")
    return slug


def _vacant(folder: Path) -> Path:
    if folder.exists():
        raise Misconfigured(f"{folder} is there already.", field="slug")
    return folder


def _names(slug: str, title: str, package: str) -> dict[str, str]:
    said = title or slug.replace("_", " ").title()
    if any(sign in said for sign in '"\\\n'):
        raise Misconfigured("A title holds no quotation marks, backslashes or line breaks.", field="title")
    name = "".join(part.capitalize() for part in slug.split("_"))
    return {"slug": slug, "slug_in_names": slug.replace("_", "-"), "title": said, "package": package, "Name": name}


def _write(templates: Path, target: Path, names: Mapping[str, str]) -> None:
    for path, text in _filled(templates, names):
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def _filled(templates: Path, names: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Each template's place and text; `project` is for a package of its own only."""
    for path in sorted(templates.rglob("*.tmpl")):
        place = path.relative_to(templates).with_suffix("")
        if place.parts[0] == "project":
            continue
        if place.name == "gitignore":
            place = place.with_name(".gitignore")
        yield place, Template(path.read_text(encoding="utf-8")).substitute(names)


def _announced(project: str, line: str) -> str:
    """`pyproject.toml` with the connector among the entry points, which stay in alphabetical order."""
    head, found, rest = project.partition(f"{GROUP_LINE}\n")
    entries, _, after = rest.partition("\n\n")
    if not found:
        raise Misconfigured("The pyproject.toml here has no connectors among its entry points.", field="here")
    lines = sorted({*entries.splitlines(), line})
    return f"{head}{found}{chr(10).join(lines)}\n\n{after}"
