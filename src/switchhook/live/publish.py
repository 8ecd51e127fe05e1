"""Saying something on the live path, from Django's side."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from switchhook.core.live_event import CHANNEL, LiveEvent, encode


def publish(project_id: int, event: str, data: Mapping[str, Any], *, to: Iterable[int] | None = None) -> None:
    """Tell the open pages of a project what happened. Said when the caller's transaction commits, never if it does not.

    | event | data |
    |---|---|
    | `call` | `{"call": id}`: the journal row changed |
    | `popup` | `{"call": id, "moment": "ring", "pickup" or "end", "employees": [ids]}` |
    | `caller` | `{"client": E.164, "connection": id}`: a CRM was asked for the number and knows it |
    | `delivery` | `{"delivery": id}` or `{"connection": id}`: work was done, died or was held |
    | `dial` | `{"dial": id, "state": …, "call": id or null}`: a call that was asked for with a click has come further |
    | `forward` | `{"client": E.164, "employee": id}`: the webhook number has just sent a caller to somebody |

    `to` names the employees whose users hear it (ids), None: everybody in the project. A pop-up that narrows to who
    answered must still reach those who rang, so that theirs closes: `employees` says who keeps it, `to` who hears.
    `data` is JSON-ready and small: ids, not records. Raises ValueError above 7900 bytes.
    """
    heard_by = None if to is None else frozenset(to)
    text = encode(LiveEvent(project=project_id, event=event, data=data, to=heard_by))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])
