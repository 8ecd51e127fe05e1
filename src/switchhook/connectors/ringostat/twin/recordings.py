"""The recordings' host: real audio and transcripts behind a token, with the ways in which they fail to be there."""

import array
import hashlib
import io
import math
import re
import sys
import wave
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from .analysis import transcript_of
from .calls import Call
from .state import RecordingSwitch, RingostatState

RATE = 8000
AVAILABILITIES = ("ready", "late", "missing", "gone", "empty", "limited")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_LOUDNESS = 9000


@lru_cache(maxsize=256)
def audio(call_id: str, seconds: float) -> bytes:
    """A WAV of 8 kHz, 16 bit, two channels: the client (left) and the employee (right) hum in turn.

    The same bytes for the same arguments.
    """
    seed = hashlib.sha256(call_id.encode()).digest()
    client, employee = 180 + seed[0], 420 + seed[1]
    samples = array.array("h")
    for number in range(int(seconds * RATE)):
        client_talks = (number // (RATE // 2)) % 2 == 1
        pitch = client if client_talks else employee
        sample = int(_LOUDNESS * math.sin(2 * math.pi * pitch * number / RATE))
        samples.extend((sample, 0) if client_talks else (0, sample))
    if sys.byteorder == "big":
        samples.byteswap()
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()


class Recordings:
    """`GET /recordings/<call id>.wav|.vtt?token=`; no login, the token opens it."""

    def __init__(self, state: RingostatState) -> None:
        self._state = state

    async def serve(self, request: Request) -> Response:
        """The file, whole or the range asked for; 404 for an unknown one or a wrong token."""
        call_id, _, suffix = request.path_params["name"].rpartition(".")
        call = self._state.calls.get(call_id)
        if call is None or suffix not in {"wav", "vtt"} or not call.recorded:
            return PlainTextResponse("Not found", 404)
        if request.query_params.get("token") != call.recording_token:
            return PlainTextResponse("Not found", 404)
        refusal = self._refusal(call_id)
        if refusal is not None:
            return refusal
        if suffix == "vtt":
            return Response(transcript_of(call), media_type="text/vtt")
        return _ranged(self._audio(call), request.headers.get("range"))

    def _audio(self, call: Call) -> bytes:
        return audio(call.call_id, min(float(call.talk), self._state.config.recording_seconds))

    def _refusal(self, call_id: str) -> Response | None:
        switch = self._state.recordings.get(call_id)
        if switch is None or switch.availability == "ready":
            return None
        if switch.times is not None:
            switch.times -= 1
            if switch.times <= 0:
                self._state.recordings[call_id] = RecordingSwitch("ready")
        answers = {
            "gone": Response("Gone", 410, media_type="text/plain"),
            "empty": Response(b"", 200, media_type="audio/wav"),
            "limited": Response(
                "Too many requests", 429, {"retry-after": str(switch.retry_after)}, media_type="text/plain"
            ),
        }
        return answers.get(switch.availability, PlainTextResponse("Not found", 404))


def _ranged(content: bytes, asked: str | None) -> Response:
    headers = {"accept-ranges": "bytes"}
    match = _RANGE.fullmatch(asked) if asked else None
    if match is None or not (match[1] or match[2]):
        return Response(content, 200, headers, media_type="audio/wav")
    size = len(content)
    first = int(match[1]) if match[1] else max(size - int(match[2]), 0)
    last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if first > last:
        return Response(b"", 416, {"content-range": f"bytes */{size}"})
    headers["content-range"] = f"bytes {first}-{last}/{size}"
    return Response(content[first : last + 1], 206, headers, media_type="audio/wav")
