"""The button that calls a number."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("console/dialing/button.html", takes_context=True)
def call_button(context: dict[str, Any], number: str, label: str = "") -> dict[str, Any]:
    """A small button that calls `number` (E.164); nothing where there is no number or the reader may not call."""
    may = bool(number) and bool(context.get("may_write"))
    return {"number": number if may else "", "label": label, "project": context.get("project")}
