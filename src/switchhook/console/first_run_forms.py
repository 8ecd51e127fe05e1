"""Forms of the first-run guide. Where a settings page has the same form, this is that form with fewer fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection
from switchhook.console.forms import RulesForm
from switchhook.core.phone import normalize
from switchhook.onboarding.acting import sample_client
from switchhook.onboarding.steps import is_local
from switchhook.projects.models import Employee, Project


class FirstRulesForm(RulesForm):
    """The people and the time that the first rules need; everything else keeps its default."""

    ASKED = ("senior_employee", "top_employee", "task_due_hours")

    def __init__(self, connection: Connection, data: Any = None) -> None:
        super().__init__(connection, data)
        for name in [name for name in self.fields if name not in self.ASKED]:
            del self.fields[name]
        self.fields["senior_employee"].required = True

    def settings(self) -> dict[str, Any]:
        """The settings that a valid form stands for."""
        said = self.cleaned_data
        return {
            "senior_employee": said["senior_employee"].pk,
            "top_employee": said["top_employee"].pk if said["top_employee"] else None,
            "task_due_minutes": int(said["task_due_hours"] * 60),
        }


class TestCallForm(forms.Form):
    """A call to act out. `writes` are the CRM connections in which records are made."""

    client = forms.CharField(label=_("The caller's number"), max_length=40)
    employee = forms.ModelChoiceField(
        Employee.objects.none(), label=_("Who answers"), required=False, empty_label=_("Nobody: a missed call")
    )
    writes = forms.MultipleChoiceField(
        label=_("Make records in"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Elsewhere it is only shown what would be made."),
    )

    def __init__(self, project: Project, crms: list[Connection], me: Employee | None, data: Any = None) -> None:
        local = [str(crm.pk) for crm in crms if is_local(crm)]
        first = me or Employee.objects.filter(project=project, active=True).first()
        super().__init__(data, initial={"client": sample_client(project), "employee": first, "writes": local})
        self.country = project.country
        people: Any = self.fields["employee"]
        people.queryset = Employee.objects.filter(project=project, active=True)
        writes: Any = self.fields["writes"]
        writes.choices = [(str(crm.pk), crm.name) for crm in crms]

    def clean_client(self) -> str:
        """The number as E.164."""
        number = normalize(self.cleaned_data["client"], self.country)
        if number is None:
            raise forms.ValidationError(_("This is not a telephone number."))
        return number
