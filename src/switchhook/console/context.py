"""What every page's frame needs."""

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from switchhook.connections.models import Connection, ConnectionState
from switchhook.console.access import ProjectRequest
from switchhook.delivery.models import Effect, EffectState
from switchhook.missed.desk import count_open
from switchhook.onboarding import checks
from switchhook.onboarding.steps import unfinished
from switchhook.projects.models import Project, Role

THEMES = ("light", "dark")

PLACES: dict[str, frozenset[str]] = {
    "calls": frozenset({"calls", "call", "link_call"}),
    "events": frozenset({"events", "event"}),
    "employees": frozenset({"employees", "employee", "new_employee"}),
    "connections": frozenset(
        {
            "connections", "connection", "new_connection", "save_rules", "connection_credentials",
            "connection_setup", "connection_people", "connection_fields", "sign_in", "connection_titles",
            "connection_rules", "name_map",
            "try_names", "forwarding", "try_forwarding",
        }
    ),
    "scenarios": frozenset(
        {
            "scenarios", "scenario_table", "scenario_row", "scenario_situation", "scenario_action", "scenario_head",
            "scenario_presets", "scenario_preset", "scenario_versions", "scenario_version", "scenario_try",
            "scenario_try_calls",
        }
    ),
    "settings": frozenset(
        {
            "working_time", "employee_hours", "holidays", "public_holidays", "absences", "new_absence", "absence",
            "alerts", "new_alert", "alert", "telegram", "show_to",
            "settings", "numbers", "add_to_list", "ignore_many", "line", "tokens", "project_settings", "members",
            "invite_member", "audit", "calling", "calling_default", "extension",
        }
    ),
}  # fmt: skip
"""The pages (by the names of their addresses) that stand below an entry of the navigation, where it has several."""


def place_of(page: str) -> str:
    """The navigation's entry under which a page stands."""
    return next((place for place, pages in PLACES.items() if page in pages), page)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around each page: theme, languages, and on a project's pages its navigation."""
    theme = request.COOKIES.get("theme", "")
    frame: dict[str, Any] = {"theme": theme if theme in THEMES else "", "languages": settings.LANGUAGES}
    if getattr(request, "project", None) is not None and not request.headers.get("HX-Request"):
        frame |= _project_frame(cast("ProjectRequest", request))
    elif getattr(request, "project", None) is not None:
        frame |= _rights(cast("ProjectRequest", request))
    return frame


def _rights(request: ProjectRequest) -> dict[str, Any]:
    return {
        "project": request.project,
        "role": request.role,
        "may_write": request.role.covers(Role.MANAGER),
        "may_set_up": request.role.covers(Role.ADMIN),
    }


def _project_frame(request: ProjectRequest) -> dict[str, Any]:
    return _rights(request) | {
        "first_run_open": request.role.covers(Role.ADMIN) and unfinished(request.project),
        "check_count": checks.count(request.project),
        "projects": Project.objects.filter(memberships__user=request.user).order_by("name", "id"),
        "place": place_of(getattr(request.resolver_match, "url_name", None) or ""),
        "stopped_connections": Connection.objects.filter(project=request.project).exclude(state=ConnectionState.ACTIVE),
        "missed_count": count_open(request.project),
        "attention_count": Effect.objects.filter(
            connection__project=request.project, state__in=(EffectState.REFUSED, EffectState.BLOCKED)
        ).count(),
    }
