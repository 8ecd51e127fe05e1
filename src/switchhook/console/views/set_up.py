"""An account's own settings: what the manifest asks for once the account can be reached."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.connections import joining, services
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.options import lacking, options
from switchhook.connectors.registry import Field, Manifest, manifests
from switchhook.console import guided
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.account_forms import PREFIX, SettingsForm
from switchhook.console.connection_head import head
from switchhook.console.views.crm_state import mended
from switchhook.console.wording import told
from switchhook.core.errors import AuthFailed, SwitchhookError
from switchhook.projects.models import Role


@project_view(Role.ADMIN)
def connection_setup(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The settings' form. What is loaded from the account is fetched after the page, so that a slow CRM blocks none."""
    found, about = _opened(request, connection_id)
    if request.method == "POST":
        return _save(request, found, about)
    waits = not (request.htmx or "load" in request.GET) and any(item.loaded for item in about.fields)
    context = head(found) | ({"waits": True} if waits else _drawn(found, about))
    page = "setup_fields.html" if request.htmx else "setup.html"
    return render(request, f"console/connections/{page}", context)


@require_POST
@project_view(Role.ADMIN)
def setup_fields(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The form again for what is chosen in it so far: other choices may depend on it. Saves nothing."""
    found, about = _opened(request, connection_id)
    context = head(found) | _drawn(found, about, typed=request.POST, bound=False)
    return render(request, "console/connections/setup_fields.html", context)


def _save(request: ProjectRequest, found: Connection, about: Manifest) -> HttpResponse:
    drawn = _drawn(found, about, typed=request.POST)
    form: SettingsForm = drawn["form"]
    if not form.is_valid() or not _configured(request, found, form):
        context = head(found) | drawn
        return render(request, "console/connections/setup.html", context, status=422)
    missing = lacking(found)
    if missing and drawn["options"].problem is None:
        names = ", ".join(_(item.label) for item in missing)
        messages.warning(request, _("Saved. Still to be chosen: %(names)s.") % {"names": names})
        return redirect("connection_setup", request.project.pk, found.pk)
    messages.success(request, _("Saved."))
    return guided.way_back(request) or redirect("connection", request.project.pk, found.pk)


def _configured(request: ProjectRequest, found: Connection, form: SettingsForm) -> bool:
    try:
        doubt = joining.configure(found, form.settings(), form.credentials(), request.user)
    except SwitchhookError as error:
        form.refuse(error)
        return False
    if doubt:
        answer = told(doubt, found.name)
        messages.warning(request, _("The settings are saved, but could not be tried: %(answer)s") % {"answer": answer})
    if found.state == ConnectionState.BROKEN and not isinstance(doubt, AuthFailed) and not lacking(found):
        messages.success(request, mended(request, found))
    return True


def _drawn(found: Connection, about: Manifest, typed: QueryDict | None = None, *, bound: bool = True) -> dict[str, Any]:
    """The form for what is saved, or for what is `typed`: `bound` to it where it is to be checked."""
    flags = {item.name for item in about.fields if item.kind == "flag"}
    asked_by = {name for item in about.fields for name in item.after} - flags
    chosen = _typed(about, typed) if typed is not None else {}
    settings = {**found.settings, **{name: value for name, value in chosen.items() if name in asked_by}}
    offered = options(found, settings)
    current = {item.name: _current(item, found, settings) for item in about.fields if item.name in found.settings}
    sealed = services.held_credentials(found).keys()
    form = SettingsForm(about, current, offered.choices, typed if bound else None, later=offered.waiting, sealed=sealed)
    if not bound:
        form.initial.update({f"{PREFIX}{name}": value for name, value in chosen.items()})
    for name in asked_by & {item.name for item in about.fields if form.has(item)}:
        form.fields[f"{PREFIX}{name}"].widget.attrs |= {
            "hx-post": reverse("setup_fields", args=(found.project_id, found.pk)),
            "hx-trigger": "change",
            "hx-target": "#setup-fields",
        }
    problem = told(offered.problem, found.name) if offered.problem else ""
    return {"form": form, "options": offered, "problem": problem}


def _current(item: Field, found: Connection, settings: dict[str, Any]) -> Any:
    """The saved value, unless what it depends on is to change: then it is none of the choices any more."""
    same = all(settings.get(name) == found.settings.get(name) for name in item.after)
    return found.settings.get(item.name) if same else None


def _typed(about: Manifest, data: QueryDict) -> dict[str, Any]:
    """What stands in the form now, unchecked; fields that it does not show are left out."""
    said: dict[str, Any] = {}
    for item in about.fields:
        name = f"{PREFIX}{item.name}"
        if item.kind == "choices":
            said |= {item.name: data.getlist(name)} if item.loaded and name in data else {}
        elif name in data and not item.secret:
            said[item.name] = data[name]
    return said


def _opened(request: ProjectRequest, connection_id: int) -> tuple[Connection, Manifest]:
    found = get_object_or_404(Connection.objects.select_related("project"), pk=connection_id, project=request.project)
    about = manifests().get(found.connector)
    if about is None or all(item.secret and item.step == "connect" for item in about.fields):
        raise Http404
    return found, about
