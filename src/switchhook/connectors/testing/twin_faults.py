"""Faults on demand: rules that make a twin answer late, wrongly, or not at all."""

import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Action = Literal["status", "delay", "drop_after_commit", "expire_token", "hang"]

ACTIONS: tuple[str, ...] = get_args(Action)

DEFAULT_SEED = 20261121


@dataclass(slots=True)
class FaultRule:
    """One rule. `method` and `path` are matched as shell patterns (`*` is any); a rule fires `times` times.

    `skip` lets the first matching requests pass, `times` None never wears out, `probability` is drawn from the book's
    seeded generator. `status`, `body` and `headers` belong to the action `status`; `seconds` to `delay` (default 1)
    and `hang` (default an hour, or until the client gives up). A `delay` with `times` None is a standing latency.
    """

    action: Action
    method: str = "*"
    path: str = "*"
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    status: int = 500
    body: Any = "fault"
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float | None = None
    fired: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"action must be one of {', '.join(ACTIONS)}")

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule speaks of this request and is not worn out."""
        if self.times is not None and self.fired >= self.times:
            return False
        return fnmatchcase(method, self.method.upper()) and fnmatchcase(path, self.path)


class FaultBook:
    """The rules in force, in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._random = random.Random(DEFAULT_SEED)  # noqa: S311 - repeatable on purpose, nothing is secret

    def add(self, rules: Iterable[dict[str, Any]]) -> None:
        """Append rules given as JSON objects. Raises ValueError or TypeError on a bad one, and then adds none."""
        self._rules.extend([FaultRule(**{**rule, "fired": 0}) for rule in rules])

    def clear(self, seed: int = DEFAULT_SEED) -> None:
        """Forget all rules and start the draws of `probability` anew."""
        self._rules.clear()
        self._random.seed(seed)

    def draw(self, method: str, path: str) -> list[FaultRule]:
        """The rules that fire for this request: any delays, then at most one other. Counts them as fired."""
        firing: list[FaultRule] = []
        for rule in self._rules:
            if rule.matches(method, path) and self._fires(rule):
                firing.append(rule)
                if rule.action != "delay":
                    break
        return firing

    def _fires(self, rule: FaultRule) -> bool:
        if rule.skip > 0:
            rule.skip -= 1
            return False
        if rule.probability < 1 and self._random.random() >= rule.probability:
            return False
        rule.fired += 1
        return True

    def as_json(self) -> list[dict[str, Any]]:
        """The rules with how often each has fired."""
        return [asdict(rule) for rule in self._rules]
