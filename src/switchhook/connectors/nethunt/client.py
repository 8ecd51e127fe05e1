"""NetHunt's interface over HTTP: GET and POST, JSON in and out, plain text where something is wrong."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import httpx2

from switchhook.connectors.allowances import Allowance, Governor
from switchhook.connectors.http import Answer, HttpClient, Limits
from switchhook.core.clock import Clock
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

from .config import FOLDER_SETTINGS, Config

AT_ONCE = Allowance(name="at once", most=5, per=0)
MONTH_SECONDS = 30 * 24 * 3600.0
HITS = 100
"""Hits asked of a search: it returns near ones too, and a near one must not push out the right one."""
MOST_ITEMS = 10_000
"""Items asked of a feed: the most that it is known to give."""
LONGEST_REQUEST = 65.0
"""Seconds after which a write has certainly ended; feeds, which change nothing, may take longer."""
_FEED_TIMEOUT = httpx2.Timeout(connect=5, read=40, write=20, pool=5)
QUOTA_PAUSE = 3600.0
"""Seconds to wait where a refusal speaks of the plan's requests and not of a burst; NetHunt names no time."""
_QUOTA = re.compile(r"month|plan|quota", re.IGNORECASE)
_BAD_KEY = "your email address or api key does not appear to be valid"
_SAID_IN = ("message", "error", "errorMessage", "description")

Item = dict[str, Any]
Feed = Literal["new-record", "updated-record", "record-change", "new-comment", "new-call-log"]


class Forbidden(Rejected):
    """Status 403: the key's owner lacks the right, or his plan has no API."""


class NetHuntApi:
    """One account's requests; each method sends exactly one. Raises the errors of `core.errors` only."""

    def __init__(self, config: Config, *, governor: Governor, clock: Clock) -> None:
        self._config = config
        pair = base64.b64encode(f"{config.email}:{config.api_key}".encode()).decode()
        costs = {AT_ONCE: 1.0}
        if config.monthly_calls:
            costs[Allowance(name="month", most=config.monthly_calls, per=MONTH_SECONDS)] = 1.0
        shared: dict[str, Any] = {
            "headers": {"Authorization": f"Basic {pair}"},
            "secrets": (config.api_key, pair),
            "explain": explain,
            "limits": Limits(governor=governor, price=lambda _method, _path: costs),
            "clock": clock,
        }
        self._http = HttpClient(config.base_url, **shared)
        self._feeds = HttpClient(config.base_url, timeout=_FEED_TIMEOUT, **shared)

    def user(self) -> Item:
        """Who the key belongs to: `{"personalName", "emailAddress"}`."""
        try:
            found = _items(self._http.request("GET", "/triggers/auth-test"))
        except Forbidden as error:
            raise Misconfigured(f"{error} The API is part of the plans from Business Plus on.") from error
        except TargetGone as error:
            raise Misconfigured("There is no NetHunt at this address.", field="base_url") from error
        user = found[0].get("user") if found else None
        if not isinstance(user, dict):
            raise Misconfigured("This address does not answer as NetHunt does.", field="base_url")
        return user

    def folders(self, right: Literal["readable", "writable"]) -> list[Item]:
        """The folders that the key's owner may read or write: `{"id", "name"}` each."""
        return _items(self._http.request("GET", f"/triggers/{right}-folder"))

    def field_names(self, folder: str) -> list[str]:
        """Display names of a folder's fields, in its order."""
        found = self._of_folder(folder, "GET", f"/triggers/folder-field/{folder}")
        return [str(item["name"]) for item in _items(found) if item.get("name")]

    def find(self, folder: str, *, query: str = "", record_id: str = "", limit: int = HITS) -> list[Item]:
        """Records that the search takes for matches, or the one with this id. No match is an empty list."""
        params = {"recordId": record_id} if record_id else {"query": query, "limit": limit}
        client = self._http if limit <= HITS else self._feeds
        try:
            return _items(client.request("GET", f"/searches/find-record/{folder}", params=params))
        except TargetGone:
            return []
        except Forbidden as error:
            raise self._misconfigured(folder, str(error)) from error

    def feed(
        self, name: Feed, folder: str, *, since: datetime, limit: int = MOST_ITEMS, fields: Sequence[str] = ()
    ) -> list[Item]:
        """Items of a feed later than `since`, in no order that could be relied on."""
        params: dict[str, Any] = {"since": instant(since), "limit": limit}
        if fields:
            params["fieldName"] = list(fields)
        return _items(self._of_folder(folder, "GET", f"/triggers/{name}/{folder}", params=params))

    def create(self, folder: str, fields: Mapping[str, Any], *, zone: str) -> Item:
        """A new record: `{"recordId", "createdAt", "link", "fields"}`."""
        body = {"timeZone": zone, "fields": dict(fields)}
        return _named(self._of_folder(folder, "POST", f"/actions/create-record/{folder}", json=body), "recordId")

    def update(self, record: str, actions: Mapping[str, Any]) -> Item:
        """Change fields by `fieldActions`: `{"updatedAt", "fields"}`. Repeatable, since single values are replaced."""
        answer = self._http.request(
            "POST",
            f"/actions/update-record/{record}",
            params={"overwrite": "false"},
            json={"fieldActions": dict(actions)},
            repeatable=True,
        )
        return _object(answer)

    def comment(self, record: str, text: str) -> Item:
        """A comment on a record: `{"commentId", "createdAt"}`."""
        answer = self._http.request("POST", f"/actions/create-comment/{record}", json={"text": text})
        return _named(answer, "commentId")

    def log_call(self, record: str, body: Mapping[str, Any]) -> Item:
        """A call log on a record (`text`, `time`, `duration` in minutes): `{"callLogId", "createdAt"}`."""
        answer = self._http.request("POST", f"/actions/create-call-log/{record}", json=dict(body))
        return _named(answer, "callLogId")

    def _of_folder(self, folder: str, method: str, path: str, **given: Any) -> Answer:
        client = self._feeds if method == "GET" else self._http
        try:
            return client.request(method, path, **given)
        except (TargetGone, Forbidden) as error:
            raise self._misconfigured(folder, str(error)) from error

    def _misconfigured(self, folder: str, said: str) -> Misconfigured:
        kind = self._config.kind_of(folder)
        remedy = "Choose the folder anew, or give the key's owner access to it."
        return Misconfigured(
            f"NetHunt does not let us use the folder of each {kind or 'record'}: {said} {remedy}",
            field=FOLDER_SETTINGS[kind] if kind else "",
        )


def explain(answer: Answer) -> SwitchhookError | None:
    """What an answer means where NetHunt says it in its own way."""
    if answer.status < 400:
        return None
    said = sentence(answer)
    if answer.status == 401 or _BAD_KEY in said.lower():
        return AuthFailed(f"NetHunt does not accept the e-mail and API key: {said}")
    if answer.status == 403:
        return Forbidden(f"NetHunt forbids this: {said} The key's owner needs the right to it.")
    if answer.status in {404, 410}:
        return TargetGone(f"NetHunt does not find this: {said}")
    return _too_many(answer, said) if answer.status in {408, 429} or answer.status >= 500 else _refused(said)


def _refused(said: str) -> Rejected:
    return Rejected(f"NetHunt refuses this: {said}")


def _too_many(answer: Answer, said: str) -> RateLimited | None:
    """The plan's requests are used up; a burst and a failure are left to the common rules."""
    if answer.status != 429 or "retry-after" in answer.headers or not _QUOTA.search(said):
        return None
    return RateLimited(f"NetHunt takes no more requests for now: {said}", retry_after=QUOTA_PAUSE)


def sentence(answer: Answer) -> str:
    """NetHunt's own words: of JSON its message, else the text as it is; secrets masked, shortened, with a full stop."""
    text = answer.text.strip()
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        text = next((str(body[key]) for key in _SAID_IN if isinstance(body.get(key), str | int)), "")
    text = "" if text.startswith("<") else " ".join(redact_text(text[:2_000]).split())[:300]
    return f"{text.rstrip('.')}." if text else "no explanation."


def instant(moment: datetime) -> str:
    """A time as NetHunt writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _items(answer: Answer) -> list[Item]:
    found = answer.json()
    if found is None:
        return []
    if not isinstance(found, list):
        raise Unreachable("NetHunt answered with something that is no list.")
    return [item for item in found if isinstance(item, dict)]


def _object(answer: Answer) -> Item:
    found = answer.json()
    return found if isinstance(found, dict) else {}


def _named(answer: Answer, name: str) -> Item:
    found = _object(answer)
    if not found.get(name):
        raise OutcomeUnknown("NetHunt took the request and did not say what it made.")
    return found
