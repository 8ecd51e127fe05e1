"""The journal: filters, numbers in any spelling, pages, rows that renew themselves."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.factories import CLIENT, Desk

from switchhook.calls.queries import JournalFilter, figures, journal, known_clients, page_of, read_cursor

SPELLINGS = [
    "+380671234567",
    "+38-067-123-4567",
    "380671234567",
    "0671234567",
    "067 123 45 67",
    "(067) 123-45-67",
    "1234567",
]


def ids_on(page: str, client: Client) -> list[str]:
    html = client.get(page).content.decode()
    return [part.split('"')[0] for part in html.split('data-call="')[1:]]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_number_is_found_in_any_spelling(desk: Desk, viewer: Client, typed: str) -> None:
    wanted = desk.call(CLIENT)
    desk.call("+380501112233")
    assert ids_on(f"/p/{desk.project.pk}/calls/?number={quote(typed)}", viewer) == [str(wanted.pk)]


@pytest.mark.parametrize(
    "query",
    ["status=missed", "direction=out", "employee={piotr}", "linked=yes", "number=%2B380501112233", "period=yesterday"],
)
def test_each_filter_leaves_what_it_names(desk: Desk, viewer: Client, query: str) -> None:
    desk.call(CLIENT)
    yesterday = timezone.now() - timedelta(days=1)
    wanted = desk.call("+380501112233", status="missed", direction="out", employee=desk.piotr, started_at=yesterday)
    desk.known("+380501112233")
    address = f"/p/{desk.project.pk}/calls/?{query.format(piotr=desk.piotr.pk)}"
    assert ids_on(address, viewer) == [str(wanted.pk)]


def test_a_day_is_the_projects_own(desk: Desk) -> None:
    """23:30 UTC of the 20th is the 21st in Kyiv."""
    wanted = desk.call(started_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    desk.call(started_at=datetime(2026, 11, 20, 21, 30, tzinfo=UTC))
    day = datetime(2026, 11, 21, tzinfo=UTC).date()
    assert list(journal(desk.project, JournalFilter(since=day, until=day))) == [wanted]


def test_pages_follow_each_other_without_gap_or_repeat(desk: Desk) -> None:
    same = timezone.now()
    made = [desk.call(started_at=same) for _ in range(7)]
    calls, seen, cursor = journal(desk.project, JournalFilter()), [], ""
    while True:
        page = page_of(calls, cursor=cursor, size=3)
        seen += [call.pk for call in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert seen == sorted((call.pk for call in made), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "////", "MjAyNnwx", "bm90aGluZw", "ż"])
def test_a_spoilt_cursor_is_not_found(desk: Desk, viewer: Client, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        read_cursor(cursor)
    assert viewer.get(f"/p/{desk.project.pk}/calls/?after={quote(cursor)}").status_code == 404


@pytest.mark.parametrize(
    "query", ["employee=x", "status=x", "period=x", "since=x", "employee=99999999999999999999", "number=%00"]
)
def test_a_senseless_filter_breaks_nothing(desk: Desk, viewer: Client, query: str) -> None:
    assert viewer.get(f"/p/{desk.project.pk}/calls/?{query}").status_code == 200


def test_a_new_call_goes_on_top_and_a_shown_one_into_its_place(desk: Desk, viewer: Client) -> None:
    shown, fresh = desk.call(), desk.call()
    html = viewer.get(f"/p/{desk.project.pk}/calls/rows?ids={shown.pk},{fresh.pk}&have={shown.pk}").content.decode()
    assert f'id="call-{shown.pk}" data-call="{shown.pk}" class="is-fresh" hx-swap-oob="true"' in html
    assert html.count('hx-swap-oob="afterbegin:#call-rows"') == 1


def test_a_call_outside_the_filters_does_not_come_in(desk: Desk, viewer: Client) -> None:
    missed = desk.call(status="missed")
    answer = viewer.get(f"/p/{desk.project.pk}/calls/rows?ids={missed.pk}&status=answered")
    assert answer.content.strip() == b""


def test_rows_of_another_project_are_not_given(desk: Desk, stranger: Client) -> None:
    from switchhook.projects.models import Project

    call, own = desk.call(), Project.objects.get(name="Other").pk
    assert stranger.get(f"/p/{own}/calls/rows?ids={call.pk}&have={call.pk}").content.strip() == b""


def test_a_client_is_named_by_the_highest_ranked_crm(desk: Desk) -> None:
    from switchhook.connections.services import add

    second = add(desk.project, "builtin", "Second")
    desk.known(title="First")
    desk.known(title="Other", record_id="2").__class__.objects.filter(record_id="2").update(connection=second)
    assert known_clients(desk.project, {CLIENT})[CLIENT].name == "First"


@pytest.mark.parametrize("name", [CLIENT, ""])
def test_a_client_named_by_his_own_number_is_shown_with_it_once(desk: Desk, viewer: Client, name: str) -> None:
    """The address of the number's other calls apart."""
    call = desk.call()
    desk.known(title=name)
    about = (
        viewer.get(f"/p/{desk.project.pk}/calls/{call.pk}/").content.decode().partition("<dl")[2].partition("</dl>")[0]
    )
    row = viewer.get(f"/p/{desk.project.pk}/calls/").content.decode().partition("data-call")[2].partition("</td>")[0]
    shown = "+380 67 123 4567".replace(" ", "\N{NO-BREAK SPACE}")
    assert (about.count(shown), about.count(f">{CLIENT}<"), row.count(shown)) == (1, 0, 1)
    assert ">Contact</a>" in about
    assert ">Contact</a>" in row


def test_figures_count_the_day(desk: Desk) -> None:
    desk.call(started_at=timezone.now())
    desk.call(started_at=timezone.now(), status="missed")
    desk.call(started_at=timezone.now(), status="active")
    desk.call(started_at=timezone.now() - timedelta(days=2))
    today = timezone.now().astimezone(desk.project.zone).date()
    assert figures(desk.project, today) == {"total": 3, "incoming": 2, "answered": 1, "missed": 1, "active": 1}


def test_the_journal_asks_the_same_number_of_questions_for_any_length(desk: Desk, viewer: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            viewer.get(f"/p/{desk.project.pk}/calls/")
        return len(queries)

    desk.recording(desk.call())
    asked()
    short = asked()
    for number in range(30):
        desk.recording(desk.call(f"+38067000{number:04d}"))
    assert asked() == short


def test_a_recording_link_carries_a_ticket(desk: Desk, viewer: Client) -> None:
    recording = desk.recording(desk.call())
    answer = viewer.get(f"/p/{desk.project.pk}/calls/{recording.call_id}/recording")
    assert answer.headers["Location"].startswith(f"/r/{recording.public_id}?ticket=")
