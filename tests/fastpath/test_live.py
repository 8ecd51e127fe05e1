"""The live path: each open page hears its own project's news, and nobody else's."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db import transaction
from tests.fastpath.conftest import SECRET_KEY, FastServer, cut_connections, until

from switchhook.core.clock import utc_now
from switchhook.core.ticket import issue
from switchhook.live.publish import publish
from switchhook.projects.models import Employee, Membership, Project, User

Frame = tuple[str, Any]
Listen = Callable[..., "Page"]


class Page:
    """An open page: what arrives on its stream, in order."""

    def __init__(self, address: str) -> None:
        self.frames: queue.Queue[Frame | None] = queue.Queue()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, args=[address], daemon=True)
        self._thread.start()
        assert self.next() == ("ready", {})

    def next(self, seconds: float = 10.0) -> Frame | None:
        """The next event and its data; None when the stream has ended."""
        return self.frames.get(timeout=seconds)

    def close(self) -> None:
        self._over.set()
        self._thread.join(20)

    def _read(self, address: str) -> None:
        name = ""
        try:
            with httpx2.stream("GET", address, timeout=httpx2.Timeout(10, read=0.5)) as answer:
                for line in self._lines(answer):
                    if line.startswith("event: "):
                        name = line.removeprefix("event: ")
                    elif line.startswith("data: "):
                        self.frames.put((name, json.loads(line.removeprefix("data: "))))
        finally:
            self.frames.put(None)

    def _lines(self, answer: httpx2.Response) -> Iterator[str]:
        try:
            for line in answer.iter_lines():
                yield line
                if self._over.is_set():
                    return
        except (httpx2.ReadTimeout, httpx2.RemoteProtocolError):
            return


@pytest.fixture(autouse=True)
def frequent_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a page notices soon that it was closed."""
    monkeypatch.setattr("switchhook.live.endpoint.HEARTBEAT_SECONDS", 0.1)


def member(project: Project, name: str = "anna") -> User:
    user = User.objects.create_user(f"{name}@example.com")
    Membership.objects.create(user=user, project=project)
    return user


def address_of(user: User, project: Project, *, path: int | None = None) -> str:
    ticket = issue(SECRET_KEY, user.pk, project.pk, now=utc_now())
    return f"/live/{project.pk if path is None else path}?ticket={ticket}"


@pytest.fixture
def listen(server: FastServer) -> Iterator[Listen]:
    pages: list[Page] = []

    def opened(user: User, project: Project) -> Page:
        pages.append(Page(server.address + address_of(user, project)))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def test_two_pages_hear_the_same_news(listen: Listen, project: Project) -> None:
    pages = [listen(member(project), project), listen(member(project, "boris"), project)]
    publish(project.pk, "call", {"call": 7})
    assert [page.next() for page in pages] == [("call", {"call": 7})] * 2


def test_news_is_told_when_its_transaction_commits_and_not_before(listen: Listen, project: Project) -> None:
    page = listen(member(project), project)
    with transaction.atomic():
        publish(project.pk, "call", {"call": 1})
        with pytest.raises(queue.Empty):
            page.next(0.5)
    assert page.next() == ("call", {"call": 1})


def test_what_is_rolled_back_is_never_told(listen: Listen, project: Project) -> None:
    page = listen(member(project), project)
    with transaction.atomic():
        publish(project.pk, "call", {"call": 1})
        transaction.set_rollback(True)
    publish(project.pk, "call", {"call": 2})
    assert page.next() == ("call", {"call": 2})


def test_another_project_s_news_is_not_heard(listen: Listen, project: Project) -> None:
    other = Project.objects.create(name="Other")
    page = listen(member(project), project)
    publish(other.pk, "call", {"call": 1})
    publish(project.pk, "call", {"call": 2})
    assert page.next() == ("call", {"call": 2})


def test_a_pop_up_reaches_the_ringing_employee_only(listen: Listen, project: Project, ivanov: Employee) -> None:
    anna, boris = member(project), member(project, "boris")
    Employee.objects.filter(pk=ivanov.pk).update(user=anna)
    pages = [listen(anna, project), listen(boris, project)]
    ring = {"call": 7, "moment": "ring", "employees": [ivanov.pk]}
    publish(project.pk, "popup", ring, to=[ivanov.pk])
    publish(project.pk, "call", {"call": 8})
    assert [pages[0].next(), pages[0].next()] == [("popup", ring), ("call", {"call": 8})]
    assert pages[1].next() == ("call", {"call": 8})


def test_a_pop_up_for_nobody_in_particular_reaches_everybody(listen: Listen, project: Project) -> None:
    page = listen(member(project), project)
    publish(project.pk, "popup", {"call": 7, "moment": "ring", "employees": []})
    assert page.next() == ("popup", {"call": 7, "moment": "ring", "employees": []})


def test_a_pop_up_to_an_empty_list_reaches_nobody(listen: Listen, project: Project) -> None:
    page = listen(member(project), project)
    publish(project.pk, "popup", {"call": 7}, to=[])
    publish(project.pk, "call", {"call": 8})
    assert page.next() == ("call", {"call": 8})


def test_a_stranger_s_ticket_is_refused(server: FastServer, project: Project) -> None:
    stranger = User.objects.create_user("stranger@example.com")
    assert server.client.get(address_of(stranger, project)).status_code == 403


def test_a_ticket_opens_no_other_project(server: FastServer, project: Project) -> None:
    other = Project.objects.create(name="Other")
    user = member(project)
    Membership.objects.create(user=user, project=other)
    assert server.client.get(address_of(user, project, path=other.pk)).status_code == 403


def test_a_user_who_may_no_longer_sign_in_is_refused(server: FastServer, project: Project) -> None:
    user = member(project)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert server.client.get(address_of(user, project)).status_code == 403


@pytest.mark.parametrize("ticket", ["", "x", "1.2.3", "1.2.9999999999." + "A" * 43, "%00", "é"])
def test_a_forged_ticket_is_refused(server: FastServer, project: Project, ticket: str) -> None:
    assert server.client.get(f"/live/{project.pk}", params={"ticket": ticket}).status_code == 401


def test_a_ticket_is_good_for_a_minute(server: FastServer, project: Project) -> None:
    old = issue(SECRET_KEY, member(project).pk, project.pk, now=utc_now() - timedelta(seconds=61))
    assert server.client.get(f"/live/{project.pk}?ticket={old}").status_code == 401


def test_a_head_request_opens_no_stream(server: FastServer, project: Project) -> None:
    assert server.client.head(address_of(member(project), project)).status_code == 405


def test_a_stream_ends_when_the_right_to_it_does(
    listen: Listen, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchhook.live.hub.RECHECK_SECONDS", 0.2)
    anna, boris = member(project), member(project, "boris")
    pages = [listen(anna, project), listen(boris, project)]
    Membership.objects.filter(user=anna).delete()
    assert pages[0].next() is None
    publish(project.pk, "call", {"call": 1})
    assert pages[1].next() == ("call", {"call": 1})


def test_whom_a_user_stands_for_is_noticed_later_too(
    listen: Listen, project: Project, ivanov: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchhook.live.hub.RECHECK_SECONDS", 0.1)
    anna = member(project)
    page = listen(anna, project)
    Employee.objects.filter(pk=ivanov.pk).update(user=anna)

    def heard() -> bool:
        publish(project.pk, "popup", {"call": 1}, to=[ivanov.pk])
        return not page.frames.empty()

    until(heard)


def test_after_the_database_was_away_pages_are_told_to_look_afresh_and_hear_again(
    listen: Listen, project: Project
) -> None:
    page = listen(member(project), project)
    assert cut_connections() > 0
    assert page.next() == ("ready", {})
    publish(project.pk, "call", {"call": 9})
    assert page.next() == ("call", {"call": 9})


def test_a_closed_page_is_forgotten(server: FastServer, listen: Listen, project: Project) -> None:
    page = listen(member(project), project)
    assert len(server.app.state.live_hub) == 1
    page.close()
    until(lambda: len(server.app.state.live_hub) == 0)


def test_more_streams_than_the_hub_takes_are_asked_to_come_again(
    server: FastServer, listen: Listen, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = member(project)
    listen(user, project)
    monkeypatch.setattr("switchhook.live.hub.MAX_CLIENTS", 1)
    assert server.client.get(address_of(user, project)).status_code == 503


def test_what_is_no_news_disturbs_nobody(listen: Listen, project: Project) -> None:
    from django.db import connection

    page = listen(member(project), project)
    for nonsense in ("", "{", "[]", '{"project": "x"}', '{"project": 1, "event": "a\\nb", "data": {}, "to": null}'):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('switchhook_live', %s)", [nonsense])
    publish(project.pk, "call", {"call": 3, "text": "a\nb\u2028 é"})
    assert page.next() == ("call", {"call": 3, "text": "a\nb\u2028 é"})


def test_news_larger_than_a_notification_is_refused_where_it_is_said(project: Project) -> None:
    with pytest.raises(ValueError, match="7900 bytes"):
        publish(project.pk, "call", {"text": "x" * 8000})
