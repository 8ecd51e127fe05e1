"""Forms of the settings pages. They clean what people type; what it means is the services' business."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection
from switchhook.core.situation import Channel
from switchhook.projects.models import Employee, Role
from switchhook.scenarios import catalog

_MAX_TASK_HOURS = 24 * 30


class RulesForm(forms.Form):
    """The people and times of a CRM connection's rules."""

    senior_employee = forms.ModelChoiceField(
        Employee.objects.none(),
        label=_("Senior manager"),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Gets the tasks of missed calls, and owns their records."),
    )
    top_employee = forms.ModelChoiceField(
        Employee.objects.none(),
        label=_("Top manager"),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("Gets the tasks of calls that an unknown employee took."),
    )
    task_due_hours = forms.DecimalField(
        label=_("Time for an open task, hours"), min_value=0, max_value=_MAX_TASK_HOURS, decimal_places=2
    )
    parties_at = forms.ChoiceField(
        label=_("Make records of answered calls"),
        choices=[("pickup", _("at pick-up")), ("end", _("after the call"))],
    )
    create_contacts = forms.MultipleChoiceField(
        label=_("Create contacts for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("in-answered", _("answered incoming calls")),
            ("in-missed", _("missed incoming calls")),
            ("out-answered", _("answered outgoing calls")),
            ("out-missed", _("unanswered outgoing calls")),
        ],
    )

    cards_for = forms.MultipleChoiceField(
        label=_("Make leads and deals for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("in", _("incoming calls")), ("out", _("outgoing calls"))],
    )
    channels = forms.MultipleChoiceField(
        label=_("Write into this CRM"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("call", _("calls")), ("form", _("site forms")), ("dialogue", _("messenger dialogues"))],
    )
    update_only = forms.BooleanField(
        label=_("Update only: another program makes the contacts, leads and deals"),
        required=False,
        help_text=_("The hub then adds calls, tasks and visit data to the records it finds, and makes none."),
    )
    send_on_contact = forms.BooleanField(
        label=_("Write a dialogue as soon as the client has given contact data"),
        required=False,
        help_text=_("Otherwise it is written when an employee sends the client's data."),
    )

    def __init__(self, connection: Connection, data: Any = None) -> None:
        super().__init__(data, initial=_rules_of(connection))
        people = Employee.objects.filter(project=connection.project_id, active=True)
        for name in ("senior_employee", "top_employee"):
            choice: Any = self.fields[name]
            choice.queryset = people

    def settings(self) -> dict[str, Any]:
        """The settings that a valid form stands for, as `scenarios.plan_settings` reads them."""
        values = self.cleaned_data
        return {
            "senior_employee": values["senior_employee"].pk if values["senior_employee"] else None,
            "top_employee": values["top_employee"].pk if values["top_employee"] else None,
            "task_due_minutes": int(values["task_due_hours"] * 60),
            "parties_at": values["parties_at"],
            "create_contacts": values["create_contacts"],
            "cards_for": values["cards_for"],
            "channels": values["channels"],
            "update_only": values["update_only"],
            "send_on_contact": values["send_on_contact"],
        }


def _rules_of(connection: Connection) -> dict[str, Any]:
    minutes = int(connection.setting("task_due_minutes", 240))
    return {
        "senior_employee": connection.setting("senior_employee"),
        "top_employee": connection.setting("top_employee"),
        "task_due_hours": f"{minutes / 60:g}",
        "parties_at": connection.setting("parties_at", "pickup"),
        "create_contacts": connection.setting("create_contacts", ["in-answered", "in-missed"]),
        "cards_for": connection.setting("cards_for", ["in", "out"]),
        "channels": connection.setting("channels", [channel.value for channel in Channel]),
        "update_only": bool(connection.setting("update_only", False)),
        "send_on_contact": bool(connection.setting("send_on_contact", False)),
    }


class PresetForm(forms.Form):
    """The choice of a shipped scenario table."""

    preset = forms.ChoiceField(label=_("Preset"))

    def __init__(self, current: str, data: Any = None) -> None:
        super().__init__(data, initial={"preset": current})
        choice: Any = self.fields["preset"]
        choice.choices = [
            (name, gettext(title) if (title := catalog.preset(name).title) else name) for name in catalog.names()
        ]


class TokenForm(forms.Form):
    """A new API token. Nobody issues one that may more than he himself."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Which program will use it."))
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, role: Role, data: Any = None) -> None:
        super().__init__(data, initial={"role": Role.VIEWER})
        choice: Any = self.fields["role"]
        choice.choices = [(one.value, one.label) for one in Role if role.covers(one)]
