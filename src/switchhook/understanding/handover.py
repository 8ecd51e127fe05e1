"""When a call or inquiry changed: its deliveries are scheduled and people told, in the same transaction."""

from collections.abc import Iterable

from switchhook.calls.merging import Merged
from switchhook.calls.tasks import fetch_recording
from switchhook.connections.models import Connection
from switchhook.core.call import CallFact, CallState
from switchhook.delivery.lanes import schedule
from switchhook.dialing import linking
from switchhook.live.publish import publish
from switchhook.missed.desk import follow
from switchhook.popups import showing
from switchhook.projects.models import Project
from switchhook.projects.people import Staff


def hand_over(merged: Merged, staff: Staff, *, fresh: bool) -> None:
    """Tell the rest of the hub that a call, form or dialogue changed.

    `fresh` is False for replayed and recovered events: they change records, and raise no pop-up (one that is there
    still learns from them how the call has ended). A form or dialogue never raises one.
    """
    call = merged.call
    if not call.stopped and not call.journal_only:
        schedule(call)
    if merged.recording:
        fetch_recording.defer(recording_id=merged.recording.pk)
    publish(call.project_id, "call", {"call": call.pk})
    if isinstance(merged.state, CallState):
        linking.link(call, merged.state)
        showing.show(call, merged.state, staff, fresh=fresh)


def to_the_desk(merged: Iterable[Merged]) -> None:
    """Keep the desk of missed calls true to what has changed; after all calls and lanes of the batch are locked."""
    concerned: dict[int, tuple[Project, set[str]]] = {}
    for one in merged:
        concerned.setdefault(one.call.project_id, (one.call.project, set()))[1].update(one.numbers)
    for _key, (project, numbers) in sorted(concerned.items()):
        follow(project, numbers)


def ring_without_id(connection: Connection, fact: CallFact, staff: Staff) -> None:
    """A call announced without an id cannot be stored as a call: it only rings on the screen of who dials."""
    if fact.kind not in showing.ANNOUNCING:
        return
    linking.rang_without_id(connection, fact, staff.find(fact.employee))
    showing.show_without_id(connection.project, fact, staff)
