"""Connections: their addresses, their state, and the rules and people of each CRM."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.calls.models import LogCursor
from switchhook.connections import services
from switchhook.connections.accounts import account_of, open_crm
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount
from switchhook.connectors.base import CrmUser
from switchhook.connectors.registry import manifest, manifests
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.forms import ConnectionForm, CredentialsForm, NameMapForm, PresetForm, RulesForm
from switchhook.console.wording import told
from switchhook.core.errors import Misconfigured, SwitchhookError
from switchhook.delivery.lanes import resume
from switchhook.projects.models import AuditEntry, Employee, Role
from switchhook.scenarios.models import MatrixVersion
from switchhook.scenarios.services import apply_preset
from switchhook.understanding.tasks import reconcile_connection

_FORMS = {"rules": RulesForm, "names": NameMapForm}


@project_view(Role.VIEWER)
def connections(request: ProjectRequest) -> HttpResponse:
    """All connections, and what could be connected."""
    found = list(Connection.objects.filter(project=request.project))
    context = {"connections": found, "available": manifests().values(), "known": manifests()}
    return render(request, "console/connections/list.html", context)


@project_view(Role.ADMIN)
def new_connection(request: ProjectRequest, connector: str) -> HttpResponse:
    """A form drawn from the manifest; the account is tried before it is saved."""
    try:
        found = manifest(connector)
    except Misconfigured:
        raise Http404 from None
    form = ConnectionForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _add(request, form)
        if made:
            messages.success(request, _("%(name)s is connected.") % {"name": made.name})
            return redirect("connection", request.project.pk, made.pk)
    status = 422 if form.errors else 200
    return render(request, "console/connections/new.html", {"form": form, "manifest": found}, status=status)


def _add(request: ProjectRequest, form: ConnectionForm) -> Connection | None:
    credentials, settings = form.split()
    try:
        with transaction.atomic():
            name = form.cleaned_data["name"]
            made = services.add(request.project, form.manifest.slug, name, credentials=credentials, **settings)
            form.manifest.connect(account_of(made)).check()
            return made
    except SwitchhookError as error:
        form.add_error(None, told(error, form.manifest.title))
        return None


@project_view(Role.VIEWER)
def connection(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """One connection; its addresses are shown to admins only, since they hold a secret."""
    found = _connection(request, connection_id)
    return render(request, "console/connections/connection.html", _page(request, found))


@require_POST
@project_view(Role.ADMIN)
def connection_settings(request: ProjectRequest, connection_id: int, part: str) -> HttpResponse:
    """Save one of the page's forms: `rules`, `names` or `preset`."""
    found = _connection(request, connection_id)
    form: Any = PresetForm("", request.POST) if part == "preset" else _FORMS[part](found, request.POST)
    if not form.is_valid():
        context = _page(request, found) | {f"{part}_form": form}
        return render(request, "console/connections/connection.html", context, status=422)
    if part == "preset":
        apply_preset(found, form.cleaned_data["preset"], request.user)
    else:
        _save(request, found, form.settings() if part == "rules" else {"names": form.cleaned_data["names"]})
    messages.success(request, _("Saved."))
    return redirect("connection", request.project.pk, found.pk)


@transaction.atomic
def _save(request: ProjectRequest, found: Connection, changes: dict[str, Any]) -> None:
    held = Connection.objects.select_for_update().get(pk=found.pk)
    held.settings = held.settings | changes
    held.save(update_fields=["settings"])
    AuditEntry.objects.create(
        project=request.project, user=request.user, action="connection.settings", target=found.name, changes=changes
    )


@require_POST
@project_view(Role.ADMIN)
def connection_state(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Pause, resume, or give the connection a further secret."""
    found = _connection(request, connection_id)
    to = request.POST.get("to")
    if to == "pause":
        services.pause(found, request.user)
        messages.success(request, _("%(name)s is paused. Its work is held.") % {"name": found.name})
    elif to == "resume":
        resume(found, request.user)
        messages.success(request, _("%(name)s is switched on. Held work goes on.") % {"name": found.name})
    elif to == "rotate":
        services.rotate_secret(found, request.user)
        messages.success(request, _("A new address is in force; the one before it still works."))
    return redirect("connection", request.project.pk, found.pk)


@require_POST
@project_view(Role.ADMIN)
def connection_credentials(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Save new credentials that the vendor takes; a connection that was refused is switched on again."""
    found = _connection(request, connection_id)
    form = _credentials_form(found, request.POST)
    if form is None:
        raise Http404
    if not form.is_valid() or not _renew(request, found, form):
        context = _page(request, found) | {"credentials_form": form}
        return render(request, "console/connections/connection.html", context, status=422)
    if found.state == ConnectionState.BROKEN:
        resume(found, request.user)
        messages.success(request, _("%(name)s works again. Held work goes on.") % {"name": found.name})
    else:
        messages.success(request, _("The new credentials are in force."))
    # A browser keeps the form's own fragment where the new address has none.
    return redirect(f"{reverse('connection', args=(request.project.pk, found.pk))}#main")


def _renew(request: ProjectRequest, found: Connection, form: CredentialsForm) -> bool:
    try:
        services.renew_credentials(found, form.credentials(), request.user)
    except SwitchhookError as error:
        form.refuse(error)
        return False
    return True


def _credentials_form(found: Connection, data: Any = None) -> CredentialsForm | None:
    about = manifests().get(found.connector)
    form = CredentialsForm(about, found, data) if about else None
    return form if form and form.fields else None


@require_POST
@project_view(Role.ADMIN)
def read_log(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Queue a reading of a telephony connection's call log."""
    found = get_object_or_404(Connection, pk=connection_id, project=request.project, role="telephony")
    reconcile_connection.defer(connection_id=found.pk)
    messages.success(request, _("The call log is being read. Calls that were missing appear in the journal."))
    return redirect("connection", request.project.pk, found.pk)


@require_POST
@project_view(Role.ADMIN)
def connection_people(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Save which employee is which user of the CRM: fields `user-<employee id>`."""
    found = _connection(request, connection_id)
    wanted = {
        person: request.POST.get(f"user-{person.pk}", "").strip()[:80]
        for person in Employee.objects.filter(project=request.project)
        if f"user-{person.pk}" in request.POST
    }
    named = [user for user in wanted.values() if user]
    if len(set(named)) != len(named):
        messages.error(request, _("Two employees cannot be the same user of the CRM."))
        return redirect("connection", request.project.pk, found.pk)
    with transaction.atomic():
        for person, user in wanted.items():
            services.map_employee(found, person, user)
    messages.success(request, _("Saved."))
    return redirect("connection", request.project.pk, found.pk)


def _page(request: ProjectRequest, found: Connection) -> dict[str, Any]:
    context: dict[str, Any] = {"connection": found, "manifest": manifests().get(found.connector)}
    sets_up = request.role.covers(Role.ADMIN)
    context["credentials_form"] = _credentials_form(found) if sets_up else None
    if found.role == "telephony":
        context["names_form"] = NameMapForm(found)
        context["log"] = LogCursor.objects.filter(connection=found).first()
        if sets_up:
            context |= {"webhook_url": services.webhook_url(found), "forward_url": services.forward_url(found)}
            context["live_secrets"] = found.secrets.filter(revoked_at=None).count()
        return context
    version = MatrixVersion.objects.filter(connection=found).order_by("-number").first()
    users, refusal = _users(found) if sets_up else ([], "")
    return context | {
        "rules_form": RulesForm(found),
        "preset_form": PresetForm(
            version.preset if version else (context["manifest"] and context["manifest"].default_preset) or ""
        ),
        "version": version,
        "people": _people(found, users),
        "users": users,
        "users_refusal": refusal,
    }


def _people(found: Connection, users: list[CrmUser]) -> list[dict[str, Any]]:
    """Each employee with his user id here, and a suggestion by e-mail or name where he has none."""
    mapped = dict(EmployeeAccount.objects.filter(connection=found).values_list("employee_id", "user_id"))
    taken = set(mapped.values())
    by_email = {user.email.lower(): user.id for user in users if user.email and user.id not in taken}
    by_name = {user.name.lower(): user.id for user in users if user.id not in taken}
    return [
        {
            "employee": person,
            "user_id": mapped.get(person.pk, ""),
            "suggested": ""
            if person.pk in mapped
            else by_email.get(person.email.lower()) or by_name.get(person.name.lower(), ""),
        }
        for person in Employee.objects.filter(project=found.project_id, active=True)
    ]


def _users(found: Connection) -> tuple[list[CrmUser], str]:
    try:
        return list(open_crm(found).users()), ""
    except SwitchhookError as error:
        return [], told(error, found.name)


def _connection(request: ProjectRequest, connection_id: int) -> Connection:
    return get_object_or_404(Connection, pk=connection_id, project=request.project)
