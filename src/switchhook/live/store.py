"""Who may hear a project's news, and as which employees."""

from collections.abc import Collection
from typing import Any

from psycopg_pool import AsyncConnectionPool

POOL_SECONDS = 2.0

Listener = tuple[int, int]
"""(user id, project id)"""

_RIGHTS = """
    SELECT asked.user_id, asked.project_id,
           ARRAY(SELECT employee.id FROM projects_employee employee
                 WHERE employee.user_id = asked.user_id AND employee.project_id = asked.project_id)
    FROM unnest(%s::bigint[], %s::bigint[]) AS asked (user_id, project_id)
    JOIN projects_membership USING (user_id, project_id)
    JOIN projects_user person ON person.id = asked.user_id AND person.is_active
"""


async def rights(pool: AsyncConnectionPool[Any], asked: Collection[Listener]) -> dict[Listener, frozenset[int]]:
    """Of the (user, project) pairs asked for, those that are members now, with the employees the user stands for."""
    users, projects = [user for user, _ in asked], [project for _, project in asked]
    async with pool.connection(timeout=POOL_SECONDS) as database:
        rows = await (await database.execute(_RIGHTS, [users, projects])).fetchall()
    return {(user, project): frozenset(employees) for user, project, employees in rows}
