"""How an absence is written."""

from datetime import time, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from switchhook.working_time.models import Absence

register = template.Library()


@register.filter
def away_span(absence: Absence) -> str:
    """`20 Nov – 30 Nov 2026`, with times where a part of a day is meant, in the current zone."""
    starts, ends = timezone.localtime(absence.starts_at), timezone.localtime(absence.ends_at)
    whole = starts.time() == ends.time() == time.min
    last = ends - timedelta(days=1) if ends.time() == time.min else ends
    if starts.date() == last.date():
        day = date_format(starts, "j E Y")
        return day if whole else f"{day}, {starts:%H:%M} – {ends:%H:%M}"
    same_year = starts.year == last.year
    first = date_format(starts, "j E" if same_year else "j E Y")
    if whole:
        return f"{first} – {date_format(last, 'j E Y')}"
    return f"{first}, {starts:%H:%M} – {date_format(last, 'j E Y')}, {ends:%H:%M}"
