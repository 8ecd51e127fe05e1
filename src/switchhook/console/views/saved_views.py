"""Saved views of the journal: named filters, a person's own or the project's."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.calls.models import SavedView
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.journal_form import FilterForm
from switchhook.projects.models import AuditEntry, Role

MOST_VIEWS = 40


def views_of(request: ProjectRequest) -> QuerySet[SavedView]:
    """The views that a person sees in a project: his own and the shared ones."""
    mine = Q(user=request.user) | Q(user=None)
    return SavedView.objects.filter(mine, project=request.project).order_by("name", "id")


def standard_view(request: ProjectRequest) -> SavedView | None:
    """The view with which the journal opens: the person's own choice, else the project's."""
    chosen = views_of(request).filter(standard=True)
    return chosen.exclude(user=None).first() or chosen.first()


@require_POST
@project_view(Role.VIEWER)
def save_view(request: ProjectRequest) -> HttpResponse:
    """Keep the filters of `query` under `name`; a view of this name is replaced. `shared` needs the role manager."""
    name, shared = request.POST.get("name", "").strip()[:80], bool(request.POST.get("shared"))
    query = FilterForm(request.project, QueryDict(request.POST.get("query", "")[:2000])).kept()[:1000]
    if shared and not request.role.covers(Role.MANAGER):
        raise PermissionDenied
    owner = None if shared else request.user
    held = SavedView.objects.filter(project=request.project, user=owner, name=name.replace("\0", ""))
    if not name or "\0" in name:
        messages.error(request, _("Give the view a name."))
    elif views_of(request).count() >= MOST_VIEWS and not held.exists():
        messages.error(request, _("There are too many views. Delete one first."))
    else:
        with transaction.atomic():
            if request.POST.get("standard"):
                SavedView.objects.filter(project=request.project, user=owner).update(standard=False)
            told = {"query": query, "standard": bool(request.POST.get("standard"))}
            view, made = SavedView.objects.update_or_create(
                project=request.project, user=owner, name=name, defaults=told
            )
        _note(request, view, "made" if made else "changed")
        messages.success(request, _("The view “%(name)s” is kept.") % {"name": name})
    return redirect(f"{reverse('calls', args=[request.project.pk])}?{query or 'view=0'}")


@require_POST
@project_view(Role.VIEWER)
def change_view(request: ProjectRequest, view_id: int) -> HttpResponse:
    """`do` is `rename` (to `name`), `standard`, `usual` (no longer standard) or `delete`."""
    view = get_object_or_404(views_of(request), pk=view_id)
    if view.user_id is None and not request.role.covers(Role.MANAGER):
        raise PermissionDenied
    address, do = f"{reverse('calls', args=[request.project.pk])}?{view.query or 'view=0'}", request.POST.get("do")
    name = request.POST.get("name", "").strip()[:80]
    same = SavedView.objects.filter(project=request.project, user=view.user)
    if do == "delete":
        view.delete()
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    elif do in {"standard", "usual"}:
        with transaction.atomic():
            same.update(standard=False)
            SavedView.objects.filter(pk=view.pk).update(standard=do == "standard")
    elif do == "rename" and name and "\0" not in name and not same.filter(name=name).exclude(pk=view.pk).exists():
        SavedView.objects.filter(pk=view.pk).update(name=name)
    else:
        messages.error(request, _("Give the view a name that no other has."))
        return redirect(address)
    _note(request, view, {"delete": "deleted"}.get(str(do), "changed"))
    return redirect(address)


def _note(request: ProjectRequest, view: SavedView, what: str) -> None:
    """The audit trail tells of the project's views; what a person keeps for himself is his own affair."""
    if view.user_id is None:
        changes = {"query": view.query}
        AuditEntry.objects.create(
            project=request.project, user=request.user, action=f"view.{what}", target=view.name, changes=changes
        )
