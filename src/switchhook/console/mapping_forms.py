"""Forms of the mapping page: parameters to CRM fields, rules for pipelines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.connectors.base import Pipeline
from switchhook.console.wording import PARAMETERS
from switchhook.core.mapping import PLACES, CrmField, WritePolicy, same

OTHER = "…"
"""The choice of a parameter that was not seen yet: its name is typed in."""

_POLICIES = [(WritePolicy.ALWAYS, _("always")), (WritePolicy.IF_EMPTY, _("if the field is empty"))]

Choices = list[tuple[str, Any]]


def parameter_choices(tags: Iterable[str], kept: Iterable[str] = ()) -> Choices:
    """Every parameter that can be chosen, grouped: those of every call, and the project's own `tags`.

    Parameters of saved rules that were not seen lately stay among them.
    """
    known = {name: PARAMETERS.get(name, name) for name in sorted(PLACES - {"id"}, key=_by_label)}
    seen = sorted({same(tag) for tag in tags} - PLACES)
    others = sorted({same(name) for name in kept} - PLACES - set(seen))
    groups: Choices = [("", "–"), (gettext("Of every call, form or dialogue"), list(known.items()))]
    groups += [(gettext("Seen in recent calls"), [(name, name) for name in seen])] if seen else []
    groups += [(gettext("Not seen lately"), [(name, name) for name in others])] if others else []
    return [*groups, (OTHER, gettext("Another, by its name…"))]


def _by_label(name: str) -> str:
    return str(PARAMETERS.get(name, name)).casefold()


class _Row(forms.Form):
    """A row of a table; an empty one says nothing. `other` is the name of a parameter that was not seen yet."""

    other = forms.CharField(label=_("Its name"), required=False, max_length=100)

    def __init__(self, *args: Any, parameters: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["parameter"]
        choice.choices = parameters
        self.fields["other"].widget.attrs["placeholder"] = gettext("its name, as the webhook sends it")

    def clean(self) -> dict[str, Any]:
        """The parameter by its name, however it was given."""
        values = super().clean() or {}
        typed = same(values.pop("other", "") or "")
        if values.get("parameter") == OTHER:
            values["parameter"] = typed
            if not typed:
                self.add_error("other", forms.ValidationError(_("Type the parameter's name.")))
        return values

    def label(self, name: str, text: str) -> None:
        """What a screen reader calls a control that only its column names."""
        self.fields[name].widget.attrs["aria-label"] = text


class FieldRow(_Row):
    """`parameter` goes into `field`."""

    parameter = forms.ChoiceField(label=_("Parameter"))
    field = forms.ChoiceField(label=_("CRM field"))
    policy = forms.ChoiceField(label=_("Write"), choices=_POLICIES, initial=WritePolicy.ALWAYS.value)

    def __init__(self, *args: Any, crm_fields: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["field"]
        choice.choices = [("", "–"), *crm_fields]


class PipelineRow(_Row):
    """Deals whose `parameter` is `value` go into `pipeline`."""

    parameter = forms.ChoiceField(label=_("Parameter"))
    value = forms.CharField(label=_("Value"), max_length=300)
    pipeline = forms.ChoiceField(label=_("Pipeline"))

    def __init__(self, *args: Any, pipelines: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["pipeline"]
        choice.choices = [("", "–"), *pipelines]


class _Rows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = True  # a row that is emptied is a row taken out
        if "ORDER" in form.fields:
            form.fields["ORDER"].label = _("Position")  # Django's own word is that of a purchase here
        number = "" if index is None else f" {index + 1}"
        for name, made in form.fields.items():
            made.widget.attrs["aria-label"] = f"{made.label or name}{number}"


def field_rows(kind: str, fields: Sequence[CrmField], parameters: Choices, rules: Any, data: Any = None) -> Any:
    """The table of one kind of record. `rules` are the saved ones; a field that is no longer offered stays shown."""
    held = [rule for rule in rules if rule["kind"] == kind]
    offered: Choices = [(field.name, field.label or field.name) for field in fields]
    gone = {rule["field"] for rule in held} - {field.name for field in fields}
    offered += [(name, gettext("%(value)s (no longer offered)") % {"value": name}) for name in sorted(gone)]
    made = forms.formset_factory(FieldRow, _Rows, extra=0 if held or not fields else 1, can_delete=True, max_num=300)
    options = {"parameters": parameters, "crm_fields": offered}
    return made(data, prefix=kind, initial=None if data else held, form_kwargs=options)


def pipeline_rows(pipelines: Sequence[Pipeline], parameters: Choices, rules: Any, data: Any = None) -> Any:
    """The rules for pipelines, in their order."""
    known = {pipeline.id: pipeline.name for pipeline in pipelines}
    gone = {rule["pipeline"] for rule in rules} - known.keys()
    known |= {name: gettext("%(value)s (no longer offered)") % {"value": name} for name in sorted(gone)}
    made = forms.formset_factory(
        PipelineRow, _Rows, extra=0 if rules else 1, can_delete=True, can_order=True, max_num=300
    )
    options = {"parameters": parameters, "pipelines": list(known.items())}
    return made(data, prefix="pipelines", initial=None if data else rules, form_kwargs=options)


class DefaultPipelineForm(forms.Form):
    """Where deals go when no rule holds."""

    marks_optional = True

    default_pipeline = forms.ChoiceField(
        label=_("Default pipeline"), required=False, help_text=_("Where deals go when no rule below holds.")
    )

    def __init__(self, settings: Mapping[str, Any], pipelines: Sequence[Pipeline], data: Any = None) -> None:
        super().__init__(data, prefix="names", initial={"default_pipeline": settings.get("default_pipeline", "")})
        choice: Any = self.fields["default_pipeline"]
        choice.choices = [("", _("the CRM's own default")), *((one.id, one.name) for one in pipelines)]
