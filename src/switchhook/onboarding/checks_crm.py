"""Checks of CRM connections: do they work, do they write, is what they are set to still there."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from switchhook.core.matrix_check import Severity
from switchhook.delivery.trace import sentence, worded
from switchhook.onboarding.facts import Crm, Facts
from switchhook.onboarding.problems import Problem, Remedy, Urgency


def no_crm(facts: Facts) -> Iterator[Problem]:
    """Nowhere to write."""
    if not facts.crms:
        yield Problem(
            check="no_crm",
            urgency=Urgency.STOPS,
            title=_("No CRM is connected"),
            why=_("Calls stand in the journal, and no record is made. The built-in CRM needs no account."),
            remedy=Remedy(label=_("Connect a CRM"), page="first_run", query="step=crm"),
        )


def stopped_connections(facts: Facts) -> Iterator[Problem]:
    """Connections that are broken or switched off, telephony too."""
    for one in facts.connections:
        if one.state == "active":
            continue
        broken = one.state == "broken"
        title = _("%(name)s does not work") if broken else _("%(name)s is switched off")
        yield Problem(
            check="stopped",
            urgency=Urgency.STOPS if broken else Urgency.HINDERS,
            title=title % {"name": one.name},
            why=worded(one.reason) or _("Its work is held until it is switched on."),
            remedy=Remedy(label=_("Open the connection"), page="connection", args=(one.id,)),
        )


def observing_connections(facts: Facts) -> Iterator[Problem]:
    """CRMs to which nothing is written at the moment."""
    for crm in facts.crms:
        if crm.observes_until:
            until = date_format(timezone.localtime(crm.observes_until), "j E, H:i")
            yield Problem(
                check="observing",
                urgency=Urgency.HINDERS,
                title=_("%(name)s only observes until %(time)s") % {"name": crm.name, "time": until},
                why=_("Every call is planned and shown, and nothing is written."),
                remedy=Remedy(label=_("Begin to write"), page="connection", args=(crm.id,), fragment="crm-state"),
            )


def refused_tokens(facts: Facts) -> Iterator[Problem]:
    """Access that could not be renewed."""
    for crm in facts.crms:
        if crm.token_error and crm.state == "active":
            yield Problem(
                check="tokens",
                urgency=Urgency.STOPS,
                title=_("The access to %(name)s could not be renewed") % {"name": crm.name},
                why=worded(crm.token_error),
                remedy=Remedy(label=_("Renew the credentials"), page="connection", args=(crm.id,)),
            )


def accounts_refused(facts: Facts) -> Iterator[Problem]:
    """CRMs that did not let the hub in when it looked."""
    for crm in facts.crms:
        if crm.closer.get("problem") and crm.state == "active":
            yield Problem(
                check="crm_account",
                urgency=Urgency.STOPS,
                title=_("%(name)s could not be looked into") % {"name": crm.name},
                why=worded(str(crm.closer["problem"])),
                remedy=Remedy(label=_("Open the connection"), page="connection", args=(crm.id,)),
            )


def fields_that_are_gone(facts: Facts) -> Iterator[Problem]:
    """Mapped fields that the CRM does not have any more."""
    for crm in facts.crms:
        gone = crm.closer.get("fields_gone", [])
        if gone:
            title = ngettext(
                "%(n)s mapped field is not there any more in %(name)s",
                "%(n)s mapped fields are not there any more in %(name)s",
                len(gone),
            )
            yield Problem(
                check="fields",
                urgency=Urgency.LOSES,
                title=title % {"n": len(gone), "name": crm.name},
                why=_("What should be written there is lost, or the whole record is refused."),
                remedy=Remedy(label=_("Mend the mapping"), page="connection_fields", args=(crm.id,)),
                names=tuple(gone),
            )


def users_who_are_gone(facts: Facts) -> Iterator[Problem]:
    """Employees whose user in the CRM was deactivated or deleted."""
    for crm in facts.crms:
        gone = crm.closer.get("users_gone", [])
        if gone:
            title = ngettext(
                "The user of %(n)s employee is not active any more in %(name)s",
                "The users of %(n)s employees are not active any more in %(name)s",
                len(gone),
            )
            yield Problem(
                check="users",
                urgency=Urgency.LOSES,
                title=title % {"n": len(gone), "name": crm.name},
                why=_("Records that should be theirs are refused by the CRM."),
                remedy=Remedy(label=_("Say who is who"), page="connection_people", args=(crm.id,)),
                names=tuple(gone),
            )


def numbers_in_local_format(facts: Facts) -> Iterator[Problem]:
    """Numbers in the CRM that are written without the country code."""
    for crm in facts.crms:
        count = int(crm.closer.get("local_numbers", 0))
        if count:
            title = ngettext(
                "%(n)s number in %(name)s is written without the country code",
                "%(n)s numbers in %(name)s are written without the country code",
                count,
            )
            yield Problem(
                check="local_numbers",
                urgency=Urgency.HINDERS,
                title=title % {"n": count, "name": crm.name},
                why=_(
                    "The hub finds them all the same, by its own directory. Other programs, and the CRM's own search, "
                    "may not, and then make duplicates. Write them with + and the country code."
                ),
                remedy=Remedy(label=_("Open the connection"), page="connection", args=(crm.id,)),
                names=tuple(crm.closer.get("local_examples", [])),
            )


def table_problems(facts: Facts) -> Iterator[Problem]:
    """Contradictions and holes of the scenario table."""
    for crm in facts.crms:
        for severity in (Severity.CONTRADICTION, Severity.HOLE):
            found = [one for one in crm.table if one.severity is severity]
            if found:
                yield _of_table(
                    crm, severity, [sentence({"text": r.text, "params": r.params}) for r in _reasons(found)]
                )


def _reasons(found: list) -> list:  # type: ignore[type-arg]
    return [one.reason for one in found]


def _of_table(crm: Crm, severity: Severity, reasons: list[str]) -> Problem:
    wrong = severity is Severity.CONTRADICTION
    title = (
        ngettext(
            "The scenario table of %(name)s contradicts itself in %(n)s place",
            "The scenario table of %(name)s contradicts itself in %(n)s places",
            len(reasons),
        )
        if wrong
        else ngettext(
            "The scenario table of %(name)s says nothing of %(n)s situation",
            "The scenario table of %(name)s says nothing of %(n)s situations",
            len(reasons),
        )
    )
    why = _("Such records are refused by the CRM.") if wrong else _("Nothing is made for such calls.")
    return Problem(
        check="table",
        urgency=Urgency.LOSES if wrong else Urgency.HINDERS,
        title=title % {"name": crm.name, "n": len(reasons)},
        why=why,
        remedy=Remedy(label=_("Open the table"), page="scenarios"),
        names=tuple(dict.fromkeys(reasons))[:6],
    )


def dead_work(facts: Facts) -> Iterator[Problem]:
    """Records that were refused, and calls whose work ended in an error."""
    for crm in facts.crms:
        count = crm.refused + crm.dead
        if count:
            title = ngettext("%(n)s record did not get into %(name)s", "%(n)s records did not get into %(name)s", count)
            yield Problem(
                check="dead_work",
                urgency=Urgency.LOSES,
                title=title % {"n": count, "name": crm.name},
                why=_("Each says why. Mend the cause, then send them again, all at once."),
                remedy=Remedy(label=_("Show them"), page="deliveries"),
            )
