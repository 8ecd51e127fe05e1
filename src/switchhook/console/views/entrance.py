"""Pages outside any project: the way in, and the choice of language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from switchhook.onboarding.steps import unfinished
from switchhook.projects.models import Membership, Role, User


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the user's first project: its overview, or the guide while it is empty. A user of none is told whom to ask."""
    mine = Membership.objects.filter(user_id=request.user.pk or 0).select_related("project")
    first = mine.order_by("project__name", "project_id").first()
    if first is None:
        return render(request, "console/no_project.html")
    guides = Role(first.role).covers(Role.ADMIN) and unfinished(first.project)
    return redirect("first_run" if guides else "overview", project_id=first.project_id)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language with the user and in a cookie, and return to where he was."""
    code, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = redirect(back)
    if code not in dict(settings.LANGUAGES) or not check_for_language(code):
        return answer
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=code)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax", secure=request.is_secure()
    )
    return answer
