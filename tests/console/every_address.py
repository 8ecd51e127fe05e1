"""Every address of a project's pages, with the ids of one project's rows put in."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, reverse
from django.urls.resolvers import RoutePattern
from tests.factories import Desk

from switchhook.console.urls import urlpatterns

OF_ONE_KIND: dict[str, dict[str, str]] = {
    "move_deal": {"record_id": "deals"},
    "lead_status": {"record_id": "leads"},
    "task_done": {"record_id": "tasks"},
    "revoke_browser": {"token_id": "browser"},
}
"""Addresses whose record is of another kind than the example: argument → name of the row."""

WORDS = {
    "section": "contacts",
    "kind": "contact",
    "connector": "builtin",
    "name": "builtin",
    "table": "course",
    "number": 1,
}
OTHER_WORDS = {"new_alert": {"kind": "missed"}, "add_to_list": {"kind": "number"}, "change_list": {"kind": "number"}}


def addresses_of(desk: Desk, rows: dict[str, Any]) -> dict[str, str]:
    """Name → address of everything below the project. Fails where an argument has no example among `rows`."""
    known = examples(desk, rows)
    found: dict[str, str] = {}
    for name, arguments in below_a_project(urlpatterns):
        values = {argument: known[argument] for argument in arguments}
        values |= {argument: rows[row].pk for argument, row in OF_ONE_KIND.get(name, {}).items()}
        values |= OTHER_WORDS.get(name, {})
        found[name] = reverse(name, kwargs={"project_id": desk.project.pk, **values})
    return found


def examples(desk: Desk, rows: dict[str, Any]) -> dict[str, Any]:
    """A value for each argument that addresses take."""
    ids = {f"{name}_id": row.pk for name, row in rows.items()}
    own = {"connection_id": desk.crm.pk, "employee_id": desk.olena.pk, "record_id": rows["contacts"].pk}
    return {**WORDS, **ids, **own}


def below_a_project(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, list[str]]]:
    """The names of the addresses below a project, and the arguments each takes beside the project's id."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from (
                (name, [argument for argument in names if argument != "project_id"])
                for name, names in _named(pattern, [])
                if "project_id" in names
            )


def _named(resolver: URLResolver, above: list[str]) -> Iterator[tuple[str, list[str]]]:
    names = [*above, *_arguments(resolver)]
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _named(pattern, names)
        else:
            yield str(pattern.name), [*names, *_arguments(pattern)]


def _arguments(pattern: URLPattern | URLResolver) -> list[str]:
    route = pattern.pattern
    return list(route.converters) if isinstance(route, RoutePattern) else list(route.regex.groupindex)
