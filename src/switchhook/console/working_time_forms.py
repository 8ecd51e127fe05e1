"""Forms of holidays and absences."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from switchhook.console.project_forms import country_name
from switchhook.projects.models import Employee, Project
from switchhook.working_time import public_days
from switchhook.working_time.models import Absence, Holiday

LONGEST_HOLIDAY = timedelta(days=366)
LONGEST_ABSENCE = timedelta(days=2 * 366)


def _date(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


def _time(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **more)


class HolidayForm(forms.ModelForm):  # type: ignore[type-arg]
    """Days on which the project is closed. A single day needs no last one."""

    marks_optional = True
    first = _date(_("First day"))
    last = _date(_("Last day"), required=False)

    class Meta:
        model = Holiday
        fields = ("name", "first", "last", "yearly")

    def __init__(self, project: Project, data: Any = None) -> None:
        super().__init__(data, instance=Holiday(project=project))
        self.fields["name"].required = True

    def clean(self) -> dict[str, Any]:
        """The last day is the first where none is given, and not before it."""
        values: dict[str, Any] = super().clean() or {}
        first = values.get("first")
        values["last"] = values.get("last") or first
        if first and values["last"]:
            if values["last"] < first:
                self.add_error("last", _("The last day is before the first."))
            elif values["last"] - first >= LONGEST_HOLIDAY:
                self.add_error("last", _("A holiday lasts a year at the most."))
        return values


class PublicHolidaysForm(forms.Form):
    """Whose public holidays to take over, and of which year."""

    country = forms.ChoiceField(label=_("Country"))
    year = forms.TypedChoiceField(label=_("Year"), coerce=int)

    def __init__(self, project: Project, today: date, data: Any = None) -> None:
        super().__init__(data, initial={"country": project.country, "year": today.year + (today.month > 10)})
        country: Any = self.fields["country"]
        named = ((code, country_name(code)) for code in public_days.known_countries())
        country.choices = sorted(named, key=lambda one: one[1].casefold())
        year: Any = self.fields["year"]
        year.choices = [(one, str(one)) for one in (today.year, today.year + 1)]


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and who stands in. Times are the project's."""

    marks_optional = True
    employee = forms.ModelChoiceField(label=_("Who is away"), queryset=Employee.objects.none(), empty_label=None)
    first = _date(_("First day"))
    last = _date(_("Last day"), required=False, help_text=_("Leave it empty for a single day."))
    start = _time(_("From"), required=False)
    end = _time(_("Until"), required=False)
    substitute = forms.ModelChoiceField(
        label=_("Who stands in"),
        queryset=Employee.objects.none(),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Gets the calls, open tasks and call-backs meanwhile."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, absence: Absence, allowed: QuerySet[Employee], data: Any = None) -> None:
        """`allowed` are those whose absences may be entered."""
        super().__init__(data, initial=_as_typed(absence) if absence.pk else None)
        self.absence = absence
        people: Any = self.fields["employee"]
        people.queryset = allowed
        stands: Any = self.fields["substitute"]
        stands.queryset = Employee.objects.filter(project=absence.project, active=True)
        if allowed.count() == 1:
            people.initial = allowed.first()

    def clean(self) -> dict[str, Any]:
        """An absence that lasts, of one person, with another standing in, and no second one at the same time."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("substitute") and values["substitute"] == values.get("employee"):
            self.add_error("substitute", _("Nobody stands in for himself."))
        if values.get("first"):
            self._clean_times(values)
        return values

    def _clean_times(self, values: dict[str, Any]) -> None:
        first, last = values["first"], values.get("last") or values["first"]
        zone = self.absence.project.zone
        starts = datetime.combine(first, values.get("start") or time.min, zone)
        ends = datetime.combine(last, values["end"], zone) if values.get("end") else _midnight_after(last, zone)
        if last < first:
            self.add_error("last", _("The last day is before the first."))
        elif ends <= starts:
            self.add_error("end", _("The end must come after the start."))
        elif ends - starts > LONGEST_ABSENCE:
            self.add_error("last", _("An absence lasts two years at the most. Make the employee inactive instead."))
        elif self._overlaps(values.get("employee"), starts, ends):
            self.add_error("first", _("This employee is away then already."))
        values["starts_at"], values["ends_at"] = starts, ends

    def _overlaps(self, employee: Employee | None, starts: datetime, ends: datetime) -> bool:
        others = Absence.objects.filter(employee=employee, starts_at__lt=ends, ends_at__gt=starts)
        return others.exclude(pk=self.absence.pk).exists()

    def save(self) -> Absence:
        """The absence as the valid form says it."""
        for name in ("employee", "substitute", "starts_at", "ends_at", "note"):
            setattr(self.absence, name, self.cleaned_data[name])
        self.absence.save()
        return self.absence


def _midnight_after(day: date, zone: Any) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, zone)


def _as_typed(absence: Absence) -> dict[str, Any]:
    zone = absence.project.zone
    starts, ends = absence.starts_at.astimezone(zone), absence.ends_at.astimezone(zone)
    whole = ends.time() == time.min
    return {
        "employee": absence.employee_id,
        "substitute": absence.substitute_id,
        "note": absence.note,
        "first": starts.date(),
        "last": ends.date() - timedelta(days=1) if whole else ends.date(),
        "start": starts.time() if starts.time() != time.min else None,
        "end": None if whole else ends.time(),
    }
