"""Forms for the built-in CRM's records. A valid form gives canonical values, as `crm.writing` takes them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from switchhook.core.records import Kind
from switchhook.crm import services
from switchhook.crm.kinds import plain_rows, row_id
from switchhook.crm.models import Outcome, RecordRow, Stage
from switchhook.crm.values import named
from switchhook.projects.models import Employee, Project

_ID = re.compile(r"#(\d{1,18})\s*\)?\s*$")


class PartyField(forms.CharField):
    """A contact or company, named as the picker writes it (`Anna Kovalenko (#12)`) or by its exact name."""

    def __init__(self, kind: Kind, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, **kwargs)
        self.kind = kind
        self.project: Project | None = None

    def to_python(self, value: Any) -> str:
        """The record's id as text, "" for none."""
        wanted = (super().to_python(value) or "").strip()
        if not wanted or self.project is None:
            return ""
        found = plain_rows(self.project, self.kind)
        number = _ID.search(wanted)
        hits = list(found.filter(pk=row_id(number[1]) or 0) if number else found.filter(name__iexact=wanted)[:2])
        if len(hits) == 1:
            return str(hits[0].pk)
        if hits:
            raise ValidationError(_("Several records have this name. Choose one from the list."))
        raise ValidationError(_("There is no such record. Choose one from the list, or create it first."))


class RecordForm(forms.Form):
    """What all kinds share: employees to choose from, pickers, own fields, errors by value name."""

    KIND: ClassVar[Kind]
    RENAMED: ClassVar[Mapping[str, str]] = {"contact": "contact_id", "company": "company_id"}
    marks_optional = True

    def __init__(self, project: Project, row: RecordRow | None = None, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial={**(initial or {}), **(_initial(row) if row else {})})
        self.project = project
        for name, field in self.fields.items():
            if isinstance(field, PartyField):
                field.project = project
                field.widget.attrs |= {"list": f"{name}-options", "autocomplete": "off", "data-pick": field.kind.value}
            elif isinstance(field, forms.ModelChoiceField):
                kept = getattr(row, f"{name}_id", None)
                field.queryset = Employee.objects.filter(Q(active=True) | Q(pk=kept), project=project)

    def values(self) -> dict[str, Any]:
        """Canonical values of a valid form; an employee whom the form did not change is left out."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if isinstance(value, Employee):
                if name in self.changed_data:
                    found[name] = str(value.pk)
            else:
                found[self.RENAMED.get(name, name)] = "" if value is None else value
        return found

    def refuse(self, error: ValidationError) -> None:
        """Show a service's refusal at the fields it names."""
        back = {value: name for name, value in self.RENAMED.items()}
        for name, sentences in named(error, self.KIND).items():
            field = back.get(name, name)
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


def _initial(row: RecordRow) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name) for name in _SIMPLE if hasattr(row, name)}
    for name in ("owner", "assignee"):
        if hasattr(row, f"{name}_id"):
            values[name] = getattr(row, f"{name}_id")
    for name in ("contact", "company"):
        party = getattr(row, name, None)
        values[name] = picked(party) if party else ""
    phones = getattr(row, "phones", None)
    if phones is not None:
        values["phones"] = "\n".join(phone.e164 for phone in phones.all())
    values["custom"] = "\n".join(f"{name} = {_flat(value)}" for name, value in row.fields.items())
    due = getattr(row, "due_at", None)
    values["due_at"] = timezone.localtime(due).strftime("%Y-%m-%dT%H:%M") if due else ""
    values["stage"] = getattr(row, "stage_id", None)
    return values


_SIMPLE = ("name", "email", "source", "title", "number", "status", "amount", "currency", "subject", "text", "done")


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def picked(party: RecordRow) -> str:
    """A record as the picker writes it."""
    return f"{party} (#{party.pk})"


class _Phones(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Telephone numbers"),
            required=False,
            max_length=3000,
            widget=forms.Textarea({"rows": 2, "inputmode": "tel"}),
            help_text=_("One on each line, in any spelling."),
        )

    def clean(self, value: Any) -> list[str]:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class _OwnFields(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Own fields"),
            required=False,
            max_length=20_000,
            widget=forms.Textarea({"rows": 2}),
            help_text=_("One on each line: name = value."),
        )

    def clean(self, value: Any) -> dict[str, str]:
        pairs = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            name, equals, text = (part.strip() for part in line.partition("="))
            if not (name and equals):
                raise ValidationError(_("Write each field as: name = value."))
            pairs[name] = text
        return pairs


def _owner() -> "forms.ModelChoiceField[Employee]":
    return forms.ModelChoiceField(
        Employee.objects.none(), label=_("Responsible"), required=False, empty_label=_("Nobody")
    )


def _status() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Status"), choices=Outcome.choices)


class ContactForm(RecordForm):
    KIND = Kind.CONTACT
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=255)
    phones = _Phones()
    email = forms.EmailField(label=_("E-mail"), required=False)
    company = PartyField(Kind.COMPANY, label=_("Company"))
    owner = _owner()
    source = forms.CharField(label=_("Source"), required=False, max_length=255)
    custom = _OwnFields()


class CompanyForm(RecordForm):
    KIND = Kind.COMPANY
    name = forms.CharField(label=_("Name"), max_length=255)
    phones = _Phones()
    email = forms.EmailField(label=_("E-mail"), required=False)
    owner = _owner()
    source = forms.CharField(label=_("Source"), required=False, max_length=255)
    custom = _OwnFields()


class LeadForm(RecordForm):
    KIND = Kind.LEAD
    title = forms.CharField(label=_("Title"), max_length=255)
    contact = PartyField(Kind.CONTACT, label=_("Contact"))
    company = PartyField(Kind.COMPANY, label=_("Company"))
    owner = _owner()
    source = forms.CharField(label=_("Source"), required=False, max_length=255)
    custom = _OwnFields()


class _Priced(RecordForm):
    amount = forms.DecimalField(label=_("Amount"), required=False, max_digits=14, decimal_places=2, min_value=0)
    currency = forms.CharField(label=_("Currency"), required=False, max_length=3)


class DealForm(_Priced):
    KIND = Kind.DEAL
    title = forms.CharField(label=_("Title"), max_length=255)
    stage = forms.ChoiceField(label=_("Stage"))
    contact = PartyField(Kind.CONTACT, label=_("Contact"))
    company = PartyField(Kind.COMPANY, label=_("Company"))
    owner = _owner()
    source = forms.CharField(label=_("Source"), required=False, max_length=255)
    custom = _OwnFields()
    field_order = ("title", "stage", "contact", "company", "amount", "currency", "owner", "source", "custom")

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(project, *args, **kwargs)
        services.default_pipeline(project)
        stages = Stage.objects.filter(project=project).select_related("pipeline")
        ordered = stages.order_by("pipeline__position", "pipeline_id", "position", "id")
        grouped: dict[str, list[tuple[int, str]]] = {}
        for stage in ordered:
            grouped.setdefault(stage.pipeline.name, []).append((stage.pk, stage.name))
        choice: Any = self.fields["stage"]
        choice.choices = list(grouped.items())
        self._pipelines = {str(stage.pk): str(stage.pipeline_id) for stage in ordered}

    def values(self) -> dict[str, Any]:
        """The stage's pipeline goes with it."""
        found = super().values()
        return found | {"pipeline": self._pipelines[found["stage"]]}


class OrderForm(_Priced):
    KIND = Kind.ORDER
    title = forms.CharField(label=_("Title"), max_length=255)
    number = forms.CharField(label=_("Number"), required=False, max_length=60)
    status = _status()
    contact = PartyField(Kind.CONTACT, label=_("Contact"))
    company = PartyField(Kind.COMPANY, label=_("Company"))
    owner = _owner()
    source = forms.CharField(label=_("Source"), required=False, max_length=255)
    custom = _OwnFields()
    field_order = ("title", "number", "status", "contact", "company", "amount", "currency", "owner", "source", "custom")


class TaskForm(RecordForm):
    KIND = Kind.TASK
    subject = forms.CharField(label=_("Subject"), max_length=255)
    text = forms.CharField(label=_("Text"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 4}))
    assignee = forms.ModelChoiceField(
        Employee.objects.none(), label=_("Assignee"), required=False, empty_label=_("Nobody")
    )
    due_at = forms.CharField(
        label=_("Due"), required=False, widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")
    )
    done = forms.BooleanField(label=_("Done"), required=False)

    def clean_due_at(self) -> str:
        """ISO 8601, read in the project's zone by the CRM; refused where it is no time."""
        text: str = self.cleaned_data["due_at"]
        try:
            return datetime.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            raise ValidationError(_("Write the time as YYYY-MM-DDTHH:MM.")) from None


FORMS: Mapping[Kind, type[RecordForm]] = {
    form.KIND: form for form in (ContactForm, CompanyForm, LeadForm, DealForm, OrderForm, TaskForm)
}
