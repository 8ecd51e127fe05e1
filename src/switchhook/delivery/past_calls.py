"""Calls that have been, as cases on which a scenario table can be tried. Reads only; no CRM is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings as configured

from switchhook.calls.codec import state_from_json
from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.plan import Person, PlanSettings
from switchhook.core.reason import Reason
from switchhook.core.records import Record
from switchhook.core.rehearsed import PREFIX
from switchhook.core.situation import Channel, Client, Verdict
from switchhook.core.tryout import Case
from switchhook.core.words import _
from switchhook.delivery.models import Decision
from switchhook.delivery.people import of_the_time
from switchhook.directory import index
from switchhook.scenarios.plan_settings import answerer, settings_of, users_of

MOST = 500
"""The most calls on which a table is tried at once."""


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of the journal. `judged` tells that its client was judged when it came; else he is judged by today."""

    call: Call
    judged: bool


def past_cases(connection: Connection, count: int) -> list[Case[PastCall]]:
    """The last `count` (at most `MOST`) calls, forms and dialogues as this connection sees them, newest first.

    Those that never reach a CRM (stop list, journal only) and those that the hub has acted out are left out. A client
    is who he was when the call came, where that is stored; else who the directory says he is now. Raises Misconfigured
    as `settings_of` does.
    """
    calls = _last(connection, min(count, MOST))
    decisions = {d.call_id: d for d in Decision.objects.filter(connection=connection, call__in=calls)}
    verdicts = _verdicts_by_today(connection, [call for call in calls if call.pk not in decisions])
    settings, users = settings_of(connection), users_of(connection)
    return [
        _case(call, answerer(connection, call, users), decisions.get(call.pk), verdicts, settings) for call in calls
    ]


def _last(connection: Connection, count: int) -> list[Call]:
    found = Call.objects.filter(project=connection.project_id, stopped=False, journal_only=False)
    found = found.exclude(external_id__startswith=PREFIX)
    return list(found.select_related("employee", "recording").order_by("-started_at", "-id")[:count])


def _case(
    call: Call,
    person: Person | None,
    decision: Decision | None,
    verdicts: dict[str, Verdict],
    settings: PlanSettings,
) -> Case[PastCall]:
    recording = getattr(call, "recording", None)
    settings = replace(settings, recording_link=f"{configured.PUBLIC_URL}/r/{recording.public_id}" if recording else "")
    if decision is None:
        verdict = verdicts.get(call.client_number) or _nameless(call)
    else:
        verdict = Verdict.from_json(decision.verdict)
        settings, person = of_the_time(decision, call, settings, person)
    what = PastCall(call, judged=decision is not None)
    return Case(what=what, event=state_from_json(call.state), verdict=verdict, settings=settings, answerer=person)


def _verdicts_by_today(connection: Connection, calls: Sequence[Call]) -> dict[str, Verdict]:
    numbers = {call.client_number for call in calls if call.client_number}
    known = index.of_clients(connection, numbers)
    return {number: _judged(known.get(number, [])) for number in numbers}


def _judged(matches: Sequence[Record]) -> Verdict:
    today = (Reason(text=_("Judged by what is known of the number today."), params={}),)
    return Verdict(client=Client.KNOWN if matches else Client.NEW, matches=tuple(matches), reasons=today)


def _nameless(call: Call) -> Verdict:
    return Verdict(client=Client.HIDDEN if call.channel == Channel.CALL else Client.NEW)
