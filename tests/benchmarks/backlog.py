"""Puts answered calls of different clients into waiting lanes, in a process of its own.

python backlog.py CALLS held|busy: of a CRM that is switched off, or of one that the worker is writing to.
"""

import sys

import django

django.setup()

from django.utils import timezone  # noqa: E402 - models can be imported only now

from switchhook.calls.codec import state_to_json  # noqa: E402
from switchhook.calls.models import Call  # noqa: E402
from switchhook.connections.models import Connection  # noqa: E402
from switchhook.connections.services import pause  # noqa: E402
from switchhook.core.call import CallState, Direction, EmployeeRef, Moment, Status  # noqa: E402
from switchhook.delivery import lanes  # noqa: E402
from switchhook.delivery.models import Delivery, Lane  # noqa: E402

NOW = timezone.now()


def call(telephony: Connection, number: int) -> Call:
    """An answered call of a client of its own, as the fold of its events would be."""
    state = CallState(
        external_id=f"backlog-{number}",
        direction=Direction.IN,
        client_number=f"+38068{number:07}",
        status=Status.ANSWERED,
        started_at=NOW,
        ended_at=NOW,
        employee=EmployeeRef(sip="acme_olena"),
        reached=frozenset({Moment.RING, Moment.PICKUP, Moment.END}),
    )
    return Call(
        project_id=telephony.project_id,
        connection=telephony,
        external_id=state.external_id or "",
        status=state.status,
        client_number=state.client_number or "",
        started_at=NOW,
        state=state_to_json(state),
    )


def queue(count: int) -> None:
    """One lane with one waiting delivery for each of `count` new calls."""
    telephony, crm = Connection.objects.get(role="telephony"), Connection.objects.get(role="crm")
    made = Call.objects.bulk_create([call(telephony, number) for number in range(count)], batch_size=1000)
    rows = Lane.objects.bulk_create([Lane(connection=crm, key=one.lane_key) for one in made], batch_size=1000)
    pairs = zip(rows, made, strict=True)
    Delivery.objects.bulk_create([Delivery(lane=row, connection=crm, call=one) for row, one in pairs], batch_size=1000)


if sys.argv[2] == "held":
    pause(Connection.objects.get(role="crm"))
queue(int(sys.argv[1]))
if sys.argv[2] == "busy":
    lanes.sweep()
