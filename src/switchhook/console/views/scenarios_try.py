"""Trying a scenario table: on a situation that a person makes up, and on the last calls. Nothing is written."""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.matrix_desk import Desk, desk_of, frame
from switchhook.console.matrix_trial import Names, ShownPlan, differs, invented_case, shown
from switchhook.console.matrix_try_forms import InventedForm, PastCallsForm
from switchhook.console.matrix_words import balance_in_words
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.tryout import Outcomes, Trial, planned, try_out
from switchhook.delivery.past_calls import PastCall, past_cases
from switchhook.delivery.trace import worded
from switchhook.projects.models import Role
from switchhook.scenarios import catalog

SHOWN = 30
"""So many of the calls that differ are shown at a time."""


@project_view(Role.VIEWER)
def scenario_try(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """A made-up call, form or chat: what the table makes of it, and what is in force where that is otherwise."""
    desk = desk_of(request, connection_id)
    form = InventedForm(desk.connection, desk.capabilities, request.POST or None)
    context = frame(desk) | {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= _invented(desk, form)
    status = 422 if form.is_bound and not form.is_valid() else 200
    page = "try_result.html" if request.htmx and form.is_bound and form.is_valid() else "try.html"
    return render(request, f"console/scenarios/{page}", context, status=status)


def _invented(desk: Desk, form: InventedForm) -> dict[str, Any]:
    case = invented_case(form.invented(), desk.settings, f"{settings.PUBLIC_URL}/r/…")
    names = Names.of(desk.connection)
    plan = planned(case, desk.matrix, desk.capabilities)
    today = planned(case, desk.force, desk.capabilities)
    if not differs(plan, today):
        return {"plan": shown(plan, case, names)}
    return {"plan": shown(plan, case, names, beside=today), "today": shown(today, case, names, beside=plan)}


@dataclass(frozen=True, slots=True)
class Differing:
    """A call whose plans differ, with both of them."""

    what: PastCall
    before: ShownPlan
    after: ShownPlan


@project_view(Role.VIEWER)
def scenario_try_calls(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The last calls by the version in force and by another table: the difference in words, then call by call."""
    desk = desk_of(request, connection_id)
    asked = request.GET if "calls" in request.GET else None
    form = PastCallsForm(has_draft=desk.draft is not None, chosen=desk.preset, data=asked)
    context = frame(desk) | {"form": form}
    if form.is_bound and form.is_valid():
        context |= _on_calls(desk, form, _offset(request))
    rest = request.htmx and "from" in request.GET
    return render(request, f"console/scenarios/{'try_more.html' if rest else 'try_calls.html'}", context)


def _offset(request: ProjectRequest) -> int:
    said = request.GET.get("from", "")
    return int(said) if said.isdecimal() and len(said) < 6 else 0


def _on_calls(desk: Desk, form: PastCallsForm, offset: int) -> dict[str, Any]:
    started = perf_counter()
    try:
        cases = past_cases(desk.connection, form.cleaned_data["calls"])
    except Misconfigured as error:
        return {"problem": worded(str(error))}
    trial = try_out(cases, desk.force, _table(desk, form.cleaned_data["table"]), desk.capabilities)
    names = Names.of(desk.connection)
    part = trial.differing[offset : offset + SHOWN]
    end = offset + len(part)
    return {
        "trial": trial,
        "balance": balance_in_words(trial.balance),
        "moved_only": bool(trial.differing) and not trial.balance,
        "rejudged": sum(not case.what.judged for case in cases),
        "rows": _counts(trial),
        "differing": [_differing(one, names) for one in part],
        "next": end if end < len(trial.differing) else None,
        "seconds": f"{perf_counter() - started:.1f}",
        "other": _named(desk, form.cleaned_data["table"]),
    }


def _table(desk: Desk, name: str) -> Matrix:
    return desk.matrix if name == "draft" else catalog.preset(name)


def _named(desk: Desk, name: str) -> str:
    return _("your draft") if name == "draft" else f"“{_(catalog.preset(name).title)}”"


def _counts(trial: Trial[PastCall]) -> list[dict[str, Any]]:
    kinds = [kind for kind in dict.fromkeys([*trial.before, *trial.after]) if trial.before[kind] or trial.after[kind]]
    return [
        {
            "kind": kind,
            "before": trial.before[kind],
            "after": trial.after[kind],
            "by": trial.after[kind] - trial.before[kind],
        }
        for kind in kinds
    ]


def _differing(one: Outcomes[PastCall], names: Names) -> Differing:
    before = shown(one.before, one.case, names, beside=one.after)
    return Differing(one.case.what, before, shown(one.after, one.case, names, beside=one.before))
