"""Measures, in a process of its own, how fast stored events become calls; prints events per second, then the floor.

The floor is what the same connection does to store one fact of the same size per event: bare upserts, as many to a
transaction as the reader merges in one.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - models can be imported only now
from tests.hub import Hub, after, before, make_hub, taking  # noqa: E402

from switchhook.calls.models import Call  # noqa: E402
from switchhook.understanding.reader import BATCH, read_batch  # noqa: E402

CALLS = 700
PER_CALL = 4

_UPSERT = """
    INSERT INTO floor (call, source, data) VALUES (%s, %s, %s)
    ON CONFLICT (call, source) DO UPDATE SET data = EXCLUDED.data
"""


_SAID: tuple[Callable[[dict[str, str]], dict[str, Any]], ...] = (
    lambda own: before(**own),
    lambda own: taking("Olena", **own),
    lambda own: after("Olena", **own),
    lambda own: after("Olena", **own),
)


def announce(hub: Hub) -> None:
    """Store the events of the calls, of many at once as they come in life: first all rings, then all pick-ups."""
    for say in _SAID:
        for number in range(CALLS):
            own = {"uniqueid": f"ua9_-1.{number}", "userfield": f"38067{number:07}", "E164": f"+38067{number:07}"}
            hub.deliver(say(own))


def read_all() -> None:
    while read_batch():
        pass


def upsert_all() -> None:
    data = json.dumps(before())
    sources = [(number, f"event:{step}") for step in range(PER_CALL) for number in range(CALLS)]
    for start in range(0, len(sources), BATCH):
        with transaction.atomic(), connection.cursor() as cursor:
            for call, source in sources[start : start + BATCH]:
                cursor.execute(_UPSERT, [call, source, data])


def per_second(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return CALLS * PER_CALL / (time.perf_counter() - started)


announce(make_hub())
merged = per_second(read_all)
assert Call.objects.filter(status="answered", facts_seen=PER_CALL).count() == CALLS
with connection.cursor() as created:
    created.execute("CREATE TABLE floor (call bigint, source text, data jsonb, PRIMARY KEY (call, source))")
print(json.dumps({"merged": merged, "floor": per_second(upsert_all)}))
