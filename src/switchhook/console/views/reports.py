"""The reports: figures, charts and tables of a period, and each table as a file."""

import csv
from dataclasses import replace
from io import StringIO
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from switchhook.calls.export import safe
from switchhook.calls.models import Call
from switchhook.console import report_figures, report_tables, report_words
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.report_figures import Known
from switchhook.console.report_form import ORIGINS, ReportForm
from switchhook.console.views.export import BOM
from switchhook.projects.models import Role
from switchhook.reports.counting import Outcome, refresh
from switchhook.reports.queries import Scope


@require_GET
@project_view(Role.VIEWER)
def reports(request: ProjectRequest) -> HttpResponse:
    """The report of the filters in the address; asked by htmx, only what the filters change."""
    outcome = refresh(request.project, patient=False)
    form = ReportForm(request.project, request.GET)
    context: dict[str, Any] = {
        "form": form,
        "is_absent": outcome is Outcome.ABSENT,
        "is_behind": outcome is Outcome.BEHIND,
    }
    if outcome is not Outcome.ABSENT:
        context |= _report(form, form.scope(timezone.localdate()))
        if not context["sums"].total:
            context["is_new_project"] = not Call.objects.filter(project=request.project).exists()
    part = request.htmx.target == "report"
    return render(request, "console/reports/report.html" if part else "console/reports/page.html", context)


def _report(form: ReportForm, scope: Scope) -> dict[str, Any]:
    period = scope.period
    unit, origin = period.unit(form.value("unit") or ""), form.value("origin") or "source"
    known = Known.of(scope)
    context: dict[str, Any] = {
        "scope": scope,
        "span": report_words.span(period),
        "sums": known.sums,
        "kept": form.kept(),
    }
    if not known.sums.total:
        return context
    # A day that is not over yet cannot be compared with a whole one.
    before = None if period.days == 1 and period.until >= timezone.localdate() else period.before()
    old = Known.of(replace(scope, period=before)) if before else None
    old = old if old and old.sums.total else None
    tables = {slug: report_tables.named(slug, scope, unit, origin) for slug in ("people", "lines", "course", "week")}
    return context | {
        "figures": report_figures.figures(scope, known, old),
        "before": report_words.span(before) if before and old else "",
        "unit": unit,
        "units": [(name, form.kept(unit=name)) for name in period.units()],
        "chart": report_figures.course(scope, unit),
        "heat": report_figures.heat_map(scope),
        "origin": origin,
        "origins": [(name, label, form.kept(origin=name)) for name, label in ORIGINS],
        "tables": tables | {"origins": report_tables.origins(scope, origin)},
    }


@require_GET
@project_view(Role.VIEWER)
def report_table(request: ProjectRequest, table: str) -> HttpResponse:
    """One table of the report as CSV, with all its rows: counts, percent and seconds as plain numbers."""
    refresh(request.project, patient=False)
    form = ReportForm(request.project, request.GET)
    scope = form.scope(timezone.localdate())
    unit, origin = scope.period.unit(form.value("unit") or ""), form.value("origin") or "source"
    page = StringIO()
    rows = report_tables.written(report_tables.named(table, scope, unit, origin))
    csv.writer(page).writerows([safe(cell) for cell in row] for row in rows)
    answer = HttpResponse(BOM + page.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{table}-{scope.period.since:%Y-%m-%d}-{scope.period.until:%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
