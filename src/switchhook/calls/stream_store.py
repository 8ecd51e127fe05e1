"""What the recordings' path reads and writes, in SQL."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg_pool import AsyncConnectionPool

POOL_SECONDS = 2.0

Pool = AsyncConnectionPool[Any]

_FIND = """
    SELECT recording.id, call.project_id, recording.state, recording.file, recording.content_type,
           recording.signed_in_only, recording.expires_at, recording.revoked_at
    FROM calls_recording recording JOIN calls_call call ON call.id = recording.call_id
    WHERE recording.public_id = %s
"""
_MEMBER = """
    SELECT EXISTS (SELECT FROM projects_membership JOIN projects_user person ON person.id = user_id
                   WHERE user_id = %s AND project_id = %s AND person.is_active)
"""
# A player asks for one recording in dozens of ranges. A read from the start is always noted; a later range only where
# no read from that address was noted lately, so that beginning at the second byte does not evade the audit.
_NOTE = """
    INSERT INTO calls_recordingaccess (recording_id, at, address)
    SELECT %(recording)s, %(now)s, %(address)s::inet
    WHERE %(from_start)s OR NOT EXISTS (
        SELECT FROM calls_recordingaccess
        WHERE recording_id = %(recording)s AND address IS NOT DISTINCT FROM %(address)s::inet
          AND at > %(now)s - interval '10 minutes')
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A recording's row."""

    id: int
    project: int
    state: str
    file: str
    content_type: str
    signed_in_only: bool
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_closed(self, now: datetime) -> bool:
        """Whether its link was revoked or has expired."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)


async def find(pool: Pool, public_id: str) -> Held | None:
    """The recording with this link, None where there is none."""
    async with pool.connection(timeout=POOL_SECONDS) as database:
        row = await (await database.execute(_FIND, [public_id])).fetchone()
    return Held(*row) if row else None


async def is_member(pool: Pool, user: int, project: int) -> bool:
    """Whether the user may see the project now."""
    async with pool.connection(timeout=POOL_SECONDS) as database:
        row = await (await database.execute(_MEMBER, [user, project])).fetchone()
    return bool(row and row[0])


async def note_read(pool: Pool, recording: int, address: str | None, now: datetime, *, from_start: bool) -> None:
    """Notes a read for the audit; a player's further ranges are part of the read that is noted already."""
    values = {"recording": recording, "address": _ip(address), "now": now, "from_start": from_start}
    async with pool.connection(timeout=POOL_SECONDS) as database:
        await database.execute(_NOTE, values)


def _ip(address: str | None) -> str | None:
    try:
        return str(ipaddress.ip_address(address or ""))
    except ValueError:
        return None
