"""What this process has just written into notes.

KeyCRM carries a change out seconds after it has accepted it. A note that is read meanwhile lacks what was added, and
writing it back with the next addition would drop the first: so additions are remembered for a minute and put back in.
Other processes of the hub do not see this; two comments on one buyer within seconds come from one lane, so from one.
"""

from datetime import datetime, timedelta
from threading import Lock

from .notes import joined

KEPT = timedelta(seconds=60)

Key = tuple[str, str, str]
"""The account, the record's path, and when it was made."""

_lock = Lock()
_added: dict[Key, list[tuple[datetime, str]]] = {}


def clear() -> None:
    """Forget everything, as a new process would."""
    with _lock:
        _added.clear()


def remember(record: Key, addition: str, now: datetime) -> None:
    """`addition` has been sent to the note of `record`."""
    with _lock:
        for key in [key for key, held in _added.items() if held[-1][0] + KEPT < now]:
            del _added[key]
        _added.setdefault(record, []).append((now, addition))


def restored(record: Key, note: str, now: datetime) -> str:
    """`note` as read, with what was added within the last minute and does not show yet."""
    with _lock:
        held = [text for at, text in _added.get(record, ()) if at + KEPT >= now]
    return joined(note, *(text for text in held if text not in note))
