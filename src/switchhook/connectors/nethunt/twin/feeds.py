"""The feeds: what came after a time, in an order that nobody promises."""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .state import NetHuntState, stamp
from .writing import Refusal

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SEED = 20261122


class Feeds:
    """One workspace's feeds by name; each takes a folder's id and the request's parameters."""

    def __init__(self, state: NetHuntState) -> None:
        self._state = state
        self.by_name = {
            "new-record": self.new_records,
            "updated-record": self.updated_records,
            "record-change": self.record_changes,
            "new-comment": self.comments,
            "new-call-log": self.call_logs,
            "new-gdrivefile": self.files,
        }

    def new_records(self, folder: str, asked: "Asked") -> list[dict[str, Any]]:
        """Records by the time of their making."""
        return self._cut(self._as_items(folder), "createdAt", asked)

    def updated_records(self, folder: str, asked: "Asked") -> list[dict[str, Any]]:
        """Records changed since; with field names, only those in which one of these was changed."""
        if self._state.config.needs_field_name and not asked.fields:
            raise Refusal("Please enter Field Name")
        touched = {
            change["recordId"]
            for change in self._state.changes
            if change["recordAction"] == "UPDATE"
            and change["time"] > stamp(asked.since)
            and (not asked.fields or not set(asked.fields).isdisjoint(change["fieldActions"]))
        }
        return self._cut([item for item in self._as_items(folder) if item["recordId"] in touched], "updatedAt", asked)

    def record_changes(self, folder: str, asked: "Asked") -> list[dict[str, Any]]:
        """Who changed what, deletions too."""
        here = [change for change in self._state.changes if change["folder"] == folder]
        chosen = [
            {name: value for name, value in change.items() if name != "folder"}
            for change in here
            if asked.record in {"", change["recordId"]}
            and (not asked.fields or not set(asked.fields).isdisjoint(change["fieldActions"]))
        ]
        return self._cut(chosen, "time", asked)

    def comments(self, folder: str, asked: "Asked") -> list[dict[str, Any]]:
        """Comments on the folder's records."""
        return self._cut(self._state.entries(folder, self._state.comments), "createdAt", asked)

    def call_logs(self, folder: str, asked: "Asked") -> list[dict[str, Any]]:
        """Call logs of the folder's records."""
        return self._cut(self._state.entries(folder, self._state.call_logs), "createdAt", asked)

    def files(self, _folder: str, _asked: "Asked") -> list[dict[str, Any]]:
        """Nobody attaches files here."""
        return []

    def _as_items(self, folder: str) -> list[dict[str, Any]]:
        # In a feed `id` may be the item's own: only `recordId` names the record.
        shown = (self._state.shown(stored) for stored in self._state.of_folder(folder))
        return [{**item, "id": f"{item['recordId']}-{item['updatedAt']}"} for item in shown]

    def _cut(self, items: Iterable[Mapping[str, Any]], by: str, asked: "Asked") -> list[dict[str, Any]]:
        order = self._state.config.feed_order
        later = [dict(item) for item in items if item[by] > stamp(asked.since)]
        later.sort(key=lambda item: str(item[by]), reverse=order != "oldest")
        cut = later[: min(asked.limit, self._state.config.feed_cap)]
        if order == "shuffled":
            random.Random(_SEED + len(cut)).shuffle(cut)  # noqa: S311 - repeatable on purpose
        return cut


class Asked:
    """A feed's parameters. Raises Refusal for those that cannot be read."""

    def __init__(self, params: Mapping[str, str], fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        self.record = params.get("recordId", "")
        try:
            self.limit = int(params.get("limit", "10000"))
            said = params.get("since", "")
            since = datetime.fromisoformat(said) if said else BEGINNING
        except ValueError as error:
            raise Refusal(f"Bad parameter: {error}") from error
        self.since = since if since.tzinfo else since.replace(tzinfo=UTC)
