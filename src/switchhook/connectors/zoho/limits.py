"""What Zoho lets an account use: credits of a rolling day, and requests at once."""

from collections.abc import Callable

from switchhook.connectors.allowances import Allowance, Costs, Governor
from switchhook.connectors.http import Answer, Limits

from .config import Config

DAY_SECONDS = 24 * 3600.0
_BASE = 50_000
_PER_LICENCE = {"standard": 250, "professional": 500, "enterprise": 1000, "ultimate": 2000}
_MOST = {"standard": 100_000, "professional": 3_000_000, "enterprise": 5_000_000}
_AT_ONCE = {"free": 5, "standard": 10, "professional": 15, "enterprise": 20, "ultimate": 25}
_FREE_CREDITS = 5_000
_HEAVY_AT_ONCE = 10
_CONVERSION = 5

EDITIONS = {
    "crmplus": "ultimate",
    "crmplusstarter": "ultimate",
    "zohooneenterprise": "enterprise",
    "zohoonestandard": "enterprise",
}
"""Editions that Zoho counts like another one."""


def credits_of(edition: str, licences: int) -> int:
    """The credits of a rolling day."""
    if edition == "free":
        return _FREE_CREDITS
    credits_ = _BASE + _PER_LICENCE[edition] * licences
    return min(credits_, _MOST.get(edition, credits_))


def at_once(edition: str) -> int:
    """How many requests may be under way at once."""
    return _AT_ONCE[edition]


def limits_of(config: Config, governor: Governor) -> Limits:
    """How the governor is told of each request and of what Zoho says of its limits."""
    day = Allowance(name="day", most=credits_of(config.edition, config.licences), per=DAY_SECONDS)
    together = Allowance(name="at once", most=at_once(config.edition), per=0)
    heavy = Allowance(name="search", most=_HEAVY_AT_ONCE, per=0)

    def price(_method: str, path: str) -> Costs:
        if path.endswith("/actions/convert"):
            return {day: _CONVERSION, together: 1, heavy: 1}
        return {day: 1, together: 1} | ({heavy: 1} if path.endswith("/coql") else {})

    return Limits(governor=governor, price=price, observe=_observer(governor, day))


def _observer(governor: Governor, day: Allowance) -> Callable[[Answer], None]:
    def observe(answer: Answer) -> None:
        # Sent only once half of the day's credits are used.
        left = credits_left(answer)
        if left is not None:
            governor.learn(day, left)

    return observe


def credits_left(answer: Answer) -> float | None:
    """What Zoho says is left of the day's credits; None where it does not say."""
    try:
        return max(float(answer.headers["x-api-credits-remaining"]), 0.0)
    except (KeyError, ValueError):
        return None
