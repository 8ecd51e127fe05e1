"""KeyCRM's Open API and the webhook link of its telephony service: HTTP and its answers, nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from switchhook.connectors.allowances import Allowance, Governor
from switchhook.connectors.http import Answer, HttpClient, Limits, remark_of
from switchhook.core.clock import Clock
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    OutcomeUnknown,
    Rejected,
    SwitchhookError,
    TargetGone,
    Unreachable,
)

from .config import Config

Row = dict[str, Any]

LARGEST_PAGE = 50
READ_FIRST = timedelta(seconds=10)
"""What must be read before something is written may take so long; the write itself takes as long as any request."""

MOST_PAGES = 200
_OFF = "leads are not enabled"
_STRANGE = "KeyCRM's answer is of another form than it was."


class PipelinesOff(Misconfigured):
    """The account has its pipelines switched off."""


class RefusedFields(Rejected):
    """KeyCRM names fields that it does not take. `fields` are their names."""

    def __init__(self, message: str, fields: frozenset[str]) -> None:
        super().__init__(message)
        self.fields = fields


class Forbidden(Rejected):
    """Status 403: for cards, KeyCRM means wrong values or pipelines that are switched off by it."""


class KeyCrmApi:
    """One account's Open API. Safe to use from several threads."""

    def __init__(self, config: Config, *, governor: Governor, clock: Clock) -> None:
        self._allowance = Allowance(name="minute", most=config.requests_per_minute, per=60)
        self._governor, self._clock = governor, clock
        self._http = HttpClient(
            config.base_url,
            headers={"Authorization": f"Bearer {config.api_key}", "Accept": "application/json"},
            secrets=config.secrets,
            explain=_explain,
            limits=Limits(governor=governor, price=lambda _method, _path: {self._allowance: 1}, observe=self._observe),
            clock=clock,
        )

    def _observe(self, answer: Answer) -> None:
        left = answer.headers.get("x-ratelimit-remaining", "").strip()
        if left.isdecimal():
            self._governor.learn(self._allowance, float(left))

    def one(self, path: str, include: str = "") -> Row:
        """A single record. Raises TargetGone. KeyCRM describes one card as a page of cards: both are understood."""
        answer = self._http.request("GET", path, params={"include": include} if include else None).json()
        if isinstance(answer, dict) and isinstance(answer.get("data"), list):
            answer = next(iter(answer["data"]), None)
            if answer is None:
                raise TargetGone("The record is no longer in KeyCRM.")
        if not isinstance(answer, dict) or "id" not in answer:
            raise Unreachable(_STRANGE)
        return answer

    def page(self, path: str, params: Mapping[str, Any], number: int = 1) -> tuple[list[Row], int, bool]:
        """One page of a list: its rows, how many there are in all, whether another page follows."""
        asked = {**params, "limit": LARGEST_PAGE, "page": number}
        answer = self._http.request("GET", path, params=asked).json()
        found = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise Unreachable(_STRANGE)
        rows = [row for row in found if isinstance(row, dict) and "id" in row]
        told = answer.get("total")
        total = told if isinstance(told, int) else len(rows)
        return rows, total, bool(answer.get("next_page_url")) or number * LARGEST_PAGE < total

    def rows(self, path: str, *, most_pages: int = MOST_PAGES, **params: Any) -> Iterator[Row]:
        """The rows of a list, page by page as they are needed. `filter_x` stands for `filter[x]`."""
        asked = {_filter(name): value for name, value in params.items() if value not in (None, "")}
        for number in range(1, most_pages + 1):
            found, _total, more = self.page(path, asked, number)
            yield from found
            if not more or not found:
                return

    def still(self, began: datetime) -> None:
        """Raises Unreachable where reading first took so long that the write would outlast its time."""
        if self._clock() - began > READ_FIRST:
            raise Unreachable("KeyCRM answers too slowly; nothing was written.")

    def fields(self) -> list[Row]:
        """The account's custom fields: a plain list, not a page."""
        answer = self._http.request("GET", "/custom-fields").json()
        rows = answer.get("data") if isinstance(answer, dict) else answer
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def add(self, path: str, body: Mapping[str, Any]) -> Row:
        """Make a record; the answer is its bare form. Not repeatable."""
        answer = self._http.request("POST", path, json=body).json()
        if not isinstance(answer, dict) or "id" not in answer:
            raise OutcomeUnknown(_STRANGE)
        return answer

    def change(self, path: str, body: Mapping[str, Any], *, repeatable: bool = True) -> Row:
        """Change a record. KeyCRM may only accept it now, and carry it out seconds later."""
        answer = self._http.request("PUT", path, json=body, repeatable=repeatable).json()
        return answer if isinstance(answer, dict) else {}


class ServiceLink:
    """The webhook link of the account's telephony service. It is its own secret, and its limits are not known."""

    def __init__(self, config: Config, *, clock: Clock) -> None:
        parts = urlsplit(config.service_link)
        self._path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        self._http = HttpClient(
            f"{parts.scheme}://{parts.netloc}", secrets=config.secrets, explain=_explain_link, clock=clock
        )

    def tell(self, event: Mapping[str, Any]) -> None:
        """Post one event. Not repeatable: the last event of a call is to be sent once."""
        self._http.request("POST", self._path, json=event)


def _filter(name: str) -> str:
    return f"filter[{name.removeprefix('filter_')}]" if name.startswith("filter_") else name


def _explain(answer: Answer) -> SwitchhookError | None:
    """What an answer means, with the remedy where a person can do something about it."""
    status, said = answer.status, remark_of(answer)
    if status == 401:
        return AuthFailed(f"KeyCRM does not accept the API key: {said} Copy it anew from the account's settings.")
    if status == 400 and _OFF in said.lower():
        return PipelinesOff(
            "The sales funnels are switched off in KeyCRM, so no card can be made. Switch them on in its settings.",
            field="default_pipeline",
        )
    if status == 403:
        remedy = "A value may be wrong, the sales funnels switched off, or the key's owner may not do this."
        return Forbidden(f"KeyCRM does not allow this: {said}. {remedy}")
    if status == 422:
        return _refused_fields(answer, said)
    return TargetGone("The record is no longer in KeyCRM.") if status in {404, 410} else None


def _refused_fields(answer: Answer, said: str) -> RefusedFields:
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        body = None
    errors = body.get("errors") if isinstance(body, dict) else None
    named = {str(name): _first(texts) for name, texts in errors.items()} if isinstance(errors, dict) else {}
    told = "; ".join(f"{name}: {text}" for name, text in sorted(named.items()))[:300]
    return RefusedFields(f"KeyCRM refuses the record: {told or said}", frozenset(named))


def _first(texts: Any) -> str:
    return str(next(iter(texts), "")) if isinstance(texts, Sequence) and not isinstance(texts, str) else str(texts)


def _explain_link(answer: Answer) -> SwitchhookError | None:
    if answer.status in {401, 403, 404, 410}:
        return Misconfigured(
            "KeyCRM does not know the webhook link of the telephony service any more. Copy it anew from the service.",
            field="service_link",
        )
    if answer.status == 422:
        return _refused_fields(answer, remark_of(answer))
    return None
