"""What happened on a call, in a sentence."""

from django.utils.translation import gettext as _

from switchhook.calls.models import Call
from switchhook.console.templatetags.console import clock_time, person_name


def story(call: Call) -> str:
    """One sentence in the active language; "" for a form or dialogue, whose steps say it."""
    if call.channel != "call":
        return ""
    who = call.employee.name if call.employee else person_name(call.state.get("employee"))
    words = {"who": who or _("Somebody"), "wait": clock_time(call.wait_seconds), "talk": clock_time(call.talk_seconds)}
    if call.status == "active":
        return _("The call is going on.")
    if call.direction == "internal":
        return _("Employees spoke with each other.") if call.status == "answered" else _("Nobody answered.")
    told = _outgoing(call) if call.direction == "out" else _incoming(call)
    return told % words


def _incoming(call: Call) -> str:
    if call.status == "answered":
        if call.wait_seconds is None:
            return _("%(who)s answered and spoke for %(talk)s.")
        return _("%(who)s answered after %(wait)s and spoke for %(talk)s.")
    if call.status == "missed":
        return _("Nobody answered.") if call.wait_seconds is None else _("Nobody answered; the caller waited %(wait)s.")
    return _("The call did not come through.")


def _outgoing(call: Call) -> str:
    if call.status == "answered":
        return _("%(who)s called the client and spoke for %(talk)s.")
    if call.status == "missed":
        return _("%(who)s called the client, who did not answer.")
    return _("%(who)s called the client; the call did not come through.")
