"""The form of a telephony connection's parameter names, and what a pasted sample is read by."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.connectors.base import Meaning

TAG = ""
"""The choice of a meaning: none, the parameter is kept as a tag of its own name."""

LONGEST_SAMPLE = 60_000


class NameRow(forms.Form):
    """Their name for a parameter, and what it means here; a row without a name says nothing."""

    theirs = forms.CharField(label=_("Your parameter"), max_length=200, widget=forms.TextInput({"spellcheck": "false"}))
    ours = forms.ChoiceField(label=_("Means"))

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["ours"]
        choice.choices = [("", "–"), *choices]


class _Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = True  # a row that is emptied is a row taken out
        for made in form.fields.values():
            made.widget.attrs["aria-label"] = f"{made.label or ''} {'' if index is None else index + 1}".strip()


def meaning_choices(known: Iterable[Meaning], held: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a parameter can mean: the provider's usual meanings, then others that are in use."""
    choices = [(one.name, _labelled(one)) for one in known]
    names = {name for name, _label in choices}
    return choices + [(name, name) for name in sorted(set(held) - names - {TAG})]


def _labelled(one: Meaning) -> str:
    label = gettext(one.label)
    return label if label == one.name else f"{label} ({one.name})"


def name_rows(known: Iterable[Meaning], held: Mapping[str, str], data: Any = None) -> Any:
    """The map as a table, one row for each of their names."""
    rows = [{"theirs": theirs, "ours": ours} for theirs, ours in held.items()]
    made = forms.formset_factory(NameRow, _Rows, extra=0 if rows else 1, can_delete=True, max_num=300)
    options = {"choices": meaning_choices(known, held.values())}
    return made(data, prefix="map", initial=None if data else rows, form_kwargs=options)


def said_map(rows: Any) -> dict[str, str]:
    """The map that valid rows stand for."""
    kept = [row.cleaned_data for row in rows if row not in rows.deleted_forms]
    return {row["theirs"].strip(): row["ours"] for row in kept if row.get("theirs") and row.get("ours")}
