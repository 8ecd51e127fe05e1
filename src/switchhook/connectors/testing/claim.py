"""What a suite of tests says about a connector."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Claim:
    """What a suite has proved about a connector; `replaced` are tests that it has put its own in place of."""

    claim: str
    passed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As it is written and printed."""
        return {
            "claim": self.claim,
            "passed": self.passed,
            "skipped": dict(self.skipped),
            "failed": self.failed,
            "replaced": self.replaced,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Claim":
        """What `as_json` has written."""
        return cls(data["claim"], data["passed"], Counter(data["skipped"]), data["failed"], data["replaced"])
