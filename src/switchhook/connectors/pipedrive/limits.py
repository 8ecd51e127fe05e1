"""What Pipedrive allows: tokens a day, requests in two seconds, searches in two seconds."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from switchhook.connectors.allowances import Allowance, Costs, Governor
from switchhook.connectors.http import Answer

from .config import Config

DAILY = 30_000
WINDOW = 2.0
_PLANS = {"lite": (1, 20, 80), "growth": (2, 40, 160), "premium": (5, 100, 400), "ultimate": (7, 120, 480)}
"""Plan: factor of the daily tokens, requests in a window with a personal token, and with OAuth."""

_PRICES: tuple[tuple[str, int], ...] = (
    (r"GET /api/v2/(\w+/search|itemSearch)", 20),
    (r"GET /api/v2/deals/archived", 20),
    (r"GET /api/v2/(pipelines|stages)", 5),
    (r"GET /api/v2/\w+", 10),
    (r"GET /api/v2/\w+/[^/]+", 1),
    (r"(POST|PATCH) /api/v2/.*", 5),
    (r"GET /v1/leads/archived", 40),
    (r"GET /v1/users/me", 2),
    (r"GET /v1/\w+", 20),
    (r"GET /v1/\w+/[^/]+", 2),
    (r"(POST|PATCH|PUT) /v1/.*", 10),
)
_RULES = tuple((re.compile(pattern), price) for pattern, price in _PRICES)
DEAREST = 40


def price_in_tokens(method: str, path: str) -> int:
    """What the vendor's description says that an operation costs; of an unknown one, the dearest."""
    return next((price for rule, price in _RULES if rule.fullmatch(f"{method} {path}")), DEAREST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The allowances of one account."""

    day: Allowance
    burst: Allowance
    search: Allowance

    @classmethod
    def of(cls, config: Config) -> "Budget":
        """By plan, seats and way of signing in."""
        factor, personal, oauth = _PLANS[config.plan]
        return cls(
            day=Allowance(name="day", most=DAILY * factor * config.seats, per=24 * 3600.0),
            burst=Allowance(name="burst", most=oauth if config.oauth else personal, per=WINDOW),
            search=Allowance(name="search", most=10, per=WINDOW),
        )

    def price(self, method: str, path: str) -> Costs:
        """What one request uses."""
        costs: dict[Allowance, float] = {self.day: price_in_tokens(method, path), self.burst: 1}
        if path.endswith(("/search", "/itemSearch")):
            costs[self.search] = 1
        return costs

    def observer(self, governor: Governor, told: Callable[[int], None]) -> Callable[[Answer], None]:
        """Tells the governor what the headers say is left of the day, and `told` how much the day has."""

        def observe(answer: Answer) -> None:
            whole = answer.headers.get("x-daily-ratelimit-token-limit", "")
            if whole.isdecimal():
                told(int(whole))
            left = answer.headers.get("x-daily-ratelimit-token-remaining", "")
            if left.isdecimal():
                # A company may have more than the plan in the settings says: no more than that is believed.
                governor.learn(self.day, min(float(left), self.day.most))

        return observe
