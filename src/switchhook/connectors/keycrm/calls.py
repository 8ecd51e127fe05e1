"""Calls: told to the webhook link of the account's telephony service, read back from the call history."""

import hashlib
from collections.abc import Mapping
from typing import Any

from switchhook.core.clock import Clock
from switchhook.core.errors import Misconfigured, Rejected, TargetGone
from switchhook.core.reason import Reason, because
from switchhook.core.records import Draft, Kind, Record
from switchhook.core.words import _

from .bodies import links_left
from .client import KeyCrmApi, Row, ServiceLink
from .config import Config
from .rows import Reader

_TIMES = _("KeyCRM's call history takes no start time, no waiting time and not the line that was called.")
_NO_RECORDING = _("KeyCRM takes a recording only with a conversation; the one of this call is in the hub's journal.")
_NOBODY = _("The employee's line is not known, so KeyCRM shows the call under the internal number %(number)s.")
_BY_NUMBER = _("KeyCRM ties a call to buyer and card by the number itself.")
_STATES = {"answered": "completed", "missed": "canceled", "failed": "busy"}


class Calls:
    """The call history of one account."""

    def __init__(self, api: KeyCrmApi, config: Config, reader: Reader, *, clock: Clock) -> None:
        self._api, self._config, self._reader, self._clock = api, config, reader, clock

    def create(self, draft: Draft, mark: str) -> Record:
        """Tell KeyCRM that a call has ended: one event. Raises OutcomeUnknown, Rejected, Misconfigured."""
        if not self._config.service_link:
            raise Misconfigured(
                "KeyCRM takes calls only by the webhook link of a telephony service.", field="service_link"
            )
        event = self._event(draft, reference(draft, mark))
        ServiceLink(self._config, clock=self._clock).tell({"action": "call", "call": event})
        return Record(
            kind=Kind.CALL,
            id=event["id"],
            owner=draft.values.get("employee"),
            values={**draft.values, "employee_line": event["caller"], "links": []},
            remarks=tuple(self._remarks(draft, event)),
        )

    def _event(self, draft: Draft, id_: str) -> Row:
        values = draft.values
        client, line = str(values.get("client_number") or ""), str(values.get("employee_line") or "")
        if not client:
            raise Rejected("KeyCRM takes no call without the client's number.")
        caller = line or self._config.fallback_internal_number
        if not caller:
            raise Rejected(
                "KeyCRM takes a call only with the internal number of an employee, and this one reached nobody. "
                "Name a number for such calls in the connection's settings."
            )
        state = _state(values)
        event: Row = {
            "id": id_,
            "direction": "outgoing" if values.get("direction") == "out" else "incoming",
            "caller": caller,
            "destination_number": client,
            "state": state,
        }
        if state == "completed":
            event["duration"] = int(values.get("talk_seconds") or 0)
            if values.get("recording_url"):
                event["audio_url"] = values["recording_url"]
        return event

    def _remarks(self, draft: Draft, event: Row) -> list[Reason]:
        remarks = [because(_TIMES)]
        if draft.values.get("recording_url") and "audio_url" not in event:
            remarks.append(because(_NO_RECORDING))
        if not draft.values.get("employee_line"):
            remarks.append(because(_NOBODY, number=event["caller"]))
        if draft.links:
            remarks += [because(_BY_NUMBER), *links_left(Kind.CALL, draft.links, ())]
        return remarks

    def get(self, id_: str) -> Record:
        """An entry by the id that the hub gave it. Raises TargetGone where it is not, or not yet, there."""
        found = self._find(id_)
        if found is None:
            raise TargetGone("The call is not in KeyCRM's call history.")
        return found

    def made(self, draft: Draft, mark: str) -> Record | None:
        """The entry that a lost event made."""
        return self._find(reference(draft, mark))

    def _find(self, id_: str) -> Record | None:
        rows = self._api.rows("/calls", filter_reference_id=id_, most_pages=1) if id_ else iter(())
        return next((self._reader.call(row) for row in rows if str(row.get("reference_id")) == id_), None)


def reference(draft: Draft, mark: str) -> str:
    """The call's id at KeyCRM: the hub's own, and a part of the mark, since a new hub counts its calls anew."""
    call_id = str(draft.values.get("call_id") or "")
    part = hashlib.sha256(mark.encode()).hexdigest()[:8] if mark else ""
    id_ = "-".join(filter(None, (call_id, part)))
    if not id_:
        raise Rejected("A call without an id cannot be told to KeyCRM.")
    return id_


def _state(values: Mapping[str, Any]) -> str:
    status = str(values.get("status") or "")
    return _STATES.get(status) or ("completed" if values.get("talk_seconds") else "canceled")
