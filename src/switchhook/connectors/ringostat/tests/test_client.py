"""The API client against the twin, over real HTTP."""

import io
import wave
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from switchhook.connectors.base import Account
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.ringostat import client as api
from switchhook.connectors.ringostat.connector import Ringostat, connect
from switchhook.connectors.ringostat.tests.receiving_hub import TwinClient
from switchhook.core.call import CallFact, Direction, EventKind, Status
from switchhook.core.errors import (
    AuthFailed,
    Misconfigured,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SwitchhookError,
    TargetGone,
    Unreachable,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")


@pytest.fixture(autouse=True)
def loopback_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")


@pytest.fixture
def account(twin: TwinClient) -> Account:
    twin.control("clock", now=NOW.isoformat())
    return Account(
        credentials={"project_id": "11111", "auth_key": "twin-auth-key"},
        settings={"base_url": str(twin.base_url)},
        zone=KYIV,
        own_numbers=frozenset({"+380441230001", "+380441230002"}),
        clock=lambda: NOW,
    )


@pytest.fixture
def connector(account: Account) -> Ringostat:
    return connect(account)


def logged(connector: Ringostat, hours: float = 24) -> list[CallFact]:
    return list(connector.calls(NOW - timedelta(hours=hours), NOW + timedelta(hours=1)))


def play(twin: TwinClient, scenario: str, minutes_ago: float = 30, **options: object) -> str:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    asked = {"delivery": "none", "at": at, "forward": False, **options}
    return str(twin.play(scenario, **asked)["call_id"])


def request_count(twin: TwinClient, path: str = "/calls/list") -> int:
    return int(twin.get("/__twin__/requests").json()["routes"].get(f"GET {path}", 0))


def test_a_check_tells_how_many_employees_there_are(connector: Ringostat) -> None:
    health = connector.check()
    assert health.account_name == "Ringostat 11111"
    assert health.remarks[0] == "5 employees, 4 SIP logins online."


def test_a_wrong_key_fails_the_check(account: Account) -> None:
    wrong = connect(
        Account(credentials={"project_id": "11111", "auth_key": "wrong-key-000"}, settings=account.settings)
    )
    with pytest.raises(AuthFailed) as caught:
        wrong.check()
    assert "wrong-key-000" not in str(caught.value)


@pytest.mark.parametrize("missing", ["project_id", "auth_key"])
def test_a_missing_credential_is_named(account: Account, missing: str) -> None:
    credentials = {name: value for name, value in account.credentials.items() if name != missing}
    with pytest.raises(Misconfigured) as caught:
        connect(Account(credentials=credentials, settings=account.settings)).check()
    assert caught.value.field == missing


def test_a_wrong_project_is_a_setting_to_mend(account: Account) -> None:
    stranger = connect(Account(credentials={**account.credentials, "project_id": "2"}, settings=account.settings))
    with pytest.raises(Misconfigured) as caught:
        stranger.check()
    assert caught.value.field == "project_id"


@pytest.mark.parametrize(
    ("scenario", "direction", "status", "sip"),
    [
        ("incoming-answered", Direction.IN, Status.ANSWERED, "acme_olena"),
        ("incoming-missed", Direction.IN, Status.MISSED, ""),
        ("incoming-voicemail", Direction.IN, Status.MISSED, ""),
        ("callback", Direction.IN, Status.ANSWERED, "acme_olena"),
        ("outgoing-answered", Direction.OUT, Status.ANSWERED, "acme_olena"),
        ("outgoing-missed", Direction.OUT, Status.MISSED, "acme_olena"),
        ("outgoing-api", Direction.OUT, Status.ANSWERED, "acme_olena"),
    ],
)
def test_a_row_of_the_call_log_is_a_final_fact(
    twin: TwinClient, connector: Ringostat, scenario: str, direction: Direction, status: Status, sip: str
) -> None:
    call_id = play(twin, scenario, client="+380671234567", employee="acme_olena")
    (found,) = logged(connector)
    assert (found.kind, found.external_id, found.final) == (EventKind.EXPORT, call_id, True)
    assert (found.direction, found.status, found.client_number) == (direction, status, "+380671234567")
    assert (found.employee.sip if found.employee else "") == sip
    assert found.started_at == NOW - timedelta(minutes=30)


def test_a_running_row_is_not_final_until_two_hours_have_passed(twin: TwinClient, connector: Ringostat) -> None:
    fresh = play(twin, "incoming-answered", minutes_ago=119, row="running")
    stale = play(twin, "incoming-answered", minutes_ago=121, row="running")
    assert {found.external_id: found.final for found in logged(connector)} == {fresh: False, stale: True}


@pytest.mark.parametrize("row", ["in_progress", "calling"])
def test_a_row_that_says_it_is_running_is_never_final(twin: TwinClient, connector: Ringostat, row: str) -> None:
    play(twin, "incoming-answered", minutes_ago=600, row=row)
    (found,) = logged(connector)
    assert (found.final, found.status) == (False, Status.ACTIVE)


def test_of_two_rows_of_one_call_the_last_counts(twin: TwinClient, connector: Ringostat) -> None:
    play(twin, "incoming-answered", row="twice")
    (found,) = logged(connector)
    assert (found.final, found.status) == (True, Status.ANSWERED)


def test_only_calls_of_the_period_are_given(twin: TwinClient, connector: Ringostat) -> None:
    first, last = (play(twin, "incoming-missed", minutes_ago=minutes) for minutes in (60, 59))
    play(twin, "incoming-missed", minutes_ago=58)
    found = connector.calls(NOW - timedelta(minutes=60), NOW - timedelta(minutes=58))
    assert {fact.external_id for fact in found} == {first, last}


@pytest.mark.slow
def test_a_period_over_the_cap_is_split_until_nothing_is_missing(twin: TwinClient, connector: Ringostat) -> None:
    bulk = {"delivery": "none", "count": 3_300, "quiet": True, "forward": False}
    for hours in (5, 2):
        twin.play("incoming-missed", at=(NOW - timedelta(hours=hours)).isoformat(), **bulk)
    found = [fact.external_id for fact in logged(connector)]
    assert len(found) == len(set(found)) == 6_600
    assert request_count(twin) > 1


def test_every_part_of_a_split_period_is_asked_once(
    twin: TwinClient, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = {play(twin, "incoming-missed", minutes_ago=minutes) for minutes in range(5, 65)}
    monkeypatch.setattr("switchhook.connectors.ringostat.export.MOST_ROWS", 8)
    connection = connect(account)
    found = [fact.external_id for fact in connection.calls(NOW - timedelta(hours=2), NOW)]
    assert len(found) == len(ids)
    assert set(found) == ids


@pytest.mark.parametrize("status", [200, 400])
def test_a_field_the_project_does_not_know_is_left_out(twin: TwinClient, connector: Ringostat, status: int) -> None:
    play(twin, "incoming-answered")
    twin.control("configure", refused_fields=["recording_wav", "scheme_name"], field_error_status=status)
    (found,) = logged(connector)
    assert found.recording_url is not None
    assert found.tags["pool_name"] == "Context ads"
    asked = request_count(twin)
    logged(connector)
    assert request_count(twin) == asked + 1


def test_the_smallest_set_of_fields_still_gives_calls_with_ids(twin: TwinClient, connector: Ringostat) -> None:
    call_id = play(twin, "incoming-answered", client="+380671234567")
    refused = [name for name in api.WIDE if name not in api.MINIMAL]
    twin.control("configure", refused_fields=refused)
    (found,) = logged(connector)
    assert (found.external_id, found.client_number, found.status) == (call_id, "+380671234567", Status.ANSWERED)


def test_a_refusal_without_a_way_out_is_said(twin: TwinClient, connector: Ringostat) -> None:
    twin.control("configure", refused_fields=["calldate"])
    with pytest.raises(Rejected, match="calldate"):
        logged(connector)


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ("Some sentence of the vendor", 200, Rejected),
        ("Access denied", 200, AuthFailed),
        ("<html>maintenance</html>", 200, Unreachable),
        ('[{"uniqueid": ', 200, Unreachable),
        ("", 200, Unreachable),
        ("no", 403, AuthFailed),
        ("busy", 503, Unreachable),
    ],
)
def test_an_error_of_the_call_log_is_understood(
    twin: TwinClient, connector: Ringostat, body: str, status: int, expected: type[SwitchhookError]
) -> None:
    twin.control("faults", action="status", path="/calls/list", status=status, body=body)
    with pytest.raises(expected):
        logged(connector)


def test_a_rate_limit_is_passed_on(twin: TwinClient, connector: Ringostat) -> None:
    twin.control("faults", action="status", path="/calls/list", status=429, headers={"retry-after": "9"})
    with pytest.raises(RateLimited) as caught:
        logged(connector)
    assert caught.value.retry_after == 9


def test_the_hour_that_is_repeated_in_autumn_is_read_whole(twin: TwinClient, account: Account) -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    ids = [
        str(twin.play("incoming-missed", delivery="none", forward=False, at=at.isoformat())["call_id"])
        for at in (first, second)
    ]
    connection = connect(account)
    for call_id, at in zip(ids, (first, second), strict=True):
        found = list(connection.calls(at - timedelta(minutes=10), at + timedelta(minutes=10)))
        assert [fact.external_id for fact in found] == [call_id]


def test_the_employees_come_with_their_directions(connector: Ringostat) -> None:
    members = {member.ref.staff_id: member for member in connector.staff()}
    both, mobile_only = members["331852"], members["331855"]
    assert (both.ref.name, both.ref.email, both.ref.extension) == ("Nowak Piotr", "piotr@example.com", "102")
    assert (both.sips, both.mobiles) == (("acme_piotr",), ("+380501110002",))
    assert (mobile_only.sips, mobile_only.mobiles) == ((), ("+380501110005",))
    assert both.departments == ("Sales",)
    assert both.online is True


def test_presence_is_a_set_of_logins(twin: TwinClient, connector: Ringostat) -> None:
    twin.control("configure", sip_online=["acme_olena", "acme_iryna"])
    assert connector.online() == {"acme_olena", "acme_iryna"}
    assert connector.speaking() == frozenset()
    play(twin, "incoming-answered", minutes_ago=1, events=["before", "taking"], employee="acme_olena")
    assert connector.speaking() == {"acme_olena"}


def test_a_callback_rings_the_employee_first(twin: TwinClient, connector: Ringostat) -> None:
    connector.call_back(employee="acme_olena", client="+380671234567")
    (asked,) = twin.get("/__twin__/state").json()["callbacks"]
    text = str(asked)
    assert "acme_olena" in text
    assert "380671234567" in text


def test_a_refused_callback_is_rejected(connector: Ringostat) -> None:
    with pytest.raises(Rejected, match="Invalid params"):
        connector.call_back(employee="", client="")


@pytest.mark.parametrize(("action", "expected"), [("drop_after_commit", OutcomeUnknown), ("expire_token", AuthFailed)])
def test_a_callback_that_may_have_happened_is_not_taken_for_a_failure(
    twin: TwinClient, connector: Ringostat, action: str, expected: type[SwitchhookError]
) -> None:
    twin.control("faults", action=action, path="/a/v2")
    with pytest.raises(expected):
        connector.call_back(employee="acme_olena", client="+380671234567")


def test_a_recording_is_streamed(twin: TwinClient, connector: Ringostat) -> None:
    play(twin, "incoming-answered")
    (found,) = logged(connector)
    assert found.recording_url is not None
    with wave.open(io.BytesIO(b"".join(connector.open_recording(found.recording_url)))) as audio:
        assert (audio.getnchannels(), audio.getframerate()) == (2, 8000)


@pytest.mark.parametrize(
    ("availability", "expected"),
    [
        ("missing", TargetGone),
        ("gone", TargetGone),
        ("late", TargetGone),
        ("empty", Unreachable),
        ("limited", RateLimited),
    ],
)
def test_a_recording_that_is_not_there_says_why(
    twin: TwinClient, connector: Ringostat, availability: str, expected: type[SwitchhookError]
) -> None:
    call_id = play(twin, "incoming-answered")
    (found,) = logged(connector)
    twin.control("recordings", call_id=call_id, availability=availability)
    with pytest.raises(expected):
        connector.open_recording(str(found.recording_url))


@pytest.mark.parametrize(
    "url", ["http://files.example.com/a.wav", "ftp://127.0.0.1/a.wav", "file:///etc/passwd", "nonsense", "http://[::1"]
)
def test_a_recording_from_elsewhere_without_tls_is_not_fetched(connector: Ringostat, url: str) -> None:
    with pytest.raises((Misconfigured, Rejected)):
        connector.open_recording(url)


def test_a_recording_on_a_private_host_is_not_fetched(connector: Ringostat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ALLOW_PRIVATE)
    with pytest.raises(Misconfigured, match="private network"):
        connector.open_recording("https://10.0.0.1/recordings/a.wav?token=t")
