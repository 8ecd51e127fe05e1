"""`GET /r/<public id>`: a recording, played by the hub with seeking.

The link is written into CRMs before the file is there, so it is open to whoever has it, unless the recording is for
signed-in users only: then `?ticket=` (`core.ticket`) is asked for.

| answer | when |
|---|---|
| 200, 206, 416 | the file, a range of it, a range that it has not |
| 401, 403 | a ticket is needed; this one's user is no member of the project |
| 404 with Retry-After | not there yet: a player should try again later |
| 404 | no such link, or the vendor has lost the file |
| 410 | the link was revoked or has expired |
| 503 with Retry-After | the database does not answer, so that neither rights nor audit can be kept |

Bodies of the others are the status's standard phrase, which needs no translation.
"""

import logging
import os
import re
import stat
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import anyio.to_thread
import psycopg
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from switchhook.calls.stream_store import Held, find, is_member, note_read
from switchhook.core.clock import utc_now
from switchhook.core.errors import BadSecret
from switchhook.core.ticket import verify

_log = logging.getLogger(__name__)

RETRY_SECONDS = 30

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{8,40}", re.ASCII)
_AUDIO = re.compile(r"audio/[a-z0-9.+-]{1,40}", re.ASCII)
_FROM_START = re.compile(r"\s*bytes\s*=\s*0+\s*-.*", re.ASCII | re.IGNORECASE)

_HEADERS = {
    "Cache-Control": "private, no-store",  # a revoked link must not go on playing from a cache
    "Content-Security-Policy": "default-src 'none'; media-src 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


async def play(request: Request) -> Response:
    """Serves one recording or a part of it. See the table above."""
    now = getattr(request.app.state, "clock", utc_now)()
    try:
        return await _answer(request, now)
    except psycopg.Error:
        _log.warning("The database does not answer; recordings cannot be played until it does.")
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, retry=5)


async def _answer(request: Request, now: datetime) -> Response:
    public_id = request.path_params["public_id"]
    held = await find(request.app.state.pool, public_id) if _PUBLIC_ID.fullmatch(public_id) else None
    if held is None:
        return _plain(HTTPStatus.NOT_FOUND)
    if held.is_closed(now):
        return _plain(HTTPStatus.GONE)
    refusal = await _refusal(request, held, now) if held.signed_in_only else None
    if refusal is not None:
        return _plain(refusal)
    if held.state != "stored":
        return _plain(HTTPStatus.NOT_FOUND, retry=RETRY_SECONDS if held.state == "expected" else None)
    found = await anyio.to_thread.run_sync(_file, Path(request.app.state.recordings_dir), held.file)
    if found is None:
        _log.error("The file of recording %s is not where it should be.", held.id)
        return _plain(HTTPStatus.NOT_FOUND)
    if request.method == "GET":
        await _note(request, held, now)
    return _file_response(held, public_id, *found)


async def _refusal(request: Request, held: Held, now: datetime) -> HTTPStatus | None:
    try:
        ticket = verify(request.app.state.secret, request.query_params.get("ticket", ""), now=now)
    except BadSecret:
        return HTTPStatus.UNAUTHORIZED
    if ticket.project == held.project and await is_member(request.app.state.pool, ticket.user, ticket.project):
        return None
    return HTTPStatus.FORBIDDEN


def _file(folder: Path, name: str) -> tuple[Path, os.stat_result] | None:
    """The file of this name inside `folder`, None for one that is not there or lies elsewhere."""
    root = folder.resolve()
    path = (root / name).resolve()
    if not name or not path.is_relative_to(root):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return (path, found) if stat.S_ISREG(found.st_mode) else None


async def _note(request: Request, held: Held, now: datetime) -> None:
    wanted = request.headers.get("range")
    from_start = wanted is None or _FROM_START.fullmatch(wanted) is not None
    address = request.client.host if request.client else None
    await note_read(request.app.state.pool, held.id, address, now, from_start=from_start)


def _file_response(held: Held, public_id: str, path: Path, found: os.stat_result) -> Response:
    kind = held.content_type if _AUDIO.fullmatch(held.content_type) else "application/octet-stream"
    return FileResponse(
        path,
        headers=_HEADERS,
        media_type=kind,
        filename=public_id + path.suffix,
        stat_result=found,
        content_disposition_type="inline",
    )


def _plain(status: HTTPStatus, *, retry: int | None = None) -> Response:
    headers = dict(_HEADERS) if retry is None else {**_HEADERS, "Retry-After": str(retry)}
    return PlainTextResponse(status.phrase, status.value, headers)


routes = [Route("/r/{public_id}", play, methods=["GET"])]
