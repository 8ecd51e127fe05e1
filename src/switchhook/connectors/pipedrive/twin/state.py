"""What the twin holds: users, dictionaries, records, tokens."""

import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from switchhook.connectors.testing.twin import TwinClock

from .config import PEOPLE, VISIT_FIELDS, TwinConfig, field_code
from .limits import Budget

KINDS = ("persons", "organizations", "leads", "deals", "activities", "notes", "callLogs")
FIRST_ID = {"persons": 200, "organizations": 300, "deals": 400, "activities": 500, "notes": 600}
ACTIVITY_TYPES = ("call", "meeting", "task", "deadline", "email", "lunch")
PIPELINES = (("Sales", ("Qualified", "Contact Made", "Proposal Made", "Won")), ("New", ("Incoming", "Negotiation")))


@dataclass(slots=True)
class Row:
    """A record with what the vendor knows of it beside its fields."""

    data: dict[str, Any]
    made: datetime
    touched: datetime
    deleted: datetime | None = None

    @property
    def id(self) -> Any:
        return self.data["id"]


@dataclass(slots=True)
class Conversion:
    """A lead on its way to become a deal."""

    lead_id: str
    stage_id: int
    pipeline_id: int
    polls: int = 0
    status: str = "not_started"
    deal_id: int | None = None


@dataclass(slots=True)
class PipedriveState:
    """The twin's memory. Used on one event loop; `snapshot` may be read from anywhere."""

    initial: TwinConfig
    clock: TwinClock
    config: TwinConfig = field(init=False)
    budget: Budget = field(init=False)
    people: tuple[tuple[str, str], ...] = PEOPLE
    users: list[dict[str, Any]] = field(default_factory=list)
    pipelines: list[dict[str, Any]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    types: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    rows: dict[str, dict[Any, Row]] = field(default_factory=dict)
    conversions: dict[str, Conversion] = field(default_factory=dict)
    api_token: str = ""
    refresh_tokens: set[str] = field(default_factory=set)
    access_tokens: dict[str, datetime] = field(default_factory=dict)
    codes: dict[str, datetime] = field(default_factory=dict)
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.config = self.initial
        self.reset()

    def reset(self) -> None:
        """The company with its users and dictionaries, no records, the first tokens, a whole budget."""
        self._random = random.Random(20261121)  # noqa: S311 - repeatable on purpose, nothing is secret
        self.budget = Budget(self.clock)
        self.rows = {kind: {} for kind in KINDS}
        self.conversions = {}
        self.api_token = self.config.api_token
        self.refresh_tokens = {"1234567:7654321:twin-refresh-token"}
        self.access_tokens, self.codes = {}, {}
        self._furnish()
        self.hire(self.people)

    def _furnish(self) -> None:
        since = "2025-01-15 09:00:00"
        self.types = [
            {"id": n, "order_nr": n, "name": key.capitalize(), "key_string": key, "icon_key": key, "active_flag": True,
             "color": None, "is_custom_flag": False, "add_time": since, "update_time": None}
            for n, key in enumerate(ACTIVITY_TYPES, 1)
        ]  # fmt: skip
        self.pipelines, self.stages = [], []
        for name, stages in PIPELINES:
            self.add_pipeline(name, stages)
        custom = [_field("deal", name) for name in (*VISIT_FIELDS, "client_id")]
        custom.append(_field("deal", "Segment", "enum", [{"id": 17, "label": "Small"}, {"id": 18, "label": "Large"}]))
        person = [_field("person", name) for name in (*VISIT_FIELDS, "client_id")]
        self.fields = {
            "deal": [_standard("title", "Title", "varchar"), _standard("value", "Value", "monetary"), *custom],
            "person": [_standard("name", "Name", "varchar"), *person, _field("person", "Birthplace", "address")],
            "organization": [_standard("name", "Name", "varchar"), _field("organization", "Where from", "varchar")],
        }

    def add_pipeline(self, name: str, stages: Sequence[str]) -> int:
        """A pipeline with its stages, after those that are there; gives its id."""
        number = len(self.pipelines) + 1
        times = {"add_time": "2025-01-15T09:00:00Z", "update_time": None}
        self.pipelines.append(
            {"id": number, "name": name, "order_nr": number, "is_deleted": False, "is_deal_probability_enabled": False}
            | times
        )
        for place, stage in enumerate(stages, 1):
            self.stages.append(
                {"id": len(self.stages) + 1, "order_nr": place, "name": stage, "is_deleted": False,
                 "deal_probability": 100, "pipeline_id": number, "is_deal_rot_enabled": False, "days_to_rotten": None}
                | times
            )  # fmt: skip
        return number

    def hire(self, people: Sequence[tuple[str, str]]) -> None:
        """Make these the company's users, (name, e-mail) each; the first is its administrator and owns the token."""
        self.people = tuple(people)
        self.users = [
            {"id": 100 + n, "name": name, "email": email, "phone": None, "active_flag": True, "is_deleted": False,
             "default_currency": "EUR", "locale": "en_US", "lang": 1, "activated": True, "role_id": 1,
             "last_login": "2026-11-20 08:00:00", "created": "2025-01-15 09:00:00", "modified": None,
             "timezone_name": "Europe/Kyiv", "timezone_offset": "+02:00", "has_created_company": n == 1,
             "icon_url": None, "is_you": n == 1, "is_admin": 1 if n == 1 else 0,
             "access": [{"app": "sales", "admin": n == 1, "permission_set_id": str(uuid.UUID(int=n))}]}
            for n, (name, email) in enumerate(people, 1)
        ]  # fmt: skip

    def expire_token(self) -> None:
        """Refuse every access token and the personal token, until it is made anew; refresh tokens stay good."""
        self.access_tokens = {}
        self.api_token = ""

    @property
    def me(self) -> dict[str, Any]:
        """The user whose token is used."""
        return self.users[0]

    def user(self, number: Any) -> dict[str, Any] | None:
        """An active user."""
        known = (u for u in self.users if u["active_flag"] and not u["is_deleted"])
        return next((user for user in known if user["id"] == number), None)

    def unique(self) -> str:
        """A UUID that is the same in every run."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def next_id(self, kind: str) -> Any:
        """The id of a new record."""
        if kind == "leads":
            return self.unique()
        if kind == "callLogs":
            return "CA" + self.unique().replace("-", "")[:28]
        return FIRST_ID[kind] + len(self.rows[kind]) + 1

    def add(self, kind: str, data: dict[str, Any]) -> Row:
        """Keep a new record."""
        now = self.clock()
        row = Row(data, now, now)
        self.rows[kind][row.id] = row
        return row

    def live(self, kind: str) -> Iterator[Row]:
        """The records that are not deleted."""
        return (row for row in self.rows[kind].values() if row.deleted is None)

    def row(self, kind: str, number: Any) -> Row | None:
        """A record that is not deleted."""
        found = self.rows[kind].get(number)
        return found if found and found.deleted is None else None

    def indexed(self, kind: str) -> Iterator[Row]:
        """What search knows of by now: new records come late into its index, deleted ones leave it late."""
        late = timedelta(seconds=self.config.index_delay)
        now = self.clock()
        for row in self.rows[kind].values():
            if row.made + late <= now and (row.deleted is None or row.deleted + late > now):
                yield row

    def custom_types(self, kind: str) -> dict[str, str]:
        """Codes of the custom fields of `person`, `deal` or `organization`, with their types."""
        return {item["field_code"]: item["field_type"] for item in self.fields[kind] if item["is_custom_field"]}

    def snapshot(self) -> dict[str, Any]:
        """`records` by the vendor's kinds, `deleted` alike, `users`, `budget`, dictionaries and configuration."""
        return {
            "records": {kind: [row.data for row in self.live(kind)] for kind in KINDS},
            "deleted": {kind: [r.data for r in self.rows[kind].values() if r.deleted is not None] for kind in KINDS},
            "users": self.users,
            "budget": self.budget.as_json(self.config),
            "pipelines": self.pipelines,
            "stages": self.stages,
            "fields": self.fields,
            "config": self.config.as_json(),
        }


def _field(kind: str, name: str, type_: str = "varchar", options: Iterable[Any] | None = None) -> dict[str, Any]:
    made = _standard(field_code(kind, name), name, type_)
    return made | {"is_custom_field": True, "options": list(options) if options else None}


def _standard(code: str, name: str, type_: str) -> dict[str, Any]:
    return {
        "field_name": name,
        "field_code": code,
        "field_type": type_,
        "description": None,
        "options": None,
        "subfields": None,
        "is_custom_field": False,
        "is_optional_response_field": False,
    }
