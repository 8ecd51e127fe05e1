"""Reading a CRM's feed: page by page, nothing locked meanwhile, nothing read twice or lost when a run is cut short."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import add
from switchhook.connectors.base import Changes
from switchhook.core.errors import AuthFailed, Unreachable
from switchhook.core.records import Kind, Record, Ref
from switchhook.directory import index, sync, tasks
from switchhook.directory.models import SyncCursor
from switchhook.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "+380671234567"


class PagedFeed:
    """A feed of one contact a page. `before` is called before each page is given."""

    def __init__(self, length: int = 3, *, gone: tuple[Ref, ...] = ()) -> None:
        self.pages = [Record(kind=Kind.CONTACT, id=f"c{n}", phones=(f"+3806700000{n:02d}",)) for n in range(length)]
        self.gone = gone
        self.asked: list[str] = []
        self.before: Callable[[], Any] = lambda: None

    def changes(self, cursor: str) -> Changes:
        self.asked.append(cursor)
        self.before()
        place = int(cursor or 0)
        more = place + 1 < len(self.pages)
        return Changes(records=self.pages[place : place + 1], gone=self.gone, cursor=str(place + 1), more=more)


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> PagedFeed:
    feed = PagedFeed()
    monkeypatch.setattr(sync, "open_crm", lambda *_args, **_options: feed)
    return feed


@pytest.fixture
def crm(transactional_db: None) -> Connection:
    return add(Project.objects.create(name="Ours"), "builtin")


def known(crm: Connection, place: int) -> bool:
    return bool(index.look_up(crm, f"+3806700000{place:02d}"))


def test_a_feed_is_read_to_its_end_and_its_place_kept(crm: Connection, feed: PagedFeed) -> None:
    assert sync.sync(crm) is False
    place = SyncCursor.objects.get(connection=crm)
    assert feed.asked == ["", "1", "2"]
    assert (place.cursor, place.complete, place.told, place.running_until) == ("3", True, 3, None)
    assert all(known(crm, place) for place in range(3))


def test_nothing_is_locked_while_the_crm_is_asked(crm: Connection, feed: PagedFeed) -> None:
    inside: list[bool] = []
    feed.before = lambda: inside.append(database.in_atomic_block)
    sync.sync(crm)
    assert inside == [False, False, False]


def test_two_runs_at_once_read_the_feed_once(crm: Connection, feed: PagedFeed) -> None:
    reading, go_on = threading.Event(), threading.Event()

    def first_page() -> None:
        feed.before = lambda: None
        reading.set()
        go_on.wait(5)

    feed.before = first_page
    first = threading.Thread(target=in_thread, args=(sync.sync, crm))
    first.start()
    assert reading.wait(5)
    assert sync.sync(crm) is False
    go_on.set()
    first.join()
    assert feed.asked == ["", "1", "2"]


def test_a_run_that_was_killed_is_taken_over_and_its_late_page_is_not_entered(crm: Connection, feed: PagedFeed) -> None:
    def overtaken() -> None:
        feed.before = lambda: None
        SyncCursor.objects.filter(connection=crm).update(running_until=timezone.now() - timedelta(seconds=1))
        sync.sync(crm)
        SyncCursor.objects.filter(connection=crm).update(cursor="by the other run")

    feed.before = overtaken
    assert sync.sync(crm) is False
    assert SyncCursor.objects.get(connection=crm).cursor == "by the other run"


def test_a_run_that_fails_keeps_what_it_read_and_says_why(
    crm: Connection, feed: PagedFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        if len(feed.asked) == 2:
            raise Unreachable("No connection.")

    feed.before = away
    tasks.sync_directory(crm.pk)
    place = SyncCursor.objects.get(connection=crm)
    assert (place.cursor, place.error, place.complete, place.running_until) == ("1", "No connection.", False, None)
    tasks.sync_directory(crm.pk)
    place.refresh_from_db()
    assert (place.cursor, place.error, place.complete) == ("3", "", True)


def test_refused_credentials_break_the_connection(crm: Connection, feed: PagedFeed) -> None:
    def refused() -> None:
        raise AuthFailed("The key is not valid any more.")

    feed.before = refused
    tasks.sync_directory(crm.pk)
    crm.refresh_from_db()
    assert (crm.state, crm.state_reason) == (ConnectionState.BROKEN, "The key is not valid any more.")


def test_what_the_feed_calls_gone_is_forgotten(crm: Connection, feed: PagedFeed) -> None:
    index.remember(crm, [Record(kind=Kind.LEAD, id="l1", phones=(PHONE,))])
    feed.gone = (Ref(Kind.LEAD, "l1"),)
    sync.sync(crm)
    assert index.look_up(crm, PHONE) == []


def in_thread(work: Callable[..., Any], *args: Any) -> None:
    try:
        work(*args)
    finally:
        database.close()
