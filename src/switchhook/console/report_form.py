"""The filters of the reports as they stand in the address, and addresses made of them."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from switchhook.calls.search import seen
from switchhook.console.line_names import line_choices
from switchhook.projects.models import Employee, Project
from switchhook.reports.periods import LONGEST, Period, named
from switchhook.reports.queries import Scope

PERIODS = (
    ("month", _("Last 30 days")),
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("week", _("Last 7 days")),
    ("this_month", _("This month")),
    ("last_month", _("Last month")),
    ("quarter", _("Last 90 days")),
    ("year", _("Last 365 days")),
    ("days", _("Chosen days")),
)
USUAL = "month"
ORIGINS = (("source", _("Source")), ("medium", _("Medium")), ("campaign", _("Campaign")), ("pool", _("Number pool")))


class ReportForm(forms.Form):
    """What the report is about; what does not fit is ignored."""

    period = forms.ChoiceField(label=_("Period"), required=False, choices=PERIODS)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    direction = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[("", _("Any")), ("in", _("Incoming")), ("out", _("Outgoing")), ("internal", _("Internal"))],
    )
    employee = forms.ModelChoiceField(
        Employee.objects.none(), label=_("Employee"), required=False, empty_label=_("Anyone")
    )
    source = forms.ChoiceField(label=_("Source"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    line = forms.ChoiceField(label=_("Line"), required=False)
    unit = forms.CharField(required=False, widget=forms.HiddenInput)
    origin = forms.ChoiceField(required=False, choices=ORIGINS, widget=forms.HiddenInput)

    def __init__(self, project: Project, data: QueryDict) -> None:
        super().__init__(data)
        self._project, fields = project, dict[str, Any](self.fields)
        fields["employee"].queryset = Employee.objects.filter(project=project)
        for name in ("source", "campaign"):
            fields[name].choices = [("", _("Any")), *((value, value) for value in seen(project, name))]
        fields["line"].choices = line_choices(project)
        self.is_valid()

    @property
    def has_days(self) -> bool:
        """Whether days were chosen instead of a named period."""
        return bool(self.value("period") == "days")

    def value(self, name: str) -> Any:
        """A cleaned value; "" or None where nothing fitting was given."""
        return self.cleaned_data.get(name)

    def scope(self, today: date) -> Scope:
        """What the report is about, with named periods as days."""
        employee = self.value("employee")
        return Scope(
            project=self._project,
            period=self._period(today),
            direction=self.value("direction") or "",
            employee=employee.pk if employee else None,
            source=self.value("source") or "",
            campaign=self.value("campaign") or "",
            line=self.value("line") or "",
        )

    def _period(self, today: date) -> Period:
        since, until = self.value("since"), self.value("until")
        if self.has_days and (since or until):
            last = min(until or today, date(9999, 1, 1))
            first = max(since or last, date(1900, 1, 1))
            first, last = min(first, last), max(first, last)
            return Period(max(first, date.fromordinal(last.toordinal() - LONGEST)), last)
        return named(self.value("period") or USUAL, today) or Period(today - timedelta(days=29), today)

    def kept(self, **changed: str) -> str:
        """The filters in force as an address carries them, some of them `changed` ("" takes one away)."""
        pairs = {name: value for name in self.fields if name in self.cleaned_data and (value := self.data.get(name))}
        return urlencode({name: value for name, value in {**pairs, **changed}.items() if value})


def journal_query(scope: Scope, period: Period | None = None, **narrower: str | int) -> str:
    """The journal's filters for the calls of a report, or for a part of them."""
    days = period or scope.period
    told: dict[str, str | int | None] = {
        "period": "days",
        "since": days.since.isoformat(),
        "until": days.until.isoformat(),
        "direction": scope.direction,
        "employee": scope.employee,
        "source": scope.source,
        "campaign": scope.campaign,
        "line": scope.line,
        **narrower,
    }
    return urlencode({name: value for name, value in told.items() if value})
