"""The button that calls a number."""

from typing import Any

from django import template

from switchhook.core.phone import display
from switchhook.crm.models import RecordRow
from switchhook.crm.records import phones_of
from switchhook.dialing.models import Way
from switchhook.dialing.ways import Calling, calling_of

register = template.Library()


@register.inclusion_tag("console/dialing/button.html", takes_context=True)
def call_button(context: dict[str, Any], number: str | None, label: Any = "") -> dict[str, Any]:
    """A small button that calls `number` (E.164); nothing where there is no number or the reader may not call.

    `label` names whom it calls for screen readers. Where the reader calls with a program of his own it is a plain link.
    """
    project = context.get("project")
    if not number or project is None or not context.get("may_write"):
        return {"number": ""}
    calling = _calling(context)
    named = str(label or "")
    return {
        "number": number,
        "label": display(named) if named.startswith("+") else named or display(number),
        "project": project,
        "link": calling.link(number) if calling.way is Way.LINK else "",
    }


@register.inclusion_tag("console/dialing/button.html", takes_context=True)
def call_client(context: dict[str, Any], row: RecordRow) -> dict[str, Any]:
    """`call_button` for a record of the built-in CRM: its client's first number, named after him."""
    return call_button(
        context, client_number(row), getattr(row, "contact", None) or getattr(row, "company", None) or row
    )


@register.filter
def client_number(row: RecordRow) -> str:
    """The first number under which a record's client is reached; "" where there is none."""
    return next(iter(phones_of(row)), "")


def _calling(context: dict[str, Any]) -> Calling:
    """The reader's way, asked for once however many buttons a page has."""
    request = context["request"]
    known: Calling | None = getattr(request, "dialing_way", None)
    if known is None:
        known = request.dialing_way = calling_of(context["project"], request.user)
    return known
