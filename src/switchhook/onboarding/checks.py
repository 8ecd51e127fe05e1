"""The check page's list: everything that would go wrong, most urgent first, before a call does."""

from collections.abc import Callable, Sequence

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from switchhook.onboarding import checks_crm, checks_hub, checks_people, checks_telephony
from switchhook.onboarding.facts import Facts, gather
from switchhook.onboarding.problems import Check, Problem, Urgency
from switchhook.projects.models import Project

Listed = tuple[Check, object, Callable[[Facts], bool]]


def _always(_facts: Facts) -> bool:
    return True


def _looked(facts: Facts) -> bool:
    working = [one for one in facts.connections if one.state == "active"]
    return bool(working) and all(one.closer and not one.closer.get("problem") for one in working)


def _tried(facts: Facts) -> bool:
    return facts.reach != ""


def _heard(facts: Facts) -> bool:
    return any(one.last_event for one in facts.telephony)


def _enough(facts: Facts) -> bool:
    return facts.calls >= checks_telephony.FEWEST_CALLS


def _table(facts: Facts) -> bool:
    return any(one.has_table for one in facts.crms)


def _people(facts: Facts) -> bool:
    return bool(facts.active_people)


CHECKS: Sequence[Listed] = (
    (checks_telephony.no_telephony, _("Telephony is connected"), _always),
    (checks_telephony.telephony_account, _("The telephony account lets the hub in"), _looked),
    (checks_hub.public_address, _("The public address leads here"), _tried),
    (checks_telephony.silent_webhook, _("Events arrive"), _always),
    (checks_telephony.unreadable_events, _("Events can be read"), _heard),
    (checks_telephony.no_early_event, _("The hub hears when it rings"), _enough),
    (checks_telephony.webhook_number_not_asked, _("Smart forwarding is asked"), _heard),
    (checks_telephony.no_lines, _("Your own numbers are known"), _always),
    (checks_crm.no_crm, _("A CRM is connected"), _always),
    (checks_crm.stopped_connections, _("All connections work"), _always),
    (checks_crm.refused_tokens, _("Access can be renewed"), _always),
    (checks_crm.accounts_refused, _("The CRM accounts can be read"), _looked),
    (checks_crm.observing_connections, _("Nothing is only observed"), _always),
    (checks_people.nobody_works_here, _("Employees are known"), _always),
    (checks_people.roles_not_filled, _("Senior and top manager are named"), _always),
    (checks_people.unmapped_employees, _("Employees are known in the CRM"), _people),
    (checks_crm.users_who_are_gone, _("Their users are active there"), _looked),
    (checks_people.employees_without_a_line, _("Employees have lines"), _people),
    (checks_people.owners_who_are_nobody, _("Owners of records work here"), _looked),
    (checks_people.members_without_an_employee, _("Managers are employees"), _always),
    (checks_crm.fields_that_are_gone, _("Mapped fields exist"), _looked),
    (checks_crm.table_problems, _("The scenario table has no holes"), _table),
    (checks_crm.numbers_in_local_format, _("Numbers are international"), _looked),
    (checks_crm.dead_work, _("No record was refused"), _always),
    (checks_hub.disk_space, _("There is disk space"), _always),
    (checks_hub.clocks, _("The clocks agree"), _always),
)
"""Every check, what can be said where it finds nothing, and whether enough is known to say so."""

_SECONDS = 60
_ORDER = list(Urgency)


def problems(facts: Facts) -> list[Problem]:
    """All problems, the most urgent first; of equally urgent ones, in the order of the checks."""
    found = [problem for check, _fine, _known in CHECKS for problem in check(facts)]
    return sorted(found, key=lambda problem: _ORDER.index(problem.urgency))


def fine(facts: Facts) -> list[str]:
    """What is in order, as far as it is known."""
    return [str(said) for check, said, known in CHECKS if known(facts) and next(iter(check(facts)), None) is None]


def count(project: Project) -> int:
    """How many problems lose calls or work, for the navigation; kept for a minute."""
    kept: int | None = cache.get(_key(project))
    return remember_count(project, problems(gather(project))) if kept is None else kept


def remember_count(project: Project, found: Sequence[Problem]) -> int:
    """Keep the count of problems that were just looked for."""
    urgent = sum(problem.urgency is not Urgency.HINDERS for problem in found)
    cache.set(_key(project), urgent, _SECONDS)
    return urgent


def forget_count(project: Project) -> None:
    """Count anew at the next page: something was mended, or looked at."""
    cache.delete(_key(project))


def _key(project: Project) -> str:
    return f"check-count-{project.pk}"
