"""Measures, in a process of its own, the journal of a million calls; prints milliseconds by what is asked, then floors.

The floor of a page is the index scan that the newest fifty calls cost; that of a count, counting as many rows of the
bare index; that of the export, reading the same rows without making text of them.
"""

import json
import statistics
import sys
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 - models can be imported only now
from django.utils import timezone  # noqa: E402
from tests.benchmarks.many_calls import fill_calls  # noqa: E402

from switchhook.calls.export import rows_of  # noqa: E402
from switchhook.calls.models import Call  # noqa: E402
from switchhook.calls.queries import JournalFilter, count_of, journal, page_of, write_cursor  # noqa: E402
from switchhook.missed.desk import count_open, follow  # noqa: E402
from switchhook.projects.models import Employee, Project  # noqa: E402

EXPORTED = 100_000
REPEATS = 5


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of some runs, the first thrown away."""
    times = []
    for _run in range(REPEATS + 1):
        started = perf_counter()
        work()
        times.append((perf_counter() - started) * 1000)
    return round(statistics.median(times[1:]), 2)


def asked(project: Project) -> dict[str, JournalFilter]:
    """What people ask for: each filter, the rare and the common, and the search."""
    today = timezone.localdate()
    person = Employee.objects.filter(project=project).values_list("pk", flat=True)[3]
    number = Call.objects.filter(project=project).exclude(client_number="").values_list("client_number", flat=True)[777]
    return {
        "all": JournalFilter(),
        "last month": JournalFilter(since=today - timedelta(days=30), until=today),
        "missed": JournalFilter(status="missed"),
        "internal": JournalFilter(direction="internal"),
        "employee": JournalFilter(employees=(person,)),
        "line": JournalFilter(line="+380441230008"),
        "source": JournalFilter(source="newsletter"),
        "campaign": JournalFilter(campaign="campaign-60"),
        "linked": JournalFilter(linked="yes"),
        "not linked": JournalFilter(linked="no"),
        "with recording": JournalFilter(recording="yes"),
        "longest talks": JournalFilter(talk_from=1520),
        "nothing so long": JournalFilter(talk_from=5000),
        "number": JournalFilter(search=number),
        "seven digits": JournalFilter(search=number[-7:]),
        "four digits": JournalFilter(search="4567"),
        "operator": JournalFilter(search="067"),
        "unknown digits": JournalFilter(search="99999999"),
        "rare name": JournalFilter(search="Олена 4321"),
        "common name": JournalFilter(search="анна"),
        "unknown name": JournalFilter(search="zzzzqq"),
    }


def floors(project: Project) -> dict[str, float]:
    """The bare index scans."""

    def run(statement: str) -> Callable[[], Any]:
        def work() -> Any:
            with connection.cursor() as cursor:
                cursor.execute(statement, [project.pk])
                return cursor.fetchall()

        return work

    newest = "SELECT id FROM calls_call WHERE project_id = %s ORDER BY started_at DESC, id DESC LIMIT 51"
    counted = "SELECT count(*) FROM (SELECT id FROM calls_call WHERE project_id = %s LIMIT 10001) AS first"
    return {"page": milliseconds(run(newest)), "count": milliseconds(run(counted))}


def export_rate(project: Project) -> dict[str, float]:
    """Rows a second, and the memory that grew meanwhile in megabytes."""
    import resource

    calls = journal(project, JournalFilter(channel=""))
    lines = rows_of(project, calls)
    next(lines)
    before, started, rows = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, perf_counter(), 0
    while rows < EXPORTED:
        rows += next(lines).count("\n")
    took = perf_counter() - started
    return {"rows": rows / took, "grown": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def main(calls: int) -> None:
    """Fill, measure, print."""
    project = Project.objects.create(name="Many")
    fill_calls(project, calls)
    chosen = asked(project)
    pages = {name: milliseconds(lambda one=one: page_of(journal(project, one))) for name, one in chosen.items()}  # type: ignore[misc]
    counts = {name: milliseconds(lambda one=one: count_of(journal(project, one))) for name, one in chosen.items()}  # type: ignore[misc]
    oldest = write_cursor(Call.objects.filter(project=project).order_by("started_at", "id")[1000])
    pages["last pages"] = milliseconds(lambda: page_of(journal(project, JournalFilter()), cursor=oldest))
    numbers = [f"+3805012345{n:02}" for n in range(50)]
    desk = {
        "count": milliseconds(lambda: count_open(project)),
        "follow": milliseconds(lambda: follow(project, numbers)),
    }
    told = {"pages": pages, "counts": counts, "floors": floors(project), "export": export_rate(project), "desk": desk}
    print(json.dumps(told, ensure_ascii=False))


main(int(sys.argv[1]))
