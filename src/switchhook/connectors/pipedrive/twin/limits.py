"""The vendor's limits: tokens a day, requests in two seconds, searches in two seconds."""

import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from switchhook.connectors.testing.twin import TwinClock

from .config import TwinConfig
from .refusals import cloudflare, over_limit

WINDOW = 2.0
SEARCHES = 10
_COSTS: tuple[tuple[str, str, int], ...] = (
    ("GET", r"/api/v2/(\w+/search|itemSearch)", 20),
    ("POST", r"/api/v2/(leads|deals)/[^/]+/convert/\w+", 40),
    ("GET", r"/api/v2/(leads|deals)/[^/]+/convert/status/.*", 1),
    ("GET", r"/api/v2/deals/archived", 20),
    ("GET", r"/api/v2/(pipelines|stages)", 5),
    ("GET", r"/api/v2/\w+", 10),
    ("GET", r"/api/v2/\w+/[^/]+", 1),
    ("DELETE", r"/api/v2/.*", 3),
    ("(POST|PATCH)", r"/api/v2/.*", 5),
    ("GET", r"/v1/leads/archived", 40),
    ("GET", r"/v1/users/me", 2),
    ("GET", r"/v1/leadLabels", 10),
    ("GET", r"/v1/\w+", 20),
    ("GET", r"/v1/\w+/[^/]+", 2),
    ("DELETE", r"/v1/.*", 6),
    ("(POST|PATCH|PUT)", r"/v1/.*", 10),
)
_RULES = tuple((re.compile(method), re.compile(path), cost) for method, path, cost in _COSTS)


def cost_of(method: str, path: str) -> int:
    """What the vendor's own description says that an operation costs."""
    plain = path.replace("/api/v1/", "/v1/", 1)
    fitting = (cost for verb, place, cost in _RULES if verb.fullmatch(method) and place.fullmatch(plain))
    return next(fitting, 1)


@dataclass(slots=True)
class Budget:
    """What was used. Windows of two seconds are of the wall's clock, the day is of the twin's."""

    clock: TwinClock
    used: int = 0
    day: str = ""
    refused: int = 0
    recent: deque[float] = field(default_factory=deque)
    searches: deque[float] = field(default_factory=deque)

    def take(self, config: TwinConfig, method: str, path: str, *, oauth: bool) -> dict[str, str]:
        """Book a request; gives the headers of its answer. Raises Refusal."""
        self._new_day()
        now, most = time.monotonic(), config.burst(oauth=oauth)
        for window in (self.recent, self.searches):
            while window and window[0] <= now - WINDOW:
                window.popleft()
        searching = path.endswith(("/search", "/itemSearch"))
        if config.limits:
            self._refuse_burst(config, most, searching=searching)
            self._refuse_day(config, cost_of(method, path))
        self.refused = 0
        self.recent.append(now)
        if searching:
            self.searches.append(now)
        self.used += cost_of(method, path)
        return self.headers(config, most)

    def spend(self, tokens: int) -> None:
        """Use tokens of the day without a request."""
        self._new_day()
        self.used += tokens

    def _refuse_burst(self, config: TwinConfig, most: int, *, searching: bool) -> None:
        if len(self.recent) < most and not (searching and len(self.searches) >= SEARCHES):
            return
        self.refused += 1
        if config.html_403_after and self.refused > config.html_403_after:
            raise cloudflare()
        headers = self.headers(config, most) | {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2"}
        if config.burst_retry_after:
            headers["retry-after"] = "2"
        raise over_limit("request over limit", headers)

    def _refuse_day(self, config: TwinConfig, cost: int) -> None:
        if self.used + cost <= config.daily:
            return
        now = self.clock()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        wait = max(int((midnight - now).total_seconds()), 1)
        headers = self.headers(config, config.burst(oauth=False)) | {"retry-after": str(wait)}
        raise over_limit("daily request budget exceeded", headers)

    def headers(self, config: TwinConfig, most: int) -> dict[str, str]:
        """What every answer says of the limits."""
        told = {
            "x-ratelimit-limit": str(most),
            "x-ratelimit-remaining": str(max(most - len(self.recent), 0)),
            "x-ratelimit-reset": "2",
        }
        if config.daily_headers:
            told["x-daily-ratelimit-token-limit"] = str(config.daily)
            told["x-daily-ratelimit-token-remaining"] = str(max(config.daily - self.used, 0))
        return told

    def _new_day(self) -> None:
        today = self.clock().date().isoformat()
        if today != self.day:
            self.day, self.used = today, 0

    def as_json(self, config: TwinConfig) -> Mapping[str, Any]:
        """Used and left of the day."""
        return {"day": self.day, "limit": config.daily, "used": self.used, "left": max(config.daily - self.used, 0)}
