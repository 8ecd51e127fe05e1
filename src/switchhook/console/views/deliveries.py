"""Deliveries: what waits, what needs a person, and sending it again."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.wording import ADVICE
from switchhook.delivery.models import Delivery, DeliveryState, Effect, EffectState
from switchhook.delivery.resend import resend, retry
from switchhook.projects.models import Role

SHOWN = 100
MOST_RESENT = 5000
_DEAD = (EffectState.REFUSED, EffectState.BLOCKED)
_WAITING = (DeliveryState.PENDING, DeliveryState.RUNNING)


@project_view(Role.VIEWER)
def deliveries(request: ProjectRequest) -> HttpResponse:
    """Tabs: `attention` (dead work), `waiting` (lanes' heads), `failed` (calls that could not be worked on), `done`."""
    tab = request.GET.get("tab", "attention")
    all_of_project = Delivery.objects.filter(connection__project=request.project)
    dead = _dead(request)
    counts = all_of_project.aggregate(
        waiting=Count("pk", filter=Q(state__in=_WAITING)), failed=Count("pk", filter=Q(state=DeliveryState.DEAD))
    )
    context: dict[str, Any] = {
        "tab": tab,
        "counts": counts | {"attention": dead.count()},
        "held": _held(request),
        "advice": ADVICE,
        "shown": SHOWN,
    }
    if tab == "attention":
        context["effects"] = dead.select_related("call", "connection").order_by("-updated_at")[:SHOWN]
    else:
        states = {"waiting": _WAITING, "failed": (DeliveryState.DEAD,)}.get(
            tab, (DeliveryState.DONE, DeliveryState.SKIPPED)
        )
        order = "id" if tab == "waiting" else "-id"
        found = all_of_project.filter(state__in=states).select_related("call", "connection", "lane")
        context["deliveries"] = found.order_by(order)[:SHOWN]
    return render(request, "console/deliveries/list.html", context)


@require_POST
@project_view(Role.MANAGER)
def resend_effects(request: ProjectRequest) -> HttpResponse:
    """Send dead work again: the ticked effects (`effect`), or with `all` everything."""
    dead = _dead(request)
    if not request.POST.get("all"):
        ticked = [
            int(text) for text in request.POST.getlist("effect") if text.isascii() and text.isdigit() and len(text) < 19
        ]
        dead = dead.filter(pk__in=ticked)
    ids = list(dead.values_list("pk", flat=True)[:MOST_RESENT])
    if not ids:
        messages.warning(request, _("Tick at least one record first."))
        return _back(request)
    count = resend(ids)
    text = ngettext("The work of %(n)s call is sent again.", "The work of %(n)s calls is sent again.", count)
    messages.success(request, text % {"n": count})
    return _back(request)


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
    if call.isascii() and call.isdigit() and len(call) < 19:
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
