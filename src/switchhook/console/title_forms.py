"""The form of default names: what records are called that the hub makes, by channel and kind."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.console.wording import PARAMETERS
from switchhook.core.mapping import PLACES, same, unknown_places
from switchhook.core.situation import Channel

CHANNELS = {Channel.CALL: _("Calls"), Channel.FORM: _("Site forms"), Channel.DIALOGUE: _("Messenger dialogues")}
_NAMES = {"contact", "company"}
_DEFAULTS = {
    Channel.CALL: "Call {phone} {date}",
    Channel.FORM: "Form {phone} {date}",
    Channel.DIALOGUE: "Chat {name} {date}",
}
NAMED = ("contact", "company", "lead", "deal", "order")
"""Kinds whose records get a name."""


def default_title(channel: Channel, kind: str) -> str:
    """The name that most rules give, an English message id."""
    return "{name}" if kind in _NAMES else _DEFAULTS[channel]


def key_of(channel: Channel, kind: str) -> str:
    """Under which the setting `titles` keeps an edited name."""
    return kind if channel is Channel.CALL else f"{channel.value}.{kind}"


class TitlesForm(forms.Form):
    """A name for each kind, for calls, forms and dialogues; an empty one is the default."""

    marks_optional = False

    def __init__(
        self,
        held: Mapping[str, str],
        *,
        labels: Mapping[str, str],
        limits: Mapping[str, int],
        tags: Iterable[str],
        data: Any = None,
    ) -> None:
        """`labels` are the kinds that the CRM has, `limits` its longest texts, `tags` the project's own parameters."""
        super().__init__(data, prefix="titles")
        self.tags = tuple(tags)
        for channel, kind in self._places(labels):
            longest = limits.get(f"{kind}.name") or limits.get(f"{kind}.title")
            shown = gettext(default_title(channel, kind))
            self.fields[key_of(channel, kind)] = forms.CharField(
                label=labels[kind],
                required=False,
                max_length=500,
                initial=held.get(key_of(channel, kind), ""),
                widget=forms.TextInput({"placeholder": shown, "spellcheck": "false", "data-takes-places": ""}),
                help_text=gettext("Cut to %(n)s characters in this CRM.") % {"n": longest} if longest else "",
            )

    @staticmethod
    def _places(labels: Mapping[str, str]) -> list[tuple[Channel, str]]:
        return [(channel, kind) for channel in CHANNELS for kind in NAMED if kind in labels]

    def groups(self) -> list[tuple[Channel, str, list[forms.BoundField]]]:
        """The fields by channel: (channel, its title, fields)."""
        found: dict[Channel, list[forms.BoundField]] = {channel: [] for channel in CHANNELS}
        for name in self.fields:
            found[channel_of(name)].append(self[name])
        return [(channel, str(title), found[channel]) for channel, title in CHANNELS.items() if found[channel]]

    def clean(self) -> dict[str, Any]:
        """Every place in a name must be a parameter."""
        values = super().clean() or {}
        for name in self.fields:
            wrong = unknown_places(values.get(name) or "", also=self.tags)
            if wrong:
                text = _("There is no parameter called {%(name)s}.")
                self.add_error(name, forms.ValidationError(text, params={"name": wrong[0]}))
        return values

    def titles(self, held: Mapping[str, str]) -> dict[str, str]:
        """All edited names: those of kinds that the CRM has not now stay as they are `held`."""
        others = {name: text for name, text in held.items() if name not in self.fields}
        return others | {name: text for name, text in self.cleaned_data.items() if text}


def channel_of(name: str) -> Channel:
    """The channel of a key of `titles`."""
    before, dot, _kind = name.partition(".")
    return Channel(before) if dot else Channel.CALL


def places(tags: Iterable[str]) -> list[tuple[str, str]]:
    """What can stand in braces: (name, what it is), those of every call first, then the project's own."""
    known = [(name, str(PARAMETERS.get(name, name))) for name in sorted(PLACES - {"id"})]
    own = sorted({same(tag) for tag in tags} - PLACES)
    return [*known, ("id", gettext("The record's own id")), *((name, name) for name in own)]
