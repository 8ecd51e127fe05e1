"""What a twin was asked and what it answered, with secrets left out."""

import json
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

KEPT_REQUESTS = 1000
KEPT_BYTES = 16_384
REDACTED = "[redacted]"

SECRET_NAMES = frozenset(
    {
        "access_token", "api-key", "api_key", "api_token", "apikey", "auth", "auth-key", "auth_key", "authorization",
        "client_secret", "code", "cookie", "password", "refresh_token", "secret", "set-cookie", "token", "x-api-key",
        "x-api-token",
    }
)  # fmt: skip


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as raw as it came; read with `RequestLog.as_json`."""

    at: datetime
    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    route: str = ""
    status: int | None = None
    answer: bytearray = field(default_factory=bytearray)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class RequestLog:
    """Counts of all requests per route, and the last thousand requests in full."""

    def __init__(self, secret_names: Iterable[str] = ()) -> None:
        self._secret_names = SECRET_NAMES | {name.lower() for name in secret_names}
        self._kept: deque[Exchange] = deque(maxlen=KEPT_REQUESTS)
        self._routes: Counter[str] = Counter()

    def add(self, exchange: Exchange) -> None:
        """Count an exchange and keep it."""
        self._routes[f"{exchange.method} {exchange.route}"] += 1
        self._kept.append(exchange)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._routes.clear()

    def as_json(self, last: int) -> dict[str, Any]:
        """`{"count", "routes": {"GET /path": n}, "log": [the last `last` exchanges, oldest first]}`, redacted."""
        kept = list(self._kept)[-last:] if last > 0 else []
        return {
            "count": self._routes.total(),
            "routes": dict(sorted(self._routes.items())),
            "log": [self._exchange(exchange) for exchange in kept],
        }

    def _exchange(self, exchange: Exchange) -> dict[str, Any]:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in exchange.headers}
        query = dict(parse_qsl(exchange.query, keep_blank_values=True))
        return {
            "at": exchange.at.isoformat(),
            "request": {
                "method": exchange.method,
                "path": exchange.path,
                "route": exchange.route,
                "query": self.redact(query),
                "headers": self.redact(headers),
                "body": self.redact(_readable(exchange.body, headers.get("content-type", ""))),
            },
            "answer": {"status": exchange.status, "body": self.redact(_readable(bytes(exchange.answer), ""))},
            "faults": exchange.faults,
            "seconds": round(exchange.seconds, 6),
        }

    def redact(self, value: Any) -> Any:
        """The same JSON value with everything under a secret's name replaced."""
        if isinstance(value, dict):
            return {
                key: REDACTED if str(key).lower() in self._secret_names else self.redact(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.redact(item) for item in value]
        return value


def _readable(body: bytes, content_type: str) -> Any:
    """JSON and form bodies as values, text as text, anything else by its size; never more than `KEPT_BYTES`."""
    if not body:
        return None
    if len(body) >= KEPT_BYTES:
        return f"[{len(body)} bytes or more]"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"[{len(body)} bytes, not text]"
    if "x-www-form-urlencoded" in content_type:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except ValueError:
        return text
