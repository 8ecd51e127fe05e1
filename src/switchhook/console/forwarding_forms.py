"""The form of a telephony connection's forwarding settings, as `routing.scheme` reads them."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from switchhook.routing.scheme import Scheme, read_scheme

KINDS = [
    ("lead", _("owner of the open lead")),
    ("deal", _("owner of the open deal")),
    ("order", _("owner of the open order")),
    ("contact", _("owner of the contact")),
    ("company", _("owner of the company")),
    ("last_talk", _("who spoke with the client last")),
]
_PLACES = (_("First"), _("Second"), _("Third"), _("Fourth"), _("Fifth"), _("Sixth"))


class ForwardingForm(forms.Form):
    """Who is asked for, how the question reads, how the answer is written."""

    marks_optional = False

    by = forms.ChoiceField(
        label=_("Who takes the call"),
        choices=[
            ("table", _("As each CRM's scenario table says, else lead, deal, contact")),
            ("own", _("In an order of its own, below")),
        ],
        widget=forms.RadioSelect,
    )
    skip_absent = forms.BooleanField(
        label=_("Pass over who is away: the call goes to the substitute, without one to the next in order"),
        required=False,
    )
    mobiles = forms.BooleanField(
        label=_("Answer with a mobile number where an employee has no SIP login"),
        required=False,
        help_text=_("Only for providers that forward to mobile (FMC) numbers as well."),
    )
    number_field = forms.CharField(label=_("Field with the caller's number"), max_length=60)
    direction_field = forms.CharField(label=_("Field with the direction"), max_length=60)
    state_field = forms.CharField(label=_("Field that marks a question"), max_length=60)
    state = forms.CharField(label=_("Its value"), max_length=60)
    answer = forms.ChoiceField(
        label=_("Form of the answer"),
        choices=[("json", "JSON"), ("http", _("plain text")), ("json-rpc", "JSON-RPC")],
    )
    answer_field = forms.CharField(label=_("Field of the answer"), max_length=60)
    nobody = forms.CharField(
        label=_("Answer when nobody is found"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "class": "short mono", "spellcheck": "false"}),
        help_text=_("Empty: an empty answer, with which the scheme goes on to its next direction."),
    )
    nobody_status = forms.IntegerField(label=_("Its HTTP status"), min_value=200, max_value=599)

    def __init__(self, settings: Mapping[str, Any], data: Any = None) -> None:
        scheme = read_scheme(settings)
        super().__init__(data, initial=_initial(scheme))
        for place, label in enumerate(_PLACES):
            held = scheme.order[place] if scheme.fixed and place < len(scheme.order) else ""
            self.fields[f"order_{place}"] = forms.ChoiceField(
                label=label, required=False, choices=[("", "–"), *KINDS], initial=held
            )

    def places(self) -> list[forms.BoundField]:
        """The fields of the order."""
        return [self[f"order_{place}"] for place in range(len(_PLACES))]

    def clean(self) -> dict[str, Any]:
        """An order of one's own names somebody, and nobody twice."""
        values = super().clean() or {}
        chosen = self._order(values)
        if values.get("by") == "own" and not chosen:
            self.add_error("order_0", forms.ValidationError(_("Choose at least one.")))
        if len(set(chosen)) != len(chosen):
            self.add_error("order_0", forms.ValidationError(_("Each can be chosen once.")))
        return values

    @staticmethod
    def _order(values: Mapping[str, Any]) -> list[str]:
        return [kind for place in range(len(_PLACES)) if (kind := values.get(f"order_{place}"))]

    def settings(self) -> dict[str, Any]:
        """The settings that a valid form stands for."""
        said = self.cleaned_data
        return {
            "forward_order": self._order(said) if said["by"] == "own" else None,
            "forward_skip_absent": "yes" if said["skip_absent"] else "no",
            "forward_mobiles": said["mobiles"],
            "forward_fields": {name: said[f"{name}_field"].strip() for name in ("number", "direction", "state")},
            "forward_state": said["state"],
            "forward_answer": said["answer"],
            "forward_answer_field": said["answer_field"],
            "forward_nobody": said["nobody"].strip() or None,
            "forward_nobody_status": said["nobody_status"],
        }


def _initial(scheme: Scheme) -> dict[str, Any]:
    nobody = scheme.nobody
    return {
        "by": "own" if scheme.fixed else "table",
        "skip_absent": scheme.skip_absent,
        "mobiles": scheme.mobiles,
        **{f"{name}_field": value for name, value in scheme.fields.items()},
        "state": scheme.state,
        "answer": scheme.form,
        "answer_field": scheme.answer_field,
        "nobody": "" if nobody is None else nobody if isinstance(nobody, str) else json.dumps(nobody),
        "nobody_status": scheme.nobody_status,
    }
