"""Who may sign in to the project, and as what; who they are on the phone; invitations."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from switchhook.alerts.sending import sends_email
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.member_forms import ROLE_HELP, InvitationForm, roles_for
from switchhook.core.errors import Misconfigured
from switchhook.projects import membership as services
from switchhook.projects.models import Employee, Invitation, Membership, Role


@project_view(Role.ADMIN)
def members(request: ProjectRequest) -> HttpResponse:
    """Everybody with his role, the invitations that are open, and the form for a new one."""
    return _page(request, InvitationForm(request.project, request.role))


@require_POST
@project_view(Role.ADMIN)
def invite(request: ProjectRequest) -> HttpResponse:
    """Invite somebody; the link stands in the answer and nowhere else, and goes out by e-mail where the hub can."""
    form = InvitationForm(request.project, request.role, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    try:
        made, token = services.invite(
            request.project,
            _own(request),
            said["email"],
            Role(said["role"]),
            now=timezone.now(),
            employee=said["employee"],
        )
    except Misconfigured as error:
        form.add_error("email", _(str(error)))
        return _page(request, form, status=422)
    link = f"{settings.PUBLIC_URL}{reverse('invitation', args=(token,))}"
    context: dict[str, Any] = {"link": link, "invited": made, "mailed": _mailed(request, made, link)}
    return _page(request, InvitationForm(request.project, request.role), **context)


def _mailed(request: ProjectRequest, invitation: Invitation, link: str) -> bool:
    """Whether the link went out by e-mail, in the project's language."""
    if not sends_email():
        return False
    with override(request.project.language):
        names = {"project": request.project.name, "inviter": str(request.user), "link": link}
        subject = _("You are invited to %(project)s") % names
        text = _(
            "%(inviter)s invites you to work in %(project)s.\n\n"
            "Open this link within seven days, and choose a password:\n%(link)s\n\n"
            "It is good once. If you expected no invitation, you need not do anything."
        )
    try:
        EmailMessage(subject, text % names, to=[invitation.email]).send()
    except OSError:  # what smtplib raises too
        messages.warning(request, _("The e-mail could not be sent. Hand the link over yourself."))
        return False
    return True


@require_POST
@project_view(Role.ADMIN)
def withdraw(request: ProjectRequest, invitation_id: int) -> HttpResponse:
    """Make an invitation's link void."""
    found = get_object_or_404(Invitation, pk=invitation_id, project=request.project)
    return _done(
        request,
        lambda: services.withdraw(found, _own(request), timezone.now()),
        _("The invitation of %(email)s is withdrawn.") % {"email": found.email},
    )


@require_POST
@project_view(Role.ADMIN)
def change_member(request: ProjectRequest, membership_id: int) -> HttpResponse:
    """Give a member another role (`role`), and say who he is on the phone (`employee`, empty for nobody)."""
    found, actor = _member(request, membership_id), _own(request)
    role, wanted = request.POST.get("role", ""), request.POST.get("employee", "")
    person = get_object_or_404(Employee, pk=int(wanted), project=request.project) if wanted.isdecimal() else None

    def change() -> None:
        with transaction.atomic():
            if role in Role.values:
                services.change_role(found, actor, Role(role))
            services.link(found, actor, person)

    return _done(request, change, _("Saved."))


@require_POST
@project_view(Role.ADMIN)
def remove(request: ProjectRequest, membership_id: int) -> HttpResponse:
    """Take a member out of the project. His sessions end."""
    found = _member(request, membership_id)
    told = _("%(name)s is no longer a member.") % {"name": found.user}
    return _done(request, lambda: services.remove(found, _own(request)), told)


def _done(request: ProjectRequest, step: Callable[[], None], told: str) -> HttpResponse:
    try:
        step()
    except Misconfigured as error:
        messages.error(request, _(str(error)))
    else:
        messages.success(request, told)
    stays = Membership.objects.filter(project=request.project, user=request.user, role__in=(Role.ADMIN, Role.OWNER))
    return redirect("members", request.project.pk) if stays.exists() else redirect("home")


def _own(request: ProjectRequest) -> Membership:
    return Membership.objects.select_related("user").get(project=request.project, user=request.user)


def _member(request: ProjectRequest, membership_id: int) -> Membership:
    found = Membership.objects.select_related("user", "project")
    return get_object_or_404(found, pk=membership_id, project=request.project)


def _page(request: ProjectRequest, form: InvitationForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "rows": _rows(request),
        "invitations": Invitation.objects.filter(
            project=request.project, ended_at=None, expires_at__gt=timezone.now()
        ).select_related("invited_by", "employee"),
        "role_help": [(role.label, text) for role, text in ROLE_HELP.items()],
        **more,
    }
    answer = render(request, "console/members/list.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _rows(request: ProjectRequest) -> list[dict[str, Any]]:
    """Members from the highest role down; `may` says whether the reader may change this one."""
    second = Authenticator.objects.filter(user=OuterRef("user"))
    found = Membership.objects.filter(project=request.project).select_related("user").annotate(second=Exists(second))
    people = list(Employee.objects.filter(project=request.project, active=True))
    mine = {person.user_id: person for person in people if person.user_id}
    order = list(Role)[::-1]
    return [
        {
            "membership": one,
            "role": Role(one.role),
            "second": one.second,
            "employee": mine.get(one.user_id),
            "choices": [person for person in people if person.user_id in (None, one.user_id)],
            "roles": roles_for(request.role),
            "may": services.may_give(request.role, Role(one.role)),
            "own": one.user_id == request.user.pk,
        }
        for one in sorted(found, key=lambda one: (order.index(Role(one.role)), str(one.user).casefold()))
    ]
