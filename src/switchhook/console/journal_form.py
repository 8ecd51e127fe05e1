"""The journal's filters: as they stand in the address, as a form, and as chips that can be taken away."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.calls.queries import JournalFilter
from switchhook.calls.search import seen
from switchhook.connections.models import Connection
from switchhook.console.line_names import line_choices
from switchhook.core.situation import Channel
from switchhook.projects.models import Employee, Project
from switchhook.reports.periods import named

PERIODS = (
    ("", _("Any time")),
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("this_week", _("This week")),
    ("last_week", _("Last week")),
    ("week", _("Last 7 days")),
    ("this_month", _("This month")),
    ("last_month", _("Last month")),
    ("month", _("Last 30 days")),
    ("days", _("Chosen days")),
)
_LONGEST_TALK = 86_400


def _choices(*pairs: tuple[str, Any]) -> Any:
    return [("", _("Any")), *pairs]


def _seconds() -> forms.IntegerField:
    box = forms.NumberInput({"inputmode": "numeric", "min": 0, "step": 1})
    return forms.IntegerField(required=False, min_value=0, max_value=_LONGEST_TALK, widget=box)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: what it is called, what it is set to, and the address without it."""

    label: str
    value: str
    without: str


class FilterForm(forms.Form):
    """The journal's filters as they stand in the address; what does not fit is ignored."""

    number = forms.CharField(label=_("Name or number"), required=False, max_length=60)
    period = forms.ChoiceField(label=_("Period"), required=False, choices=PERIODS)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    channel = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("Calls")), ("form", _("Forms")), ("dialogue", _("Chats")), ("all", _("Everything"))],
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=_choices(("in", _("Incoming")), ("out", _("Outgoing")), ("internal", _("Internal"))),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=_choices(
            ("answered", _("Answered")),
            ("missed", _("Missed")),
            ("failed", _("Failed")),
            ("active", _("In progress")),
            ("other", _("Other")),
        ),
    )
    employee = forms.ModelMultipleChoiceField(
        Employee.objects.none(), label=_("Employee"), required=False, widget=forms.CheckboxSelectMultiple
    )
    linked = forms.ChoiceField(
        label=_("In the CRM"), required=False, choices=_choices(("yes", _("Linked")), ("no", _("Not linked")))
    )
    crm = forms.ModelChoiceField(
        Connection.objects.none(), label=_("Known to"), required=False, empty_label=_("Any CRM")
    )
    line = forms.ChoiceField(label=_("Line"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    recording = forms.ChoiceField(
        label=_("Recording"),
        required=False,
        choices=_choices(("yes", _("With recording")), ("no", _("Without recording"))),
    )
    talk_from = _seconds()
    talk_to = _seconds()

    def __init__(self, project: Project, data: QueryDict) -> None:
        super().__init__(data)
        self._typed = data
        fields: dict[str, Any] = self.fields
        fields["employee"].queryset = Employee.objects.filter(project=project)
        fields["crm"].queryset = Connection.objects.filter(project=project, role="crm")
        fields["line"].choices = line_choices(project)
        for name in ("source", "campaign"):
            fields[name].choices = [("", _("Any")), *((value, value) for value in seen(project, name))]
        fields["talk_from"].label, fields["talk_to"].label = _("Talk from, seconds"), _("Talk to, seconds")
        self.is_valid()

    def chosen(self, today: date) -> JournalFilter:
        """The filter, with named periods as days."""
        values = self.cleaned_data
        plain = ("direction", "status", "linked", "line", "source", "campaign", "recording")
        crm = values.get("crm")
        return replace(
            self._days(today),
            channel={"": Channel.CALL, "all": ""}.get(values.get("channel", ""), values.get("channel", "")),
            employees=tuple(person.pk for person in values.get("employee") or ()),
            search=values.get("number", "").strip(),
            crm=crm.pk if crm else None,
            talk_from=values.get("talk_from"),
            talk_to=values.get("talk_to"),
            **{name: values.get(name, "") for name in plain},
        )

    def _days(self, today: date) -> JournalFilter:
        values = self.cleaned_data
        period = named(values.get("period", ""), today)
        if period is not None:
            return JournalFilter(since=period.since, until=period.until)
        return JournalFilter(since=values.get("since"), until=values.get("until"))

    def kept(self) -> str:
        """The filters in force as an address carries them; "" for none."""
        return urlencode(list(self._pairs()))

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name in self.fields:
            if name in self.cleaned_data and self.cleaned_data[name] not in (None, ""):
                yield from ((name, value) for value in self._typed.getlist(name) if value)

    def chips(self) -> list[Chip]:
        """One for each filter in force; of several employees, each has his own."""
        pairs = list(self._pairs())
        found = []
        for name, value in pairs:
            if name in {"since", "until"} and ("days" in dict(pairs).values() or dict(pairs).get("period", "") == ""):
                without = urlencode([pair for pair in pairs if pair[0] not in {name, "period"}])
            elif (name, value) == ("period", "days"):
                continue
            else:
                without = urlencode([pair for pair in pairs if pair != (name, value)])
            found.append(Chip(str(self.fields[name].label), self._said(name, value), f"?{without or 'view=0'}"))
        return found

    def _said(self, name: str, value: str) -> str:
        if name in {"since", "until"}:
            return date_format(self.cleaned_data[name], "j M Y")
        if name == "employee":
            return next((str(one) for one in self.cleaned_data[name] if str(one.pk) == value), value)
        if name == "crm":
            return str(self.cleaned_data[name])
        choices: Any = getattr(self.fields[name], "choices", ())
        return str(dict(choices).get(value, value))

    @property
    def has_more(self) -> bool:
        """Whether a filter of the folded part is in force."""
        return any(self.data.get(name) for name in MORE)

    @property
    def people_said(self) -> str:
        """Whom the filter of employees leaves, in few words."""
        people = list(self.cleaned_data.get("employee") or ())
        if len(people) == 1:
            return str(people[0])
        return gettext("%(n)s chosen") % {"n": len(people)} if people else gettext("Anyone")


MORE = ("line", "source", "campaign", "linked", "crm", "recording", "talk_from", "talk_to")
"""The filters that stand folded until one of them is in force."""
