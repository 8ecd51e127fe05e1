"""How a CRM connection stands: does work flow, what is held, what was kept back, what is left of its allowances."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from switchhook.connections import services
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency, budget
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.options import lacking
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.core.errors import Misconfigured
from switchhook.delivery import holding, observing, outages
from switchhook.delivery.holding import Held
from switchhook.projects.models import Role
from switchhook.scenarios.plan_settings import settings_of


def crm_state(found: Connection) -> dict[str, Any]:
    """What the state panel shows of a CRM connection; nothing is asked of the CRM."""
    held = holding.count(found)
    return {
        "fault": _fault(found),
        "holding": held,
        "asks": holding.asks(found),
        "progress": outages.progress(found) if found.state == "active" else None,
        "budget": budget(found),
        "choices": Held,
        "observing": observing.until(found),
    }


def shown_state(found: Connection) -> str:
    """The connection's state, or how its CRM's outage stands, or that it is still to be set up: as badges name it."""
    if found.role == "crm" and found.state == ConnectionState.ACTIVE:
        flow = outages.progress(found)
        if flow is None and observing.until(found):
            return "observing"
        return flow.state if flow else found.state
    return "unfinished" if found.state_reason == services.SETTINGS_TO_CHOOSE else found.state


def _fault(found: Connection) -> str:
    """Why a connection that does not work cannot work with the settings it has; "" where they are not the reason."""
    if found.state != ConnectionState.BROKEN:
        return ""
    if found.state_reason == services.SETTINGS_TO_CHOOSE:
        return found.state_reason
    try:
        open_crm(found, urgency=Urgency.LIVE)
        settings_of(found)
    except Misconfigured as error:
        return str(error)
    return ""


@require_safe
@project_view(Role.VIEWER)
def connection_flow(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The state panel alone, for the page to renew it while work is held up or catches up."""
    found = _crm(request, connection_id)
    context = head(found) | crm_state(found) | {"shown_state": shown_state(found)}
    return render(request, "console/connections/crm_state.html", context)


@require_POST
@project_view(Role.ADMIN)
def connection_state(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Pause (`to=pause`), switch on (`resume`, with `held`), send what was kept (`send`, with `held`), try an
    unreachable CRM at once (`try`), give the connection a further secret (`rotate`), write nothing for so many `days`
    (`observe`), end that (`write`), or send what was observed meanwhile (`send-observed`, with `held`).
    """
    found = get_object_or_404(Connection.objects.select_related("project"), pk=connection_id, project=request.project)
    steps = {"pause": _pause, "resume": _resume, "send": _send_kept, "try": _try_now, "rotate": _rotate}
    steps |= {"observe": _observe, "write": _write, "send-observed": _send_observed}
    step = steps.get(request.POST.get("to", ""))
    if step:
        messages.success(request, step(request, found))
    return redirect("connection", request.project.pk, found.pk)


def _pause(request: ProjectRequest, found: Connection) -> str:
    services.pause(found, request.user)
    return _("%(name)s is paused. Its work is held.") % {"name": found.name}


def mended(request: ProjectRequest, found: Connection) -> str:
    """Switch on a connection that was broken and works again; what it held goes by itself.

    Where settings are still to be chosen, it goes once they are.
    """
    if lacking(found):
        services.hold_for_settings(found)
        return _("The account is connected. Its work goes on once its settings are chosen.")
    if found.role == "crm":
        holding.resume(found, request.user)
    else:
        services.activate(found, request.user)
    return _("%(name)s works again. Held work goes on.") % {"name": found.name}


def _resume(request: ProjectRequest, found: Connection) -> str:
    if found.role != "crm":
        services.activate(found, request.user)
        return _("%(name)s is switched on.") % {"name": found.name}
    if found.state == ConnectionState.BROKEN:
        return mended(request, found)
    done = holding.resume(found, request.user, held=_held(request, Held.NONE))
    if not done.kept:
        return _("%(name)s is switched on. Held work goes on.") % {"name": found.name}
    text = ngettext(
        "%(name)s is switched on. %(n)s call is kept and not sent; it can be sent later.",
        "%(name)s is switched on. %(n)s calls are kept and not sent; they can be sent later.",
        done.kept,
    )
    return text % {"name": found.name, "n": done.kept}


def _send_kept(request: ProjectRequest, found: Connection) -> str:
    count = holding.send_skipped(found, request.user, held=_held(request, Held.ALL))
    return ngettext("The work of %(n)s call is sent.", "The work of %(n)s calls is sent.", count) % {"n": count}


def _observe(request: ProjectRequest, found: Connection) -> str:
    days = request.POST.get("days", "")
    ends = observing.begin(found, int(days) if days.isdecimal() else observing.USUAL_DAYS, request.user)
    said = {"name": found.name, "time": date_format(timezone.localtime(ends), "j E, H:i")}
    return _("Nothing is written to %(name)s until %(time)s; what would be written is shown with each call.") % said


def _write(request: ProjectRequest, found: Connection) -> str:
    observing.end(found, request.user)
    return _("From now on calls are written to %(name)s.") % {"name": found.name}


def _send_observed(request: ProjectRequest, found: Connection) -> str:
    count = holding.send_observed(found, request.user, held=_held(request, Held.ALL))
    return ngettext("The work of %(n)s call is sent.", "The work of %(n)s calls is sent.", count) % {"n": count}


def _try_now(request: ProjectRequest, found: Connection) -> str:
    outages.try_now(found)
    return _("%(name)s is tried now.") % {"name": found.name}


def _rotate(request: ProjectRequest, found: Connection) -> str:
    services.rotate_secret(found, request.user)
    return _("A new address is in force; the one before it still works.")


def _held(request: ProjectRequest, default: Held) -> Held:
    said = request.POST.get("held", "")
    return Held(said) if said in list(Held) else default


def _crm(request: ProjectRequest, connection_id: int) -> Connection:
    found = Connection.objects.select_related("project")
    return get_object_or_404(found, pk=connection_id, project=request.project, role="crm")
