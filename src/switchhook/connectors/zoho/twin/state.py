"""What the twin holds: users, records with their past, what was deleted, tokens, watches."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from switchhook.connectors.testing.twin import TwinClock

from .config import TwinConfig, TwinUser
from .schema import MODULES, Field, fields_of
from .tokens import Tokens

Row = dict[str, Any]
FIRST_ID = 5725767000000400000
DAY = timedelta(hours=24)
_KINDS = {
    "Contacts": "contact",
    "Accounts": "company",
    "Leads": "lead",
    "Deals": "deal",
    "Tasks": "task",
    "Calls": "call",
    "Notes": "comment",
}


@dataclass(slots=True)
class Kept:
    """A record: as it is, and as the search index will know it from each time on. Times in it are aware datetimes."""

    row: Row
    past: deque[tuple[datetime, Row]] = field(default_factory=lambda: deque(maxlen=8))

    def indexed(self, until: datetime) -> Row | None:
        """The record as the index knows it that has worked off what was written `until` then; None: not at all."""
        return next((row for at, row in reversed(self.past) if at <= until), None)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A line of a module's list of what was deleted."""

    id: str
    name: str
    at: datetime
    by: Row
    made_by: Row
    permanent: bool = False


class ZohoState:
    """The twin's memory. Used on one event loop; `snapshot` may be read from anywhere."""

    def __init__(self, config: TwinConfig, clock: TwinClock) -> None:
        self.config = config
        self.clock = clock
        self.tokens = Tokens(clock)
        self._empty()

    def _empty(self) -> None:
        self.records: dict[str, dict[str, Kept]] = {module: {} for module in MODULES}
        self.deleted: dict[str, list[Deleted]] = {module: [] for module in MODULES}
        self.attachments: dict[str, list[Row]] = {}
        self.watches: dict[str, Row] = {}
        self.notified: list[Row] = []
        self.bulk_jobs: dict[str, Row] = {}
        self.spent: deque[tuple[datetime, int]] = deque()
        self.under_way = self.heavy_under_way = 0
        self._last_id = FIRST_ID
        self._last_page = 0
        self.page_tokens: dict[str, tuple[datetime, Row]] = {}
        self._users = [(self._user_id(number), user) for number, user in enumerate(self.config.users)]
        self._schemas: dict[str, dict[str, Field]] = {}

    # --- TwinState ----------------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """For `GET /__twin__/state`: records in the vendor's shape by canonical kind, users, credits."""
        return {
            "config": self.config.as_json(),
            "records": {
                kind: [self.shown(kept.row) for kept in self.records[module].values()]
                for module, kind in _KINDS.items()
            },
            "users": [self.user_json(id_, user) for id_, user in self._users],
            "budget": {"used": self.used(), "allowed": self.allowed(), "at_once": self.at_once()},
            "deleted": {module: [gone.id for gone in items] for module, items in self.deleted.items() if items},
            "notified": self.notified[-100:],
        }

    def reset(self) -> None:
        """The account as last configured, nothing in it; the default tokens are good again."""
        self.tokens.reset()
        self._empty()

    def expire_token(self) -> None:
        """Refuse all tokens, as after a changed password: a new sign-in is needed."""
        self.tokens.revoke_all()

    def configure(self, config: TwinConfig) -> None:
        """Become another account; records stay."""
        people_changed = config.users != self.config.users
        self.config = config
        self._schemas = {}
        if people_changed:
            self._users = [(self._user_id(number), user) for number, user in enumerate(config.users)]

    # --- people -------------------------------------------------------------------------------------------------------

    @staticmethod
    def _user_id(number: int) -> str:
        return str(5725767000000411001 + 1000 * number)

    def users(self) -> list[tuple[str, TwinUser]]:
        """All users with their ids; the first signed in."""
        return list(self._users)

    def active_user(self, id_: str) -> Row | None:
        """A user to whom records can be given, as an owner is shown."""
        for known, user in self._users:
            if known == id_ and user.status == "active":
                return {"name": user.name, "id": known, "email": user.email}
        return None

    @property
    def me(self) -> Row:
        """The user who signed in, as he is shown in records."""
        id_, user = self._users[0]
        return {"name": user.name, "id": id_, "email": user.email}

    def user_json(self, id_: str, user: TwinUser) -> Row:
        """A user as the list of users has him."""
        first, _space, last = user.name.rpartition(" ")
        profile = "Administrator" if user.administrator else "Standard"
        return {
            "id": id_,
            "full_name": user.name,
            "first_name": first,
            "last_name": last,
            "email": user.email,
            "phone": None,
            "mobile": None,
            "status": user.status,
            "confirm": user.status == "active",
            "role": {"name": "CEO" if user.administrator else "Manager", "id": "5725767000000026005"},
            "profile": {"name": profile, "id": "5725767000000026011" if user.administrator else "5725767000000026014"},
            "time_zone": self.config.time_zone,
            "zuid": id_[-9:],
            "type__s": "Regular User",
        }

    # --- records ------------------------------------------------------------------------------------------------------

    def schema(self, module: str) -> dict[str, Field]:
        """The fields of a module, by name."""
        if module not in self._schemas:
            self._schemas[module] = fields_of(module, self.config)
        return self._schemas[module]

    def new_id(self) -> str:
        """An id nobody has yet."""
        self._last_id += 1003
        return str(self._last_id)

    def rows(self, module: str) -> Iterator[Row]:
        """The module's records as they are now."""
        return (kept.row for kept in self.records[module].values())

    def row(self, module: str, id_: str) -> Row | None:
        """One record as it is now."""
        kept = self.records.get(module, {}).get(id_)
        return kept.row if kept else None

    def indexed(self, module: str) -> Iterator[Row]:
        """The module's records as the search knows them."""
        until = self.clock() - timedelta(seconds=self.config.index_delay)
        return (row for kept in self.records[module].values() if (row := kept.indexed(until)) is not None)

    def insert(self, module: str, values: Row) -> Row:
        """A new record of the signed-in user's."""
        now, id_ = self._now(), self.new_id()
        row = {"id": id_, "Owner": self.me, **values}
        row |= {"Created_Time": now, "Modified_Time": now, "Created_By": self.me, "Modified_By": self.me}
        kept = self.records[module][id_] = Kept(row)
        self._remember(kept)
        return row

    def change(self, module: str, id_: str, values: Row) -> Row:
        """A record with other values."""
        kept = self.records[module][id_]
        kept.row |= values
        kept.row |= {"Modified_Time": self._now(), "Modified_By": self.me}
        self._remember(kept)
        return kept.row

    def touch(self, module: str, id_: str) -> None:
        """Have the index know the record at once, as if it were old."""
        kept = self.records[module][id_]
        kept.past.append((datetime.min.replace(tzinfo=self._now().tzinfo), dict(kept.row)))

    def delete(self, module: str, id_: str, *, permanent: bool = False) -> None:
        """To the recycle bin; notes on the record go with it."""
        row = self.records[module].pop(id_).row
        name = next((str(row[n]) for n in ("Full_Name", "Account_Name", "Deal_Name", "Subject") if row.get(n)), "")
        gone = Deleted(id_, name, self._now(), self.me, row["Created_By"], permanent)
        self.deleted[module].append(gone)
        notes = [note["id"] for note in self.rows("Notes") if note.get("Parent_Id", {}).get("id") == id_]
        for note in notes:
            self.records["Notes"].pop(note, None)

    def _remember(self, kept: Kept) -> None:
        kept.past.append((self.clock(), dict(kept.row)))

    def _now(self) -> datetime:
        return self.clock().replace(microsecond=0)

    def shown(self, row: Row, names: Sequence[str] | None = None) -> Row:
        """A record as an answer has it: times in the user's zone; `names` are the fields asked for."""
        chosen = row if names is None else {name: row.get(name) for name in dict.fromkeys((*names, "id"))}
        return {name: self.stamp(value) if isinstance(value, datetime) else value for name, value in chosen.items()}

    def stamp(self, at: datetime) -> str:
        """An instant as Zoho tells it: in the user's zone, without fractions."""
        return at.astimezone(self.config.zone).isoformat(timespec="seconds")

    def page_token(self, about: Row) -> str:
        """A token for the next page, which knows what was asked."""
        self._last_page += 1
        token = f"page-{self._last_page:06}"
        self.page_tokens[token] = (self.clock(), about)
        return token

    # --- limits -------------------------------------------------------------------------------------------------------

    def allowed(self) -> int:
        """Credits of a rolling day."""
        if self.config.credits is not None:
            return self.config.credits
        per = {"standard": 250, "professional": 500, "enterprise": 1000, "ultimate": 2000}
        edition, licences = self.config.edition, self.config.licences
        return 5000 if edition == "free" else 50_000 + per[edition] * licences

    def at_once(self) -> int:
        """Requests at once."""
        return {"free": 5, "standard": 10, "professional": 15, "enterprise": 20, "ultimate": 25}[self.config.edition]

    def used(self) -> int:
        """Credits used in the last 24 hours."""
        day_ago = self.clock() - DAY
        while self.spent and self.spent[0][0] <= day_ago:
            self.spent.popleft()
        return sum(cost for _at, cost in self.spent)
