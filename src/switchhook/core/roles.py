"""Who is who for one call: the matrix speaks of roles, a CRM of user ids."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from switchhook.core.matrix import Role
from switchhook.core.planned import PlanSettings
from switchhook.core.reason import Reason, because
from switchhook.core.records import Kind, Record
from switchhook.core.situation import Client, Person, Verdict
from switchhook.core.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The people of one call. `users` holds a CRM user id for every role that somebody fills.

    `taker` is the record that takes the call; its owner is responsible, and where that is nobody who can work, the
    senior manager is. `remarks` say, by role, what had to be decided or is missing.
    """

    taker: Record | None
    answerer: Person | None
    users: dict[Role, str | None]
    remarks: dict[Role, Reason]

    @classmethod
    def cast(cls, verdict: Verdict, takers: Iterable[Kind], settings: PlanSettings, answerer: Person | None) -> "Roles":
        """The roles for a call of a client with `verdict`. An employee who may not work is an unknown employee."""
        taker = next((record for kind in takers if (record := verdict.first(kind, open_only=True))), None)
        if answerer is not None and not settings.may_work(answerer.user):
            answerer = replace(answerer, user=None)
        senior = settings.senior if settings.may_work(settings.senior) else None
        top = settings.top if settings.may_work(settings.top) else None
        users: dict[Role, str | None] = {Role.ANSWERER: answerer.user if answerer else None, Role.TOP: top}
        users |= {Role.SENIOR: senior, Role.NOBODY: None, Role.RESPONSIBLE: None}
        remarks = _vacancies(users)
        owner = taker.owner if taker else None
        if settings.may_work(owner):
            users[Role.RESPONSIBLE] = owner
        elif verdict.client is Client.KNOWN:
            users[Role.RESPONSIBLE] = senior
            remarks[Role.RESPONSIBLE] = _stands_in(taker, senior)
        return cls(taker=taker, answerer=answerer, users=users, remarks=remarks)


def _vacancies(users: dict[Role, str | None]) -> dict[Role, Reason]:
    sentences = {
        Role.ANSWERER: _("It is not known which user of this CRM was on the line. Map the employee in the settings."),
        Role.SENIOR: _("No active user is set as senior manager. Choose one in the connection's settings."),
        Role.TOP: _("No active user is set as top manager. Choose one in the connection's settings."),
    }
    return {role: because(text) for role, text in sentences.items() if users[role] is None}


def _stands_in(taker: Record | None, senior: str | None) -> Reason:
    if taker is None:
        text = _("No open record takes the call, so the senior manager (%(senior)s) is responsible.")
        return because(text, senior=senior or "–")
    title, owner = taker.title or taker.id, taker.owner or "–"
    if taker.owner is None:
        text = _("“%(title)s” has no owner, so the senior manager (%(senior)s) is responsible.")
    else:
        text = _("%(owner)s, the owner of “%(title)s”, is no active, mapped user: the senior manager (%(senior)s) is.")
    return because(text, title=title, owner=owner, senior=senior or "–")
