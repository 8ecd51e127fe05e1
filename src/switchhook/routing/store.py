"""The question "who takes it?" in SQL: one index scan of the directory, one row back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from switchhook.core.gate import Door
from switchhook.core.live_event import CHANNEL, LiveEvent, encode
from switchhook.routing.scheme import LAST_TALK, Scheme, read_scheme

POOL_SECONDS = 1.0

Pool = AsyncConnectionPool[Any]

_DOOR = """
    SELECT connection.project_id, project.country, connection.settings,
           ARRAY(SELECT digest FROM connections_intakesecret
                 WHERE connection_id = connection.id AND revoked_at IS NULL)
    FROM connections_connection connection JOIN projects_project project ON project.id = connection.project_id
    WHERE connection.id = %s
"""

# Each CRM's scenario table may name whose records decide; an order set for the webhook number comes before that.
# A connection whose credentials were refused is asked too: what the directory knows of it is still the best answer.
_RESPONSIBLE = """
    SELECT employee.id, employee.sips, employee.mobiles
    FROM connections_connection crm
    CROSS JOIN LATERAL (
        SELECT COALESCE(
            (SELECT NULLIF(ARRAY(SELECT jsonb_array_elements_text(version.data->'forward')), '{}')
             FROM scenarios_matrixversion version
             WHERE version.connection_id = crm.id AND NOT %(fixed)s AND version.data ? 'forward'
               AND version.number = (SELECT max(number) FROM scenarios_matrixversion WHERE connection_id = crm.id)),
            %(kinds)s) AS kinds
    ) preferred
    JOIN directory_directoryentry entry ON entry.connection_id = crm.id AND entry.e164 = %(client)s
    JOIN connections_employeeaccount account ON account.connection_id = crm.id AND account.user_id = entry.owner
    JOIN projects_employee employee ON employee.id = account.employee_id AND employee.active
                                   AND employee.project_id = crm.project_id
    WHERE crm.project_id = %(project)s AND crm.role = 'crm' AND crm.state <> 'paused'
      AND entry.kind = ANY(preferred.kinds) AND (entry.kind IN ('contact', 'company') OR entry.status = 'open')
      AND (cardinality(employee.sips) > 0 OR %(mobiles)s AND cardinality(employee.mobiles) > 0)
    ORDER BY crm.rank, crm.id, array_position(preferred.kinds, entry.kind::text), entry.last_activity DESC NULLS LAST,
             entry.id DESC
    LIMIT 1
"""

_LAST_TALK = """
    SELECT employee.id, employee.sips, employee.mobiles
    FROM calls_call call JOIN projects_employee employee ON employee.id = call.employee_id AND employee.active
    WHERE call.project_id = %(project)s AND call.client_number = %(client)s AND call.status = 'answered'
      AND (cardinality(employee.sips) > 0 OR %(mobiles)s AND cardinality(employee.mobiles) > 0)
    ORDER BY call.started_at DESC, call.id DESC
    LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephonyDoor(Door):
    """A telephony connection as routing needs it."""

    project: int
    country: str
    scheme: Scheme


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the caller goes: a SIP login or a mobile number, and whose it is."""

    employee: int
    direction: str


async def door(pool: Pool, connection: int) -> TelephonyDoor | None:
    """The connection behind an address, None where there is none with a live secret."""
    rows = await _rows(pool, _DOOR, [connection])
    if not rows or not rows[0][3]:
        return None
    project, country, settings, digests = rows[0]
    return TelephonyDoor(
        connection=connection, digests=tuple(digests), project=project, country=country, scheme=read_scheme(settings)
    )


async def responsible(pool: Pool, asked: TelephonyDoor, client: str) -> Destination | None:
    """Who takes a call of `client` (E.164) in this project: the first that can be reached, in the scheme's order."""
    for is_talk, kinds in groupby(asked.scheme.order, LAST_TALK.__eq__):
        question = {"project": asked.project, "client": client, "mobiles": asked.scheme.mobiles}
        question |= {"fixed": asked.scheme.fixed}
        rows = await _rows(pool, _LAST_TALK if is_talk else _RESPONSIBLE, {**question, "kinds": list(kinds)})
        if rows:
            employee, sips, mobiles = rows[0]
            return Destination(employee, (sips or mobiles)[0])
    return None


async def announce(pool: Pool, project: int, client: str, employee: int) -> None:
    """Says on the live path to whom the caller was just sent, so that the pop-up is there before the first event."""
    data = {"client": client, "employee": employee}
    news = encode(LiveEvent(project=project, event="forward", data=data, to=frozenset({employee})))
    await _rows(pool, "SELECT pg_notify(%s, %s)", [CHANNEL, news])


async def _rows(pool: Pool, query: str, values: Any) -> Sequence[tuple[Any, ...]]:
    try:
        return await _rows_once(pool, query, values)
    except PoolTimeout:
        raise
    except psycopg.OperationalError:
        await pool.check()  # a pooled connection may have died with the server it spoke to
        return await _rows_once(pool, query, values)


async def _rows_once(pool: Pool, query: str, values: Any) -> Sequence[tuple[Any, ...]]:
    async with pool.connection(timeout=POOL_SECONDS) as database:
        rows: Sequence[tuple[Any, ...]] = await (await database.execute(query.encode(), values)).fetchall()
    return rows
