"""The small chart of the overview, and figures in the pages of the reports."""

from dataclasses import replace
from typing import Any

from django import template
from django.utils import timezone

from switchhook.console import report_figures, report_words
from switchhook.reports.counting import Outcome, refresh
from switchhook.reports.periods import Period
from switchhook.reports.queries import Scope

register = template.Library()

_LOW = 96


@register.inclusion_tag("console/reports/today.html", takes_context=True)
def today_chart(context: dict[str, Any]) -> dict[str, Any]:
    """Today's calls by hour, and the line of the last 14 days; nothing where nothing is counted yet."""
    project, today = context["project"], timezone.localdate()
    if refresh(project, patient=False) is Outcome.ABSENT:
        return {"shown": False}
    scope = Scope(project=project, period=Period(today, today))
    return {
        "shown": True,
        "project": project,
        "journal": context.get("journal", ""),
        "chart": report_figures.today(scope, _LOW),
        "line": report_figures.last_days(replace(scope, direction=""), today),
    }


@register.filter
def grouped(number: int) -> str:
    """A number with its thousands grouped as the language does."""
    return report_words.count(number)
