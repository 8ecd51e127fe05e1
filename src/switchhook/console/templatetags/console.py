"""Tags and filters of the pages: icons, numbers, durations, times, reasons, form fields."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from switchhook.console.wording import ALLOWANCES, BADGES, EVENT_KINDS, KINDS, MOMENTS, STEPS
from switchhook.core import phone as phones
from switchhook.core.rehearsed import is_rehearsed
from switchhook.delivery.trace import worded

register = template.Library()

register.filter(worded)

_ONLY_NUMBER = re.compile(r"\+\d{7,15}", re.ASCII)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A decorative icon of the sprite, hidden from screen readers."""
    classes = " ".join(["icon", *(f"icon--{part}" for part in extra.split())])
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static("console/icons.svg"),
        name,
    )


@register.filter
def phone(e164: str | None) -> str:
    """`+380671234567` → `+380 67 123 4567`, with no-break spaces."""
    return phones.display(e164).replace(" ", "\N{NO-BREAK SPACE}") if e164 else ""


@register.filter
def naming(text: str) -> str:
    """A record's name; one that is only a number is written as people write numbers."""
    return phone(str(text)) if _ONLY_NUMBER.fullmatch(str(text)) else str(text)


@register.filter
def clock_time(seconds: int | None) -> str:
    """Seconds as `1:05` or `1:02:03`; nothing for None."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@register.filter
def when(moment: datetime | None) -> str:
    """A moment in the current zone as people say it: "Today, 14:05", "Yesterday, 9:10", "3 Nov, 9:10"."""
    if moment is None:
        return ""
    local, today = timezone.localtime(moment), timezone.localdate()
    return _("%(day)s, %(time)s") % {"day": _day(local, today), "time": date_format(local, "H:i")}


@register.filter
def record_title(values: Mapping[str, Any]) -> str:
    """What a record's canonical values call it."""
    return next((str(values[name]) for name in ("name", "title", "subject") if values.get(name)), "")


@register.filter
def person_name(ref: Mapping[str, str] | None) -> str:
    """Whom telephony named: by name, else by the line on which he speaks."""
    named = ("name", "sip", "number", "extension", "email", "staff_id")
    return next((ref[part] for part in named if ref.get(part)), "") if ref else ""


@register.filter
def is_past(moment: datetime | None) -> bool:
    """Whether a moment is over."""
    return moment is not None and moment < timezone.now()


@register.filter
def when_exactly(moment: datetime | None) -> str:
    """As `when`, with seconds where it is less than an hour off."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    near = abs(moment - timezone.now()) < timedelta(hours=1)
    return date_format(local, "H:i:s") if near else when(moment)


@register.filter
def lasting(seconds: float) -> str:
    """A length of time in its largest fitting unit: `2 s`, `10 min`, `24 h`, `3 d`."""
    units = ((86400, _("%(n)s d")), (3600, _("%(n)s h")), (60, _("%(n)s min")), (1, _("%(n)s s")))
    size, text = next(((size, text) for size, text in units if seconds >= size * (2 if size > 1 else 1)), units[-1])
    whole, rest = divmod(round(seconds), size)
    return text % {"n": whole + (1 if rest * 2 >= size else 0)}


@register.filter
def allowance(name: str) -> str:
    """What an allowance is called."""
    return str(ALLOWANCES.get(name, name))


@register.filter
def unlocalized(number: float) -> str:
    """A number as an attribute takes it."""
    return f"{number:g}"


def _day(local: datetime, today: Any) -> str:
    if local.date() == today:
        return _("Today")
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    if local.date() == today + timedelta(days=1):
        return _("Tomorrow")
    return date_format(local, "j M") if local.year == today.year else date_format(local, "j M Y")


@register.simple_tag
def badge(group: str, value: str) -> SafeString:
    """A state as a coloured word. `group` is a key of `wording.BADGES`; an unknown value is shown as it stands."""
    tone, text = BADGES[group].get(value, ("", value))
    return format_html('<span class="badge{}">{}</span>', f" badge--{tone}" if tone else "", text)


@register.filter
def pick(mapping: Mapping[Any, Any], key: Any) -> Any:
    """One value of a mapping, None where it is missing."""
    return mapping.get(key)


@register.filter
def safe_link(url: str) -> str:
    """A record's address if a browser may open it, else "#": what a CRM sends is not trusted."""
    return url if url.startswith(("/", "https://", "http://")) else "#"


@register.filter
def kind_word(kind: str) -> str:
    """A record kind in words."""
    return str(KINDS.get(kind, kind))


@register.filter
def moment_word(moment: str) -> str:
    """A moment of a call in words."""
    return str(MOMENTS.get(moment, moment))


@register.filter
def event_word(kind: str) -> str:
    """What an event reports, in words."""
    return str(EVENT_KINDS.get(kind, kind))


@register.filter
def step_word(step: str) -> str:
    """A step of a form or dialogue in words."""
    return str(STEPS.get(step, step))


@register.filter
def inquiry_state(state: Mapping[str, Any]) -> str:
    """How far a form or dialogue has come, as a value of the badges `inquiry`."""
    steps = state.get("steps", [])
    if "form_sent" in steps:
        return "form_sent"
    if state.get("released"):
        return "released"
    return "dialogue_finished" if "dialogue_finished" in steps else "dialogue_started"


@register.filter
def is_acted(external_id: str) -> bool:
    """Whether the hub has acted a call out itself: it is shown as simulated."""
    return is_rehearsed(external_id)


@register.filter
def initials(name: str) -> str:
    """The letters of an avatar; of a number, its last two digits."""
    if str(name).startswith("+"):
        return str(name)[-2:]
    return "".join(part[0] for part in str(name).replace("@", " ").split()[:2]).upper()


@register.inclusion_tag("console/parts/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A form field with label, help, and errors tied to the control for screen readers."""
    described = [f"{bound.auto_id}-help"] if bound.help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "bound": bound,
        "described": " ".join(described),
        "label": label or bound.label,
        "control": bound.as_widget(attrs=attributes),
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "is_group": isinstance(bound.field.widget, RadioSelect),
    }


@register.inclusion_tag("console/parts/cell.html")
def cell(bound: BoundField) -> dict[str, Any]:
    """A control in a row of many: named by its own aria-label, its errors below it."""
    attributes: dict[str, str | bool] = {}
    if bound.errors:
        attributes = {"aria-describedby": f"{bound.auto_id}-error", "aria-invalid": "true"}
    return {"bound": bound, "control": bound.as_widget(attrs=attributes)}
