"""Says to whom the webhook number has just sent a caller, so that the pop-up is there before the first event names him.

The caller hears nothing of it: it is said when the answer is on its way.
"""

from typing import Any

from switchhook.core.live_event import CHANNEL, LiveEvent, encode
from switchhook.routing.store import Pool

# A pop-up that was shown to others, since nobody was named yet, moves to him; else there is a new one, which the call's
# first event takes over.
_AIM = """
    WITH shown AS (
        SELECT id, employees FROM popups_popup
        WHERE project_id = %(project)s AND client = %(client)s AND ended_at IS NULL AND moment = 'ring'
          AND aim <> 'told' AND NOT outgoing AND updated_at > now() - interval '90 seconds'
        FOR UPDATE
    ), moved AS (
        UPDATE popups_popup popup
        SET employees = ARRAY[%(employee)s]::bigint[], aim = 'forward', updated_at = now()
        FROM shown WHERE popup.id = shown.id
    ), made AS (
        INSERT INTO popups_popup
            (project_id, client, outgoing, moment, aim, employees, dismissed, began_at, updated_at)
        SELECT %(project)s, %(client)s, false, 'ring', 'forward', ARRAY[%(employee)s]::bigint[], '{}', now(), now()
        WHERE NOT EXISTS (SELECT FROM shown)
    )
    SELECT DISTINCT unnest(employees) FROM shown
"""


async def announce(pool: Pool, project: int, client: str, employee: int) -> None:
    """Show the caller (E.164) to the employee, and to nobody to whom he was shown before."""
    values: dict[str, Any] = {"project": project, "client": client, "employee": employee}
    async with pool.connection() as database:
        rows = await (await database.execute(_AIM, values)).fetchall()
        data = {"client": client, "employee": employee}
        hearers = frozenset({employee, *(seen for (seen,) in rows)})
        news = encode(LiveEvent(project=project, event="forward", data=data, to=hearers))
        await database.execute("SELECT pg_notify(%s, %s)", [CHANNEL, news])
