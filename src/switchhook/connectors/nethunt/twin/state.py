"""What the twin holds: records of the folders, their timelines, the log of changes, the trash, the month's requests."""

import base64
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from switchhook.connectors.testing.twin import TwinClock

from .config import TwinConfig
from .schema import FolderSchema

MONTH = timedelta(days=30)
LINK = "https://nethunt.com/web/#nethunt/"


class NoRecord(LookupError):
    """There is no record with this id, or it lies in the trash."""


@dataclass(slots=True)
class Stored:
    """A record. The search shows it as it was (`before`, None: not at all) until `shown_at`."""

    folder: str
    id: str
    created_at: datetime
    updated_at: datetime
    shown_at: datetime
    fields: dict[str, Any]
    before: dict[str, Any] | None = None
    trash_id: str = ""

    def searched(self, now: datetime) -> dict[str, Any] | None:
        """The fields in which the search looks at `now`."""
        return self.fields if now >= self.shown_at else self.before


@dataclass(slots=True)
class NetHuntState:
    """The twin's memory, used on one event loop. `snapshot` may be read from anywhere."""

    initial: TwinConfig
    clock: TwinClock
    config: TwinConfig = field(init=False)
    records: dict[str, Stored] = field(default_factory=dict)
    comments: list[dict[str, Any]] = field(default_factory=list)
    call_logs: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    used: deque[datetime] = field(default_factory=deque)
    recent: deque[float] = field(default_factory=deque)
    under_way: int = 0
    key_refused: bool = False
    _ids: int = 0
    _last: datetime | None = None

    def __post_init__(self) -> None:
        self.config = self.initial

    def reset(self) -> None:
        """The workspace as it was configured last, with nothing in it."""
        for memory in (self.records, self.comments, self.call_logs, self.changes, self.used, self.recent):
            memory.clear()
        self.config, self.key_refused = self.initial, False
        self._ids, self._last = 0, None

    def configure(self, config: TwinConfig) -> None:
        """Be this workspace from now on, and after a reset; a new key is good."""
        self.initial = self.config = config
        self.key_refused = False

    def expire_token(self) -> None:
        """The API key is refused until the twin is configured or reset."""
        self.key_refused = True

    # --- records ------------------------------------------------------------------------------------------------------

    def of_folder(self, folder: str) -> list[Stored]:
        """What lies in a folder, in no order of meaning."""
        return [one for one in self.records.values() if one.folder == folder and not one.trash_id]

    def record(self, record_id: str) -> Stored:
        """Raises NoRecord."""
        found = self.records.get(record_id)
        if found is None or found.trash_id:
            raise NoRecord(record_id)
        return found

    def add(self, folder: FolderSchema, fields: Mapping[str, Any], *, at_once: bool = False) -> Stored:
        """A new record; `at_once` spares it the search's delay."""
        now = self.now()
        made = Stored(folder.id, self.new_id(), now, now, self._shown(now, at_once=at_once), dict(fields))
        self.records[made.id] = made
        self._log(made, "CREATE", {name: {"overwrite": False, "add": value} for name, value in fields.items()})
        return made

    def change(
        self, stored: Stored, after: dict[str, Any], actions: Mapping[str, Any], *, at_once: bool = False
    ) -> None:
        """Make the record's fields `after`, which is what `actions` came to."""
        now = self.now()
        stored.before, stored.fields, stored.updated_at = stored.searched(now), after, now
        stored.shown_at = self._shown(stored.updated_at, at_once=at_once)
        self._log(stored, "UPDATE", {name: dict(action) for name, action in actions.items()})

    def throw_away(self, stored: Stored) -> str:
        """To the trash; gives the trash item's id."""
        stored.trash_id = self.new_id()
        self._log(stored, "DELETE", {})
        return stored.trash_id

    def take_back(self, stored: Stored) -> None:
        """Out of the trash."""
        stored.trash_id = ""
        stored.updated_at = stored.shown_at = self.now()
        self._log(stored, "CREATE", {})

    def comment(self, stored: Stored, text: str) -> dict[str, Any]:
        """A comment in the record's timeline."""
        made = {"id": self.new_id(), "commentId": self.new_id(), "recordId": stored.id, "createdAt": stamp(self.now())}
        self.comments.append({**made, "text": text})
        return self.comments[-1]

    def log_call(self, stored: Stored, text: str, began: datetime, minutes: float) -> dict[str, Any]:
        """A call log in the record's timeline."""
        made = {"callLogId": self.new_id(), "recordId": stored.id, "createdAt": stamp(self.now()), "text": text}
        ended = began + timedelta(minutes=minutes)
        self.call_logs.append({**made, "duration": minutes, "time": stamp(began), "endTime": stamp(ended)})
        return self.call_logs[-1]

    def now(self) -> datetime:
        """The twin's time, never the same twice: feeds tell what is later than a time."""
        moment = self.clock().replace(microsecond=self.clock().microsecond // 1000 * 1000)
        if self._last is not None and moment <= self._last:
            moment = self._last + timedelta(milliseconds=1) if self._last - moment < timedelta(seconds=1) else moment
        self._last = moment
        return moment

    def new_id(self) -> str:
        """24 hexadecimal digits, as the vendor's ids look."""
        self._ids += 1
        return f"66a0{self._ids:020x}"

    def _shown(self, moment: datetime, *, at_once: bool) -> datetime:
        return moment if at_once else moment + timedelta(seconds=self.config.index_delay)

    def _log(self, stored: Stored, action: str, actions: dict[str, Any]) -> None:
        email = self.config.email
        name = next((name for name, address in self.config.members if address == email), email)
        self.changes.append(
            {
                "id": self.new_id(),
                "recordId": stored.id,
                "time": stamp(self.now()),
                "user": {"personalName": name, "emailAddress": email},
                "recordAction": action,
                "fieldActions": actions,
                "folder": stored.folder,
            }
        )

    # --- what is shown ------------------------------------------------------------------------------------------------

    def shown(self, stored: Stored) -> dict[str, Any]:
        """The record as the vendor writes it; fields without a value are left out."""
        held = {name: value for name, value in stored.fields.items() if value not in (None, "", [])}
        return {
            "id": stored.id,
            "recordId": stored.id,
            "createdAt": stamp(stored.created_at),
            "updatedAt": stamp(stored.updated_at),
            "link": self.link(stored),
            "fields": held,
        }

    def link(self, stored: Stored) -> str:
        """The record's page."""
        place = {"workspaceId": self.config.workspace_id, "folderId": stored.folder, "recordId": stored.id}
        text = json.dumps({**place, "recordPage": {"recordId": stored.id}}, separators=(",", ":"))
        return LINK + base64.b64encode(text.encode()).decode()

    def entries(self, folder: str, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The timeline entries of a folder's records."""
        here = {one.id for one in self.of_folder(folder)}
        return [dict(entry) for entry in entries if entry["recordId"] in here]

    def month(self) -> int:
        """Requests answered in the last 30 days."""
        border = self.clock() - MONTH
        while self.used and self.used[0] <= border:
            self.used.popleft()
        return len(self.used)

    def snapshot(self) -> dict[str, Any]:
        """For `GET /__twin__/state`: records by the folders' keys, timelines, trash, members, the month's requests."""
        by_folder = {one.key: self._all(self.of_folder(one.id)) for one in self.config.folders}
        trash = [one for one in self.records.values() if one.trash_id]
        entries = {"comments": list(self.comments), "call_logs": list(self.call_logs), "trash": self._all(trash)}
        most = self.config.monthly_calls
        return {
            "records": {**by_folder, **entries},
            "users": [{"personalName": name, "emailAddress": email} for name, email in self.config.members],
            "budget": {"month": {"used": self.month(), "most": most, "left": max(most - self.month(), 0)}},
            "changes": len(self.changes),
        }

    def _all(self, records: Iterable[Stored]) -> list[dict[str, Any]]:
        return [self.shown(one) for one in records]


def stamp(moment: datetime) -> str:
    """A time as the vendor writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
