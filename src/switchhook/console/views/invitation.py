"""The way in by an invitation's link: a new person chooses a password, a known one joins with his own account."""

from typing import cast

from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from switchhook.console.member_forms import WayInForm
from switchhook.projects.membership import accept, open_invitation
from switchhook.projects.models import Invitation, User


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link. An account that exists is never given another password here: its owner signs in."""
    if request.method == "POST":
        too_many = consume_or_429(request, action="signup")
        if too_many:
            return cast("HttpResponse", too_many)
    found = open_invitation(token, timezone.now())
    if found is None:
        return render(request, "console/members/void.html", status=410)
    if request.user.is_authenticated:
        return _for_a_user(request, found, token)
    if User.objects.filter(email=found.email).exists():
        return render(request, "console/members/sign_in_first.html", {"invitation": found})
    return _for_somebody_new(request, found, token)


def _for_a_user(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    user = cast("User", request.user)
    if user.email != found.email:
        return render(request, "console/members/other_account.html", {"invitation": found}, status=403)
    if request.method == "POST":
        return _joined(request, found) if accept(token, timezone.now(), user=user) else _void(request)
    return render(request, "console/members/join.html", {"invitation": found})


def _for_somebody_new(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    name = found.employee.name if found.employee else ""
    form = WayInForm(found.email, request.POST if request.method == "POST" else None, name)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        user = accept(token, timezone.now(), name=said["name"], password=said["password"])
        if user is None:
            return _void(request)
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return _joined(request, found)
    context = {"invitation": found, "form": form}
    return render(request, "console/members/way_in.html", context, status=422 if form.errors else 200)


def _joined(request: HttpRequest, found: Invitation) -> HttpResponse:
    messages.success(request, _("Welcome to %(project)s.") % {"project": found.project.name})
    return redirect("overview", found.project_id)


def _void(request: HttpRequest) -> HttpResponse:
    return render(request, "console/members/void.html", status=410)
