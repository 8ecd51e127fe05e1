"""The question "who takes it?" in SQL: one index scan of the directory, one row back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from switchhook.core.gate import Door
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

# Who is away now, and who along the substitutes does the work instead. A loop of substitutes ends with its bound.
_AWAY = """
    WITH RECURSIVE away AS MATERIALIZED (
        SELECT DISTINCT ON (employee_id) employee_id, substitute_id
        FROM working_time_absence
        WHERE %(skip_absent)s AND project_id = %(project)s AND ends_at > now() AND starts_at <= now()
        ORDER BY employee_id, substitute_id NULLS LAST, ends_at DESC
    ), chain (employee_id, substitute_id, step) AS (
        SELECT employee_id, substitute_id, 1 FROM away WHERE substitute_id IS NOT NULL
        UNION ALL
        SELECT chain.employee_id, away.substitute_id, step + 1
        FROM chain JOIN away ON away.employee_id = chain.substitute_id
        WHERE away.substitute_id IS NOT NULL AND step < 5
    )
"""

# From `wanted`, the employee who is asked for, to `employee`, who can take the call: himself unless he is away.
_PRESENT = """
    JOIN LATERAL (
        SELECT wanted.id AS id, 0 AS step
        UNION ALL
        SELECT chain.substitute_id, chain.step FROM chain WHERE chain.employee_id = wanted.id
    ) takes ON NOT EXISTS (SELECT FROM away WHERE away.employee_id = takes.id)
    JOIN projects_employee employee ON employee.id = takes.id AND employee.active
                                   AND employee.project_id = %(project)s
                                   AND (cardinality(employee.sips) > 0
                                        OR %(mobiles)s AND cardinality(employee.mobiles) > 0)
"""

# Each CRM's scenario table may name whose records decide; an order set for the webhook number comes before that.
# A connection whose credentials were refused is asked too: what the directory knows of it is still the best answer.
_RESPONSIBLE = f"""
    {_AWAY}
    SELECT employee.id, employee.sips, employee.mobiles
    FROM connections_connection crm
    CROSS JOIN LATERAL (
        SELECT COALESCE(
            (SELECT NULLIF(ARRAY(SELECT jsonb_array_elements_text(version.data->'forward')), '{{}}')
             FROM scenarios_matrixversion version
             WHERE version.connection_id = crm.id AND NOT %(fixed)s AND version.data ? 'forward'
               AND version.number = (SELECT max(number) FROM scenarios_matrixversion WHERE connection_id = crm.id)),
            %(kinds)s) AS kinds
    ) preferred
    JOIN directory_directoryentry entry ON entry.connection_id = crm.id AND entry.e164 = %(client)s
    JOIN connections_employeeaccount account ON account.connection_id = crm.id AND account.user_id = entry.owner
    JOIN projects_employee wanted ON wanted.id = account.employee_id AND wanted.active
                                 AND wanted.project_id = crm.project_id
    {_PRESENT}
    WHERE crm.project_id = %(project)s AND crm.role = 'crm' AND crm.state <> 'paused'
      AND entry.kind = ANY(preferred.kinds) AND (entry.kind IN ('contact', 'company') OR entry.status = 'open')
    ORDER BY crm.rank, crm.id, array_position(preferred.kinds, entry.kind::text), entry.last_activity DESC NULLS LAST,
             entry.id DESC, takes.step
    LIMIT 1
"""  # noqa: S608 - put together of fixed parts, no value among them

_LAST_TALK = f"""
    {_AWAY}
    SELECT employee.id, employee.sips, employee.mobiles
    FROM calls_call call JOIN projects_employee wanted ON wanted.id = call.employee_id AND wanted.active
    {_PRESENT}
    WHERE call.project_id = %(project)s AND call.client_number = %(client)s AND call.status = 'answered'
    ORDER BY call.started_at DESC, call.id DESC, takes.step
    LIMIT 1
"""  # noqa: S608 - put together of fixed parts, no value among them


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
        question |= {"fixed": asked.scheme.fixed, "skip_absent": asked.scheme.skip_absent}
        rows = await _rows(pool, _LAST_TALK if is_talk else _RESPONSIBLE, {**question, "kinds": list(kinds)})
        if rows:
            employee, sips, mobiles = rows[0]
            return Destination(employee, (sips or mobiles)[0])
    return None


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
