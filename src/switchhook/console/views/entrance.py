"""Pages outside any project: the way in, and the choice of language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from switchhook.projects.models import Project, User


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the overview of the user's first project; a user of none is told whom to ask."""
    first = Project.objects.filter(memberships__user_id=request.user.pk or 0).order_by("name", "id").first()
    if first is None:
        return render(request, "console/no_project.html")
    return redirect("overview", project_id=first.pk)


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
