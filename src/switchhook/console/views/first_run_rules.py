"""The guide's step about the scenario table: a preset, said in plain words, and the people it needs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from switchhook.connections import joining
from switchhook.connections.models import Connection
from switchhook.connectors.registry import manifests
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.first_run_forms import FirstRulesForm
from switchhook.console.forms import PresetForm
from switchhook.console.matrix_words import action_in_words, in_words, minutes_in_words
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_shape import is_analysis, is_ringing
from switchhook.core.situation import Channel
from switchhook.onboarding.steps import FirstRun
from switchhook.projects.models import Role
from switchhook.scenarios import catalog
from switchhook.scenarios.models import MatrixVersion
from switchhook.scenarios.services import apply_preset


def content(request: ProjectRequest, run: FirstRun) -> dict[str, Any]:
    """The step's forms, and the summary of the preset that is chosen in them."""
    if run.crm is None:
        return {}
    preset = _current(run.crm)
    form = FirstRulesForm(run.crm)
    return {"preset_form": PresetForm(preset), "rules_form": form, "summary": summary(preset, run.crm)}


def _current(crm: Connection) -> str:
    version = MatrixVersion.objects.filter(connection=crm).order_by("-number").first()
    about = manifests().get(crm.connector)
    return (version.preset if version else "") or (about.default_preset if about else "") or "builtin"


def preset_title(crm: Connection) -> str:
    """What the table in force is called."""
    version = MatrixVersion.objects.filter(connection=crm).order_by("-number").first()
    title = Matrix.from_data(version.data).title if version else ""
    return _(title) if title else _("The scenario table is in force.")


def summary(preset: str, crm: Connection) -> list[dict[str, Any]]:
    """The calls' rows of a preset in plain words: `when`, and `does`, a list; [] for an unknown preset."""
    try:
        matrix = catalog.preset(preset)
    except Misconfigured:
        return []
    due = minutes_in_words(int(crm.setting("task_due_minutes", 240)))
    rows = [row for row in matrix.rows if row.when.channel is Channel.CALL]
    return [
        {
            "when": in_words(row.when),
            "does": [action_in_words(spec, due=due, translate=_, plain=True) for spec in row.actions if spec.enabled],
        }
        for row in rows
        if not is_analysis(row.when) and not is_ringing(row.when)
    ]


@project_view(Role.ADMIN)
@require_safe
def first_run_summary(request: ProjectRequest) -> HttpResponse:
    """What the preset that `preset` names does, for the page to show as it is chosen."""
    run = FirstRun(request.project, request.user)
    found = summary(request.GET.get("preset", ""), run.crm) if run.crm else []
    return render(request, "console/first_run/summary.html", {"summary": found})


@require_POST
@project_view(Role.ADMIN)
def first_run_rules(request: ProjectRequest) -> HttpResponse:
    """Put the preset in force, unless it is already, and save the people and the time."""
    run = FirstRun(request.project, request.user)
    if run.crm is None:
        return redirect("first_run", request.project.pk)
    preset, rules = PresetForm("", request.POST), FirstRulesForm(run.crm, request.POST)
    if not (preset.is_valid() and rules.is_valid()):
        messages.error(request, _("Choose who is the senior manager: somebody must get the tasks of missed calls."))
        return redirect("first_run", request.project.pk)
    version = MatrixVersion.objects.filter(connection=run.crm).order_by("-number").first()
    if version is None or version.preset != preset.cleaned_data["preset"]:
        apply_preset(run.crm, preset.cleaned_data["preset"], request.user)
    joining.keep_settings(run.crm, rules.settings(), request.user)
    return redirect("first_run", request.project.pk)
