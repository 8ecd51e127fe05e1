"""Forms of alerts: what a rule tells and whom, and the project's Telegram bot."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from switchhook.alerts.models import AlertKind, AlertRule, TelegramChat
from switchhook.projects.models import Employee, User

_THRESHOLDS: dict[str, tuple[Any, Any, int, int]] = {
    AlertKind.WORK: (_("From how many on"), _("Refused records and calls that wait for over 15 minutes."), 10, 100_000),
    AlertKind.SILENCE: (_("Hours without events"), _("Working time only, once working hours are set."), 3, 24 * 14),
}
"""By kind: label, help, default and largest value of the number that decides."""

EXPLAINED: dict[str, Any] = {
    AlertKind.MISSED: _("At once, with everybody who called in the same minutes in one message."),
    AlertKind.OVERDUE: _("When the time to call a client back is over and nobody has spoken with him."),
    AlertKind.DIGEST: _("A list of the clients who still wait, at a time of your choice."),
    AlertKind.CONNECTION: _(
        "Refused credentials, or a CRM that has been out for ten minutes; and when it works again."
    ),
    AlertKind.WORK: _("Records that a CRM refuses, or calls that cannot be sent."),
    AlertKind.SILENCE: _("Telephony has sent nothing for hours: its webhooks may be switched off."),
    AlertKind.RECORDINGS: _("Telephony does not give a call's recording out."),
}
SYMBOLS = {
    AlertKind.MISSED: "phone-missed",
    AlertKind.OVERDUE: "clock",
    AlertKind.DIGEST: "list",
    AlertKind.CONNECTION: "plug",
    AlertKind.WORK: "send",
    AlertKind.SILENCE: "event",
    AlertKind.RECORDINGS: "play",
}


class AlertForm(forms.ModelForm):  # type: ignore[type-arg]
    """One rule. A recipient is needed, or nobody would be told."""

    users = forms.ModelMultipleChoiceField(
        label=_("Members, by e-mail"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    employees = forms.ModelMultipleChoiceField(
        label=_("Employees, by e-mail"),
        queryset=Employee.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    chats = forms.ModelMultipleChoiceField(
        label=_("Telegram chats"),
        queryset=TelegramChat.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = AlertRule
        fields = ("threshold", "at", "waits", "users", "employees", "chats")
        labels = {"at": _("Time of day"), "waits": _("Wait until the office is open")}
        help_texts = {"waits": _("What happens outside working hours is told when they begin.")}
        widgets = {"at": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}

    def __init__(self, rule: AlertRule, data: Any = None) -> None:
        super().__init__(data, instance=rule)
        project, fields = rule.project, self.fields
        members: Any = fields["users"]
        members.queryset = User.objects.filter(memberships__project=project, is_active=True).order_by("name", "email")
        members.label_from_instance = lambda user: f"{user.name} ({user.email})" if user.name else user.email
        people: Any = fields["employees"]
        # Who signs in is among the members already.
        people.queryset = Employee.objects.filter(project=project, active=True, user=None).exclude(email="")
        people.label_from_instance = lambda person: f"{person.name} ({person.email})"
        chats: Any = fields["chats"]
        chats.queryset = TelegramChat.objects.filter(project=project)
        self._fit(rule.kind)

    def _fit(self, kind: str) -> None:
        """Keep what this kind of rule has."""
        if kind in _THRESHOLDS:
            label, told, usual, most = _THRESHOLDS[kind]
            widget = forms.NumberInput(attrs={"inputmode": "numeric", "min": "1", "max": str(most)})
            self.fields["threshold"] = forms.IntegerField(
                label=label, help_text=told, min_value=1, max_value=most, widget=widget
            )
            self.initial["threshold"] = self.instance.threshold or usual
        else:
            del self.fields["threshold"]
        if kind == AlertKind.DIGEST:
            self.fields["at"].required = True
            self.initial["at"] = self.instance.at or time(18, 0)
        else:
            del self.fields["at"]
        for name in ("users", "employees", "chats"):
            field: Any = self.fields[name]
            if not field.queryset.exists():
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Somebody is told."""
        values: dict[str, Any] = super().clean() or {}
        if not any(values.get(name) for name in ("users", "employees", "chats")):
            raise forms.ValidationError(_("Choose who is to be told."))
        return values


class BotForm(forms.Form):
    """The bot's token, as its maker shows it."""

    token = forms.CharField(
        label=_("Bot token"),
        max_length=120,
        help_text=_("In Telegram, write /newbot to @BotFather and paste what it answers."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
