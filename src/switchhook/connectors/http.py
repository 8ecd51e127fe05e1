"""The one way out: HTTP requests of every connector, with their errors mapped to the hub's own.

| what happened                                   | a request that may be repeated | any other        |
|-------------------------------------------------|--------------------------------|------------------|
| no connection                                   | Unreachable                    | Unreachable      |
| sent, but the answer was lost, late or unreadable | Unreachable                  | OutcomeUnknown   |
| 408, 5xx                                        | Unreachable                    | OutcomeUnknown   |
| 401, 403                                        | AuthFailed                     | AuthFailed       |
| 404, 410                                        | TargetGone                     | TargetGone       |
| 429                                             | RateLimited                    | RateLimited      |
| any other 4xx                                   | Rejected                       | Rejected         |
| a redirect                                      | Misconfigured                  | Misconfigured    |

A vendor that says things differently passes `explain`. Redirects are not followed, cookies and proxies not used.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import chain
from typing import Any

import httpx2

from switchhook.connectors.allowances import Costs, Governor, Ungoverned
from switchhook.connectors.network import open_transport, private_allowed
from switchhook.core.clock import Clock, utc_now
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SwitchhookError,
    TargetGone,
    Unreachable,
)
from switchhook.core.redaction import redact_text

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_ANSWER = 32 * 1024 * 1024
LARGEST_DOWNLOAD = 1024 * 1024 * 1024
LONGEST_REMARK = 300
LONGEST_WAIT = 24 * 3600.0
# The library logs whole addresses, and with some vendors the address itself is the secret.
logging.getLogger("httpx2").setLevel(logging.WARNING)

TIMEOUT = httpx2.Timeout(connect=5, read=20, write=20, pool=5)
TOTAL_SECONDS = 45.0
"""No request takes longer, a slowly dripping answer included: leases on work in flight rely on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer. `headers` have lower-case names; `repeatable` is the request's."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    repeatable: bool = True

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The decoded body, None for an empty one. Raises Unreachable or OutcomeUnknown when it is not JSON."""
        if not self.content.strip():
            return None
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise _lost("The answer is not JSON.", repeatable=self.repeatable) from error


Explain = Callable[[Answer], SwitchhookError | None]
"""Looks at an answer (any status) and gives the error it means, or None to leave it to the common rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How one account is kept within what its vendor allows.

    `price` gives what a request (method, path) uses; `observe` sees every answer, whatever its status: what a vendor
    says of its limits stands in the headers.
    """

    governor: Governor = field(default_factory=Ungoverned)
    price: Callable[[str, str], Costs] = lambda _method, _path: {}
    observe: Callable[[Answer], None] = lambda _answer: None


_PAUSE = 2.0
"""Seconds in which nobody asks again, where a vendor says "too many" and not for how long."""


class HttpClient:
    """Requests to one vendor account.

    Requests are sent by leave of the governor in `limits`; after a "too many" all of the account wait.

    `base_url` is the vendor's address, `headers` go with every request, `secrets` never appear in an error message.
    Connections are shared by all clients of the same origin in this process, so a client is cheap to make and needs no
    closing. Safe to use from several threads.
    """

    def __init__(  # noqa: PLR0913 - one account, described once
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
        explain: Explain | None = None,
        limits: Limits | None = None,
        allow_private: bool | None = None,
        timeout: httpx2.Timeout = TIMEOUT,
        clock: Clock = utc_now,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._secrets = tuple(secrets)
        self._explain = explain
        self._limits = limits or Limits()
        self._clock = clock
        allowed = private_allowed() if allow_private is None else allow_private
        transport = _shared_transport(_origin(self._base), allow_private=allowed)
        self._client = httpx2.Client(transport=transport, timeout=timeout, trust_env=False)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """Send one request and give its answer (2xx only).

        `path` is relative to the base URL. `repeatable` says whether sending it twice is harmless; left out, it is so
        for GET, HEAD and OPTIONS. Raises the errors of the table above; nothing is sent again here.
        """
        safe = method.upper() in REPEATABLE if repeatable is None else repeatable
        try:
            url = f"{self._base}/{path.lstrip('/')}"
            sent = {**self._headers, **(headers or {})}
            request = self._client.build_request(method, url, params=params or None, json=json, data=form, headers=sent)
            with self._limits.governor.admit(self._limits.price(method.upper(), path)):
                answer = self._exchange(request, repeatable=safe)
        except (httpx2.RequestError, httpx2.InvalidURL, UnicodeError) as error:
            raise self._transport_error(error, repeatable=safe) from None
        self._limits.observe(answer)
        problem = (self._explain(answer) if self._explain else None) or error_of(answer, now=self._clock())
        if isinstance(problem, RateLimited):
            self._limits.governor.stop(_PAUSE if problem.retry_after is None else problem.retry_after)
        if problem is not None:
            raise _masked(problem, self._secrets)
        return answer

    def _exchange(self, request: httpx2.Request, *, repeatable: bool) -> Answer:
        deadline = time.monotonic() + TOTAL_SECONDS
        response = self._client.send(request, stream=True)
        try:
            content = _bounded(response, deadline=deadline, repeatable=repeatable)
        finally:
            response.close()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, content=content, repeatable=repeatable)

    def _transport_error(self, error: Exception, *, repeatable: bool) -> SwitchhookError:
        return _masked(transport_error(error, repeatable=repeatable), self._secrets)


def download(url: str, *, allow_private: bool | None = None, largest: int = LARGEST_DOWNLOAD) -> Iterator[bytes]:
    """The file behind `url`, in chunks, without credentials; up to three redirects are followed, each checked alike.

    The first chunk is awaited before this returns, so that errors (the table's, for a repeatable request) are raised
    here. An empty file is Unreachable: it is not ready yet. Dropping the iterator closes the connection.
    """
    allowed = private_allowed() if allow_private is None else allow_private
    chunks = _streamed(url, allow_private=allowed, largest=largest)
    first = next(chunks, None)
    if first is None:
        raise Unreachable("The file is empty; it may not be ready yet.")
    return chain((first,), chunks)


def _streamed(url: str, *, allow_private: bool, largest: int, redirects: int = 3) -> Iterator[bytes]:
    target: str | None = None
    try:
        transport = open_transport(allow_private=allow_private)
        opened = httpx2.Client(transport=transport, timeout=TIMEOUT, trust_env=False)
        with opened as client, client.stream("GET", url) as response:
            if response.next_request is not None and redirects:
                target = str(response.next_request.url)
            else:
                _raise_for(response)
                yield from _limited(response, largest)
    except (httpx2.RequestError, httpx2.InvalidURL, UnicodeError) as error:
        raise _masked(transport_error(error, repeatable=True), ()) from None
    if target is not None:
        if url.startswith("https:") and not target.startswith("https:"):
            raise Rejected("The file's address leads from a secure connection to an open one.")
        yield from _streamed(target, allow_private=allow_private, largest=largest, redirects=redirects - 1)


def _raise_for(response: httpx2.Response) -> None:
    if response.is_success:
        return
    headers = {name.lower(): value for name, value in response.headers.items()}
    answer = Answer(status=response.status_code, headers=headers, content=b"")
    problem = error_of(answer, now=utc_now())
    if problem is not None:
        raise problem


def _limited(response: httpx2.Response, largest: int) -> Iterator[bytes]:
    taken = 0
    for piece in response.iter_bytes():
        taken += len(piece)
        if taken > largest:
            raise Rejected(f"The file is larger than {largest} bytes.")
        if piece:
            yield piece


def _bounded(response: httpx2.Response, *, deadline: float, repeatable: bool) -> bytes:
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > LARGEST_ANSWER:
            message = f"The answer is larger than {LARGEST_ANSWER} bytes."
            raise Rejected(message) if repeatable else OutcomeUnknown(message)
        if time.monotonic() > deadline:
            raise _lost(f"The answer took longer than {TOTAL_SECONDS:.0f} seconds.", repeatable=repeatable)
    return bytes(content)


def transport_error(error: Exception, *, repeatable: bool) -> SwitchhookError:
    """What a failure below HTTP means: nothing reached the other side, or the answer was lost."""
    match error:
        case httpx2.ConnectError() | httpx2.ConnectTimeout() | httpx2.PoolTimeout() | httpx2.ProxyError():
            return Unreachable(f"No connection: {_remark(str(error)) or 'timed out'}.")
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol() | httpx2.LocalProtocolError() | UnicodeError():
            return Misconfigured(f"The request cannot be sent: {_remark(str(error))}.", field="base_url")
        case httpx2.TimeoutException():
            return _lost("No answer in time.", repeatable=repeatable)
        case _:
            return _lost(f"The answer was lost: {_remark(str(error)) or type(error).__name__}.", repeatable=repeatable)


def error_of(answer: Answer, *, now: datetime) -> SwitchhookError | None:
    """The error an answer means by its status alone, None for 2xx."""
    status, remark = answer.status, remark_of(answer)
    wait = retry_after(answer.headers, now=now)
    if 200 <= status < 300:
        return None
    if status == 429:
        return RateLimited(f"Too many requests: {remark}", retry_after=wait)
    if status == 408 or status >= 500:
        lost = Unreachable if answer.repeatable else OutcomeUnknown
        return lost(f"The other side failed with status {status}: {remark}", retry_after=wait)
    if status < 400:
        return Misconfigured(f"The address answers with a redirect (status {status}).", field="base_url")
    kinds: dict[int, type[SwitchhookError]] = {401: AuthFailed, 403: AuthFailed, 404: TargetGone, 410: TargetGone}
    return kinds.get(status, Rejected)(f"Refused with status {status}: {remark}")


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header (seconds or an HTTP date), None where it is missing or nonsense."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value, now)
    return None if math.isnan(seconds) else min(max(seconds, 0.0), LONGEST_WAIT)


def _seconds_until(http_date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, TypeError):
        return math.nan
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()


def remark_of(answer: Answer) -> str:
    """The vendor's own sentence about an error, as far as one can be found; secrets masked, shortened."""
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        text = answer.text.strip()
        return "no explanation" if text.startswith("<") or not text else _remark(text)
    return _remark(_sentence(body)) or "no explanation"


_SENTENCE_KEYS = ("message", "error_description", "error_info", "error", "detail", "title", "errors", "code")


def _sentence(body: Any, depth: int = 0) -> str:
    if depth > 4:
        return ""
    if isinstance(body, Mapping):
        return next((found for key in _SENTENCE_KEYS if (found := _sentence(body.get(key), depth + 1))), "")
    if isinstance(body, list):
        return "; ".join(found for item in body[:5] if (found := _sentence(item, depth + 1)))
    return str(body) if isinstance(body, (str, int, float)) and not isinstance(body, bool) else ""


def _remark(text: str) -> str:
    one_line = " ".join(redact_text(text[: 10 * LONGEST_REMARK]).split())
    return one_line if len(one_line) <= LONGEST_REMARK else one_line[: LONGEST_REMARK - 1] + "…"


def _lost(message: str, *, repeatable: bool) -> SwitchhookError:
    return Unreachable(message) if repeatable else OutcomeUnknown(message)


def _masked(error: SwitchhookError, secrets: Sequence[str]) -> SwitchhookError:
    error.args = (redact_text(str(error), secrets=secrets), *error.args[1:])
    return error


def _origin(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise Misconfigured(f"The address {_remark(url)} cannot be read.", field="base_url") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Misconfigured("The address must begin with https:// and name a host.", field="base_url")
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}"


@cache
def _shared_transport(origin: str, *, allow_private: bool) -> httpx2.BaseTransport:
    return open_transport(allow_private=allow_private)
