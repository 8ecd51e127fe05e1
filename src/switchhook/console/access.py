"""Who may open a page: the one gate in front of every view of a project."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from switchhook.projects.models import Membership, Project, Role, User

P = ParamSpec("P")


class ProjectRequest(HttpRequest):
    """A request that passed `project_view`: who asks, for which project, and as what."""

    user: User
    htmx: HtmxDetails
    project: Project
    role: Role


View = Callable[Concatenate[ProjectRequest, P], HttpResponse]


def project_view(needed: Role) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """A view of one project: the address carries `project_id`, the view gets a ProjectRequest without it.

    Signed out → sign-in; no member → 404, as if the project did not exist; too low a role → 403. While the view runs,
    times are shown in the project's zone.
    """

    def gate(view: View[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, project_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sign_in(request)
            admitted = _admit(request, project_id, needed)
            with timezone.override(admitted.project.zone):
                return view(admitted, *args, **kwargs)

        return guarded

    return gate


def _sign_in(request: HttpRequest) -> HttpResponse:
    answer = redirect_to_login(request.get_full_path())
    return HttpResponseClientRedirect(answer.url) if request.headers.get("HX-Request") else answer


def _admit(request: HttpRequest, project_id: int, needed: Role) -> ProjectRequest:
    membership = (
        Membership.objects.select_related("project").filter(user_id=request.user.pk or 0, project_id=project_id).first()
    )
    if membership is None:
        raise Http404
    admitted = cast("ProjectRequest", request)
    admitted.project, admitted.role = membership.project, Role(membership.role)
    if not admitted.role.covers(needed):
        raise PermissionDenied
    return admitted
