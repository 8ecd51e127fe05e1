"""Forms of the try-out: a situation that a person makes up, and the calls on which two tables are compared."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.console.matrix_trial import Invented
from switchhook.core.call import Direction, Moment
from switchhook.core.phone import normalize
from switchhook.core.plan import Person
from switchhook.core.records import Capabilities, Kind
from switchhook.core.situation import Channel, Step
from switchhook.delivery.past_calls import MOST
from switchhook.scenarios import catalog

EXAMPLE = "+380671234567"
UNKNOWN = "unknown"
_FOUND = {
    "contact": (Kind.CONTACT, "open", _("contact")),
    "company": (Kind.COMPANY, "open", _("company")),
    "lead": (Kind.LEAD, "open", _("open lead")),
    "converted": (Kind.LEAD, "converted", _("converted lead")),
    "deal": (Kind.DEAL, "open", _("open deal")),
    "won": (Kind.DEAL, "won", _("closed deal")),
}


class InventedForm(forms.Form):
    """A call, form or chat that never was."""

    channel = forms.ChoiceField(
        label=_("What happens"),
        choices=[
            ("call", _("a call")),
            ("form", _("a form is sent on the site")),
            ("dialogue", _("a chat in a messenger")),
        ],
    )
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[("in", _("incoming")), ("out", _("outgoing"))]
    )
    outcome = forms.ChoiceField(
        label=_("How it went"),
        required=False,
        choices=[
            ("answered", _("answered")),
            ("missed", _("not answered")),
            ("ringing", _("the phone is ringing")),
        ],
    )
    answerer = forms.ChoiceField(label=_("Who was on the line"), required=False)
    step = forms.ChoiceField(
        label=_("What the chat has come to"),
        required=False,
        choices=[
            (Step.DIALOGUE_STARTED.value, _("the chat has begun")),
            (Step.DIALOGUE_TAKEN.value, _("an employee has taken the chat into work")),
            (Step.CONTACT_GIVEN.value, _("the client has given contact data")),
            (Step.DIALOGUE_FINISHED.value, _("the chat is finished")),
        ],
    )
    late = forms.MultipleChoiceField(
        label=_("And later"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Moment.RECORDING.value, _("the recording is ready")),
            (Moment.ANALYSIS.value, _("the analysis is ready")),
        ],
    )
    phone = forms.CharField(
        label=_("Client's number"), required=False, max_length=40, help_text=_("Left empty: a hidden number.")
    )
    name = forms.CharField(label=_("Client's name"), required=False, max_length=120)
    found = forms.MultipleChoiceField(
        label=_("What the CRM knows of the number"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: a new client."),
    )
    owner = forms.ChoiceField(label=_("Whose client it is"), required=False)
    text = forms.CharField(label=_("Text of the form or chat"), required=False, max_length=1000)
    utm_source = forms.CharField(label="utm_source", required=False, max_length=100)
    utm_medium = forms.CharField(label="utm_medium", required=False, max_length=100)
    utm_campaign = forms.CharField(label="utm_campaign", required=False, max_length=100)

    def __init__(self, connection: Connection, capabilities: Capabilities, data: Any = None) -> None:
        self.connection = connection
        accounts = EmployeeAccount.objects.filter(connection=connection, employee__active=True)
        self.people = {str(one.pk): one for one in accounts.select_related("employee").order_by("employee__name")}
        first = next(iter(self.people), UNKNOWN)
        super().__init__(data, initial={"phone": EXAMPLE, "utm_source": "google", "answerer": first, "owner": first})
        fields: Any = self.fields
        names = [(pk, one.employee.name) for pk, one in self.people.items()]
        fields["answerer"].choices = [*names, (UNKNOWN, _("an unknown employee"))]
        fields["owner"].choices = [*names, ("", _("nobody's"))]
        fields["found"].choices = [
            (name, words) for name, (kind, _status, words) in _FOUND.items() if kind in capabilities.kinds
        ]

    def clean_phone(self) -> str | None:
        """The number as E.164, None for a hidden one."""
        said = self.cleaned_data["phone"].strip()
        if not said:
            return None
        number = normalize(said, self.connection.project.country)
        if number is None:
            raise forms.ValidationError(gettext("This is not a telephone number."))
        return number

    def invented(self) -> Invented:
        """What a valid form stands for."""
        values = self.cleaned_data
        answerer, owner = self.people.get(values["answerer"]), self.people.get(values["owner"])
        channel = Channel(values["channel"])
        took = channel is not Channel.CALL or values["outcome"] != "missed" or values["direction"] == "out"
        visit = {name: values[name] for name in ("utm_source", "utm_medium", "utm_campaign") if values[name]}
        return Invented(
            channel=channel,
            direction=Direction(values["direction"] or "in"),
            outcome=values["outcome"] or "answered",
            late=frozenset(Moment(one) for one in values["late"]),
            answerer=_person(answerer) if took and values["outcome"] != "ringing" else None,
            phone=values["phone"],
            name=values["name"],
            text=values["text"],
            step=Step(values["step"] or Step.DIALOGUE_STARTED),
            utm=visit,
            found=[(*_FOUND[one][:2], owner.user_id if owner else None) for one in values["found"]],
        )


def _person(account: EmployeeAccount | None) -> Person:
    if account is None:
        return Person(name="", user=None, line="105")
    return Person(name=account.employee.name, user=account.user_id, line=next(iter(account.employee.sips), ""))


class PastCallsForm(forms.Form):
    """How many of the last calls, and by which table besides the one in force."""

    calls = forms.TypedChoiceField(
        label=_("How many calls"), coerce=int, choices=[(n, str(n)) for n in (50, 100, 200, MOST)], initial=200
    )
    table = forms.ChoiceField(label=_("Compare what is in force with"))

    def __init__(self, *, has_draft: bool, chosen: str, data: Any = None) -> None:
        super().__init__(data)
        fields: Any = self.fields
        presets = [
            (name, gettext("preset “%(title)s”") % {"title": gettext(catalog.preset(name).title)})
            for name in catalog.names()
        ]
        own = [("draft", _("your draft"))] if has_draft else []
        fields["table"].choices = [*own, *presets]
        self.initial["table"] = "draft" if has_draft else next((n for n, _t in presets if n != chosen), "")
