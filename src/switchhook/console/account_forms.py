"""Forms drawn from a connector's manifest: a new account, its credentials, its settings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.connections.models import Connection
from switchhook.connectors.base import Choice
from switchhook.connectors.registry import Field, Manifest
from switchhook.console.wording import remedy, told
from switchhook.core.errors import Misconfigured, SwitchhookError

PREFIX = "field_"


class AccountForm(forms.Form):
    """What the forms of this module share: fields by the manifest's names, and a vendor's refusal shown at one."""

    marks_optional = True

    def __init__(self, manifest: Manifest, data: Any = None) -> None:
        super().__init__(data)
        self.manifest = manifest

    def stated(self, fields: Iterable[Field]) -> dict[str, Any]:
        """What a valid form says of those of `fields` that it has, by the manifest's names."""
        said = {item.name: self.cleaned_data.get(f"{PREFIX}{item.name}") for item in fields if self.has(item)}
        return {name: value for name, value in said.items() if value is not None}

    def has(self, item: Field) -> bool:
        """Whether the form asks for this field."""
        return f"{PREFIX}{item.name}" in self.fields

    def refuse(self, error: SwitchhookError) -> None:
        """Show why the account was not taken, at the field that the error names or above the form."""
        named = f"{PREFIX}{error.field}" if isinstance(error, Misconfigured) else ""
        sentences = filter(None, (told(error, self.manifest.title), "" if named in self.fields else remedy(error)))
        for sentence in sentences:
            self.add_error(named if named in self.fields else None, sentence)


class ConnectionForm(AccountForm):
    """A new connection. `split` parts credentials from settings; `asks_local` adds the question about the hub's CRM."""

    def __init__(self, manifest: Manifest, data: Any = None, *, asks_local: bool = False) -> None:
        super().__init__(manifest, data)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=120, initial=manifest.title)
        for item in manifest.fields:
            if item.step == "connect":
                self.fields[f"{PREFIX}{item.name}"] = drawn(item)
        if asks_local:
            self.fields["local"] = forms.ChoiceField(
                label=_("The built-in CRM"),
                choices=[
                    ("keep", _("Keep writing to it too")),
                    ("pause", _("Pause it: new calls go to this CRM only")),
                ],
                initial="keep",
                widget=forms.RadioSelect,
            )

    def split(self) -> tuple[dict[str, str], dict[str, Any]]:
        """(credentials, settings) of a valid form; what was left empty is in neither."""
        said = {name: value for name, value in self.stated(self.manifest.fields).items() if value not in ("", [])}
        secret = {item.name for item in self.manifest.fields if item.secret}
        credentials = {name: str(value) for name, value in said.items() if name in secret}
        return credentials, {name: value for name, value in said.items() if name not in secret}


class CredentialsForm(AccountForm):
    """New credentials of a connection. Stored values are never shown; a field that is not secret may stay empty."""

    def __init__(self, manifest: Manifest, connection: Connection, data: Any = None) -> None:
        super().__init__(manifest, data)
        for item in manifest.fields:
            if item.secret:
                self.fields[f"{PREFIX}{item.name}"] = kept(item) if manifest.sign_in else drawn(item)
            elif item.step == "connect" and item.required and item.name not in connection.settings:
                self.fields[f"{PREFIX}{item.name}"] = kept(item)

    def credentials(self) -> dict[str, str]:
        """What a valid form says, by the manifest's names."""
        return {name: str(value) for name, value in self.stated(self.manifest.fields).items() if value}


Offers = Mapping[str, Sequence[Choice]]
"""What each loaded field can be set to in the account, as far as it could be read."""


class SettingsForm(AccountForm):
    """The settings of an account that is connected.

    A `loaded` field is drawn only where `offers` has its choices, one with free text always; a value that is no longer
    offered is kept among them. Those in `later` come after others that are to be chosen first; what stands among the
    `sealed` credentials, though it is no secret, may stay empty.
    """

    def __init__(
        self,
        manifest: Manifest,
        settings: Mapping[str, Any],
        offers: Offers,
        data: Any = None,
        *,
        later: Sequence[Field] = (),
        sealed: Collection[str] = (),
    ) -> None:
        super().__init__(manifest, data)
        self.sealed = sealed
        for item in manifest.fields:
            name = f"{PREFIX}{item.name}"
            if item in later or (item.secret and item.step == "connect"):
                continue
            if item.secret or (item.name in sealed and item.name not in settings):
                self.fields[name] = kept(item)
            elif item.name in offers or not item.loaded or item.kind == "text":
                self.fields[name] = drawn(item, offers.get(item.name), settings.get(item.name))
                if settings.get(item.name) not in (None, ""):
                    self.initial[name] = settings[item.name]

    def of_step(self, step: str) -> list[forms.BoundField]:
        """The form's fields of one step, `connect` or `set_up`."""
        names = [f"{PREFIX}{item.name}" for item in self.manifest.fields if item.step == step and self.has(item)]
        return [self[name] for name in names]

    def set_up_fields(self) -> list[forms.BoundField]:
        """Those that are chosen once the account can be reached."""
        return self.of_step("set_up")

    def connect_fields(self) -> list[forms.BoundField]:
        """Those with which it was connected."""
        return self.of_step("connect")

    def settings(self) -> dict[str, Any]:
        """What a valid form says, JSON-ready, but for secrets."""
        said = self.stated(item for item in self.manifest.fields if not item.secret)
        return {name: value for name, value in said.items() if value != "" or name not in self.sealed}

    def credentials(self) -> dict[str, str]:
        """The secrets that were entered anew."""
        said = self.stated(item for item in self.manifest.fields if item.secret)
        return {name: str(value) for name, value in said.items() if value}


class Suggested(forms.TextInput):
    """A text with suggestions: a list of the browser's own."""

    def __init__(self, offered: Sequence[Choice]) -> None:
        super().__init__()
        self.offered = offered

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input, and its list."""
        place = f"{name}-offered"
        options = format_html_join("", '<option value="{}">{}</option>', ((o.value, o.label) for o in self.offered))
        typed = super().render(name, value, {**(attrs or {}), "list": place, "autocomplete": "off"}, renderer)
        return format_html('{}<datalist id="{}">{}</datalist>', typed, place, options)


class Lines(forms.CharField):
    """One text a line; empty lines do not count."""

    widget = forms.Textarea({"rows": 3, "class": "short"})

    def prepare_value(self, value: Any) -> Any:
        """A saved list, one text a line."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The lines."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By the typed text."""
        return bool(super().has_changed(initial, data))


def kept(item: Field) -> forms.Field:
    """The field for a value that stays where nothing is entered."""
    made = drawn(item)
    made.required, made.initial = False, None
    made.widget.attrs |= {"placeholder": gettext("unchanged"), "autocomplete": "off"}
    return made


def drawn(item: Field, offered: Sequence[Choice] | None = None, current: Any = None) -> forms.Field:
    """The form field of a manifest's field; `offered` are the choices of a loaded one."""
    help_text = gettext(item.help) if item.help else ""
    options = {"label": gettext(item.label), "required": item.required, "initial": item.default, "help_text": help_text}
    match item.kind:
        case "flag":
            return forms.BooleanField(**{**options, "required": False})
        case "number":
            return forms.IntegerField(**options)
        case "choice":
            return forms.ChoiceField(choices=_choices(item, offered, current), **options)
        case "choices":
            box = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=_choices(item, offered, current), widget=box, **options)
        case "lines":
            return Lines(**options)
    return _text(item, offered, current, options)


def _text(item: Field, offered: Sequence[Choice] | None, current: Any, options: dict[str, Any]) -> forms.CharField:
    if item.secret:
        return forms.CharField(widget=forms.PasswordInput({"autocomplete": "off"}), max_length=2000, **options)
    if offered and current in (None, "") and len(offered) == 1:
        options["initial"] = offered[0].value
    return forms.CharField(widget=Suggested(offered) if offered else forms.TextInput, max_length=2000, **options)


def _choices(item: Field, offered: Sequence[Choice] | None, current: Any) -> list[tuple[str, str]]:
    pairs = [(choice.value, choice.label or choice.value) for choice in offered or ()]
    pairs += [(value, value) for value in item.choices if not offered]
    held = current if isinstance(current, list) else [current]
    known = {value for value, _label in pairs}
    gone = [
        (str(value), gettext("%(value)s (no longer offered)") % {"value": value})
        for value in held
        if value not in (None, "") and str(value) not in known
    ]
    empty = [("", "–")] if item.kind == "choice" and (not item.required or item.default in (None, "")) else []
    return empty + pairs + (gone if item.loaded else [])
