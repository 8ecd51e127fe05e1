"""Words and colours for stored values: states, directions, reasons."""

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from switchhook.core.errors import AuthFailed, SwitchhookError
from switchhook.delivery.advice import ADVICE as WORK_ADVICE
from switchhook.delivery.trace import worded

Badge = tuple[str, str | Promise]

BADGES: dict[str, dict[str, Badge]] = {
    "call": {
        "active": ("info badge--live", _("In progress")),
        "answered": ("good", _("Answered")),
        "missed": ("bad", _("Missed")),
        "failed": ("warn", _("Failed")),
        "other": ("", _("Other")),
    },
    "inquiry": {
        "form_sent": ("good", _("Form sent")),
        "dialogue_started": ("info badge--live", _("Chat going on")),
        "released": ("good", _("Sent to the CRM")),
        "dialogue_finished": ("", _("Chat finished")),
    },
    "effect": {
        "planned": ("info", _("Waiting")),
        "in_flight": ("info badge--live", _("Being sent")),
        "done": ("good", _("In the CRM")),
        "unknown": ("warn", _("Outcome unknown")),
        "refused": ("bad", _("Refused")),
        "blocked": ("warn", _("Blocked")),
        "withdrawn": ("", _("No longer wanted")),
        "observed": ("info", _("Would be made")),
        "skipped": ("", _("Skipped")),
    },
    "delivery": {
        "pending": ("info", _("Waiting")),
        "done": ("good", _("Done")),
        "running": ("info badge--live", _("Being worked on")),
        "dead": ("bad", _("Needs attention")),
        "skipped": ("", _("Skipped")),
        "kept": ("", _("Kept back")),
        "observed": ("info", _("Observed, nothing written")),
    },
    "event": {
        "new": ("info", _("Waiting")),
        "read": ("good", _("Read")),
        "unused": ("", _("Received, not used")),
        "flagged": ("bad", _("Could not be read")),
    },
    "connection": {
        "active": ("good", pgettext_lazy("a connection", "Active")),
        "paused": ("warn", pgettext_lazy("a connection", "Paused")),
        "broken": ("bad", _("Not working")),
        "unfinished": ("warn", _("To be set up")),
        "waiting": ("warn", _("Waiting")),
        "draining": ("info badge--live", _("Catching up")),
        "observing": ("info", _("Observing: nothing is written")),
    },
    "lead": {"open": ("info", _("Open")), "converted": ("good", _("Converted")), "lost": ("", _("Lost"))},
    "deal": {"open": ("info", _("Open")), "won": ("good", _("Won")), "lost": ("", pgettext_lazy("a deal", "Lost"))},
    "order": {
        "open": ("info", _("Open")),
        "closed": ("good", _("Closed")),
        "won": ("good", _("Closed")),
        "lost": ("", _("Cancelled")),
    },
}

DIRECTIONS = {"in": _("Incoming"), "out": _("Outgoing"), "internal": _("Internal")}

KINDS = {
    "contact": _("Contact"),
    "company": _("Company"),
    "lead": _("Lead"),
    "deal": _("Deal"),
    "order": _("Order"),
    "task": _("Task"),
    "comment": _("Comment"),
    "call": _("Call record"),
}

ALLOWANCES = {
    "burst": _("Short bursts"),
    "second": _("Per second"),
    "minute": _("Per minute"),
    "hour": _("Per hour"),
    "day": _("Per day"),
    "daily": _("Per day"),
    "search": _("Searches"),
    "at once": _("At the same time"),
    "at_once": _("At the same time"),
    "concurrency": _("At the same time"),
    "requests": _("Requests"),
    "credits": _("Credits"),
    "tokens": _("Tokens"),
    "access_tokens": _("Access tokens"),
}
"""What allowances are called; a vendor's own name that is not here is shown as it stands."""

MOMENTS = {
    "ring": _("when it rings"),
    "pickup": _("at pick-up"),
    "end": _("after the call"),
    "recording": _("when the recording is ready"),
    "analysis": _("when the analysis is ready"),
}

EVENT_KINDS = {
    "before": _("Before the call"),
    "forwarding": _("Forwarding step"),
    "taking": _("Taking the call"),
    "after": _("After the call"),
    "export": _("Row of the call log"),
    "rating": _("Rating"),
    "analysis": _("Analysis"),
    "form": _("Form sent"),
    "started": _("Chat started"),
    "taken": _("Chat taken into work"),
    "contact": _("Contact data given"),
    "released": _("Data sent to the CRM"),
    "finished": _("Chat finished"),
}

STEPS = {
    "form_sent": _("form sent"),
    "dialogue_started": _("chat started"),
    "dialogue_taken": _("taken into work"),
    "contact_given": _("contact data given"),
    "dialogue_finished": _("chat finished"),
}

PARAMETERS = {
    "phone": _("Client's number"),
    "name": _("Client's name or number"),
    "email": _("Client's e-mail"),
    "date": _("Date of the call"),
    "time": _("Time of the call"),
    "employee": _("Employee's name"),
    "line": _("Employee's line"),
    "direction": _("Direction"),
    "status": _("Status"),
    "project_number": _("Line that was called"),
    "call_type": _("Type of call"),
    "disposition": _("Provider's status"),
    "text": _("Text of the form or dialogue"),
    "link": _("Link to the chat"),
    "client_id": _("Visitor's id (client id)"),
    "keyword": _("Keyword"),
    "source": _("Source"),
    "medium": _("Medium"),
    "campaign": _("Campaign"),
    "term": _("Term"),
    "content": _("Content"),
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_term": "utm_term",
    "utm_content": "utm_content",
}
"""The parameters of every call, form and dialogue, as the mapping page calls them."""

ADVICE = WORK_ADVICE | {
    "anomalous_payload": _("The body could not be read. Check the name map of the connection, then replay the event."),
    "unsupported_event": _("This kind of event is stored for completeness. Nothing needs to be done."),
}


REMEDIES = {
    "auth_failed": _("Copy the credentials anew from the CRM's own settings, without spaces, and enter them again."),
    "unreachable": _("Nothing was saved. Check the address, and whether the hub may reach it; then try again."),
    "rate_limited": _("Nothing was saved. Wait a minute, then try again."),
    "outcome_unknown": _("Nothing was saved. Try again."),
}
"""What to do where an account could not be connected, by the error's code."""


def remedy(error: SwitchhookError) -> str:
    """What a person can do about an account that was not taken; "" where the error says it itself."""
    return str(REMEDIES.get(error.code, ""))


def told(error: SwitchhookError, name: str) -> str:
    """What went wrong at the account `name`, as a sentence in the active language."""
    if isinstance(error, AuthFailed):
        told = {"name": name, "answer": str(error)}
        return gettext("%(name)s does not accept the credentials. Its answer: %(answer)s") % told
    return worded(str(error))
