"""Intake: what arrives is committed before it is acknowledged, whatever it is."""

import hashlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from tests.fastpath.conftest import FastServer, cut_connections, test_database, until

from switchhook.connections.models import Connection, ConnectionState, IntakeSecret
from switchhook.intake.models import RawEvent, RawState


@pytest.fixture
def inbox(telephony: Connection, secret: str) -> str:
    return f"/in/{telephony.pk}/{secret}"


def stored(response: httpx2.Response) -> RawEvent:
    return RawEvent.objects.get(pk=response.json()["stored"])


def spoken(server: FastServer, request: bytes) -> bytes:
    """The answer to bytes that no HTTP library would send."""
    url = httpx2.URL(server.address)
    with socket.create_connection((url.host, url.port or 80), timeout=10) as line:
        line.sendall(request)
        return line.recv(10_000)


def test_a_json_body_is_stored_as_it_arrived(server: FastServer, inbox: str, telephony: Connection) -> None:
    before = timezone.now()
    answer = server.post(inbox + "?event=after&x=%20y", b'{"uniqueid": "ua-1"}', **{"Content-Type": "application/json"})
    event = stored(answer)
    assert answer.status_code == 200
    assert (event.connection, event.method, event.query) == (telephony, "POST", "event=after&x=%20y")
    assert (bytes(event.body), event.content_type) == (b'{"uniqueid": "ua-1"}', "application/json")
    assert (event.state, event.truncated, event.replayed, event.read_at) == (RawState.NEW, False, False, None)
    assert before <= event.received_at <= timezone.now()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_every_method_that_a_webhook_can_be_set_to_is_taken(server: FastServer, inbox: str, method: str) -> None:
    event = stored(server.client.request(method, inbox + "?call_id=ua-2"))
    assert (event.method, event.query, bytes(event.body)) == (method, "call_id=ua-2", b"")


def test_a_head_request_is_no_event(server: FastServer, inbox: str) -> None:
    assert server.client.head(inbox).status_code == 405
    assert not RawEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b'{"uniqueid": "ua-1", ',
        b"[1, 2, 3]",
        b"[" * 100_000,
        b"\x00\x01\x00",
        "дзвінок".encode("cp1251"),
        "caf\xe9".encode("latin-1"),
        b"'; DROP TABLE intake_rawevent; --",
        b"<script>alert(1)</script>",
        b"",
        b"x" * 1_000_000,
    ],
    ids=["cut", "array", "deep", "nul", "cp1251", "latin-1", "sql", "html", "empty", "one megabyte"],
)
def test_a_body_that_nobody_understands_is_acknowledged_and_kept_whole(
    server: FastServer, inbox: str, body: bytes
) -> None:
    answer = server.post(inbox, body)
    assert answer.status_code == 200
    assert bytes(stored(answer).body) == body
    assert not stored(answer).truncated


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_of_a_body_that_is_too_large_the_beginning_is_kept(server: FastServer, inbox: str, size: int) -> None:
    body = bytes(range(256)) * (size // 256 + 1)
    answer = server.post(inbox, body[:size], **{"X-Origin": "pbx"})
    event = stored(answer)
    assert answer.status_code == 413
    assert (bytes(event.body), event.truncated) == (body[: 64 * 1024], True)
    assert event.headers["x-origin"] == "pbx"
    assert server.post(inbox, b"the next one").status_code == 200


def test_a_body_of_unknown_length_is_bounded_too(server: FastServer, inbox: str) -> None:
    answer = server.client.post(inbox, content=(b"y" * 65_536 for _ in range(40)))
    assert answer.status_code == 413
    assert len(stored(answer).body) == 64 * 1024


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"a=%00&b=\xe9", "a=%00&b=%E9"),
        (b"c=\xd1\x96", "c=і"),
        (b"d=\x00\xff\xd1", "d=%00%FF%D1"),
    ],
)
def test_a_query_that_is_no_text_is_written_with_percent_escapes(raw: bytes, kept: str) -> None:
    from switchhook.intake.endpoint import _query

    assert _query(raw) == (kept, False)


def test_a_query_that_is_too_large_is_cut_and_marked() -> None:
    from switchhook.intake.endpoint import _query

    assert _query(b"q=" + b"a" * 100_000) == ("q=" + "a" * (64 * 1024 - 2), True)


def test_headers_are_kept_without_credentials(server: FastServer, inbox: str) -> None:
    sent = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Api-Key": "k", "Auth-key": "k", "X-Trace": "7\xe9"}
    headers = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    kept = stored(server.client.post(inbox, headers=headers)).headers
    assert kept["x-trace"] == "7é"
    assert not {"authorization", "cookie", "x-api-key", "auth-key"} & set(kept)


def test_headers_are_bounded_in_number_and_size(server: FastServer, inbox: str) -> None:
    headers = {f"x-{n}": "v" * (9000 if n == 0 else 1) for n in range(100)}
    kept = stored(server.client.post(inbox, headers=headers)).headers
    assert len(kept) <= 64
    assert max(map(len, kept.values())) == 2048


def test_a_wrong_secret_and_an_unknown_connection_are_answered_alike(
    server: FastServer, inbox: str, telephony: Connection, secret: str
) -> None:
    paths = [inbox + "x", f"/in/{telephony.pk + 1}/{secret}", f"/in/zzz/{secret}", f"/in/{10**30}/{secret}"]
    paths += [f"/in/{telephony.pk}/%00%FF", f"/in/0{telephony.pk}/{secret}", f"/in/٣/{secret}"]
    answers = [server.post(path, b"{}") for path in paths]
    assert {(one.status_code, one.content) for one in answers} == {(404, b"Not Found")}
    assert len({tuple(sorted(set(one.headers) - {"date"})) for one in answers}) == 1
    assert not RawEvent.objects.exists()


def test_wrong_secrets_of_a_real_connection_are_counted(server: FastServer, inbox: str, telephony: Connection) -> None:
    from switchhook.intake.endpoint import _bad_secrets

    server.post(inbox + "x")
    server.post(inbox + "y")
    assert _bad_secrets.labels(str(telephony.pk))._value.get() >= 2


def test_two_secrets_are_live_at_once_and_a_new_one_at_once(
    server: FastServer, inbox: str, telephony: Connection
) -> None:
    server.post(inbox)
    newer = IntakeSecret.issue(telephony).text
    assert server.post(f"/in/{telephony.pk}/{newer}").status_code == 200
    assert server.post(inbox).status_code == 200


def test_a_revoked_secret_is_refused(server: FastServer, inbox: str) -> None:
    IntakeSecret.objects.update(revoked_at=timezone.now())
    assert server.post(inbox).status_code == 404


def test_a_remembered_secret_is_refused_soon_after_it_was_revoked(
    server: FastServer, inbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchhook.core.gate.REMEMBERED_SECONDS", 0.2)
    assert server.post(inbox).status_code == 200
    IntakeSecret.objects.update(revoked_at=timezone.now())
    until(lambda: server.post(inbox).status_code == 404, 2)


def test_a_paused_connection_still_stores(server: FastServer, inbox: str, telephony: Connection) -> None:
    Connection.objects.filter(pk=telephony.pk).update(state=ConnectionState.PAUSED)
    assert server.post(inbox).status_code == 200


def test_a_connection_deleted_a_moment_ago_takes_nobody_else_s_event_with_it(
    server: FastServer, inbox: str, telephony: Connection, project: object
) -> None:
    other = Connection.objects.create(project=telephony.project, connector="ringostat", role="telephony", name="Other")
    others = f"/in/{other.pk}/{IntakeSecret.issue(other).text}"
    assert (server.post(inbox).status_code, server.post(others).status_code) == (200, 200)
    with psycopg.connect(test_database()) as database:  # holds the writer, so that both events share a batch
        database.execute("LOCK TABLE intake_rawevent IN SHARE MODE")
        with ThreadPoolExecutor(3) as pool:
            first = pool.submit(server.post, inbox, b"first")
            until(lambda: server.app.state.intake.writer._held)
            answers = [pool.submit(server.post, path, b"second") for path in (inbox, others)]
            until(lambda: len(server.app.state.intake.writer._waiting) == 2)
            database.execute("LOCK TABLE intake_rawevent IN SHARE MODE")
            database.execute("DELETE FROM connections_intakesecret WHERE connection_id = %s", [other.pk])
            database.execute("DELETE FROM intake_rawevent WHERE connection_id = %s", [other.pk])
            database.execute("DELETE FROM connections_connection WHERE id = %s", [other.pk])
            database.commit()
            assert [answer.result().status_code for answer in answers] == [200, 404]
    assert first.result().status_code == 200
    assert RawEvent.objects.filter(connection=telephony, body=b"second").count() == 1


def test_what_is_acknowledged_is_committed(server: FastServer, inbox: str) -> None:
    answer = server.post(inbox, b"now")
    with psycopg.connect(test_database()) as stranger:
        found = stranger.execute("SELECT body FROM intake_rawevent WHERE id = %s", [answer.json()["stored"]]).fetchone()
    assert found == (b"now",)


def test_many_at_once_are_all_stored_and_each_gets_its_own_id(server: FastServer, inbox: str) -> None:
    server.post(inbox, b"warm")
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda n: (n, server.post(inbox, str(n))), range(400)))
    assert {answer.status_code for _, answer in answers} == {200}
    bodies = dict(RawEvent.objects.values_list("id", "body"))
    assert all(bytes(bodies[answer.json()["stored"]]) == str(n).encode() for n, answer in answers)
    assert len({answer.json()["stored"] for _, answer in answers}) == 400


def test_concurrent_events_share_transactions(server: FastServer, inbox: str) -> None:
    server.post(inbox, b"warm")
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda n: server.post(inbox, str(n)), range(400)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT xmin::text) FROM intake_rawevent")
        events, transactions = cursor.fetchone()
    assert events == 401
    assert transactions < 0.8 * events


def test_the_reader_is_woken_and_not_once_per_event(server: FastServer, inbox: str) -> None:
    heard: list[str] = []
    listening, over = threading.Event(), threading.Event()

    def listen() -> None:
        with psycopg.connect(test_database(), autocommit=True) as database:
            database.execute("LISTEN switchhook_raw")
            listening.set()
            while not over.is_set():
                heard.extend(note.payload for note in database.notifies(timeout=0.1))

    thread = threading.Thread(target=listen)
    thread.start()
    listening.wait(10)
    server.post(inbox, b"alone")
    until(lambda: len(heard) == 1)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: server.post(inbox, str(n)), range(200)))
    until(lambda: len(heard) >= 2)
    over.set()
    thread.join()
    assert len(heard) < 100


@pytest.mark.parametrize("sqlstate", ["53100", "57P03", "XX000"], ids=["disk full", "starting", "internal"])
def test_what_the_database_does_not_take_is_not_acknowledged(server: FastServer, inbox: str, sqlstate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{sqlstate}'; END $$"
        )
        cursor.execute("CREATE TRIGGER refuse BEFORE INSERT ON intake_rawevent EXECUTE FUNCTION refuse()")
    try:
        answer = server.post(inbox, b"{}")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse CASCADE")
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True)
    assert server.post(inbox, b"{}").status_code == 200


def test_broken_pool_connections_are_replaced_without_anybody_noticing(server: FastServer, inbox: str) -> None:
    server.post(inbox)
    assert cut_connections() > 0
    assert server.post(inbox, b"after").status_code == 200


def test_while_too_much_waits_more_is_asked_to_come_again(
    server: FastServer, inbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.post(inbox)
    monkeypatch.setattr("switchhook.intake.store.MAX_WAITING_BYTES", 500)
    assert server.post(inbox, b"{}").status_code == 503


def test_a_slow_database_is_not_waited_for_without_end(
    server: FastServer, inbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.post(inbox)
    monkeypatch.setattr("switchhook.intake.store.STORE_SECONDS", 0.3)
    with psycopg.connect(test_database()) as database:
        database.execute("LOCK TABLE intake_rawevent IN SHARE MODE")
        assert server.post(inbox, b"{}").status_code == 503


def test_a_body_that_does_not_arrive_is_not_waited_for_without_end(
    server: FastServer, inbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchhook.intake.endpoint.READ_SECONDS", 0.3)
    assert b" 408 " in spoken(server, f"POST {inbox} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc".encode())
    assert not RawEvent.objects.exists()


def test_digests_are_compared_and_secrets_are_not_kept_in_the_clear(telephony: Connection, secret: str) -> None:
    assert IntakeSecret.objects.get().digest == hashlib.sha256(secret.encode()).hexdigest()
