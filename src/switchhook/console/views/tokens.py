"""The API's tokens: issued here, shown once, revoked here."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.forms import TokenForm
from switchhook.projects.models import ApiToken, AuditEntry, Role


@project_view(Role.ADMIN)
def tokens(request: ProjectRequest) -> HttpResponse:
    """The live tokens, and a form for a new one. Its text stands in the answer to the form and nowhere else."""
    form, text = TokenForm(request.role, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        text = _issue(request, form)
        form = TokenForm(request.role)
    live = ApiToken.objects.filter(project=request.project, revoked_at=None).order_by("-created_at", "-id")
    context = {"tokens": live, "form": form, "text": text}
    answer = render(request, "console/connections/tokens.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@transaction.atomic
def _issue(request: ProjectRequest, form: TokenForm) -> str:
    made, text = ApiToken.issue(request.project, form.cleaned_data["name"], Role(form.cleaned_data["role"]))
    _note(request, "token.issue", made)
    return text


@require_POST
@project_view(Role.ADMIN)
@transaction.atomic
def revoke_token(request: ProjectRequest, token_id: int) -> HttpResponse:
    """Make a token void, at once and for good."""
    found = get_object_or_404(ApiToken.objects.select_for_update(), pk=token_id, project=request.project)
    if found.revoked_at is None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])
        _note(request, "token.revoke", found)
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": found.name})
    return redirect("tokens", request.project.pk)


def _note(request: ProjectRequest, action: str, token: ApiToken) -> None:
    AuditEntry.objects.create(
        project=request.project, user=request.user, action=action, target=token.name, changes={"role": token.role}
    )
