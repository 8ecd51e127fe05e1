"""The settings page, the project's own settings, and a further project."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.project_forms import ProjectForm
from switchhook.console.settings_cards import shown_groups
from switchhook.projects.audit import difference, note
from switchhook.projects.membership import create_project
from switchhook.projects.models import Membership, Project, Role, User


@project_view(Role.VIEWER)
def settings(request: ProjectRequest) -> HttpResponse:
    """Everything that can be set, with a line on how it stands."""
    context = {"groups": shown_groups(request.project, request.role), "may_found": may_found(request.user)}
    return render(request, "console/settings/hub.html", context)


@project_view(Role.ADMIN)
def project_settings(request: ProjectRequest) -> HttpResponse:
    """The project's name, time zone, country and language."""
    held = Project.objects.get(pk=request.project.pk)
    form = ProjectForm(request.POST or None, instance=held)
    before = _values(request.project)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            changed = difference(before, _values(form.save()))
            if changed:
                note(request.project, request.user, "project.change", held.name, **changed)
        messages.success(request, _("Saved."))
        return redirect("project_settings", request.project.pk)
    return render(request, "console/settings/project.html", {"form": form}, status=422 if form.errors else 200)


def _values(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in ("name", "time_zone", "country", "language")}


def may_found(user: User) -> bool:
    """Whether somebody may make a further project: who owns one already."""
    return Membership.objects.filter(user=user, role=Role.OWNER).exists()


@login_required
def new_project(request: HttpRequest) -> HttpResponse:
    """A further project, of which its maker is the owner."""
    user = User.objects.get(pk=request.user.pk or 0)
    if not may_found(user):
        raise PermissionDenied
    like = Project.objects.filter(memberships__user=user, memberships__role=Role.OWNER).order_by("id").first()
    form = ProjectForm(request.POST or None, initial=_values(like) | {"name": ""} if like else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = create_project(user, **said)
        messages.success(request, _("%(name)s is ready to be set up.") % {"name": made.name})
        return redirect("first_run", made.pk)
    return render(request, "console/settings/new_project.html", {"form": form}, status=422 if form.errors else 200)
