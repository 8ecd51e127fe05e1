"""What people are told about a call that was asked for: reasons and remedies by code."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STOPPED = "telephony_stopped"
"""The one refusal of a request under way whose name is a connection's; kept as the request's detail."""

SENTENCES: dict[str, str | Promise] = {
    "unreadable": _("“%(number)s” is not a telephone number that can be called."),
    "short": _("“%(number)s” is too short to be a client's number."),
    "emergency": _("%(number)s is an emergency number."),
    "premium": _("%(number)s costs extra for every minute, so it is not called from here."),
    "own_line": _("%(number)s is a line of your own."),
    "ignored": _("%(number)s is on the ignore list."),
    "no_telephony": _("No telephony is connected that could make the call."),
    STOPPED: _("%(name)s is switched off or does not work now."),
    "no_employee": _("You are not entered as an employee of this project, so it is not known which phone to ring."),
    "several_employees": _("You stand for several employees. Choose whose phone to ring."),
    "unknown_employee": _("No active employee of this project is “%(name)s”."),
    "not_yours": _("This token may only ring the phone of the person who made it."),
    "no_line": _("%(name)s has neither a SIP login nor a mobile number."),
    "unknown_line": _("“%(line)s” is not a line of %(name)s."),
    "in_progress": _("Your phone is being called already, for %(number)s."),
    "too_many": _("That was a lot of calls in a short time."),
    "key_used": _("This Idempotency-Key was used for another number."),
    "offline": _("Your phone %(line)s is offline, so it would not ring."),
    "speaking": _("Your phone %(line)s is in a conversation now."),
    "late": _("The hub was too busy to call in time."),
    "unreachable": _("The telephone exchange does not answer."),
    "rate_limited": _("The telephone exchange asks to slow down."),
    "auth_failed": _("The telephone exchange does not accept the hub's credentials."),
    "misconfigured": _("A setting of the telephony connection makes calling impossible."),
    "refused": _("The telephone exchange refused the call."),
}

REMEDIES: dict[str, str | Promise] = {
    "unreadable": _("Check the number; write it with its country code."),
    "short": _("Dial short numbers on your phone."),
    "emergency": _("Dial it on your phone."),
    "premium": _("Dial it on your phone if you must."),
    "own_line": _("Call colleagues from your phone's contact list."),
    "ignored": _("You can call it anyway; nothing about it is written into a CRM."),
    "no_telephony": _("An admin connects it on the page “Connections”."),
    STOPPED: _("An admin switches it on again on the page “Connections”."),
    "no_employee": _("Ask an admin to link your sign-in to an employee."),
    "no_line": _("An admin enters one on the employee's page."),
    "in_progress": _("Pick up, or wait a moment."),
    "too_many": _("Wait a minute, then try again."),
    "offline": _("Open your softphone and wait until it says that it is online."),
    "speaking": _("Finish the conversation first."),
    "late": _("Try again."),
    "unreachable": _("Try again in a minute, or dial on your phone."),
    "rate_limited": _("Wait a minute, then try again."),
    "auth_failed": _("An admin enters them anew on the page “Connections”."),
    "misconfigured": _("An admin looks at the connection's page."),
}

OVERRIDABLE = frozenset({"ignored", "offline", "speaking", "in_progress"})
"""Warnings: the person may have the call made all the same."""


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """What happened, in the active language."""
    text = str(SENTENCES.get(code, ""))
    return text % values if values else text


def remedy(code: str) -> str:
    """What to do about it, in the active language; "" where nothing helps."""
    return str(REMEDIES.get(code, ""))
