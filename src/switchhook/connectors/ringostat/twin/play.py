"""What a play may ask for, checked before anything is done."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, get_args

from .bodies import Empty, Encoding, Form, Layout, Numbers
from .calls import RowState
from .config import TwinConfig, TwinEmployee
from .events import EVENT_NAMES
from .scenarios import SCENARIOS, Scenario
from .visitors import CHAT

DELIVERIES = ("once", "retries", "repeat", "shuffle", "reverse", "chaos", "parallel", "none")
PHONE_AT = ("start", "asked", "end", "never")
TOLD_BY = ("end", "events")
ATTEMPTS_WITH_RETRIES = 4
LARGEST_COUNT = 100_000


class BadPlay(ValueError):
    """The request cannot be played; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One request of `POST /__twin__/play`; the README of the twin explains every name."""

    scenario: str
    client: str | list[str] = "+380671234567"
    client_step: int = 0
    employee: str | int | None = None
    transfer_to: str | int | None = None
    project_number: str | None = None
    layout: Layout = "flat"
    encoding: Encoding = "json"
    method: str | None = None
    names: Mapping[str, Any] = field(default_factory=dict)
    date_format: str = "%Y-%m-%d %H:%M:%S"
    numbers: Numbers | None = None
    empty: Empty | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    delivery: str = "once"
    order: list[int] | None = None
    copies: int = 2
    seed: int | None = None
    retry_gap: float = 0.0
    pace: float = 0.0
    events: list[str] | None = None
    at: str | None = None
    call_id: str | None = None
    node: str | None = None
    utm: Mapping[str, str] | None = None
    tags: Mapping[str, Any] = field(default_factory=dict)
    disposition: str | None = None
    wait: int | None = None
    talk: int | None = None
    row: RowState | None = None
    mature_after: float = 0.0
    hold_recording: bool = False
    forward: bool = True
    rating: int = 5
    analysis: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    chat: Mapping[str, Any] = field(default_factory=dict)
    count: int = 1
    parallel: int = 32
    quiet: bool = False

    @classmethod
    def from_json(cls, asked: Any, config: TwinConfig) -> "Play":
        """A checked play. Raises BadPlay."""
        if not isinstance(asked, dict):
            raise BadPlay("a play is a JSON object")
        unknown = sorted(set(asked) - {item.name for item in fields(cls)})
        if unknown:
            raise BadPlay(f"unknown names: {', '.join(unknown)}")
        try:
            play = cls(**asked)
            play._check_shapes()
            play._check_choices()
            play._check_chat()
            play._check_people(config)
            play._check_counts()
            play.starts_at()
        except (TypeError, AttributeError) as error:
            raise BadPlay(str(error)) from error
        return play

    def _check_shapes(self) -> None:
        for name in ("names", "extra", "tags", "analysis", "fields", "chat", "utm"):
            if not isinstance(getattr(self, name), dict | None):
                raise BadPlay(f"{name} is an object")
        for name in ("wait", "talk", "count", "copies", "parallel", "client_step", "rating"):
            if not isinstance(getattr(self, name), int | None):
                raise BadPlay(f"{name} is a whole number")
        for name in ("pace", "retry_gap", "mature_after"):
            if not isinstance(getattr(self, name), int | float):
                raise BadPlay(f"{name} is a number of seconds")

    def _check_choices(self) -> None:
        allowed: dict[str, tuple[str, ...]] = {
            "scenario": tuple(SCENARIOS),
            "layout": get_args(Layout),
            "encoding": get_args(Encoding),
            "delivery": DELIVERIES,
            "numbers": get_args(Numbers),
            "empty": get_args(Empty),
            "row": get_args(RowState),
        }
        for name, values in allowed.items():
            value = getattr(self, name)
            if value is not None and value not in values:
                raise BadPlay(f"{name} is one of {', '.join(values)}")
        kinds = event_kinds()
        for name in self.events or []:
            if name not in kinds:
                raise BadPlay(f"events are of {', '.join(kinds)}")

    def _check_chat(self) -> None:
        unknown = sorted(set(self.chat) - set(CHAT))
        if unknown:
            raise BadPlay(f"chat has {', '.join(CHAT)}, and no {', '.join(unknown)}")
        for name, values in (("phone_at", PHONE_AT), ("told_by", TOLD_BY)):
            if name in self.chat and self.chat[name] not in values:
                raise BadPlay(f"{name} of a chat is one of {', '.join(values)}")

    def _check_people(self, config: TwinConfig) -> None:
        for name in ("employee", "transfer_to"):
            wanted = getattr(self, name)
            if wanted is not None and config.employee(str(wanted)) is None:
                raise BadPlay(f"{name} {wanted!r} is not in the project")
        if self.client == []:
            raise BadPlay("client is a number or a list of numbers")

    def _check_counts(self) -> None:
        if not 1 <= self.count <= LARGEST_COUNT:
            raise BadPlay(f"count is 1 to {LARGEST_COUNT}")
        if self.count > 1 and self.call_id is not None:
            raise BadPlay("call_id names one call; count plays several")
        if not 1 <= self.parallel <= 256 or not 1 <= self.copies <= 100:
            raise BadPlay("parallel is 1 to 256, copies 1 to 100")

    @property
    def script(self) -> Scenario:
        """The scenario."""
        return SCENARIOS[self.scenario]

    @property
    def form(self) -> Form:
        """How the bodies are written."""
        return Form(
            layout=self.layout,
            encoding=self.encoding,
            method=self.method,
            names=self.names,
            date_format=self.date_format,
            numbers=self.numbers,
            empty=self.empty,
            extra=self.extra,
        )

    def client_of(self, index: int) -> str:
        """The client of the play's call number `index`: lists are gone round, `client_step` is added each time."""
        if self.script.hidden:
            return ""
        listed = self.client if isinstance(self.client, list) else [self.client]
        client = str(listed[index % len(listed)])
        if not self.client_step:
            return client
        plus = "+" if client.startswith("+") else ""
        try:
            return f"{plus}{int(client) + index * self.client_step}"
        except ValueError as error:
            raise BadPlay("client_step needs a client of digits") from error

    def starts_at(self) -> datetime | None:
        """`at` as an aware datetime, or None. Raises BadPlay."""
        if self.at is None:
            return None
        try:
            moment = datetime.fromisoformat(self.at)
        except ValueError as error:
            raise BadPlay(f"at: {error}") from error
        if moment.tzinfo is None:
            raise BadPlay("at needs a zone, as in 2026-11-21T10:00:00+02:00")
        return moment

    def person(self, name: str | int | None, config: TwinConfig) -> TwinEmployee | None:
        """The employee so called, or None for None."""
        return None if name is None else config.employee(str(name))

    @property
    def attempts(self) -> int:
        """How often one event is tried."""
        return ATTEMPTS_WITH_RETRIES if self.delivery == "retries" else 1

    def sequence(self, length: int, call_id: str) -> list[int]:
        """The order in which `length` events are delivered, by index. Raises BadPlay on an index that is none."""
        if self.order is not None:
            if any(index not in range(length) for index in self.order):
                raise BadPlay(f"order holds indices of {length} events")
            return list(self.order)
        if self.delivery == "none":
            return []
        indices = [
            index for index in range(length) for _ in range(self.copies if self.delivery in {"repeat", "chaos"} else 1)
        ]
        if self.delivery in {"shuffle", "chaos"}:
            random.Random(call_id if self.seed is None else self.seed).shuffle(indices)  # noqa: S311 - repeatable
        return indices[::-1] if self.delivery == "reverse" else indices


def event_kinds() -> dict[str, str]:
    """Every name by which an event may be asked for → its kind."""
    return {name: kind for kind, urls in EVENT_NAMES.items() for name in (kind, *urls)}
