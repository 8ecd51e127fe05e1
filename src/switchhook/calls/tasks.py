"""Jobs about recordings."""

import logging
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.calls.models import Recording, RecordingState
from switchhook.calls.recordings import fetch, retry_delay
from switchhook.connections.accounts import open_telephony
from switchhook.core.errors import AuthFailed, Misconfigured, SwitchhookError, Transient
from switchhook.engine import UNTIL_THE_DATABASE_IS_BACK

logger = logging.getLogger(__name__)

AWAY = timedelta(minutes=2)
"""How long to wait when the provider does not answer."""

UNTIL_MENDED = timedelta(hours=1)
"""How long to wait when the provider refuses the credentials: a person has to enter others."""


@app.task(queue="recordings", name="fetch_recording", retry=UNTIL_THE_DATABASE_IS_BACK)
def fetch_recording(recording_id: int) -> None:
    """Fetch a recording from the vendor and keep it; tries again later while it is not there. Idempotent."""
    recording = Recording.objects.select_related("call__connection__project").filter(pk=recording_id).first()
    if recording is None:
        return None
    try:
        state = fetch(recording.pk, open_telephony(recording.call.connection))
    except Transient as error:
        logger.info("Recording %s waits: %s", recording_id, error)
        return _again(recording_id, timedelta(seconds=error.retry_after) if error.retry_after else AWAY)
    except (AuthFailed, Misconfigured) as error:
        logger.warning("Recording %s waits until its connection is mended: %s", recording_id, error)
        return _again(recording_id, UNTIL_MENDED)
    except SwitchhookError as error:
        logger.warning("Recording %s cannot be fetched: %s", recording_id, error)
        return None
    if state == RecordingState.EXPECTED:
        recording.refresh_from_db(fields=["attempts"])
        return _again(recording_id, retry_delay(recording.attempts))
    return None


def _again(recording_id: int, wait: timedelta) -> None:
    fetch_recording.configure(schedule_at=timezone.now() + wait).defer(recording_id=recording_id)
