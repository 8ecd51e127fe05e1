"""What a twin was asked and what it answered, with secrets left out."""

import json
from collections import Counter, deque
from collections.abc import Collection, Iterable
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
        "client_secret", "cookie", "id_token", "password", "refresh_token", "secret", "set-cookie", "token",
        "x-api-key", "x-api-token",
    }
)  # fmt: skip

SECRET_PARAMETERS = SECRET_NAMES | {"code"}
"""In a query or a form; in a JSON answer `code` is what went wrong."""


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as raw as it came; read with `RequestLog.as_json`.

    `places` are the values of the route's path parameters by name.
    """

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
    places: dict[str, Any] = field(default_factory=dict)


class RequestLog:
    """Counts of all requests per route, and the last thousand requests in full.

    What stands under one of `secret_names`, or under the names that are secret everywhere, is left out of headers,
    queries, bodies and, as a parameter of the route (`/hook/{secret}`), of paths.
    """

    def __init__(self, secret_names: Iterable[str] = ()) -> None:
        own = {name.lower() for name in secret_names}
        self._secret_names, self._secret_parameters = SECRET_NAMES | own, SECRET_PARAMETERS | own
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
        kind = headers.get("content-type", "")
        names = self._secret_parameters if _is_form(kind) else self._secret_names
        return {
            "at": exchange.at.isoformat(),
            "request": {
                "method": exchange.method,
                "path": self._path(exchange),
                "route": exchange.route,
                "query": _redacted(query, self._secret_parameters),
                "headers": self.redact(headers),
                "body": _redacted(_readable(exchange.body, kind), names),
            },
            "answer": {"status": exchange.status, "body": self.redact(_readable(bytes(exchange.answer), ""))},
            "faults": exchange.faults,
            "seconds": round(exchange.seconds, 6),
        }

    def _path(self, exchange: Exchange) -> str:
        path = exchange.path
        for name, value in exchange.places.items():
            if name.lower() in self._secret_names and value:
                path = path.replace(str(value), REDACTED)
        return path

    def redact(self, value: Any) -> Any:
        """The same JSON value with everything under a secret's name replaced."""
        return _redacted(value, self._secret_names)


def _redacted(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: REDACTED if str(key).lower() in names and item is not None else _redacted(item, names)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_redacted(item, names) for item in value]
    return value


def _is_form(content_type: str) -> bool:
    return "x-www-form-urlencoded" in content_type


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
    if _is_form(content_type):
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except ValueError:
        return text
