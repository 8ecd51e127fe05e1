"""Keys that lead to pages."""

from typing import Any

from django import template

from switchhook.console.palette import Option, places

register = template.Library()


@register.simple_tag(takes_context=True)
def go_keys(context: dict[str, Any]) -> list[Option]:
    """The pages with a key that the reader may open."""
    return [place for place in places(context["project"], context["role"]) if place.key]
