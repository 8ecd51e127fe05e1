"""Deliveries: what waits, what needs a person, and sending it again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.calls.queries import known_clients
from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.delivery.advice import advice
from switchhook.delivery.models import Delivery, DeliveryState, Effect, EffectState
from switchhook.delivery.resend import Cause, causes, resend, resend_matching, retry
from switchhook.projects.models import AuditEntry, Role

SHOWN = 100
MOST_RESENT = 5000
_DEAD = (EffectState.REFUSED, EffectState.BLOCKED)
_WAITING = (DeliveryState.PENDING, DeliveryState.RUNNING)
_TABS = {
    "waiting": _WAITING,
    "failed": (DeliveryState.DEAD,),
    "kept": (DeliveryState.KEPT,),
    "done": (DeliveryState.DONE, DeliveryState.SKIPPED),
}


@project_view(Role.VIEWER)
def deliveries(request: ProjectRequest) -> HttpResponse:
    """Tabs: `attention` (dead work), `waiting` (lanes' heads), `failed` (calls that could not be worked on), `kept`
    (held back when a connection was switched on), `done`.
    """
    tab = request.GET.get("tab", "attention")
    all_of_project = Delivery.objects.filter(connection__project=request.project)
    counts = all_of_project.aggregate(
        waiting=Count("pk", filter=Q(state__in=_WAITING)),
        failed=Count("pk", filter=Q(state=DeliveryState.DEAD)),
        kept=Count("pk", filter=Q(state=DeliveryState.KEPT)),
    )
    context: dict[str, Any] = {
        "tab": tab,
        "counts": counts | {"attention": _dead(request).count()},
        "held": _held(request),
        "shown": SHOWN,
    }
    if tab == "attention":
        context |= _attention(request)
    else:
        order = "id" if tab == "waiting" else "-id"
        found = all_of_project.filter(state__in=_TABS.get(tab, _TABS["done"]))
        context["deliveries"] = found.select_related("call", "connection", "lane").order_by(order)[:SHOWN]
    return render(request, "console/deliveries/list.html", context)


def _attention(request: ProjectRequest) -> dict[str, Any]:
    """Dead work, by cause and one by one; a cause in the address narrows the list to itself."""
    chosen = _cause(request.GET)
    dead = _dead(request).filter(**chosen) if chosen else _dead(request)
    effects = list(dead.select_related("call", "connection").order_by("-updated_at")[:SHOWN])
    clients = known_clients(request.project, {effect.call.client_number for effect in effects} - {""})
    rows = [
        {
            "effect": effect,
            "advice": advice(effect.error_code, state=effect.state),
            "client": clients.get(effect.call.client_number),
        }
        for effect in effects
    ]
    crms = {crm.pk: crm for crm in Connection.objects.filter(project=request.project, role="crm")}
    found = [
        {"cause": one, "query": urlencode(_query(one)), "places": _places(one, crms[one.connection_id])}
        for one in causes(request.project)
    ]
    current = next((one["query"] for one in found if chosen and _cause(QueryDict(str(one["query"]))) == chosen), "")
    return {"rows": rows, "causes": found, "chosen": chosen, "current": current}


def _places(cause: Cause, crm: Connection) -> list[tuple[str, str]]:
    """Where a cause can be mended: addresses and what they are called."""
    names = {
        "connection": _("Settings of the connection"),
        "connection_setup": _("Account"),
        "connection_fields": _("Fields and pipelines"),
        "connection_people": _("People"),
    }
    own = ["connection_setup"] if head(crm)["has_settings"] else []
    wanted = {
        "auth_failed": ["connection"],
        "misconfigured": own or ["connection"],
        "rejected": ["connection_fields", "connection_people", *own],
    }.get(cause.error_code, ["connection"])
    return [(reverse(name, args=(crm.project_id, crm.pk)), names[name]) for name in wanted]


def _query(cause: Cause) -> dict[str, str]:
    return {"connection": str(cause.connection_id), "code": cause.error_code, "kind": cause.kind, "error": cause.error}


def _cause(said: QueryDict) -> dict[str, str]:
    """The cause that an address or a form names, as filters of effects; empty where it names none."""
    names = {"connection": "connection_id", "code": "error_code", "kind": "kind", "error": "error"}
    found = {name: str(said[short]) for short, name in names.items() if said.get(short)}
    return found if _number(found.get("connection_id", "")) else {}


@require_POST
@project_view(Role.MANAGER)
def resend_effects(request: ProjectRequest) -> HttpResponse:
    """Send dead work again: the ticked effects (`effect`), with `cause` all that ended alike, with `all` everything."""
    chosen = _cause(request.POST)
    count = _resent(request, chosen)
    if count is None:
        messages.warning(request, _("Tick at least one record first."))
        return _back(request)
    AuditEntry.objects.create(
        project=request.project, user=request.user, action="effect.resend", changes={"calls": count, **chosen}
    )
    text = ngettext("The work of %(n)s call is sent again.", "The work of %(n)s calls is sent again.", count)
    messages.success(request, text % {"n": count})
    return _back(request)


def _resent(request: ProjectRequest, chosen: dict[str, str]) -> int | None:
    """How many calls' work is sent again; None where nothing was chosen."""
    if request.POST.get("cause"):
        if not chosen:
            return None
        named = {name: text for name, text in chosen.items() if name != "connection_id"}
        return resend_matching(request.project, connection_id=int(chosen["connection_id"]), **named)
    dead = _dead(request)
    if not request.POST.get("all"):
        dead = dead.filter(pk__in=[int(text) for text in request.POST.getlist("effect") if _number(text)])
    ids = list(dead.values_list("pk", flat=True)[:MOST_RESENT])
    return resend(ids) if ids else None


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


@require_POST
@project_view(Role.MANAGER)
def retry_deliveries(request: ProjectRequest) -> HttpResponse:
    """Work on the stopped calls again."""
    stopped = Delivery.objects.filter(connection__project=request.project, state=DeliveryState.DEAD)
    count = retry(stopped.values_list("pk", flat=True)[:MOST_RESENT])
    text = ngettext("The work of %(n)s call is sent again.", "The work of %(n)s calls is sent again.", count)
    messages.success(request, text % {"n": count})
    return _back(request)


def _back(request: ProjectRequest) -> HttpResponse:
    call = request.POST.get("call", "")
    if _number(call):
        return redirect("call", request.project.pk, int(call))
    return redirect("deliveries", request.project.pk)


def _dead(request: ProjectRequest) -> QuerySet[Effect]:
    return Effect.objects.filter(connection__project=request.project, state__in=_DEAD)


def _held(request: ProjectRequest) -> QuerySet[Connection]:
    waiting = Q(deliveries__state__in=_WAITING)
    return (
        Connection.objects.filter(project=request.project, role="crm")
        .exclude(state="active")
        .annotate(held=Count("deliveries", filter=waiting), oldest=Min("deliveries__created_at", filter=waiting))
    )
