"""What people ask for during a call is made true in the client's lane, beside what the scenario table wants.

Whoever collects wishes (the pop-up) says so with `come_from`; delivery knows nothing of screens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.asked import Asked, preferring, with_asked
from switchhook.core.call import CallState
from switchhook.core.plan import Plan, PlanSettings
from switchhook.core.records import Capabilities, Ref
from switchhook.core.situation import Inquiry, Verdict
from switchhook.delivery.models import Effect, EffectState

BEGUN = (EffectState.IN_FLIGHT, EffectState.DONE, EffectState.UNKNOWN, EffectState.REFUSED)
"""States of effects that the CRM has, or may have, heard of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for, and which of the client's matches was chosen, for one call at one connection.

    `begun` are the ids of the call's actions that the ledger has begun to send, where anything was asked for.
    """

    asked: Sequence[Asked] = ()
    chosen: Ref | None = None
    begun: frozenset[str] = frozenset()

    def judged(self, verdict: Verdict) -> Verdict:
        """The verdict as a person has narrowed it down."""
        return preferring(verdict, self.chosen)

    def completed(
        self,
        planned: Plan,
        state: CallState | Inquiry,
        verdict: Verdict,
        settings: PlanSettings,
        capabilities: Capabilities,
    ) -> Plan:
        """The plan with what was asked for; as it was where nobody asked."""
        if not self.asked or isinstance(state, Inquiry):
            return planned
        return with_asked(planned, self.asked, state, verdict, settings, capabilities, self.begun)


Source = Callable[[Connection, Call], Wishes]
_sources: list[Source] = []


def come_from(source: Source) -> None:
    """Ask `source` for the wishes of every call that is worked off. Idempotent."""
    if source not in _sources:
        _sources.append(source)


def wishes_for(connection: Connection, call: Call) -> Wishes:
    """All wishes for the call at this connection."""
    told = [source(connection, call) for source in _sources]
    asked = [wish for one in told for wish in one.asked]
    chosen = next((one.chosen for one in told if one.chosen), None)
    return Wishes(asked=asked, chosen=chosen, begun=_begun(connection, call) if asked else frozenset())


def _begun(connection: Connection, call: Call) -> frozenset[str]:
    effects = Effect.objects.filter(connection=connection, call=call, state__in=BEGUN)
    return frozenset(effects.values_list("action", flat=True))
