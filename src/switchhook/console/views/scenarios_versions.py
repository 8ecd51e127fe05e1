"""Presets and versions of a scenario table: what each would change, and putting one in its place."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.matrix_changes import told_changes
from switchhook.console.matrix_desk import Desk, desk_of, frame
from switchhook.console.matrix_table import counted, parts_of
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_check import check
from switchhook.core.matrix_diff import difference
from switchhook.delivery.trace import worded
from switchhook.projects.models import Role
from switchhook.scenarios import catalog, drafts
from switchhook.scenarios.models import MatrixVersion

PAGE = 30


@project_view(Role.VIEWER)
def scenario_presets(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The shipped tables, each with how far it is from the one that is shown."""
    desk = desk_of(request, connection_id)
    shown = []
    for name in catalog.names():
        matrix = catalog.preset(name)
        problems = counted(check(matrix, desk.capabilities))
        away = difference(desk.matrix, matrix)
        shown.append(
            {
                "name": name,
                "title": _(matrix.title),
                "source": _(matrix.source),
                "chosen": name == desk.preset,
                "changes": len(away.rows) + bool(away.head),
                "unstated": sum(row.unstated for row in matrix.rows),
                "wrong": problems["contradiction"],
                "replaced": problems["remark"],
            }
        )
    shown.sort(key=lambda one: (not one["chosen"], bool(one["wrong"]), one["changes"]))
    return render(request, "console/scenarios/presets.html", frame(desk) | {"presets": shown})


@project_view(Role.VIEWER)
def scenario_preset(request: ProjectRequest, connection_id: int, name: str) -> HttpResponse:
    """What a preset would change in the table that is shown; a POST takes it into the user's draft."""
    desk = desk_of(request, connection_id)
    if name not in catalog.names():
        raise Http404
    matrix = catalog.preset(name)
    if request.method == "POST":
        return _take(request, desk, name, matrix)
    context: dict[str, Any] = {
        "name": name,
        "title": _(matrix.title),
        "source": _(matrix.source),
        "changes": told_changes(desk.matrix, matrix, desk.around),
        "parts": parts_of(matrix, desk.around, problems=check(matrix, desk.capabilities)),
    }
    return render(request, "console/scenarios/preset.html", frame(desk) | context)


def _take(request: ProjectRequest, desk: Desk, name: str, matrix: Matrix) -> HttpResponse:
    if not desk.may_edit:
        return HttpResponse(status=403)
    drafts.change(desk.connection, request.user, lambda _held: matrix, preset=name)
    messages.success(request, _("The preset is in your draft. Look at it, try it, then put it in force."))
    return redirect("scenario_table", request.project.pk, desk.connection.pk)


@project_view(Role.VIEWER)
def scenario_versions(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Every version, newest first: who, when, and what it changed in words. `?before=` pages on."""
    desk = desk_of(request, connection_id)
    found = MatrixVersion.objects.filter(connection=desk.connection).select_related("author").order_by("-number")
    before = request.GET.get("before", "")
    older = found.filter(number__lt=int(before)) if before.isdecimal() and len(before) < 10 else found
    versions = list(older[: PAGE + 1])
    told = [
        {"version": version, "changes": _changes_of(version, earlier, desk), "preset": _title(version.preset)}
        for version, earlier in zip(versions, [*versions[1:], None], strict=True)
    ][:PAGE]
    more = told[-1]["version"] if len(versions) > PAGE else None
    return render(request, "console/scenarios/versions.html", frame(desk) | {"told": told, "more": more})


def _title(preset: str) -> str:
    return _(catalog.preset(preset).title) if preset in catalog.names() else ""


def _changes_of(version: MatrixVersion, earlier: MatrixVersion | None, desk: Desk) -> list[Any]:
    if earlier is None:
        return []
    return told_changes(Matrix.from_data(earlier.data), Matrix.from_data(version.data), desk.around)


@project_view(Role.VIEWER)
def scenario_version(request: ProjectRequest, connection_id: int, number: int) -> HttpResponse:
    """One version as it was, with what is otherwise today."""
    desk = desk_of(request, connection_id)
    version = MatrixVersion.objects.filter(connection=desk.connection, number=number).select_related("author").first()
    if version is None:
        raise Http404
    matrix = Matrix.from_data(version.data)
    context = {
        "shown": version,
        "changes": told_changes(desk.force, matrix, desk.around),
        "parts": parts_of(matrix, desk.around),
    }
    return render(request, "console/scenarios/version.html", frame(desk) | context)


@require_POST
@project_view(Role.ADMIN)
def restore_scenario_version(request: ProjectRequest, connection_id: int, number: int) -> HttpResponse:
    """Put a copy of an older version in force."""
    desk = desk_of(request, connection_id)
    try:
        made = drafts.put_back(desk.connection, request.user, number, desk.capabilities)
    except Misconfigured as error:
        messages.error(request, _("This version cannot be put in force: %(why)s") % {"why": worded(str(error))})
        return redirect("scenario_version", request.project.pk, desk.connection.pk, number)
    if made is None:
        raise Http404
    told = _("Version %(n)s is in force: a copy of version %(old)s.") % {"n": made.number, "old": number}
    messages.success(request, told)
    return redirect("scenario_versions", request.project.pk, desk.connection.pk)
