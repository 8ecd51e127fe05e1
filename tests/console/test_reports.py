"""The pages of the reports: figures, where they lead, filters, files, and what stands there without calls."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation
from tests.factories import LINE, Desk

from switchhook.calls.models import Call
from switchhook.calls.queries import journal
from switchhook.console import report_words as words
from switchhook.console.journal_form import FilterForm
from switchhook.projects.models import Role
from switchhook.reports import counting

OTHER_LINE = "+380441230002"
RISKY = '=HYPERLINK("https://evil.example.com")'


@pytest.fixture
def reports(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/reports/"


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Calls of many kinds over the last weeks."""
    for number in range(40):
        at = timezone.now() - timedelta(days=number % 9, hours=number % 7)
        status, direction = ("answered", "missed", "answered")[number % 3], ("in", "in", "out", "in")[number % 4]
        lost = status == "missed"
        desk.call(
            f"+38050111{number % 11:04d}",
            started_at=at,
            status=status,
            direction=direction,
            employee=None if lost else desk.piotr,
            project_number=(LINE, OTHER_LINE)[number % 2],
            source="google" if number % 2 else "",
            campaign=RISKY if number % 2 else "",
            talk_seconds=0 if lost else 60,
        )
    return desk


def found(desk: Desk, query: str) -> int:
    """How many calls the journal shows for the filters of an address."""
    form = FilterForm(desk.project, QueryDict(query))
    return journal(desk.project, form.chosen(timezone.localdate(timezone=desk.project.zone))).count()


def figures(page: Any) -> dict[str, Any]:
    return {figure.label: figure for figure in page.context["figures"]}


def rows(answer: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def test_every_figure_leads_to_as_many_calls_as_it_counts(busy: Desk, reports: str, owner: Client) -> None:
    shown = figures(owner.get(reports))
    sums = {"Calls": 40, "Outgoing calls": Call.objects.filter(direction="out").count()}
    assert {name: found(busy, shown[name].query) for name in sums} == sums
    assert {name: shown[name].value for name in sums} == {name: str(n) for name, n in sums.items()}
    missed = Call.objects.filter(direction="in", status="missed").count()
    assert (found(busy, shown["Missed calls"].query), shown["Missed calls"].note[:2].strip()) == (missed, str(missed))


@pytest.mark.parametrize("narrowed", ["", "direction=in", "source=google", f"line=%2B{OTHER_LINE[1:]}", "employee"])
def test_every_bar_and_row_leads_to_as_many_calls_as_it_counts(
    busy: Desk, reports: str, owner: Client, narrowed: str
) -> None:
    asked = f"employee={busy.piotr.pk}" if narrowed == "employee" else narrowed
    context = owner.get(f"{reports}?{asked}").context
    bars = [(column.query, sum(part.value for part in column.bar.parts)) for column in context["chart"].columns]
    tables = [context["tables"][name] for name in ("origins", "lines", "course")]
    linked = [(row.query, row.cells[0].raw) for table in tables for row in table.rows if row.query]
    assert sum(n for _query, n in bars) == context["sums"].total > 0
    assert [(query, found(busy, query)) for query, _n in bars + linked] == bars + linked


def test_filters_narrow_the_report_and_nonsense_is_ignored(busy: Desk, reports: str, owner: Client) -> None:
    def total(query: str) -> int:
        counted: int = owner.get(f"{reports}?{query}").context["sums"].total
        return counted

    assert total("direction=out") == Call.objects.filter(direction="out").count()
    assert total("period=decade&employee=abc&line=1&unit=era&origin=x&direction=up&since=yesterday") == 40
    assert total("period=days&since=2026-13-01&until=9999-12-31") == total("period=days&until=9999-12-31")
    today = timezone.localdate(timezone=busy.project.zone)
    chosen = f"period=days&since={today}&until={today - timedelta(days=2)}"
    days = [today - timedelta(days=back) for back in range(3)]
    starts = [call.started_at.astimezone(busy.project.zone).date() for call in Call.objects.all()]
    assert total(chosen) == sum(start in days for start in starts)


def test_a_filter_answers_htmx_with_its_part_only(busy: Desk, reports: str, owner: Client) -> None:
    part = owner.get(f"{reports}?period=week", headers={"HX-Request": "true", "HX-Target": "report"})
    assert b"<html" not in part.content
    assert part.content.strip().startswith(b'<div class="report" id="report">')


def test_a_file_has_all_rows_as_plain_values(busy: Desk, reports: str, viewer: Client) -> None:
    told = rows(viewer.get(f"{reports}origins.csv?direction=in"))
    assert told[0] == ["Source", "Calls", "Missed calls", "Missed share", "New clients"]
    assert {row[0]: int(row[1]) for row in told[1:]} == {
        "google": Call.objects.filter(direction="in", source="google").count(),
        "Not known": Call.objects.filter(direction="in", source="").count(),
    }
    assert len(rows(viewer.get(f"{reports}course.csv?period=month"))) == 31
    assert [len(row) for row in rows(viewer.get(f"{reports}week.csv"))] == [25] * 8


def test_no_cell_of_a_file_is_a_formula(busy: Desk, reports: str, owner: Client) -> None:
    told = rows(owner.get(f"{reports}origins.csv?origin=campaign"))
    assert [row[0] for row in told if "HYPERLINK" in row[0]] == [f"'{RISKY}"]


def test_employees_are_told_what_they_did_and_missed(desk: Desk, reports: str, owner: Client) -> None:
    desk.call(status="missed", employee=None, talk_seconds=0, state={"ringing": [{"sip": "piotr"}]})
    desk.call(employee=desk.olena, talk_seconds=90, wait_seconds=7)
    desk.call(employee=desk.olena, talk_seconds=30, wait_seconds=10)
    table = owner.get(f"{reports}?direction=in").context["tables"]["people"]
    assert [(row.name, [cell.shown for cell in row.cells]) for row in table.rows] == [
        ("Олена Коваленко", ["2", "0", "0", "2\xa0min", "8\xa0s"]),
        ("Piotr Nowak", ["0", "1", "0", "0\xa0s", "–"]),
    ]


def test_figures_are_compared_with_the_days_before(desk: Desk, reports: str, owner: Client) -> None:
    for days in (1, 2, 3, 8):
        desk.call(f"+38050111000{days}", started_at=timezone.now() - timedelta(days=days), direction="out")
    shown = figures(owner.get(f"{reports}?period=week"))
    assert (shown["Calls"].trend.way, shown["Calls"].trend.text) == ("up", "200% more")
    assert (shown["New clients"].trend.tone, shown["Calls"].trend.tone) == ("good", "")


def test_a_day_that_is_not_over_is_not_compared(desk: Desk, reports: str, owner: Client) -> None:
    desk.call(started_at=timezone.now())
    desk.call(started_at=timezone.now() - timedelta(days=1))
    context = owner.get(f"{reports}?period=today").context
    assert (context["before"], context["unit"], len(context["chart"].columns)) == ("", "hour", 24)
    assert all(figure.trend is None for figure in context["figures"])


def test_pages_without_calls_say_what_to_do(desk: Desk, reports: str, owner: Client) -> None:
    assert "No calls yet" in owner.get(reports).content.decode()
    desk.call(started_at=timezone.now() - timedelta(days=400))
    assert "No calls in this period" in owner.get(reports).content.decode()


def test_while_many_calls_are_counted_the_page_says_so(
    desk: Desk, reports: str, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_INLINE", 0)
    desk.call()
    assert "Your calls are being counted" in owner.get(reports).content.decode()
    assert owner.get(f"/p/{desk.project.pk}/").status_code == 200


@pytest.mark.parametrize("language", ["uk", "pl", "ru"])
def test_places_of_a_chart_are_written_with_a_point_in_every_language(
    busy: Desk, reports: str, owner: Client, language: str
) -> None:
    busy.members[Role.OWNER].language = language
    busy.members[Role.OWNER].save()
    page = owner.get(reports).content.decode()
    assert 'x="6.' in page
    assert not any(f'{name}="{number},' in page for name in ("x", "y", "width", "height") for number in range(10))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "–"), (0, "0 s"), (59.6, "1 min"), (65, "1 min 5 s"), (3600, "1 h"), (43_500, "12 h 5 min")],
)
def test_times_are_spelled_in_two_units(seconds: float | None, said: str) -> None:
    assert words.spell(seconds).replace("\xa0", " ") == said
    assert words.spell_long(12 * 86_400).replace("\xa0", " ") == "12 d"


def test_numbers_are_grouped_as_the_language_does() -> None:
    with translation.override("en"):
        assert words.count(1_234_567) == "1,234,567"
    with translation.override("uk"):
        assert words.count(1_234_567) == "1\xa0234\xa0567"


@pytest.mark.parametrize(
    ("now", "before", "said"), [(0.5, 0.2, "30 points more"), (0.2, 0.21, "1 point less"), (0.2, 0.202, "as before")]
)
def test_shares_are_compared_in_points(now: float, before: float, said: str) -> None:
    trend = words.points(now, before, good_up=True)
    assert trend
    assert trend.text == said


def test_addresses_of_the_report_keep_its_filters(busy: Desk, reports: str, owner: Client) -> None:
    context = owner.get(f"{reports}?period=quarter&direction=in&unit=week").context
    kept = [dict(parse_qsl(query)) for _name, query in context["units"]]
    assert kept == [{"period": "quarter", "direction": "in", "unit": unit} for unit in ("day", "week", "month")]
