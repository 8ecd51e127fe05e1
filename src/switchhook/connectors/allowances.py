"""What a vendor lets an account use, and the governor that keeps every worker of the hub within it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """`most` units in any `per` seconds; `per` 0 means `most` requests under way at once.

    `name` is stable within the account and shown to people ("burst", "day"); units are the vendor's (requests, credits,
    tokens).
    """

    name: str
    most: float
    per: float


Costs = Mapping[Allowance, float]
"""What one request uses of each allowance."""


class Governor(Protocol):
    """Keeps one account within its allowances, whatever number of workers and threads use it at once."""

    def admit(self, costs: Costs) -> AbstractContextManager[None]:
        """Book one request for the time of the block. Raises RateLimited, with nothing booked, where it must wait."""

    def stop(self, seconds: float) -> None:
        """The vendor has refused a request for its limit: nobody sends another before `seconds` are over."""

    def learn(self, allowance: Allowance, left: float) -> None:
        """The vendor has said how many units of an allowance are left now."""


class Ungoverned:
    """No limits: for an account that is looked at on its own, outside the hub."""

    def admit(self, costs: Costs) -> AbstractContextManager[None]:
        """At once."""
        return nullcontext()

    def stop(self, seconds: float) -> None:
        """Nobody else is there to be stopped."""

    def learn(self, allowance: Allowance, left: float) -> None:
        """Nobody asks."""
