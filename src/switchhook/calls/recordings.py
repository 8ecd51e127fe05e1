"""Recordings: fetched from the telephony by the worker, kept by the hub, served by `calls.stream`."""

import errno
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from switchhook.calls.models import Recording, RecordingState
from switchhook.connections.sealing import unseal
from switchhook.connectors.base import TelephonyConnector
from switchhook.core.clock import Clock, utc_now
from switchhook.core.errors import TargetGone, Transient
from switchhook.live.publish import publish

_log = logging.getLogger(__name__)

MAX_BYTES = 500_000_000
MAX_ATTEMPTS = 8
"""After so many answers "not there" the recording counts as missing."""

_LEFTOVER_AGE = timedelta(hours=6)
_PART = ".part"

# First bytes → media type and file ending. The vendor's word for the type is not trusted: a page that says "not ready"
# would be kept as a recording.
_KINDS = (
    (b"RIFF", "audio/wav", ".wav"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"OggS", "audio/ogg", ".ogg"),
    (b"fLaC", "audio/flac", ".flac"),
)


class _NotThere(Exception):
    """The vendor has no playable file behind the link at present."""


class _TooLarge(Exception):
    """The file is larger than the hub keeps."""


def fetch(
    recording_id: int, connector: TelephonyConnector, *, clock: Clock = utc_now, limit: int = MAX_BYTES
) -> RecordingState:
    """Fetch a recording's file and say how it stands afterwards.

    `expected`: not there yet; call again after `retry_delay`. `stored`: kept on disk, durably. `missing`: the vendor
    said "not there" too often, or the file is larger than `limit` bytes. Idempotent, and safe when two workers do it at
    once; a recording that is stored, revoked or without a link is left as it is. Raises Unreachable, RateLimited or
    another Transient (also for a full disk) and AuthFailed, after which nothing has changed.
    """
    recording = Recording.objects.select_related("call").get(pk=recording_id)
    if not recording.sealed_url or recording.revoked_at or _is_kept(recording):
        return RecordingState(recording.state)
    try:
        name, kind, size = _download(recording, connector, limit)
    except (_NotThere, TargetGone):
        return _note_absence(recording)
    except _TooLarge:
        _log.warning("Recording %s is larger than %s bytes and is not kept.", recording.pk, limit)
        Recording.objects.filter(pk=recording.pk).update(state=RecordingState.MISSING)
        return RecordingState.MISSING
    with transaction.atomic():
        Recording.objects.filter(pk=recording.pk).update(
            state=RecordingState.STORED, file=name, content_type=kind, size=size, fetched_at=clock()
        )
        publish(recording.call.project_id, "call", {"call": recording.call_id})
    return RecordingState.STORED


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the n-th answer "not there": 15 seconds, doubling, at most an hour."""
    return timedelta(seconds=min(15 * 2 ** max(attempts - 1, 0), 3600))


def sweep_leftovers(*, clock: Clock = utc_now) -> int:
    """Remove what fetches that were killed left behind; returns how many files. For the worker's start."""
    oldest = (clock() - _LEFTOVER_AGE).timestamp()
    leftovers = [path for path in _folder().rglob(f"*{_PART}") if path.stat().st_mtime < oldest]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def _folder() -> Path:
    return Path(settings.RECORDINGS_DIR)


def _is_kept(recording: Recording) -> bool:
    return recording.state == RecordingState.STORED and bool(recording.file) and (_folder() / recording.file).is_file()


def _note_absence(recording: Recording) -> RecordingState:
    """Counts in the database, so that two workers' answers both count."""
    Recording.objects.filter(pk=recording.pk).update(attempts=F("attempts") + 1)
    recording.refresh_from_db(fields=["attempts", "state"])
    if recording.attempts >= MAX_ATTEMPTS and recording.state != RecordingState.STORED:
        Recording.objects.filter(pk=recording.pk).update(state=RecordingState.MISSING)
        return RecordingState.MISSING
    return RecordingState(recording.state)


def _download(recording: Recording, connector: TelephonyConnector, limit: int) -> tuple[str, str, int]:
    """Name under the recordings' folder, media type and size of the file, which is then complete and on disk."""
    # `public_id` is ours, made of letters, digits, - and _: nothing the vendor says becomes part of a path.
    shelf = _folder() / recording.public_id[:2]
    with _room():
        shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _temporary(shelf) as part:
            kind, ending, size = _write(part, connector.open_recording(unseal(recording.sealed_url)), limit)
            target = shelf / f"{recording.public_id}{ending}"
            part.replace(target)
        _sync_folder(shelf)
    return str(target.relative_to(_folder())), kind, size


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Transient("There is no room on the disk for recordings.", retry_after=300) from error


@contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(suffix=_PART, dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(part: Path, chunks: Iterator[bytes], limit: int) -> tuple[str, str, int]:
    size, start = 0, b""
    with part.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise _TooLarge
            start = (start + chunk)[:16] if len(start) < 16 else start
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    kind, ending = _kind_of(start)
    return kind, ending, size


def _kind_of(start: bytes) -> tuple[str, str]:
    for magic, kind, ending in _KINDS:
        if start.startswith(magic):
            return kind, ending
    if start[4:8] == b"ftyp":
        return "audio/mp4", ".m4a"
    if len(start) > 1 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0:  # an MPEG frame's sync bits
        return "audio/mpeg", ".mp3"
    raise _NotThere


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
