"""Recordings: fetched once by the worker, played with seeking, closed when they should be."""

import errno
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from django.utils import timezone
from tests.fastpath.conftest import SECRET_KEY, FastServer

from switchhook.calls.models import Call, Recording, RecordingAccess, RecordingState
from switchhook.calls.recordings import MAX_ATTEMPTS, fetch, retry_delay, sweep_leftovers
from switchhook.connections.models import Connection
from switchhook.connections.sealing import seal
from switchhook.connectors.base import TelephonyConnector
from switchhook.core.clock import utc_now
from switchhook.core.errors import RateLimited, TargetGone, Transient, Unreachable
from switchhook.core.ticket import issue
from switchhook.projects.models import Membership, Project, User

WAV = b"RIFF\x24\x10\x00\x00WAVEfmt " + bytes(range(256)) * 64
VENDOR_LINK = "https://telephony.example/recordings/1.wav?token=secret"


class Telephony:
    """A telephony whose recordings are what the test says."""

    def __init__(self, answer: Callable[[str], Iterator[bytes]]) -> None:
        self.open_recording = answer
        self.asked = 0


def having(*chunks: bytes | BaseException) -> TelephonyConnector:
    """A connector whose recording is made of these chunks; an exception among them is raised there."""

    def opened(url: str) -> Iterator[bytes]:
        assert url == VENDOR_LINK
        telephony.asked += 1
        for chunk in chunks:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk

    telephony = Telephony(opened)
    return cast("TelephonyConnector", telephony)


@pytest.fixture(autouse=True)
def folder(recordings: Path, settings: Any) -> Path:
    settings.RECORDINGS_DIR = recordings
    return recordings


@pytest.fixture
def recording(telephony: Connection) -> Recording:
    call = Call.objects.create(
        project=telephony.project, connection=telephony, external_id="ua-1", started_at=timezone.now()
    )
    return Recording.objects.create(call=call, sealed_url=seal(VENDOR_LINK))


@pytest.fixture
def played(server: FastServer, recording: Recording) -> Callable[..., httpx2.Response]:
    """Asks for the recording's link, after its file was fetched."""
    fetch(recording.pk, having(WAV))

    def ask(method: str = "GET", query: str = "", **headers: str) -> httpx2.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return server.client.request(method, f"/r/{recording.public_id}{query}", headers=sent)

    return ask


Played = Callable[..., httpx2.Response]


def changed(recording: Recording, **values: Any) -> None:
    Recording.objects.filter(pk=recording.pk).update(**values)


# --- fetching -------------------------------------------------------------------------------------------------------


def test_a_fetched_recording_is_kept_with_its_type_and_size(recording: Recording, folder: Path) -> None:
    assert fetch(recording.pk, having(WAV[:10], WAV[10:])) is RecordingState.STORED
    recording.refresh_from_db()
    assert (recording.state, recording.content_type, recording.size) == ("stored", "audio/wav", len(WAV))
    assert (folder / recording.file).read_bytes() == WAV
    assert recording.fetched_at is not None


def test_fetching_again_asks_the_vendor_nothing(recording: Recording) -> None:
    fetch(recording.pk, having(WAV))
    second = having(WAV)
    assert fetch(recording.pk, second) is RecordingState.STORED
    assert cast("Telephony", second).asked == 0


def test_a_stored_recording_whose_file_was_lost_is_fetched_again(recording: Recording, folder: Path) -> None:
    fetch(recording.pk, having(WAV))
    recording.refresh_from_db()
    (folder / recording.file).unlink()
    assert fetch(recording.pk, having(WAV)) is RecordingState.STORED
    assert (folder / recording.file).exists()


@pytest.mark.parametrize(
    "absent",
    [[TargetGone("404")], [b""], [], [b"<html>not ready</html>"]],
    ids=["gone", "empty", "no chunks", "a page"],
)
def test_a_late_recording_is_expected_until_the_vendor_said_no_too_often(
    recording: Recording, folder: Path, absent: list[bytes | BaseException]
) -> None:
    states = [fetch(recording.pk, having(*absent)) for _ in range(MAX_ATTEMPTS)]
    assert states == [RecordingState.EXPECTED] * (MAX_ATTEMPTS - 1) + [RecordingState.MISSING]
    assert fetch(recording.pk, having(WAV)) is RecordingState.STORED
    assert [path.name for path in folder.rglob("*.part")] == []


@pytest.mark.parametrize("error", [Unreachable("away"), RateLimited("slow down", retry_after=9)])
def test_a_vendor_that_cannot_be_reached_costs_no_attempt(recording: Recording, error: Transient, folder: Path) -> None:
    with pytest.raises(type(error)):
        fetch(recording.pk, having(WAV, error))
    recording.refresh_from_db()
    assert (recording.state, recording.attempts) == ("expected", 0)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_recording_that_is_too_large_is_not_kept(recording: Recording, folder: Path) -> None:
    assert fetch(recording.pk, having(WAV, WAV), limit=len(WAV) + 1) is RecordingState.MISSING
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_full_disk_is_waited_out(recording: Recording) -> None:
    with pytest.raises(Transient, match="no room"):
        fetch(recording.pk, having(WAV, OSError(errno.ENOSPC, "No space left on device")))
    assert fetch(recording.pk, having(WAV)) is RecordingState.STORED


def test_a_revoked_recording_is_not_fetched(recording: Recording) -> None:
    changed(recording, revoked_at=timezone.now())
    connector = having(WAV)
    fetch(recording.pk, connector)
    assert cast("Telephony", connector).asked == 0


@pytest.mark.parametrize(
    ("start", "kind", "ending"),
    [
        (b"ID3\x03" + b"\0" * 20, "audio/mpeg", ".mp3"),
        (b"\xff\xfb\x90\x00" + b"\0" * 20, "audio/mpeg", ".mp3"),
        (b"OggS" + b"\0" * 20, "audio/ogg", ".ogg"),
        (b"fLaC" + b"\0" * 20, "audio/flac", ".flac"),
        (b"\0\0\0\x20ftypM4A " + b"\0" * 20, "audio/mp4", ".m4a"),
    ],
)
def test_the_type_is_told_by_the_file_itself(recording: Recording, start: bytes, kind: str, ending: str) -> None:
    fetch(recording.pk, having(*(bytes([byte]) for byte in start)))
    recording.refresh_from_db()
    assert (recording.content_type, recording.file[-len(ending) :]) == (kind, ending)


def test_pauses_between_attempts_grow_to_an_hour() -> None:
    assert [retry_delay(n).total_seconds() for n in (1, 2, 3, 20)] == [15, 30, 60, 3600]


def test_leftovers_of_killed_fetches_are_swept_and_others_are_not(folder: Path) -> None:
    shelf = folder / "ab"
    shelf.mkdir()
    (shelf / "old.part").write_bytes(b"x")
    (shelf / "kept.wav").write_bytes(b"x")
    assert sweep_leftovers() == 0
    assert sweep_leftovers(clock=lambda: utc_now() + timedelta(hours=7)) == 1
    assert [path.name for path in shelf.iterdir()] == ["kept.wav"]


# --- playing --------------------------------------------------------------------------------------------------------


def test_the_link_serves_the_file(played: Played) -> None:
    answer = played()
    assert (answer.status_code, answer.content) == (200, WAV)
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "no-store" in answer.headers["cache-control"]


def test_a_head_request_tells_the_size_and_is_no_read(played: Played) -> None:
    answer = played("HEAD")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", str(len(WAV)))
    assert not RecordingAccess.objects.exists()


@pytest.mark.parametrize(
    ("wanted", "part", "said"),
    [
        ("bytes=0-99", WAV[:100], f"bytes 0-99/{len(WAV)}"),
        ("bytes=100-", WAV[100:], f"bytes 100-{len(WAV) - 1}/{len(WAV)}"),
        ("bytes=-50", WAV[-50:], f"bytes {len(WAV) - 50}-{len(WAV) - 1}/{len(WAV)}"),
        (f"bytes=10-{10**9}", WAV[10:], f"bytes 10-{len(WAV) - 1}/{len(WAV)}"),
    ],
)
def test_a_part_can_be_asked_for(played: Played, wanted: str, part: bytes, said: str) -> None:
    answer = played(Range=wanted)
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, part, said)


def test_a_part_beyond_the_end_is_refused(played: Played) -> None:
    answer = played(Range=f"bytes={len(WAV)}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(WAV)}")


def test_a_part_of_another_version_is_answered_with_the_whole(played: Played) -> None:
    tag = played().headers["etag"]
    assert played(Range="bytes=0-9", If_Range=tag).status_code == 206
    assert played(Range="bytes=0-9", If_Range='"another"').status_code == 200


@pytest.mark.parametrize(
    "wanted", ["", "bytes", "bytes=", "bytes=9-1", "items=0-1", "bytes=a-b", "bytes=" + "0-1," * 999]
)
def test_a_range_that_makes_no_sense_is_no_fault_of_the_hub(played: Played, wanted: str) -> None:
    assert played(Range=wanted).status_code in {200, 206, 400, 416}


def test_before_the_file_is_there_a_player_is_told_to_come_again(server: FastServer, recording: Recording) -> None:
    answer = server.client.get(f"/r/{recording.public_id}")
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (404, True)


def test_a_recording_that_the_vendor_lost_is_not_promised(server: FastServer, recording: Recording) -> None:
    changed(recording, state="missing")
    answer = server.client.get(f"/r/{recording.public_id}")
    assert (answer.status_code, "retry-after" in answer.headers) == (404, False)


def test_a_revoked_link_is_gone(played: Played, recording: Recording) -> None:
    changed(recording, revoked_at=timezone.now())
    assert played().status_code == 410
    assert not RecordingAccess.objects.exists()


def test_an_expired_link_is_gone(played: Played, recording: Recording) -> None:
    changed(recording, expires_at=timezone.now() + timedelta(minutes=1))
    assert played().status_code == 200
    changed(recording, expires_at=timezone.now() - timedelta(seconds=1))
    assert played().status_code == 410


def test_a_guarded_recording_asks_for_a_member_s_ticket(played: Played, recording: Recording, project: Project) -> None:
    changed(recording, signed_in_only=True)
    member, stranger = (User.objects.create_user(f"{name}@example.com") for name in ("anna", "stranger"))
    Membership.objects.create(user=member, project=project)

    def ticket(user: User, opens: int) -> str:
        return "?ticket=" + issue(SECRET_KEY, user.pk, opens, now=utc_now())

    assert played().status_code == 401
    assert played(query="?ticket=forged").status_code == 401
    assert played(query=ticket(stranger, project.pk)).status_code == 403
    assert played(query=ticket(member, project.pk + 1)).status_code == 403
    assert played(query=ticket(member, project.pk)).status_code == 200


def test_each_read_is_noted_once_however_many_parts_it_takes(played: Played) -> None:
    for start in (0, 1000, 5000, 2000):
        played(Range=f"bytes={start}-")
    assert RecordingAccess.objects.get().address == "127.0.0.1"
    played()
    assert RecordingAccess.objects.count() == 2


def test_beginning_in_the_middle_does_not_evade_the_audit(played: Played) -> None:
    played(Range="bytes=1-")
    assert RecordingAccess.objects.count() == 1


@pytest.mark.parametrize("name", ["../secret.wav", "/etc/passwd", "ab/../../secret.wav", ".", "link.wav"])
def test_nothing_outside_the_recordings_folder_is_served(
    played: Played, recording: Recording, folder: Path, name: str
) -> None:
    (folder.parent / "secret.wav").write_bytes(b"secret")
    (folder / "link.wav").symlink_to(folder.parent / "secret.wav")
    changed(recording, file=name)
    answer = played()
    assert (answer.status_code, b"secret" in answer.content) == (404, False)


@pytest.mark.parametrize("path", ["/r/x", "/r/unknown-but-possible", "/r/%00%00%00%00%00%00%00%00", "/r/" + "a" * 500])
def test_an_unknown_link_is_not_found(server: FastServer, path: str) -> None:
    assert server.client.get(path).status_code == 404


def test_a_type_that_is_no_sound_is_not_passed_on(played: Played, recording: Recording) -> None:
    changed(recording, content_type="text/html")
    assert played().headers["content-type"] == "application/octet-stream"


def test_a_late_recording_shows_up_on_open_pages(recording: Recording) -> None:
    import json

    import psycopg
    from tests.fastpath.conftest import test_database

    with psycopg.connect(test_database(), autocommit=True) as database:
        database.execute("LISTEN switchhook_live")
        fetch(recording.pk, having(WAV))
        notes = list(database.notifies(timeout=5, stop_after=1))
    assert json.loads(notes[0].payload)["data"] == {"call": recording.call_id}
