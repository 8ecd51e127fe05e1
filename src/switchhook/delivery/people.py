"""Who was who when a call was decided: what changes among the employees later does not change an old call."""

from collections.abc import Iterable
from dataclasses import replace

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.plain import decode, encode
from switchhook.core.plan import Person, PlanSettings
from switchhook.core.planned import StandIn
from switchhook.core.records import Record
from switchhook.delivery.models import Decision, Effect, EffectState
from switchhook.scenarios.plan_settings import answerer

_UNFINISHED = (EffectState.PLANNED, EffectState.IN_FLIGHT, EffectState.UNKNOWN)


def as_decided(
    decision: Decision, connection: Connection, call: Call, settings: PlanSettings
) -> tuple[PlanSettings, Person | None]:
    """The settings and the call's employee, with the people of the time when an ended call was worked off.

    While some of its work is still to be done, the people of today get it.
    """
    person = answerer(connection, call)
    if not decision.people or _unfinished(connection, call):
        return settings, person
    return of_the_time(decision, call, settings, person)


def of_the_time(
    decision: Decision, call: Call, settings: PlanSettings, person: Person | None
) -> tuple[PlanSettings, Person | None]:
    """The settings and the call's employee, `person` by today, with the people who were kept with the decision."""
    held = decision.people
    if not held:
        return settings, person
    if person is not None and call.employee_id:
        person = replace(person, user=held["answerers"].get(str(call.employee_id)) or person.user)
    active = None if settings.active_users is None else settings.active_users | set(held["active"])
    away = {user: decode(StandIn, one) for user, one in held.get("away", {}).items()}
    settings = replace(settings, away=away) if "away" in held else settings
    pinned = replace(
        settings, senior=held["senior"] or settings.senior, top=held["top"] or settings.top, active_users=active
    )
    return pinned, person


def _unfinished(connection: Connection, call: Call) -> bool:
    return Effect.objects.filter(connection=connection, call=call, state__in=_UNFINISHED).exists()


def to_keep(
    held: dict[str, object], call: Call, settings: PlanSettings, person: Person | None, matches: Iterable[Record]
) -> dict[str, object]:
    """What of the people is kept with the decision on an ended call."""
    user = person.user if person else None
    concerned = {settings.senior, settings.top, user, *(match.owner for match in matches)}
    away = {absent: one for absent, one in settings.away.items() if absent in concerned}
    concerned |= {one.user for one in away.values()}
    answerers = held.get("answerers")
    known = dict(answerers) if isinstance(answerers, dict) else {}
    if user and call.employee_id:
        known[str(call.employee_id)] = user
    return {
        "senior": settings.senior,
        "top": settings.top,
        "active": sorted(one for one in concerned if one and settings.may_work(one)),
        "answerers": known,
        "away": {absent: encode(one) for absent, one in away.items()},
    }
