"""The journal's filters, search, views and export."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import CLIENT, Desk

from switchhook.calls import export
from switchhook.calls.models import Call, ClientNumber, SavedView
from switchhook.calls.queries import JournalFilter, count_of, journal, others_of
from switchhook.calls.search import seen
from switchhook.console import journal_form, report_form
from switchhook.console.line_names import line_choices
from switchhook.console.views.saved_views import MOST_VIEWS
from switchhook.projects.models import AuditEntry, Role
from switchhook.reports.periods import named

from .conftest import signed_in

OTHER = "+380501112233"


def ids_on(client: Client, desk: Desk, query: str) -> list[str]:
    html = client.get(f"/p/{desk.project.pk}/calls/?{query}").content.decode()
    return [part.split('"')[0] for part in html.split('data-call="')[1:]]


@pytest.mark.parametrize(
    ("wanted", "query"),
    [
        ({"source": "google"}, "source=google"),
        ({"campaign": "autumn"}, "campaign=autumn"),
        ({"project_number": "+380441239999"}, "line=%2B380441239999"),
        ({"talk_seconds": 600}, "talk_from=500"),
        ({"talk_seconds": 3}, "talk_to=10"),
        ({"started_at": timezone.now() - timedelta(days=400)}, "since=2020-01-01&until={year_ago}"),
    ],
)
def test_each_filter_leaves_what_it_names(desk: Desk, viewer: Client, wanted: dict[str, Any], query: str) -> None:
    desk.call()
    call = desk.call(**wanted)
    year_ago = timezone.localdate() - timedelta(days=365)
    assert ids_on(viewer, desk, query.format(year_ago=year_ago)) == [str(call.pk)]


def test_several_employees_are_all_shown(desk: Desk, viewer: Client) -> None:
    calls = {desk.call(employee=person).pk for person in (desk.olena, desk.piotr)}
    desk.call(employee=None)
    found = ids_on(viewer, desk, f"employee={desk.olena.pk}&employee={desk.piotr.pk}")
    assert set(map(int, found)) == calls


def test_with_and_without_recording_and_known_to_a_crm(desk: Desk) -> None:
    recorded, plain = desk.call(), desk.call(OTHER)
    desk.recording(recorded)
    desk.known(OTHER)
    asked = {
        recorded: JournalFilter(recording="yes"),
        plain: JournalFilter(crm=desk.crm.pk),
    }
    assert {call: list(journal(desk.project, chosen)) for call, chosen in asked.items()} == {
        call: [call] for call in asked
    }


@pytest.mark.parametrize("typed", ["коваленко", "Анна", "ков ан", "кова", "0671234567", "234567", "123"])
def test_a_client_is_found_by_a_part_of_name_or_number(desk: Desk, viewer: Client, typed: str) -> None:
    call = desk.call(CLIENT)
    desk.call(OTHER)
    desk.known(CLIENT, title="Анна Коваленко")
    desk.known(OTHER, title="Piotr Nowak", record_id="2")
    wanted = [str(call.pk)] if typed != "123" else sorted(map(str, Call.objects.values_list("pk", flat=True)))
    assert sorted(ids_on(viewer, desk, f"number={quote(typed)}")) == wanted


@pytest.mark.parametrize("typed", ["zzz", "x'y:*", "!&|", "99999", "\\", "a\tb"])
def test_what_matches_nobody_shows_nothing(desk: Desk, viewer: Client, typed: str) -> None:
    desk.call()
    assert ids_on(viewer, desk, f"number={quote(typed)}") == []


def test_a_common_part_is_searched_among_the_newest_calls(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchhook.calls.search._MOST_NUMBERS", 1)
    calls = {desk.call(f"+38067000000{n}") for n in range(3)}
    for n in range(3):
        desk.known(f"+38067000000{n}", title="Anna", record_id=str(n))
    for text in ("067000", "anna"):
        assert set(journal(desk.project, JournalFilter(search=text))) == calls


def test_a_search_stays_in_its_project(desk: Desk, stranger: Client) -> None:
    from switchhook.projects.models import Project

    desk.call()
    desk.known()
    other = Project.objects.get(name="Other")
    for text in ("anna", "067123"):
        assert not journal(other, JournalFilter(search=text)).exists()


def test_each_number_is_noted_once_whoever_writes_the_call(desk: Desk) -> None:
    desk.call()
    call = desk.call()
    Call.objects.filter(pk=call.pk).update(client_number=OTHER)
    assert sorted(ClientNumber.objects.values_list("e164", flat=True)) == sorted([CLIENT, OTHER])


def test_the_values_in_use_are_offered(desk: Desk) -> None:
    for source in ("google", "bing", "google", ""):
        desk.call(source=source)
    assert (seen(desk.project, "source"), seen(desk.project, "campaign")) == (["bing", "google"], [])


def test_every_period_that_is_offered_stands_for_days() -> None:
    offered = {name for name, _label in (*journal_form.PERIODS, *report_form.PERIODS)} - {"", "days"}
    assert {name for name in offered if named(name, timezone.localdate()) is None} == set()


def test_lines_are_offered_by_label_and_number_whether_known_or_seen(desk: Desk) -> None:
    desk.call(project_number="+380441239999")
    offered = [name.replace("\N{NO-BREAK SPACE}", " ") for _line, name in line_choices(desk.project)]
    assert offered == ["Any", "Main · +380 44 123 0001", "+380 44 123 9999"]


def test_each_chip_takes_its_filter_away(desk: Desk, viewer: Client) -> None:
    desk.call(status="missed", direction="out")
    page = viewer.get(f"/p/{desk.project.pk}/calls/?status=missed&direction=out&status_x=1").content.decode()
    assert f'href="/p/{desk.project.pk}/calls/?direction=out"' in page
    assert f'href="/p/{desk.project.pk}/calls/?status=missed"' in page
    assert page.count('class="chip__off"') == 2


def test_a_count_ends_where_nobody_reads_it(desk: Desk) -> None:
    for _n in range(5):
        desk.call()
    calls = journal(desk.project, JournalFilter())
    assert (count_of(calls), count_of(calls, most=3)) == (5, 4)


def test_a_call_has_its_neighbours_of_the_same_client(desk: Desk) -> None:
    now = timezone.now()
    first, middle, last = (desk.call(started_at=now + timedelta(minutes=n)) for n in range(3))
    desk.call(OTHER, started_at=now + timedelta(seconds=90))
    around = others_of(middle)
    assert (around.earlier, around.later, list(around.latest)) == (first, last, [last, first])


# --- saved views ------------------------------------------------------------------------------------------------------


def test_a_view_keeps_the_filters_and_only_them(desk: Desk, viewer: Client) -> None:
    told = {"name": "Missed ads", "query": "status=missed&source=x&after=zzz&evil=1", "standard": "1"}
    viewer.post(f"/p/{desk.project.pk}/calls/views", told)
    view = SavedView.objects.get()
    assert (view.query, view.standard, view.user) == ("status=missed", True, desk.members[Role.VIEWER])


def test_with_as_many_views_as_there_may_be_one_of_them_can_still_be_saved_anew(desk: Desk, viewer: Client) -> None:
    for number in range(MOST_VIEWS + 1):
        viewer.post(f"/p/{desk.project.pk}/calls/views", {"name": f"View {number}", "query": "status=missed"})
    viewer.post(f"/p/{desk.project.pk}/calls/views", {"name": "View 0", "query": "status=answered"})
    assert SavedView.objects.count() == MOST_VIEWS
    assert SavedView.objects.get(name="View 0").query == "status=answered"


def test_the_journal_opens_with_the_standard_view_and_all_calls_stay_near(desk: Desk, viewer: Client) -> None:
    viewer.post(f"/p/{desk.project.pk}/calls/views", {"name": "Missed", "query": "status=missed", "standard": "1"})
    address = f"/p/{desk.project.pk}/calls/"
    assert viewer.get(address).headers["Location"] == f"{address}?status=missed"
    assert viewer.get(f"{address}?view=0").status_code == 200


def test_a_view_of_ones_own_is_seen_by_nobody_else(desk: Desk, viewer: Client, manager: Client) -> None:
    viewer.post(f"/p/{desk.project.pk}/calls/views", {"name": "My own view", "query": "status=missed"})
    assert "My own view" in viewer.get(f"/p/{desk.project.pk}/calls/?view=0").content.decode()
    assert "My own view" not in manager.get(f"/p/{desk.project.pk}/calls/?view=0").content.decode()
    address = f"/p/{desk.project.pk}/calls/views/{SavedView.objects.get().pk}"
    assert manager.post(address, {"do": "delete"}).status_code == 404


def test_a_shared_view_is_everybodys_and_a_managers_to_change(desk: Desk, viewer: Client, manager: Client) -> None:
    address, told = f"/p/{desk.project.pk}/calls/views", {"name": "Team", "query": "direction=in", "shared": "1"}
    assert viewer.post(address, told).status_code == 403
    manager.post(address, told)
    one = f"{address}/{SavedView.objects.get().pk}"
    assert "Team" in viewer.get(f"/p/{desk.project.pk}/calls/?view=0").content.decode()
    assert viewer.post(one, {"do": "delete"}).status_code == 403
    manager.post(one, {"do": "rename", "name": "Everybody"})
    manager.post(one, {"do": "standard"})
    assert SavedView.objects.values_list("name", "standard").get() == ("Everybody", True)
    manager.post(one, {"do": "delete"})
    assert not SavedView.objects.exists()
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"view.made", "view.changed", "view.deleted"}


def test_a_stranger_changes_no_view(desk: Desk, stranger: Client) -> None:
    view = SavedView.objects.create(project=desk.project, name="Team", query="")
    assert stranger.post(f"/p/{desk.project.pk}/calls/views/{view.pk}", {"do": "delete"}).status_code == 404


# --- export -----------------------------------------------------------------------------------------------------------


def exported(client: Client, desk: Desk, query: str = "") -> list[dict[str, str]]:
    answer: Any = client.get(f"/p/{desk.project.pk}/calls/export?{query}")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")
    return list(csv.DictReader(StringIO(text[1:])))


def test_every_row_of_the_filter_is_exported_in_the_projects_zone(
    desk: Desk, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PIECE", 2)
    at = datetime.fromisoformat("2026-11-20T23:30:00+00:00")
    for n in range(5):
        desk.call(status="missed", started_at=at + timedelta(seconds=n))
    desk.call(started_at=at)
    desk.known()
    rows = exported(manager, desk, "status=missed")
    assert [row["Time"] for row in rows] == [f"01:30:0{n}" for n in (4, 3, 2, 1, 0)]
    assert (rows[0]["Date"], rows[0]["Client"], rows[0]["Client's number"]) == ("2026-11-21", "Anna Kovalenko", CLIENT)
    assert AuditEntry.objects.get(action="calls.exported").changes == {"filter": "status=missed"}


def test_heads_are_in_the_users_language(desk: Desk, manager: Client) -> None:
    desk.members[Role.MANAGER].language = "pl"
    desk.members[Role.MANAGER].save()
    desk.call()
    assert "Status" in exported(manager, desk)[0]
    assert "Client" not in exported(manager, desk)[0]


def test_a_name_is_no_formula(desk: Desk, manager: Client) -> None:
    desk.call()
    desk.known(title='=HYPERLINK("http://x")')
    assert exported(manager, desk)[0]["Client"].startswith("'=")


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_that_computes_is_made_text(text: str) -> None:
    assert export.safe(text) == f"'{text}"


def test_the_export_reads_a_piece_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PIECE", 2)
    for _n in range(6):
        desk.call()
    lines: Iterator[str] = export.rows_of(desk.project, journal(desk.project, JournalFilter()))
    assert [next(lines).count("\n") for _n in range(3)] == [1, 2, 2]


def test_a_viewer_exports_nothing_and_sees_no_button(desk: Desk, viewer: Client) -> None:
    desk.call()
    assert viewer.get(f"/p/{desk.project.pk}/calls/export").status_code == 403
    assert "calls/export" not in viewer.get(f"/p/{desk.project.pk}/calls/").content.decode()
    assert "calls/export" in signed_in(desk, Role.MANAGER).get(f"/p/{desk.project.pk}/calls/").content.decode()
