"""The browser extension: how to install it, its file, and the browsers that are paired."""

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.dialing_forms import BrowserForm
from switchhook.dialing.browsers import packed, version
from switchhook.dialing.models import DialToken
from switchhook.dialing.ways import employees_of
from switchhook.projects.models import AuditEntry, Role


@project_view(Role.MANAGER)
def extension(request: ProjectRequest) -> HttpResponse:
    """How to install it, and a form that pairs a browser. A token's text stands in the answer to the form only."""
    form, text = BrowserForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        text = _pair(request, form.cleaned_data["name"])
        form = BrowserForm()
    context = {
        "form": form,
        "text": text,
        "tokens": _tokens(request).order_by("-created_at", "-id"),
        "hub": settings.PUBLIC_URL,
        "version": version(),
        "people": employees_of(request.project, request.user),
    }
    answer = render(request, "console/extension/extension.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@project_view(Role.MANAGER)
def extension_zip(request: ProjectRequest) -> HttpResponse:
    """The extension, knowing this hub's address."""
    answer = HttpResponse(packed(settings.PUBLIC_URL), content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="switchhook-extension.zip"'
    return answer


@transaction.atomic
def _pair(request: ProjectRequest, name: str) -> str:
    made, text = DialToken.issue(request.project, request.user, name)
    _note(request, "browser.pair", made)
    return text


@require_POST
@project_view(Role.MANAGER)
@transaction.atomic
def revoke_browser(request: ProjectRequest, token_id: int) -> HttpResponse:
    """Make a browser's token void: one's own, an admin anybody's."""
    found = get_object_or_404(_tokens(request).select_for_update(of=("self",)), pk=token_id)
    found.revoked_at = timezone.now()
    found.save(update_fields=["revoked_at"])
    _note(request, "browser.revoke", found)
    messages.success(request, _("“%(name)s” can call no more.") % {"name": found.name})
    return redirect("extension", request.project.pk)


def _tokens(request: ProjectRequest) -> QuerySet[DialToken]:
    live = DialToken.objects.filter(project=request.project, revoked_at=None).select_related("user")
    return live if request.role.covers(Role.ADMIN) else live.filter(user=request.user)


def _note(request: ProjectRequest, action: str, token: DialToken) -> None:
    AuditEntry.objects.create(project=request.project, user=request.user, action=action, target=token.name)
