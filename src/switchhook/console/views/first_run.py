"""The first-run guide: its page, and the steps about telephony, the webhook and the CRM."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from switchhook.calls.models import Fact
from switchhook.connections import joining, services
from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connectors.base import SampleReading
from switchhook.connectors.registry import Manifest, manifests
from switchhook.console import guided
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.account_forms import ConnectionForm
from switchhook.console.views import connecting, first_run_people, first_run_rules, first_run_test
from switchhook.console.wording import EVENT_KINDS, told
from switchhook.core.errors import SwitchhookError, Unusable
from switchhook.intake.models import RawEvent, RawState
from switchhook.intake.replay import replay
from switchhook.onboarding import checks, reach
from switchhook.onboarding.steps import LATER, LOCAL_CRM, FirstRun, Step, came_from_outside
from switchhook.projects.models import AuditEntry, Role
from switchhook.projects.staffing import take_over
from switchhook.understanding import sample

TITLES = {
    Step.TELEPHONY: gettext_lazy("Connect your telephony"),
    Step.WEBHOOK: gettext_lazy("Let calls come in"),
    Step.CRM: gettext_lazy("Choose your CRM"),
    Step.PEOPLE: gettext_lazy("Who is who"),
    Step.RULES: gettext_lazy("What a call does"),
    Step.TEST: gettext_lazy("Make a test call"),
}
MOST_REPLAYED = 1000


@project_view(Role.ADMIN)
@require_safe
def first_run(request: ProjectRequest) -> HttpResponse:
    """The guide at the step that is open, or at the one that `step` names, if that may be done already."""
    return page(request)


def page(request: ProjectRequest, **more: Any) -> HttpResponse:
    """The guide; `more` is what a step shows after it was refused, among it its `status`."""
    run = FirstRun(request.project, request.user)
    checks.forget_count(request.project)
    shown = _shown(request, run)
    context: dict[str, Any] = {"run": run, "steps": _steps(run, shown), "shown": shown, "done_count": _done(run)}
    context |= _CONTENTS[shown](request, run) if shown else {}
    return render(request, "console/first_run/guide.html", context | more, status=more.get("status", 200))


def _shown(request: ProjectRequest, run: FirstRun) -> Step | None:
    """The step to show in full: the one asked for, unless it is closed."""
    asked = request.POST.get("step") or request.GET.get("step", "")
    free = {one.step for one in run.standings if one.state != "closed"}
    return Step(asked) if asked in free else run.open_step


def _steps(run: FirstRun, shown: Step | None) -> list[dict[str, Any]]:
    return [
        {
            "name": one.step.value,
            "title": TITLES[one.step],
            "state": one.state.value,
            "waits_for": TITLES[one.waits_for] if one.waits_for else "",
            "shown": one.step is shown,
            "template": f"console/first_run/{one.step}.html",
            "result": _result(run, one.step) if one.state == "done" else "",
        }
        for one in run.standings
    ]


def _done(run: FirstRun) -> int:
    return sum(one.state == "done" for one in run.standings)


def _result(run: FirstRun, step: Step) -> str:
    """What came of a step, in a few words."""
    match step:
        case Step.TELEPHONY if run.telephony:
            return run.telephony.name
        case Step.CRM if run.crm:
            return run.crm.name
        case Step.WEBHOOK:
            return _("Events arrive.")
        case Step.PEOPLE:
            return _("You are %(name)s.") % {"name": run.me.name} if run.me else _("You take no calls.")
        case Step.RULES if run.crm:
            return first_run_rules.preset_title(run.crm)
    return _("It is in the journal.")


# --- telephony and CRM ------------------------------------------------------------------------------------------------


def _telephony(request: ProjectRequest, run: FirstRun) -> dict[str, Any]:
    offered = [about for about in manifests().values() if about.role == "telephony"]
    return {"offered": offered, **_account_form(request, offered, run.telephony)}


def _crm(request: ProjectRequest, run: FirstRun) -> dict[str, Any]:
    offered = [about for about in manifests().values() if about.role == "crm" and not about.local]
    there = {one.connector for one in run.crms}
    local = next((about for about in manifests().values() if about.local), None)
    lacks = run.crm is not None and not run.is_done(Step.CRM)
    return {"offered": offered, "there": there, "local": local, "lacks": lacks, **_account_form(request, offered, None)}


def _account_form(request: ProjectRequest, offered: list[Manifest], held: Connection | None) -> dict[str, Any]:
    """The form of the connector that was picked; of the only one, where there is but one and nothing is connected."""
    asked = request.GET.get("with", "")
    only = offered[0] if len(offered) == 1 and held is None else None
    about = next((item for item in offered if item.slug == asked), only)
    if about is None:
        return {}
    asks_local = joining.is_first_vendor(request.project, about.slug)
    return {"about": about, "form": ConnectionForm(about, asks_local=asks_local), "address": joining.return_address()}


@require_POST
@project_view(Role.ADMIN)
def first_run_connect(request: ProjectRequest, connector: str) -> HttpResponse:
    """Try the account and save it; then on with the guide. What was refused is shown in the step's form."""
    about = manifests().get(connector)
    if about is None or about.local:
        raise Http404
    form = ConnectionForm(about, request.POST, asks_local=joining.is_first_vendor(request.project, connector))
    guided.enter(request)
    done = connecting.submit(request, form)
    if done is None:
        return page(request, about=about, form=form, address=joining.return_address(), status=422)
    if about.role == "telephony":
        _take_staff_over(request)
    return done


def _take_staff_over(request: ProjectRequest) -> None:
    """The employees, as soon as there is somebody to ask; a refusal is told by the step that needs them."""
    run = FirstRun(request.project, request.user)
    if run.telephony is not None and run.telephony.state == ConnectionState.ACTIVE:
        try:
            take_over(request.project, open_telephony(run.telephony).staff())
        except SwitchhookError as error:
            messages.warning(request, told(error, run.telephony.name))


@require_POST
@project_view(Role.ADMIN)
def first_run_decide(request: ProjectRequest) -> HttpResponse:
    """A decision: `later` (with `step`), `now` (the same taken back), `local-crm`, `settings`, `finish`."""
    run, step = FirstRun(request.project, request.user), request.POST.get("step", "")
    match request.POST.get("do", ""):
        case "later" if step == Step.WEBHOOK and run.may_wait():
            run.settle(f"{LATER}{step}")
        case "now":
            run.unsettle(f"{LATER}{step}")
        case "local-crm":
            _use_local(request, run)
        case "settings" if run.crm:
            guided.enter(request)
            return redirect("connection_setup", request.project.pk, run.crm.pk)
        case "finish" if run.complete:
            run.finish()
            _note(request, "first_run.finish", request.project.name)
            messages.success(request, _("All is set up. Calls appear here as they come."))
            return redirect("overview", request.project.pk)
    return redirect("first_run", request.project.pk)


def _use_local(request: ProjectRequest, run: FirstRun) -> None:
    about = next((item for item in manifests().values() if item.local), None)
    if about is None:
        return
    held = next((one for one in run.crms if one.connector == about.slug), None)
    if held is None:
        services.add(request.project, about.slug)
    elif held.state == ConnectionState.PAUSED:
        services.activate(held, request.user)
    run.settle(LOCAL_CRM)


# --- the webhook ------------------------------------------------------------------------------------------------------


def _webhook(request: ProjectRequest, run: FirstRun) -> dict[str, Any]:
    if run.telephony is None:
        return {}
    about = manifests().get(run.telephony.connector)
    return {
        "webhook_url": services.webhook_url(run.telephony),
        "how_to": about.webhook_steps if about else (),
        "reach": reach.last(request.project),
        **_event(run),
    }


def _event(run: FirstRun) -> dict[str, Any]:
    """The latest event of the provider as people read it; nothing where none has come."""
    if run.telephony is None:
        return {}
    latest = came_from_outside(run.telephony).order_by("-id").first()
    if latest is None:
        return {"event": None}
    try:
        reading = sample.read_stored(run.telephony, latest)
    except Unusable as error:
        return {"event": latest, "unreadable": str(error)}
    unsure = sample.uncertain(reading)
    return {
        "event": latest,
        "reading": reading,
        "told": _told(latest, reading),
        "meanings": sample.meanings(run.telephony),
        "unsure": [value for value in reading.values if value.name in unsure],
        "sure": [value for value in reading.values if value.name not in unsure],
        "unread": latest.state == RawState.FLAGGED,
    }


def _told(event: RawEvent, reading: SampleReading) -> dict[str, Any]:
    """What an event said, once it is read: its kind in words, the client, the time of the call."""
    fact = Fact.objects.filter(raw_event=event).select_related("call").first()
    if reading.test or fact is None:
        return {"test": reading.test}
    return {"kind": EVENT_KINDS.get(fact.kind, fact.kind), "call": fact.call}


@require_POST
@project_view(Role.ADMIN)
def first_run_reach(request: ProjectRequest) -> HttpResponse:
    """Try the hub's public address now; the panel that says how it went."""
    tried = reach.look(request.project)
    run = FirstRun(request.project, request.user)
    if not request.htmx:
        return redirect("first_run", request.project.pk)
    return render(request, "console/first_run/reach.html", {"reach": tried, "run": run})


@project_view(Role.ADMIN)
@require_safe
def first_run_event(request: ProjectRequest) -> HttpResponse:
    """The panel that waits for the first event, for the page to renew."""
    run = FirstRun(request.project, request.user)
    return render(request, "console/first_run/event.html", {"run": run, **_event(run)})


@require_POST
@project_view(Role.ADMIN)
def first_run_names(request: ProjectRequest) -> HttpResponse:
    """Save what the latest event's parameters mean (`name-<n>`, `meaning-<n>`); read anew what could not be read."""
    run = FirstRun(request.project, request.user)
    latest = came_from_outside(run.telephony).order_by("-id").first() if run.telephony else None
    if run.telephony is None or latest is None:
        return redirect("first_run", request.project.pk)
    numbers = [key.removeprefix("meaning-") for key in request.POST if key.startswith("meaning-")]
    chosen = {request.POST.get(f"name-{n}", ""): request.POST.get(f"meaning-{n}", "") for n in numbers}
    names = sample.name_map(sample.read_stored(run.telephony, latest), chosen, run.telephony.setting("names", {}))
    joining.keep_settings(run.telephony, {"names": names}, request.user)
    flagged = RawEvent.objects.filter(connection=run.telephony, state=RawState.FLAGGED).order_by("-id")
    replay(flagged.values_list("pk", flat=True)[:MOST_REPLAYED])
    messages.success(request, _("The names are learnt."))
    return redirect("first_run", request.project.pk)


@require_safe
def reached(request: HttpRequest, nonce: str) -> HttpResponse:
    """The hub's answer to itself, when it asks whether its public address leads to it."""
    return HttpResponse(reach.answer(nonce), content_type="text/plain")


def _note(request: ProjectRequest, action: str, target: str) -> None:
    AuditEntry.objects.create(project=request.project, user=request.user, action=action, target=target)


_CONTENTS = {
    Step.TELEPHONY: _telephony,
    Step.WEBHOOK: _webhook,
    Step.CRM: _crm,
    Step.PEOPLE: first_run_people.content,
    Step.RULES: first_run_rules.content,
    Step.TEST: first_run_test.content,
}
