"""What every twin has beside its vendor's routes: the page, the log, the limits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import Twin, run_in_thread
from switchhook.connectors.testing.twin_limits import IndexLag, RateWindow

PHONE = {"value": "+380671234567", "label": "work"}
OWNER = {"id": 7, "name": "Olena", "email": "olena@example.com"}


class State:
    """A CRM that holds one contact with a dangerous name."""

    def snapshot(self) -> dict[str, Any]:
        contact = {"id": 1, "name": "<script>alert(1)</script>", "api_key": "abcdef-secret"}
        return {
            "records": {
                "contacts": [contact, {"id": 2, "city": "Київ", "phones": [PHONE], "owner": OWNER, "fax": None}]
            },
            "users": [{"id": 7, "name": "Olena"}],
            "budget": {"minute": 59},
            "region": "eu",
        }

    def reset(self) -> None: ...

    def expire_token(self) -> None: ...


async def answer(request: Request) -> Response:
    return JSONResponse({"code": "INVALID_DATA", "access_token": "t0ken-of-an-account"})


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    routes = [Route("/v1/{rest:path}", answer, methods=["GET", "POST"]), Route("/hook/{secret}/calls", answer)]
    with run_in_thread(Twin(State(), routes, title="Acme", secret_names=["workspace"])) as running:
        yield running.url


@pytest.fixture
def web(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, follow_redirects=True) as client:
        client.post("/__twin__/reset")
        yield client


def test_the_page_shows_records_users_and_budget(web: httpx2.Client) -> None:
    page = web.get("/__twin__/").text
    for shown in ("Acme twin", "contacts <small>2", "Київ", "Olena", "<dt>minute</dt><dd>59</dd>", "<dt>region</dt>"):
        assert shown in page


def test_the_page_says_what_is_nested_by_its_name_and_leaves_out_what_is_empty(web: httpx2.Client) -> None:
    page = web.get("/__twin__/").text
    assert "<td>+380671234567</td><td>Olena</td>" in page
    assert ">fax<" not in page


def test_the_page_is_found_without_its_last_stroke_and_is_not_counted(web: httpx2.Client) -> None:
    assert web.get("/__twin__").status_code == 200
    assert web.get("/__twin__/requests").json()["count"] == 0


def test_the_page_shows_texts_as_texts_and_no_secret(web: httpx2.Client) -> None:
    page = web.get("/__twin__/").text
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "abcdef-secret" not in page


def test_the_page_shows_requests_and_what_is_to_go_wrong(web: httpx2.Client) -> None:
    web.post("/__twin__/faults", json={"action": "status", "status": 429, "path": "/v1/*"})
    web.get("/v1/contacts", params={"term": "380671234567"})
    page = web.get("/__twin__/").text
    assert "GET /v1/contacts" in page
    assert "<td>429</td>" in page
    assert "<td>/v1/*</td>" in page


def test_the_pages_style_is_a_file_of_its_own(web: httpx2.Client) -> None:
    page = web.get("/__twin__/").text
    assert " style=" not in page
    assert "<style" not in page
    assert web.get("/__twin__/twin.css").headers["content-type"].startswith("text/css")


def test_counting_begins_anew_where_it_is_asked(web: httpx2.Client) -> None:
    web.get("/v1/contacts")
    assert web.get("/__twin__/requests").json()["count"] == 1
    assert web.delete("/__twin__/requests").json() == {"count": 0, "routes": {}, "log": []}


def test_a_standing_delay_comes_as_often_as_it_is_likely(web: httpx2.Client) -> None:
    rule = {"action": "delay", "seconds": 0.01, "times": None, "probability": 0.5}
    web.post("/__twin__/faults", json={"rules": [rule], "seed": 1})
    for _ in range(20):
        assert web.get("/v1/contacts").status_code == 200
    fired = web.get("/__twin__/faults").json()["rules"][0]["fired"]
    assert 3 < fired < 17


def test_a_fault_can_say_what_a_vendor_says(web: httpx2.Client) -> None:
    body = {"success": False, "error": "request over limit"}
    rule = {"action": "status", "status": 429, "headers": {"X-RateLimit-Reset": "2"}, "body": body}
    web.post("/__twin__/faults", json=rule)
    said = web.get("/v1/contacts")
    assert (said.status_code, said.headers["x-ratelimit-reset"], said.json()) == (429, "2", body)


@pytest.mark.parametrize(
    ("asked", "hidden"),
    [
        ({"headers": {"Authorization": "Basic b2xlbmE6c2VjcmV0"}}, "b2xlbmE6c2VjcmV0"),
        ({"params": {"api_token": "p1pe-token"}}, "p1pe-token"),
        ({"params": {"code": "1000.c0de"}}, "1000.c0de"),
        ({"data": {"client_secret": "cl1ent", "grant_type": "refresh_token"}}, "cl1ent"),
        ({"data": {"refresh_token": "1000.refresh"}}, "1000.refresh"),
        ({"data": {"code": "1000.c0de"}}, "1000.c0de"),
        ({"json": {"workspace": "w0rkspace"}}, "w0rkspace"),
    ],
)
def test_the_log_leaves_secrets_out(web: httpx2.Client, asked: dict[str, Any], hidden: str) -> None:
    web.post("/v1/token", **asked)
    assert hidden not in web.get("/__twin__/requests").text


def test_the_log_leaves_out_the_secret_part_of_an_address(web: httpx2.Client) -> None:
    web.get("/hook/0123456789abcdef/calls")
    said = web.get("/__twin__/requests").text
    assert "0123456789abcdef" not in said
    assert "/hook/[redacted]/calls" in said


def test_the_log_keeps_the_code_of_an_error_and_no_token(web: httpx2.Client) -> None:
    web.get("/v1/contacts")
    said = web.get("/__twin__/requests").text
    assert "INVALID_DATA" in said
    assert "t0ken-of-an-account" not in said


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_window_refuses_what_is_too_much_and_says_when_it_is_free() -> None:
    time = Time()
    window = RateWindow(3, 10, time)
    assert window.take(2) == 0
    time.now += timedelta(seconds=4)
    assert window.take() == 0
    assert (window.take(2), window.left()) == (6, 0)
    time.now += timedelta(seconds=6)
    assert (window.take(2), window.left()) == (0, 0)


def test_a_request_dearer_than_the_whole_window_waits_a_window() -> None:
    assert RateWindow(3, 10, Time()).take(5) == 10


def test_a_window_without_a_limit_never_refuses() -> None:
    window = RateWindow(None, 10, Time())
    assert [window.take(1000) for _ in range(3)] == [0, 0, 0]
    assert window.left() is None


def test_a_lagging_search_knows_a_change_only_later() -> None:
    time = Time()
    lag = IndexLag(5, time)
    written = time.now
    assert not lag.knows(written)
    time.now += timedelta(seconds=5)
    assert lag.knows(written)
