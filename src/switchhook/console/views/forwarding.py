"""Smart forwarding: its settings, what to enter at the provider, and "who would take this call?"."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.connections import services
from switchhook.connections.joining import keep_settings
from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.console.forwarding_forms import ForwardingForm
from switchhook.console.forwarding_try import known_records, who_takes
from switchhook.core.phone import normalize
from switchhook.projects.models import Role
from switchhook.routing.scheme import Scheme, read_scheme


@project_view(Role.ADMIN)
def forwarding(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The settings, with the steps at the provider and a try beside them."""
    found = _telephony(request, connection_id)
    form = ForwardingForm(found.settings, request.POST or None)
    if request.method == "POST" and form.is_valid():
        keep_settings(found, form.settings(), request.user, "connection.forwarding")
        messages.success(request, _("Saved. It is in force within five seconds."))
        return redirect("forwarding", request.project.pk, found.pk)
    context = head(found) | {"form": form, "forward_url": services.forward_url(found)}
    context |= _example(read_scheme(found.settings))
    return render(request, "console/connections/forwarding.html", context, status=422 if form.errors else 200)


@require_POST
@project_view(Role.ADMIN)
def try_forwarding(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Who would take a call of `number`, by the form as it stands, saved or not. Nothing is forwarded."""
    found = _telephony(request, connection_id)
    form = ForwardingForm(found.settings, request.POST)
    settings = form.settings() if form.is_valid() else found.settings
    typed = request.POST.get("try_number", "").strip()
    client = normalize(typed, request.project.country)
    context: dict[str, Any] = {"typed": typed, "client": client, "unsaved": form.is_valid()}
    if client:
        scheme = read_scheme({**found.settings, **settings})
        context |= {
            "taker": who_takes(found, client, scheme),
            "records": known_records(found, client),
            "scheme": scheme,
        }
        context |= _answered(scheme, context["taker"])
    return render(request, "console/connections/forwarding_try.html", context)


def _telephony(request: ProjectRequest, connection_id: int) -> Connection:
    found = Connection.objects.select_related("project")
    return get_object_or_404(found, pk=connection_id, project=request.project, role="telephony")


def _example(scheme: Scheme) -> dict[str, Any]:
    asked = {
        scheme.fields["number"]: "380671234567",
        scheme.fields["direction"]: "in",
        scheme.fields["state"]: scheme.state,
    }
    return {"scheme": scheme, "question": json.dumps(asked), **_answered(scheme, (None, "acme_olena"))}


def _answered(scheme: Scheme, taker: tuple[Any, str] | None) -> dict[str, Any]:
    """What the provider would read, as text."""
    if taker is None:
        nobody = scheme.nobody
        if nobody is None:
            return {"answer": "" if scheme.form == "http" else "{}" if scheme.form == "json" else _rpc({})}
        return {"answer": nobody if isinstance(nobody, str) else json.dumps(nobody)}
    if scheme.form == "http":
        return {"answer": taker[1]}
    told = {scheme.answer_field: taker[1]}
    return {"answer": _rpc(told) if scheme.form == "json-rpc" else json.dumps(told)}


def _rpc(result: dict[str, str]) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "result": result})
