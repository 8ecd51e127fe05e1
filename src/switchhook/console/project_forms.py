"""Forms of a project: its name, time zone, country and language."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from phonenumbers.geodata.locale import LOCALE_DATA

from switchhook.projects.models import Project

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def zones() -> list[tuple[str, Any]]:
    """Time zones by the places they are named after, grouped; those of Europe first, then UTC."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in _REGIONS)
    groups = {
        region: [(name, name.replace("_", " ")) for name in names if name.startswith(region)] for region in _REGIONS
    }
    first: list[tuple[str, Any]] = [("Europe", groups.pop("Europe")), ("UTC", "UTC")]
    return first + list(groups.items())


def country_name(code: str) -> str:
    """What a country is called in the active language, its code where that is not known."""
    named = LOCALE_DATA.get(code, {})
    told = named.get((get_language() or "en").partition("-")[0]) or named.get("en", code)
    return str(named.get(told[1:], code) if told.startswith("*") else told)


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """Every country that has telephone numbers, by its name in `language`, which is the active one."""
    del language  # the key of the cache alone
    codes = sorted(phonenumbers.SUPPORTED_REGIONS)
    dialled = ((code, f"{country_name(code)} (+{phonenumbers.country_code_for_region(code)})") for code in codes)
    return sorted(dialled, key=lambda pair: pair[1].casefold())


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """What a project is called, and where and in which language it works."""

    class Meta:
        model = Project
        fields = ("name", "time_zone", "country", "language")
        help_texts = {
            "name": _("What members see; clients never do."),
            "time_zone": _("Days, working hours and the dates of calls are counted in it."),
            "country": _("A number without a country code, such as 067 123 45 67, is taken to be of this country."),
            "language": _("What the hub writes into CRMs is in this language. Each person chooses that of the pages."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {"time_zone": zones(), "country": countries(get_language() or "en"), "language": settings.LANGUAGES}
        for name, choices in chosen.items():
            held = self.fields[name]
            self.fields[name] = forms.ChoiceField(label=held.label, help_text=held.help_text, choices=choices)
