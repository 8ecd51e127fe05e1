"""Smart forwarding: the webhook number's question, answered from the directory."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx2
import psycopg
import pytest
from django.utils import timezone
from tests.fastpath.conftest import FastServer, cut_connections, test_database, until

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, ConnectionState, EmployeeAccount
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Employee, Project
from switchhook.scenarios.services import apply_preset

CLIENT = "+380732130001"


@pytest.fixture
def asked(telephony: Connection, secret: str) -> str:
    return f"/forward/{telephony.pk}/{secret}"


@pytest.fixture(autouse=True)
def mapped(crm: Connection, ivanov: Employee, petrov: Employee) -> None:
    EmployeeAccount.objects.create(connection=crm, employee=ivanov, user_id="u-ivanov")
    EmployeeAccount.objects.create(connection=crm, employee=petrov, user_id="u-petrov")


def known(crm: Connection, owner: str, kind: str = "contact", **more: Any) -> DirectoryEntry:
    """A record with the client's number."""
    record = f"{kind}-{DirectoryEntry.objects.count()}"
    values = {"e164": CLIENT, "record_id": record, "confirmed_at": timezone.now(), **more}
    return DirectoryEntry.objects.create(connection=crm, kind=kind, owner=owner, **values)


def setting(telephony: Connection, **values: Any) -> None:
    Connection.objects.filter(pk=telephony.pk).update(settings=values)


def ask(server: FastServer, path: str, number: str = "380732130001") -> Any:
    return server.json(path, {"from": number, "direction": "in", "state": "ping"}).json()


def test_the_contact_s_responsible_gets_the_call_by_his_first_sip(
    server: FastServer, asked: str, crm: Connection
) -> None:
    known(crm, "u-ivanov")
    answer = server.json(asked, {"from": "380732130001", "direction": "in", "state": "ping"})
    assert (answer.status_code, answer.json()) == (200, {"dst_phone": "acme_ivanov"})
    assert answer.headers["content-type"] == "application/json"


def test_nobody_found_is_an_empty_object_so_that_the_scheme_goes_on(server: FastServer, asked: str) -> None:
    answer = server.json(asked, {"from": "380732130001", "direction": "in", "state": "ping"})
    assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize(
    "number", ["+380732130001", "+38-073-213-0001", "380732130001", "0732130001", "00380732130001", 380732130001]
)
def test_every_spelling_of_the_number_finds_the_client(
    server: FastServer, asked: str, crm: Connection, number: Any
) -> None:
    known(crm, "u-ivanov")
    assert server.json(asked, {"from": number, "state": "ping"}).json() == {"dst_phone": "acme_ivanov"}


@pytest.mark.parametrize("name", ["src", "caller", "E164", "FROM"])
def test_the_number_is_found_under_other_names(server: FastServer, asked: str, crm: Connection, name: str) -> None:
    known(crm, "u-ivanov")
    assert server.json(asked, {name: "380732130001", "dst": "380501112233"}).json() == {"dst_phone": "acme_ivanov"}


def test_the_customer_s_own_parameter_names_come_first(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    setting(telephony, forward_fields={"number": "Subscriber", "state": "kind"}, forward_state="who")
    known(crm, "u-ivanov")
    assert server.json(asked, {"subscriber": "0732130001", "kind": "who", "from": "380501112233"}).json() == {
        "dst_phone": "acme_ivanov"
    }
    assert server.json(asked, {"subscriber": "0732130001", "kind": "ping"}).json() == {}


def test_a_query_and_a_form_are_understood_too(server: FastServer, asked: str, crm: Connection) -> None:
    known(crm, "u-ivanov")
    wanted = {"dst_phone": "acme_ivanov"}
    assert server.client.get(asked + "?from=+380732130001&direction=in&state=ping").json() == wanted
    assert server.client.post(asked, data={"from": "380732130001", "state": "ping"}).json() == wanted


def test_json_rpc_is_answered_in_its_envelope(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    setting(telephony, forward_answer="json-rpc", forward_answer_field="number_01")
    question = {"jsonrpc": "2.0", "id": 7, "method": "whoTakes", "params": {"from": "380732130001", "state": "ping"}}
    assert server.json(asked, question).json() == {"jsonrpc": "2.0", "id": 7, "result": {}}
    known(crm, "u-ivanov")
    assert server.json(asked, question).json() == {"jsonrpc": "2.0", "id": 7, "result": {"number_01": "acme_ivanov"}}


def test_a_plain_answer_holds_only_the_destination(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    setting(telephony, forward_answer="http")
    assert server.client.get(asked + "?from=380732130001").text == ""
    known(crm, "u-ivanov")
    assert server.client.get(asked + "?from=380732130001").text == "acme_ivanov"


@pytest.mark.parametrize(
    ("nobody", "status", "text", "kind"),
    [
        ("voicemail", None, "voicemail", "text/plain; charset=utf-8"),
        ('{"dst_phone": "380441112233"}', 200, '{"dst_phone": "380441112233"}', "application/json"),
        ({"go": "on"}, 404, '{"go":"on"}', "application/json"),
        (None, "204", "{}", "application/json"),
    ],
)
def test_the_answer_for_nobody_is_a_setting(
    server: FastServer, asked: str, telephony: Connection, nobody: Any, status: Any, text: str, kind: str
) -> None:
    setting(telephony, forward_nobody=nobody, forward_nobody_status=status)
    answer = server.client.get(asked + "?from=380732130001")
    assert answer.status_code == int(status or 200)
    assert status == "204" or (answer.text, answer.headers["content-type"]) == (text, kind)


def test_open_lead_comes_before_open_deal_before_contact(server: FastServer, asked: str, crm: Connection) -> None:
    known(crm, "u-petrov", "contact", last_activity=timezone.now())
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}
    known(crm, "u-ivanov", "deal")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}
    lead = known(crm, "u-petrov", "lead")
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}
    DirectoryEntry.objects.filter(pk=lead.pk).update(status="converted")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}


def test_a_preset_asks_for_the_contact_s_responsible_only(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    setting(telephony, forward_order=["contact"])
    known(crm, "u-ivanov", "lead")
    assert ask(server, asked) == {}
    known(crm, "u-petrov", "contact")
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}


def test_the_scenario_table_in_force_says_whose_owner_decides(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    known(crm, "u-ivanov", "lead")
    known(crm, "u-petrov", "contact")
    apply_preset(crm, "keycrm-once")
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}
    apply_preset(crm, "pipedrive-leads")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}


def test_an_order_set_for_the_webhook_number_comes_before_the_tables(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    known(crm, "u-ivanov", "lead")
    known(crm, "u-petrov", "contact")
    apply_preset(crm, "keycrm-once")
    setting(telephony, forward_order=["lead", "contact"])
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}


def test_of_two_open_leads_the_one_with_the_latest_activity_decides(
    server: FastServer, asked: str, crm: Connection
) -> None:
    now = timezone.now()
    known(crm, "u-petrov", "lead", last_activity=now - timedelta(days=1))
    known(crm, "u-ivanov", "lead", last_activity=now)
    known(crm, "u-petrov", "lead", last_activity=None)
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}


def test_crms_are_asked_by_rank(server: FastServer, asked: str, crm: Connection, ivanov: Employee) -> None:
    first = Connection.objects.create(project=crm.project, connector="vendor", role="crm", name="First", rank=0)
    EmployeeAccount.objects.create(connection=first, employee=ivanov, user_id="7")
    known(crm, "u-petrov", "lead")
    known(first, "7", "contact")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}
    Connection.objects.filter(pk=first.pk).update(state=ConnectionState.PAUSED)
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}
    Connection.objects.filter(pk=first.pk).update(state=ConnectionState.BROKEN)
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}


def test_who_cannot_be_reached_is_passed_over(
    server: FastServer, asked: str, crm: Connection, ivanov: Employee
) -> None:
    known(crm, "u-ivanov", "lead")
    known(crm, "u-petrov", "contact")
    Employee.objects.filter(pk=ivanov.pk).update(active=False)
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}


def test_an_owner_who_is_nobody_here_means_nobody(server: FastServer, asked: str, crm: Connection) -> None:
    known(crm, "u-unmapped")
    known(crm, "")
    assert ask(server, asked) == {}


def test_mobiles_are_answered_only_where_the_setting_says_so(
    server: FastServer, asked: str, crm: Connection, telephony: Connection, project: Project
) -> None:
    fmc = Employee.objects.create(project=project, name="Mobile", mobiles=["+380501112233"])
    EmployeeAccount.objects.create(connection=crm, employee=fmc, user_id="u-fmc")
    known(crm, "u-fmc")
    assert ask(server, asked) == {}


def test_mobiles_are_answered_where_the_setting_says_so(
    server: FastServer, asked: str, crm: Connection, telephony: Connection, project: Project
) -> None:
    setting(telephony, forward_mobiles=True)
    fmc = Employee.objects.create(project=project, name="Mobile", mobiles=["+380501112233"])
    EmployeeAccount.objects.create(connection=crm, employee=fmc, user_id="u-fmc")
    known(crm, "u-fmc")
    assert ask(server, asked) == {"dst_phone": "+380501112233"}


def test_who_talked_last_can_be_asked_for_first(
    server: FastServer, asked: str, crm: Connection, telephony: Connection, petrov: Employee
) -> None:
    setting(telephony, forward_order="last_talk, contact")
    known(crm, "u-ivanov")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}
    common = {"project": telephony.project, "connection": telephony, "client_number": CLIENT}
    Call.objects.create(**common, external_id="1", status="missed", started_at=timezone.now())
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}
    Call.objects.create(
        **common, external_id="2", status="answered", employee=petrov, started_at=timezone.now() - timedelta(days=3)
    )
    assert ask(server, asked) == {"dst_phone": "acme_petrov"}


def test_another_project_s_records_are_never_looked_at(server: FastServer, asked: str, ivanov: Employee) -> None:
    other = Project.objects.create(name="Other")
    theirs = Connection.objects.create(project=other, connector="builtin", role="crm", name="Theirs")
    worker = Employee.objects.create(project=other, name="Their man", sips=["their_sip"])
    EmployeeAccount.objects.create(connection=theirs, employee=worker, user_id="1")
    EmployeeAccount.objects.create(connection=theirs, employee=ivanov, user_id="2")
    known(theirs, "1", "lead")
    known(theirs, "2", "contact")
    assert ask(server, asked) == {}


@pytest.mark.parametrize(
    "body",
    [
        {"from": "380732130001", "direction": "out", "state": "ping"},
        {"from": "380732130001", "state": "after_call"},
        {"from": '"acme_ivanov" <acme_ivanov>'},
        {"from": "anonymous"},
        {"from": None},
        {"from": True},
        {"from": {"number": []}},
        {},
        [],
        [1, "2", None],
        "380732130001",
        7,
    ],
)
def test_what_asks_for_nobody_is_answered_with_nobody(
    server: FastServer, asked: str, crm: Connection, body: Any
) -> None:
    known(crm, "u-ivanov")
    answer = server.json(asked, body)
    assert (answer.status_code, answer.json()) == (200, {})


@pytest.mark.parametrize(
    "body",
    [
        b'{"from": "38073',
        b"[" * 60_000,
        b'{"from": ' + b"9" * 5000 + b"}",
        b"\xff\xfe\x00",
        b"{" + b" " * 70_000 + b"}",
        b"&".join(b"a=1" for _ in range(5000)),
        b"from=%00%FF'; DROP TABLE calls_call; --",
    ],
    ids=["cut", "deep", "long number", "binary", "large", "many fields", "nul"],
)
def test_what_cannot_be_read_is_answered_with_nobody(server: FastServer, asked: str, body: bytes) -> None:
    answer = server.post(asked, body)
    assert (answer.status_code, answer.json()) == (200, {})


def test_a_wrong_secret_is_answered_like_an_unknown_address(
    server: FastServer, asked: str, telephony: Connection, secret: str
) -> None:
    answers = [server.post(path) for path in (asked + "x", f"/forward/{telephony.pk + 1}/{secret}", "/forward/x/y")]
    assert {(one.status_code, one.content) for one in answers} == {(404, b"Not Found")}


def test_a_database_that_hangs_is_not_waited_for(
    server: FastServer, asked: str, crm: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(crm, "u-ivanov")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}
    monkeypatch.setattr("switchhook.routing.endpoint.DEADLINE_SECONDS", 0.3)
    with psycopg.connect(test_database()) as database:
        database.execute("LOCK TABLE directory_directoryentry IN ACCESS EXCLUSIVE MODE")
        answer = server.json(asked, {"from": "380732130001"})
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.elapsed < timedelta(seconds=1)
    until(lambda: ask(server, asked) == {"dst_phone": "acme_ivanov"})


def test_broken_pool_connections_are_replaced_without_anybody_noticing(
    server: FastServer, asked: str, crm: Connection
) -> None:
    known(crm, "u-ivanov")
    ask(server, asked)
    assert cut_connections() > 0
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}


def test_who_was_answered_is_said_on_the_live_path_and_nothing_is_written(
    server: FastServer, asked: str, crm: Connection, ivanov: Employee
) -> None:
    import json

    known(crm, "u-ivanov")
    with psycopg.connect(test_database(), autocommit=True) as database:
        database.execute("LISTEN switchhook_live")
        ask(server, asked)
        notes = list(database.notifies(timeout=5, stop_after=1))
    assert json.loads(notes[0].payload) == {
        "project": crm.project_id,
        "event": "forward",
        "data": {"client": CLIENT, "employee": ivanov.pk},
        "to": [ivanov.pk],
    }
    assert not Call.objects.exists()


def test_a_changed_setting_counts_a_few_seconds_later(
    server: FastServer, asked: str, crm: Connection, telephony: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchhook.core.gate.REMEMBERED_SECONDS", 0.1)
    known(crm, "u-ivanov")
    ask(server, asked)
    setting(telephony, forward_answer_field="number_01")
    until(lambda: ask(server, asked) == {"number_01": "acme_ivanov"}, 3)


def test_settings_that_make_no_sense_fall_back_to_the_recipe(
    server: FastServer, asked: str, crm: Connection, telephony: Connection
) -> None:
    setting(
        telephony,
        forward_fields=7,
        forward_answer="xml",
        forward_order=[None, {}],
        forward_nobody_status="often",
        forward_mobiles="no",
    )
    known(crm, "u-ivanov")
    assert ask(server, asked) == {"dst_phone": "acme_ivanov"}
    assert ask(server, asked, "380501119999") == {}


def test_many_ask_at_once(server: FastServer, asked: str, crm: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is said is held here; how soon, by the benchmark.
    monkeypatch.setattr("switchhook.routing.endpoint.DEADLINE_SECONDS", 60.0)
    monkeypatch.setattr("switchhook.routing.store.POOL_SECONDS", 60.0)
    known(crm, "u-ivanov")
    with ThreadPoolExecutor(32) as pool:
        answers: list[httpx2.Response] = list(
            pool.map(lambda _: server.json(asked, {"from": "0732130001", "state": "ping"}), range(300))
        )
    assert all(answer.json() == {"dst_phone": "acme_ivanov"} for answer in answers)
