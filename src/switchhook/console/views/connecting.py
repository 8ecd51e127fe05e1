"""Connecting an account: its form, the way through the vendor's sign-in page and back, and new credentials."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from switchhook.connections import joining, services
from switchhook.connections.models import Connection, ConnectionState, SignInAttempt
from switchhook.connectors.base import Health
from switchhook.connectors.registry import Manifest, manifest, manifests
from switchhook.console import guided
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.account_forms import ConnectionForm, CredentialsForm
from switchhook.console.views.crm_state import mended
from switchhook.console.wording import REMEDIES
from switchhook.core.errors import Misconfigured, SwitchhookError
from switchhook.projects.models import Role

SIGN_IN = "sign-in"
"""The value of the button `how` that leads to the vendor's page instead of testing what was typed."""


@project_view(Role.ADMIN)
def new_connection(request: ProjectRequest, connector: str) -> HttpResponse:
    """A form drawn from the manifest; the account is tried before it is saved, or signed in to at the vendor."""
    about = _manifest(connector)
    asks_local = joining.is_first_vendor(request.project, connector)
    form = ConnectionForm(about, request.POST or None, asks_local=asks_local)
    guided.leave(request)
    if request.method == "POST" and (done := submit(request, form)):
        return done
    context = {"form": form, "manifest": about, "return_address": joining.return_address()}
    return render(request, "console/connections/new.html", context, status=422 if form.errors else 200)


def submit(request: ProjectRequest, form: ConnectionForm) -> HttpResponse | None:
    """Connect what a form says, or begin the sign-in at the vendor; None where the form shows why that did not go."""
    if not form.is_valid():
        return None
    return _begin(request, form) if request.POST.get("how") == SIGN_IN else _connect(request, form)


def _wanted(request: ProjectRequest, form: ConnectionForm) -> joining.Wanted:
    credentials, settings = form.split()
    return joining.Wanted(
        project=request.project,
        connector=form.manifest.slug,
        name=form.cleaned_data["name"],
        credentials=credentials,
        settings=settings,
        pause_local=form.cleaned_data.get("local") == "pause",
    )


def _connect(request: ProjectRequest, form: ConnectionForm) -> HttpResponse | None:
    try:
        made, health = joining.connect(_wanted(request, form), request.user)
    except SwitchhookError as error:
        form.refuse(error)
        return None
    return _connected(request, made, health)


def _connected(request: ProjectRequest, made: Connection, health: Health) -> HttpResponse:
    messages.success(request, _("%(name)s is connected.") % {"name": made.name})
    for remark in health.remarks:
        messages.warning(request, _(remark))
    if any(item.step == "set_up" for item in manifest(made.connector).fields):
        return redirect("connection_setup", request.project.pk, made.pk)
    return guided.way_back(request) or redirect("connection", request.project.pk, made.pk)


def _begin(request: ProjectRequest, form: ConnectionForm) -> HttpResponse | None:
    try:
        attempt = joining.begin(_wanted(request, form), request.user)
    except SwitchhookError as error:
        form.refuse(error)
        return None
    return redirect("sign_in", request.project.pk, attempt.pk)


@require_safe
@project_view(Role.ADMIN)
def sign_in(request: ProjectRequest, attempt_id: int) -> HttpResponse:
    """The step before the vendor's page: a link to it, and how the last return ended."""
    attempt = get_object_or_404(SignInAttempt, pk=attempt_id, project=request.project, user=request.user)
    try:
        address, problem = joining.page_address(attempt), attempt.error
    except SwitchhookError as error:
        address, problem = "", str(error)
    context = {
        "attempt": attempt,
        "manifest": _manifest(attempt.connector),
        "address": address,
        "problem": problem,
        "remedy": REMEDIES["auth_failed"],
        "return_address": joining.return_address(),
    }
    answer = render(request, "console/connections/sign_in.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@project_view(Role.ADMIN)
def give_up_sign_in(request: ProjectRequest, attempt_id: int) -> HttpResponse:
    """Forget an account that was not signed in to."""
    get_object_or_404(SignInAttempt, pk=attempt_id, project=request.project, user=request.user).delete()
    return redirect("connections", request.project.pk)


@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where vendors send the browser back to: `state`, and a `code` or an `error`, in the query."""
    project_id = joining.project_of(request.GET.get("state", ""))
    if project_id is None:
        return render(request, "console/connections/returned.html", {"project_id": None}, status=400)
    return _returned(request, project_id=project_id)


@project_view(Role.ADMIN)
def _returned(request: ProjectRequest) -> HttpResponse:
    try:
        attempt = joining.taken(request.GET["state"], request.user)
    except joining.ReturnRefused:
        context = {"project_id": request.project.pk}
        return render(request, "console/connections/returned.html", context, status=400)
    answer = {name: request.GET[name] for name in request.GET if name != "state"}
    try:
        connection, health = joining.finish(attempt, answer)
    except SwitchhookError:
        return redirect("sign_in", request.project.pk, attempt.pk)
    if attempt.connection is None:
        return _connected(request, connection, health)
    return _renewed(request, connection)


def _renewed(request: ProjectRequest, found: Connection) -> HttpResponse:
    if found.state == ConnectionState.BROKEN:
        messages.success(request, mended(request, found))
    else:
        messages.success(request, _("The new credentials are in force."))
    # A browser keeps the form's own fragment where the new address has none.
    return redirect(f"{reverse('connection', args=(request.project.pk, found.pk))}#main")


@project_view(Role.ADMIN)
def connection_credentials(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Save new credentials that the vendor takes; a connection that was refused is switched on again."""
    found = get_object_or_404(Connection.objects.select_related("project"), pk=connection_id, project=request.project)
    form = credentials_form(found, request.POST or None)
    if form is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        done = (
            _sign_in_again(request, found, form) if request.POST.get("how") == SIGN_IN else _renew(request, found, form)
        )
        if done:
            return done
    context = {"connection": found, "manifest": form.manifest, "credentials_form": form}
    context["return_address"] = joining.return_address()
    return render(request, "console/connections/renewal.html", context, status=422 if form.errors else 200)


def _renew(request: ProjectRequest, found: Connection, form: CredentialsForm) -> HttpResponse | None:
    try:
        services.renew_credentials(found, form.credentials(), request.user)
    except SwitchhookError as error:
        form.refuse(error)
        return None
    return _renewed(request, found)


def _sign_in_again(request: ProjectRequest, found: Connection, form: CredentialsForm) -> HttpResponse | None:
    wanted = joining.Wanted(
        project=request.project,
        connector=found.connector,
        name=found.name,
        credentials={**services.held_credentials(found), **form.credentials()},
        settings=found.settings,
    )
    try:
        attempt = joining.begin(wanted, request.user, found)
    except SwitchhookError as error:
        form.refuse(error)
        return None
    return redirect("sign_in", request.project.pk, attempt.pk)


def credentials_form(found: Connection, data: Any = None) -> CredentialsForm | None:
    """The form for new credentials; None where the connector has none."""
    about = manifests().get(found.connector)
    form = CredentialsForm(about, found, data) if about else None
    return form if form and form.fields else None


def _manifest(connector: str) -> Manifest:
    try:
        return manifest(connector)
    except Misconfigured:
        raise Http404 from None
