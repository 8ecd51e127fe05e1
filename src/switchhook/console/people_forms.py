"""Forms of employees, of the project's lines, and of the clients it ignores."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from switchhook.core.phone import display, normalize
from switchhook.projects.directions import clashes
from switchhook.projects.models import Employee, IgnoredClient, Number, Project, User

_BETWEEN = re.compile(r"[,;\n]+")
_AFTER_NUMBER = re.compile(r"^\s*([+＋(]?[\d\s().\-–/]{5,}\d)\s*[,;:\t–-]*\s*(.*)$")
MOST_AT_ONCE = 2000


class _Several(forms.CharField):
    """Several texts, one a line; commas part them too."""

    widget = forms.Textarea({"rows": 2, "class": "short", "spellcheck": "false", "autocapitalize": "off"})

    def prepare_value(self, value: Any) -> Any:
        """A saved list, one text a line."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The texts, each once."""
        texts = (part.strip() for part in _BETWEEN.split(super().clean(value) or ""))
        return list(dict.fromkeys(filter(None, texts)))


class EmployeeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """An employee with the directions on which he speaks. No direction may be somebody else's."""

    marks_optional = True

    sips = _Several(label=_("SIP logins"), required=False, help_text=_("One a line. Calls are forwarded to the first."))
    mobiles = _Several(
        label=_("Mobile (FMC) numbers"), required=False, help_text=_("One a line. They never count as clients.")
    )

    class Meta:
        model = Employee
        fields = ("name", "email", "sips", "mobiles", "extension", "staff_id", "user")
        labels = {"name": pgettext_lazy("of a person", "Name"), "user": pgettext_lazy("of a person", "Sign-in")}
        help_texts = {
            "email": _("By it the hub suggests who this is in each CRM."),
            "staff_id": _("The id that telephony gives this person; it is the surest way to know whose call it is."),
            "user": _("The member who sees this person's calls pop up."),
        }

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.project = project
        taken = Employee.objects.filter(project=project, user__isnull=False).exclude(pk=self.instance.pk)
        members: Any = self.fields["user"]
        members.queryset = User.objects.filter(memberships__project=project).exclude(pk__in=taken.values("user"))
        members.empty_label = gettext("Nobody: this person does not sign in")

    def clean_mobiles(self) -> list[str]:
        """The numbers as E.164."""
        numbers = {text: normalize(text, self.instance.project.country) for text in self.cleaned_data["mobiles"]}
        for text, number in numbers.items():
            if number is None:
                raise forms.ValidationError(_("“%(text)s” is not a telephone number."), params={"text": text})
        return [number for number in numbers.values() if number]

    def clean_staff_id(self) -> str:
        """The id, if nobody else has it."""
        staff_id: str = self.cleaned_data["staff_id"]
        others = Employee.objects.filter(project=self.instance.project, staff_id=staff_id).exclude(pk=self.instance.pk)
        if staff_id and (other := others.first()):
            raise forms.ValidationError(_("%(name)s has this telephony staff id already."), params={"name": other.name})
        return staff_id

    def clean(self) -> dict[str, Any]:
        """A login, mobile or extension of somebody else is refused by his name."""
        values = super().clean() or {}
        found = clashes(
            self.instance.project,
            sips=values.get("sips") or (),
            mobiles=values.get("mobiles") or (),
            extension=values.get("extension") or "",
            but=self.instance.pk,
        )
        for clash in found:
            told = {"value": display(clash.value) if clash.field == "mobiles" else clash.value, "name": clash.owner}
            self.add_error(clash.field, forms.ValidationError(_("%(value)s belongs to %(name)s."), params=told))
        return values


class _PhoneForm(forms.ModelForm):  # type: ignore[type-arg]
    marks_optional = True

    def __init__(self, project: Project, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.project = project

    def clean_e164(self) -> str:
        """The number as E.164, from any spelling."""
        number = normalize(self.cleaned_data["e164"], self.instance.project.country)
        if number is None:
            raise forms.ValidationError(_("This is not a telephone number."))
        others = type(self.instance)._default_manager.filter(project=self.instance.project, e164=number)  # noqa: SLF001
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This number is in the list already."))
        return number


class NumberForm(_PhoneForm):
    """A line of the project."""

    e164 = forms.CharField(label=_("Number"), max_length=40, widget=forms.TextInput({"inputmode": "tel"}))

    class Meta:
        model = Number
        fields = ("e164", "label", "sip_pair")
        help_texts = {
            "label": _("For people: where it is printed, which campaign it serves."),
            "sip_pair": _("The SIP login behind the line, where several mobile (FMC) lines share one."),
        }


class IgnoredForm(_PhoneForm):
    """A client's number for which nothing is made."""

    e164 = forms.CharField(label=_("Number"), max_length=40, widget=forms.TextInput({"inputmode": "tel"}))

    class Meta:
        model = IgnoredClient
        fields = ("e164", "note")


class ManyIgnoredForm(forms.Form):
    """Many numbers at once, one a line; what stands after a number becomes its note."""

    lines = forms.CharField(
        label=_("Numbers"),
        max_length=200_000,
        widget=forms.Textarea({"rows": 6, "class": "mono", "spellcheck": "false", "placeholder": "+380671234567 spam"}),
        help_text=_("One a line, in any spelling. Words after the number become its note."),
    )

    def __init__(self, project: Project, data: Any = None) -> None:
        super().__init__(data, prefix="many")
        self.project = project

    def clean_lines(self) -> list[tuple[str, str]]:
        """(number as E.164, note) of each line, each number once."""
        lines = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(_("At most %(n)s lines at once."), params={"n": MOST_AT_ONCE})
        read = [(line, *self._read(line)) for line in lines]
        wrong = [line for line, number, _note in read if number is None]
        if wrong:
            raise forms.ValidationError(
                _("These are not telephone numbers: %(lines)s"), params={"lines": ", ".join(_shortened(wrong))}
            )
        return list({number: (number, note) for _line, number, note in read if number}.values())

    def _read(self, line: str) -> tuple[str | None, str]:
        parts = _AFTER_NUMBER.match(line)
        text, note = (parts[1], parts[2].strip()) if parts else (line, "")
        return normalize(text, self.project.country), note[:200]


def _shortened(texts: Iterable[str]) -> list[str]:
    shown = [text[:40] for text in texts]
    return [*shown[:5], "…"] if len(shown) > 5 else shown
