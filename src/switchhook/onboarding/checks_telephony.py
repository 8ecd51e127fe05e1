"""Checks of how calls come in."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from switchhook.core.call import EventKind
from switchhook.delivery.trace import worded
from switchhook.onboarding.facts import QUIET, Facts, Telephony
from switchhook.onboarding.problems import Problem, Remedy, Urgency

_EARLY = {EventKind.BEFORE, EventKind.FORWARDING, EventKind.TAKING}
FEWEST_CALLS = 5
"""With fewer calls nothing can be told from what their events report."""


def no_telephony(facts: Facts) -> Iterator[Problem]:
    """Nothing from which calls could come."""
    if not facts.telephony:
        yield Problem(
            check="no_telephony",
            urgency=Urgency.STOPS,
            title=_("No telephony is connected"),
            why=_("Calls cannot come in."),
            remedy=Remedy(label=_("Connect telephony"), page="first_run"),
        )


def silent_webhook(facts: Facts) -> Iterator[Problem]:
    """No event, ever or for days, while there are calls."""
    for one in facts.telephony:
        if one.state == "paused":
            continue
        remedy = Remedy(label=_("Show the address"), page="connection", args=(one.id,), fragment="urls-title")
        if one.last_event is None:
            yield Problem(
                check="webhook",
                urgency=Urgency.STOPS,
                title=_("%(name)s has never sent an event") % {"name": one.name},
                why=_("Without its webhook no pop-up is shown, and calls come late, from the call log alone."),
                remedy=remedy,
            )
        elif facts.last_call and facts.last_call - one.last_event > QUIET:
            yield Problem(
                check="webhook",
                urgency=Urgency.STOPS,
                title=_("%(name)s sends no events any more, though its call log has new calls") % {"name": one.name},
                why=_("Calls come late, from the call log alone. Was the webhook removed, or its address changed?"),
                remedy=remedy,
            )


def no_early_event(facts: Facts) -> Iterator[Problem]:
    """Events that only tell of calls that are over: nothing can be shown while it rings."""
    heard = facts.event_kinds - {EventKind.EXPORT}
    if facts.calls < FEWEST_CALLS or not heard:
        return
    telephony = next(iter(facts.telephony), None)
    remedy = _to_address(telephony) if telephony else None
    if not heard & _EARLY:
        yield Problem(
            check="before_call",
            urgency=Urgency.LOSES,
            title=_("Your provider tells of calls only when they are over"),
            why=_("No pop-up can be shown, and records are made late. Add the events before the call and at pick-up."),
            remedy=remedy,
        )
    elif EventKind.BEFORE not in heard and EventKind.FORWARDING not in heard:
        yield Problem(
            check="before_call",
            urgency=Urgency.HINDERS,
            title=_("Your provider does not tell when it rings"),
            why=_("The pop-up comes at pick-up only. Add the event before the call, or the forwarding step."),
            remedy=remedy,
        )


def webhook_number_not_asked(facts: Facts) -> Iterator[Problem]:
    """Smart forwarding that is set up nowhere."""
    for one in facts.telephony:
        if one.state == "active" and one.last_event and one.forwarding_asked is None:
            yield Problem(
                check="forwarding",
                urgency=Urgency.HINDERS,
                title=_("%(name)s has never asked who takes a call") % {"name": one.name},
                why=_("Callers are not sent to their responsible manager. Put the webhook number into the routing."),
                remedy=Remedy(label=_("Show the address"), page="connection", args=(one.id,), fragment="urls-title"),
            )


def unreadable_events(facts: Facts) -> Iterator[Problem]:
    """Events that were stored and could not be read."""
    for one in facts.telephony:
        if one.unreadable:
            title = ngettext(
                "%(n)s of the latest events could not be read", "%(n)s of the latest events could not be read",
                one.unreadable,
            )  # fmt: skip
            yield Problem(
                check="unreadable",
                urgency=Urgency.LOSES,
                title=title % {"n": one.unreadable},
                why=_(
                    "Their calls are missing or incomplete. They are stored, and are read once the names are mended."
                ),
                remedy=Remedy(label=_("Show them"), page="events", query="state=flagged"),
            )


def no_lines(facts: Facts) -> Iterator[Problem]:
    """The project's own numbers are not known."""
    if facts.telephony and not facts.lines:
        yield Problem(
            check="lines",
            urgency=Urgency.HINDERS,
            title=_("None of your own numbers is entered"),
            why=_("A line of yours can be taken for a client, and the stop list cannot be used."),
            remedy=Remedy(label=_("Add lines"), page="numbers"),
        )


def telephony_account(facts: Facts) -> Iterator[Problem]:
    """What a look into the telephony's account has found."""
    for one in facts.telephony:
        if one.closer.get("problem"):
            yield Problem(
                check="telephony_account",
                urgency=Urgency.STOPS,
                title=_("%(name)s does not accept the hub: %(why)s")
                % {"name": one.name, "why": worded(str(one.closer["problem"]))},
                why=_("The call log cannot be read, and no call can be started."),
                remedy=Remedy(label=_("Open the connection"), page="connection", args=(one.id,)),
            )
        strangers = one.closer.get("strangers", [])
        if strangers:
            title = ngettext(
                "%(n)s employee of %(name)s is not known here", "%(n)s employees of %(name)s are not known here",
                len(strangers),
            )  # fmt: skip
            yield Problem(
                check="telephony_account",
                urgency=Urgency.LOSES,
                title=title % {"n": len(strangers), "name": one.name},
                why=_("Their calls count as answered by an unknown employee."),
                remedy=Remedy(label=_("Fetch the employees"), page="employees"),
                names=tuple(strangers[:12]),
            )


def _to_address(one: Telephony) -> Remedy:
    return Remedy(label=_("Show the address"), page="connection", args=(one.id,), fragment="urls-title")
