"""Checks of people: who is whose user, who has a line, who gets the work."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from switchhook.onboarding.facts import Crm, Facts, Person
from switchhook.onboarding.problems import Problem, Remedy, Urgency


def nobody_works_here(facts: Facts) -> Iterator[Problem]:
    """No employee at all."""
    if facts.telephony and not facts.active_people:
        yield Problem(
            check="nobody",
            urgency=Urgency.STOPS,
            title=_("No employee is known"),
            why=_("Every call counts as answered by an unknown employee, and no pop-up can be shown."),
            remedy=Remedy(label=_("Add employees"), page="employees"),
        )


def unmapped_employees(facts: Facts) -> Iterator[Problem]:
    """Employees with a line who are nobody in a CRM."""
    for crm in facts.crms:
        without = [one for one in facts.active_people if one.directed and one.id not in crm.mapped]
        if crm.state == "paused" or not without:
            continue
        title = ngettext("%(n)s employee is nobody in %(crm)s", "%(n)s employees are nobody in %(crm)s", len(without))
        yield Problem(
            check="unmapped",
            urgency=Urgency.LOSES,
            title=title % {"n": len(without), "crm": crm.name},
            why=_("Calls that they answer count as answered by an unknown employee: the records get another owner."),
            remedy=Remedy(label=_("Say who is who"), page="connection_people", args=(crm.id,)),
            names=_names(without),
        )


def employees_without_a_line(facts: Facts) -> Iterator[Problem]:
    """Active employees whom no call can be told to be of."""
    without = [one for one in facts.active_people if not one.directed]
    if without:
        title = ngettext("%(n)s employee has no line", "%(n)s employees have no line", len(without))
        yield Problem(
            check="no_line",
            urgency=Urgency.LOSES,
            title=title % {"n": len(without)},
            why=_("Without a SIP login, mobile number or extension no call can be told to be theirs."),
            remedy=Remedy(label=_("Give them lines"), page="employee", args=(without[0].id,))
            if len(without) == 1
            else Remedy(label=_("Give them lines"), page="employees"),
            names=_names(without),
        )


def roles_not_filled(facts: Facts) -> Iterator[Problem]:
    """The senior and the top manager: not named, gone, or nobody in the CRM."""
    for crm in facts.crms:
        if crm.state == "paused":
            continue
        yield from _role(
            facts, crm, crm.senior, _("senior manager"), _("Missed calls of this CRM have nobody to go to: no task.")
        )
        yield from _role(
            facts, crm, crm.top, _("top manager"), _("Calls that an unknown employee took are looked at by nobody.")
        )


def _role(facts: Facts, crm: Crm, named: int | None, role: str, why: str) -> Iterator[Problem]:
    person = facts.person(named)
    said = {"role": role, "crm": crm.name, "name": person.name if person else ""}
    remedy = Remedy(label=_("Choose somebody"), page="connection_rules", args=(crm.id,))
    if person is None:
        title = _("%(crm)s has no %(role)s") % said
    elif not person.active:
        title = _("%(name)s, %(role)s in %(crm)s, does not work here any more") % said
    elif person.id not in crm.mapped:
        title = _("%(name)s, %(role)s, is nobody in %(crm)s") % said
        remedy = Remedy(label=_("Say who is who"), page="connection_people", args=(crm.id,))
    else:
        return
    yield Problem(check="roles", urgency=Urgency.LOSES, title=title, why=why, remedy=remedy)


def owners_who_are_nobody(facts: Facts) -> Iterator[Problem]:
    """Records in the CRM that belong to users who are no active employee."""
    for crm in facts.crms:
        owners = crm.closer.get("owners", [])
        if not owners:
            continue
        title = ngettext(
            "%(n)s user of %(crm)s owns records and is no employee here",
            "%(n)s users of %(crm)s own records and are no employees here",
            len(owners),
        )
        yield Problem(
            check="owners",
            urgency=Urgency.LOSES,
            title=title % {"n": len(owners), "crm": crm.name},
            why=_("Their clients' calls go to the senior manager instead, and are not sent to a responsible."),
            remedy=Remedy(label=_("Say who is who"), page="connection_people", args=(crm.id,)),
            names=tuple(str(owner) for owner in owners[:12]),
        )


def members_without_an_employee(facts: Facts) -> Iterator[Problem]:
    """Managers who sign in and are no employee."""
    without = facts.members_without_employee
    if without:
        title = ngettext("%(n)s manager is no employee", "%(n)s managers are no employees", len(without))
        yield Problem(
            check="members",
            urgency=Urgency.HINDERS,
            title=title % {"n": len(without)},
            why=_("No pop-up is shown to them when it rings, and they cannot call with one click."),
            remedy=Remedy(label=_("Tie them to employees"), page="employees"),
            names=without,
        )


def _names(people: list[Person]) -> tuple[str, ...]:
    return tuple(one.name for one in people)
