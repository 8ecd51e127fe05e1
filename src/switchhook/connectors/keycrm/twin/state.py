"""What the twin's account holds: rows by table, changes accepted and not yet carried out, and the rate window."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from switchhook.connectors.testing.twin import TwinClock
from switchhook.core.phone import digits_of, normalize

from . import account
from .config import TwinConfig
from .query import Refusal, Row

TABLES = ("buyers", "companies", "contacts", "cards", "orders", "calls")
COUNTRY = "UA"
WINDOW = 60.0

Later = tuple[datetime, Callable[[], None]]


def digits(phone: str) -> str:
    """A number as KeyCRM would compare it to join buyers: digits of its international form."""
    return digits_of(normalize(phone, COUNTRY) or phone)


class KeyCrmState:
    """One account. Used by one event loop."""

    def __init__(self, config: TwinConfig, clock: TwinClock) -> None:
        self.config, self.clock = config, clock
        self._built = config
        self.reset()

    def reset(self) -> None:
        """An account without records, with the people, fields, pipelines and sources it was built with."""
        self.config = self._built
        self.key_refused = False
        self.tables: dict[str, dict[int, Row]] = {name: {} for name in TABLES}
        self._ids = count(501)
        self._later: list[Later] = []
        self._window: tuple[datetime, int] = (self.clock(), 0)
        self.users: list[Row] = []
        self.hire(self.config.users)

    def build_with(self, people: Sequence[tuple[str, str]]) -> None:
        """Make these people the users of an account without records, now and after each reset."""
        self._built = replace(self._built, users=tuple(people))
        self.reset()

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make these people the account's users.

        In the service's tab each has an internal number from 301 on, and the SIP account of his e-mail's name.
        """
        now = self.now()
        self.users = [account.user(11 + place, name, email, now) for place, (name, email) in enumerate(people)]
        self.internal_numbers: dict[str, int] = {}
        for place, user in enumerate(self.users):
            own = [number for number, email in self.config.internal_numbers if email == user["email"]]
            login = user["username"].removeprefix(f"{self.config.account}_")
            usual = [str(301 + place), login, f"{self.config.account}_{login}"]
            self.internal_numbers |= dict.fromkeys(own or usual, user["id"])

    def expire_token(self) -> None:
        """The key is revoked: 401 until `reset` or until the account's owner lets it in again."""
        self.key_refused = True

    # --- time and limits ----------------------------------------------------------------------------------------------

    def now(self) -> str:
        """The present moment as the vendor writes it."""
        return f"{self.clock():%Y-%m-%d %H:%M:%S}"

    def later(self, seconds: float, change: Callable[[], None]) -> None:
        """Carry out `change` in `seconds`; at once for 0."""
        if seconds <= 0:
            change()
        else:
            self._later.append((self.clock() + timedelta(seconds=seconds), change))

    def settle(self) -> None:
        """Carry out what is due, in the order in which it was accepted."""
        now = self.clock()
        due = [change for at, change in self._later if at <= now]
        self._later = [(at, change) for at, change in self._later if at > now]
        for change in due:
            change()

    def admit(self) -> int | None:
        """Count a request; what is left of the minute, None without a limit. Raises Refusal when nothing is."""
        limit = self.config.requests_per_minute
        if not limit:
            return None
        began, used = self._window
        now = self.clock()
        if not 0 <= (now - began).total_seconds() < WINDOW:
            began, used = now, 0
        if used >= limit:
            wait = max(1, round(WINDOW - (now - began).total_seconds()))
            headers = {"Retry-After": str(wait), "X-RateLimit-Remaining": "0"}
            raise Refusal(429, {"message": "Too Many Attempts."}, headers)
        self._window = (began, used + 1)
        return limit - used - 1

    # --- rows ---------------------------------------------------------------------------------------------------------

    def rows(self, table: str) -> list[Row]:
        """All rows of a table."""
        return list(self.tables[table].values())

    def row(self, table: str, id_: object) -> Row | None:
        """One row, None where there is none of this id."""
        return self.tables[table].get(int(str(id_))) if str(id_).isdecimal() else None

    def add(self, table: str, **values: Any) -> Row:
        """A new row with the next id."""
        now = self.now()
        row: Row = {"id": next(self._ids), **values, "created_at": now, "updated_at": now}
        self.tables[table][row["id"]] = row
        return row

    def change(self, row: Row, **values: Any) -> None:
        """Change a row and its time of change."""
        row.update(values)
        row["updated_at"] = self.now()

    def user(self, id_: object) -> Row | None:
        """A user by id."""
        return next((user for user in self.users if str(user["id"]) == str(id_)), None)

    def buyer_of(self, phone: str) -> Row | None:
        """The buyer to whom KeyCRM ties what comes with this number: the one who was there first."""
        wanted = digits(phone)
        return next((b for b in self.rows("buyers") if wanted and wanted in map(digits, b["phone"])), None)

    def client_of(self, card: Row) -> Row | None:
        """The buyer of a card."""
        contact = self.row("contacts", card["contact_id"])
        return self.row("buyers", contact["client_id"]) if contact else None

    def cards_of(self, buyer: Row) -> list[Row]:
        """The buyer's cards, oldest first."""
        return [card for card in self.rows("cards") if self.client_of(card) is buyer]

    def is_closed(self, card: Row) -> bool:
        """Whether the card stands in a final status."""
        return any(status["id"] == card["status_id"] and status["is_final"] for status in account.STATUSES)
