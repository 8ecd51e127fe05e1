"""Measures, in a process of its own, how fast a year of a million calls is reported; prints seconds by question.

The floor is one pass of the same database over the same calls, as they lie: count(*) of the year.
"""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - can be read only now
from django.db import connection, reset_queries  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from tests.benchmarks.many_calls import fill_calls  # noqa: E402

from switchhook.calls.models import Call  # noqa: E402
from switchhook.projects.models import Employee, Membership, Project, Role, User  # noqa: E402
from switchhook.reports.counting import rebuild, refresh  # noqa: E402

CALLS = 1_000_000
TIMES = 5
settings.ALLOWED_HOSTS = ["*"]


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def median(work: Callable[[], Any]) -> float:
    return sorted(seconds(work) for _ in range(TIMES))[TIMES // 2]


def opened(client: Client, query: str) -> None:
    answer = client.get(f"/p/{project.pk}/reports/?{query}")
    assert answer.status_code == 200, answer.status_code
    reset_queries()


def one_pass() -> None:
    since = timezone.now() - timedelta(days=365)
    Call.objects.filter(project=project, started_at__gte=since).exclude(external_id="").count()


def changed() -> None:
    some = Call.objects.filter(project=project).order_by("-started_at").values_list("pk", flat=True)[:10]
    Call.objects.filter(pk__in=list(some)).update(status="missed")
    refresh(project)


project = Project.objects.create(name="Many")
reader = User.objects.create_user("reader@example.com")
Membership.objects.create(project=project, user=reader, role=Role.VIEWER)
browser = Client()
browser.force_login(reader)
fill_calls(project, CALLS)
told = {"floor": median(one_pass), "rebuild": seconds(lambda: rebuild(project))}
person, line = Employee.objects.filter(project=project)[0].pk, "%2B380441230001"
for name, query in {
    "year": "period=year",
    "month": "period=month",
    "incoming": "period=year&direction=in",
    "employee": f"period=year&employee={person}",
    "source": "period=year&source=google",
    "line": f"period=year&line={line}",
}.items():
    told[f"{name}, first"] = seconds(lambda query=query: opened(browser, query))  # type: ignore[misc]
    told[name] = median(lambda query=query: opened(browser, query))  # type: ignore[misc]
told["ten changed calls"] = median(changed)
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_total_relation_size('reports_entry'), pg_total_relation_size('reports_tally')")
    told["entries MB"], told["tallies MB"] = (size / 1e6 for size in cursor.fetchone())
print(json.dumps(told))
