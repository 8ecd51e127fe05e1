"""The call log as facts: periods split below the vendor's cap, and running rows told from finished ones."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from switchhook.connectors.base import Account
from switchhook.core.call import CallFact, EventKind, Status
from switchhook.core.errors import AnomalousPayload

from .body import flattened
from .client import MOST_ROWS, RingostatApi
from .events import fact_of, named_values
from .kinds import Event
from .names import NameMap

SECOND = timedelta(seconds=1)
UNSETTLED = timedelta(hours=2)
"""So long a row that says "no answer, zero seconds" may belong to a call that is still going on."""

_VENDOR_NAMES = NameMap({})
_ID_IN_LINK = re.compile(r"/recordings/([^/?\s]+)\.(?:wav|ogg|mp3)")


def calls_between(api: RingostatApi, account: Account, since: datetime, until: datetime) -> Iterator[CallFact]:
    """Every call that began in [since, until) as one export fact, asked for piece by piece.

    An answer as long as the cap may be cut, so its period is halved, down to one second.
    """
    waiting = [
        (since.replace(microsecond=0), until if not until.microsecond else until.replace(microsecond=0) + SECOND)
    ]
    while waiting:
        start, end = waiting.pop()
        rows = api.calls_list(start, end)
        if len(rows) >= MOST_ROWS and end - start > SECOND:
            middle = start + timedelta(seconds=(end - start) // SECOND // 2)
            waiting += [(middle, end), (start, middle)]
            continue
        # Whether the vendor counts the last second in is not known; the row's own time decides.
        facts = facts_of(rows, account, now=account.clock())
        yield from (fact for fact in facts if fact.started_at is None or start <= fact.started_at < end)


def facts_of(rows: Iterable[Mapping[str, Any]], account: Account, *, now: datetime) -> list[CallFact]:
    """One fact for each call in `rows`; of rows with the same id the last one counts. Unreadable rows are left out."""
    found: dict[Any, CallFact] = {}
    for number, row in enumerate(rows):
        try:
            fact = row_fact(row, account, now=now)
        except AnomalousPayload:
            continue
        found[fact.external_id or number] = fact
    return list(found.values())


def row_fact(row: Mapping[str, Any], account: Account, *, now: datetime) -> CallFact:
    """The fact a row states; `final` when the call is certainly over."""
    stated = named_values(flattened(dict(row)), _VENDOR_NAMES)
    if not stated.get("uniqueid"):
        named = _ID_IN_LINK.search(stated.get("recording_wav") or stated.get("recording") or "")
        stated["uniqueid"] = named[1] if named else None
    fact = fact_of(stated, Event.AFTER, EventKind.EXPORT, account)
    return replace(fact, final=_is_final(fact, now))


def _is_final(fact: CallFact, now: datetime) -> bool:
    if fact.status in {None, Status.ACTIVE}:
        return False
    if fact.disposition != "NO ANSWER" or fact.duration or fact.talk_seconds:
        return True
    return fact.started_at is not None and now - fact.started_at > UNSETTLED
