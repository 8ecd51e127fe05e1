"""How people call: the forms of the page “Calling”."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.core.phone import display
from switchhook.dialing.models import DialDefaults, DialPreference, Scheme, Way
from switchhook.dialing.ways import lines_of
from switchhook.projects.models import Employee, Project

_SCHEMES = [
    (Scheme.TEL, _("tel: – what the computer opens for telephone numbers")),
    (Scheme.SIP, _("sip: – a SIP softphone")),
    (Scheme.CALLTO, _("callto: – older programs")),
]
_SCHEME_HELP = _("Your softphone's settings tell which kind of link it answers to.")


class PreferenceForm(forms.ModelForm):  # type: ignore[type-arg]
    """One user's choice; an empty way is the project's."""

    class Meta:
        model = DialPreference
        fields = ("way", "scheme", "line")

    way = forms.ChoiceField(label=_("When I click on a number"), required=False, widget=forms.RadioSelect)
    scheme = forms.ChoiceField(label=_("Kind of link"), choices=_SCHEMES, help_text=_SCHEME_HELP)
    line = forms.ChoiceField(
        label=_("My phone that rings first"),
        required=False,
        help_text=_("Only calls through the telephone exchange use it."),
    )

    def __init__(self, project: Project, people: Sequence[Employee], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        default = DialDefaults.objects.filter(project=project).first() or DialDefaults()
        named = Way(default.way).label
        self.fields["way"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", gettext("As the project does: %(way)s") % {"way": named[:1].lower() + named[1:]}),
            *Way.choices,
        ]
        lines = [line for person in people for line in lines_of(person)]
        self.fields["line"].choices = [  # type: ignore[attr-defined]
            ("", _("The first that is online")),
            *((line, display(line) if line.startswith("+") else line) for line in lines),
        ]


class DefaultForm(forms.ModelForm):  # type: ignore[type-arg]
    """The project's default."""

    class Meta:
        model = DialDefaults
        fields = ("way", "scheme")

    way = forms.ChoiceField(label=_("When somebody clicks on a number"), choices=Way, widget=forms.RadioSelect)
    scheme = forms.ChoiceField(label=_("Kind of link"), choices=_SCHEMES, help_text=_SCHEME_HELP)


class BrowserForm(forms.Form):
    """What a paired browser is called in the list."""

    name = forms.CharField(
        label=_("Name of this browser"),
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": _("Office, Chrome")}),
    )
