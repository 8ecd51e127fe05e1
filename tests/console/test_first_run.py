"""The guide: each step opens after the one before it, is seen from what is there, and survives everything."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import Desk, make_user
from tests.hub import Hub

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.connections.services import add
from switchhook.connectors.base import RehearsedEvent
from switchhook.console.views.first_run_people import likely_me
from switchhook.core.rehearsed import is_rehearsed
from switchhook.crm.models import Contact
from switchhook.delivery.models import Lane, Rehearsal
from switchhook.intake.models import RawEvent, RawState
from switchhook.onboarding import acting, reach
from switchhook.onboarding.acting import HEADER
from switchhook.onboarding.models import Guide
from switchhook.onboarding.reach import Outcome
from switchhook.onboarding.steps import FirstRun, Step, unfinished
from switchhook.onboarding.tasks import act_rehearsal
from switchhook.projects.models import AuditEntry, Employee, Membership, Project, Role, User

from .conftest import Exchange


class Newcomer:
    """The owner of a project in which nothing is connected but the built-in CRM, as `switchhook owner` makes it."""

    def __init__(self) -> None:
        self.project = Project.objects.create(name="Fresh")
        self.user: User = make_user("olena@example.com")
        Membership.objects.create(user=self.user, project=self.project, role=Role.OWNER)
        self.crm = add(self.project, "builtin")
        self.client = Client()
        self.client.force_login(self.user)

    def get(self, path: str = "") -> str:
        answer = self.client.get(f"/p/{self.project.pk}/start/{path}")
        assert answer.status_code == 200
        return answer.content.decode()

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(f"/p/{self.project.pk}/start/{path}", data)

    @property
    def run(self) -> FirstRun:
        return FirstRun(self.project, self.user)

    def step(self) -> Step | None:
        return self.run.open_step

    def me(self) -> Employee | None:
        return self.run.me

    def connect(self, exchange: Exchange, key: str = "") -> Any:
        said = {"project_id": exchange.project_id, "auth_key": key or exchange.auth_key, "base_url": exchange.url}
        fields = {f"field_{name}": value for name, value in said.items()}
        return self.post("connect/ringostat", name="Exchange", step="telephony", **fields)

    def until_rules(self, exchange: Exchange) -> None:
        self.connect(exchange)
        self.post("decide", do="later", step="webhook")
        self.post("decide", do="local-crm")
        me, _others = self.people()
        users = {f"user-{one.pk}": one.pk for one in Employee.objects.filter(project=self.project)}
        self.post("people", me=me.pk, **users)

    def people(self) -> tuple[Employee, list[Employee]]:
        people = list(Employee.objects.filter(project=self.project).order_by("staff_id"))
        return people[0], people[1:]

    def rule(self) -> None:
        _me, others = self.people()
        said = {"senior_employee": others[0].pk, "top_employee": others[1].pk, "task_due_hours": 2}
        self.post("rules", preset="nethunt", **said)


@pytest.fixture
def newcomer(db: None) -> Newcomer:
    return Newcomer()


def test_signing_in_to_an_empty_project_leads_to_the_guide(newcomer: Newcomer) -> None:
    assert newcomer.client.get("/").headers["Location"] == f"/p/{newcomer.project.pk}/start/"
    assert newcomer.step() is Step.TELEPHONY
    assert "Opens after “Connect your telephony”." in newcomer.get()


def test_a_project_with_calls_needs_no_guide(desk: Desk, owner: Client) -> None:
    assert unfinished(desk.project)
    desk.call()
    assert not unfinished(desk.project)
    assert owner.get("/").headers["Location"] == f"/p/{desk.project.pk}/"
    owner.get(f"/p/{desk.project.pk}/start/")
    assert not unfinished(desk.project)
    assert FirstRun(desk.project, desk.members[Role.OWNER]).crm == desk.crm


def test_a_manager_is_not_led_to_a_page_that_he_may_not_open(desk: Desk, manager: Client) -> None:
    assert manager.get("/").headers["Location"] == f"/p/{desk.project.pk}/"


def test_refused_keys_are_told_in_the_step_and_nothing_is_saved(newcomer: Newcomer, exchange: Exchange) -> None:
    answer = newcomer.connect(exchange, key="wrong")
    assert (answer.status_code, newcomer.run.telephony) == (422, None)
    assert "does not accept the credentials" in answer.content.decode()


def test_accepted_keys_bring_the_employees_and_open_the_next_step(newcomer: Newcomer, exchange: Exchange) -> None:
    answer = newcomer.connect(exchange)
    assert answer.headers["Location"] == f"/p/{newcomer.project.pk}/start/"
    assert (newcomer.step(), newcomer.project.employees.count()) == (Step.WEBHOOK, 5)
    page = newcomer.get()
    assert f"/in/{newcomer.run.telephony.pk}/" in page  # type: ignore[union-attr]
    assert "from this machine only" in page


def test_the_provider_comes_in_and_the_step_is_done(newcomer: Newcomer, exchange: Exchange) -> None:
    newcomer.connect(exchange)
    assert "Waiting for the first event" in newcomer.get("event")
    telephony = newcomer.run.telephony
    assert telephony
    RawEvent.objects.create(
        connection=telephony,
        received_at=timezone.now(),
        method="POST",
        content_type="application/json",
        body=b'{"klient": "+380501234567", "calldate": "2022-01-01 10:16:46"}',
    )
    page = newcomer.get("event")
    assert "test webhook arrived" in page
    assert "nothing is written to any CRM" in page
    assert newcomer.step() is Step.CRM


def test_names_are_learnt_from_the_first_event_and_unreadable_ones_are_read_anew(
    newcomer: Newcomer, exchange: Exchange
) -> None:
    newcomer.connect(exchange)
    telephony = newcomer.run.telephony
    assert telephony
    body = b'{"klient": "+380501234567", "klass": "x"}'
    event = RawEvent.objects.create(
        connection=telephony, received_at=timezone.now(), method="POST", body=body, state=RawState.FLAGGED
    )
    newcomer.post("names", **{"name-1": "klient", "meaning-1": "E164", "name-2": "klass", "meaning-2": ""})
    telephony.refresh_from_db()
    event.refresh_from_db()
    assert (telephony.settings["names"], event.state) == ({"klient": "E164"}, RawState.NEW)
    assert AuditEntry.objects.filter(action="connection.settings", user=newcomer.user).exists()


def test_the_webhook_cannot_be_put_off_where_the_provider_could_not_come_in(
    newcomer: Newcomer, exchange: Exchange, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUBLIC_URL = "https://hub.example.com"
    monkeypatch.setattr(reach, "try_address", lambda _url, _fetch=None: (Outcome.NO_ANSWER, "connection refused"))
    newcomer.connect(exchange)
    newcomer.post("reach")
    newcomer.post("decide", do="later", step="webhook")
    assert newcomer.step() is Step.WEBHOOK
    assert "does not answer at its public address" in newcomer.get()
    monkeypatch.setattr(reach, "try_address", lambda _url, _fetch=None: (Outcome.REACHED, ""))
    newcomer.post("reach")
    newcomer.post("decide", do="later", step="webhook")
    assert newcomer.step() is Step.CRM


def test_the_hub_answers_to_itself_without_a_sign_in(client: Client) -> None:
    assert client.get("/reach/abc").content.decode() == reach.answer("abc") != reach.answer("abd")


def test_who_is_who_is_confirmed_and_the_user_is_an_employee(newcomer: Newcomer, exchange: Exchange) -> None:
    newcomer.until_rules(exchange)
    me, _others = newcomer.people()
    assert newcomer.me() == me
    assert EmployeeAccount.objects.filter(connection=newcomer.crm).count() == 5
    assert newcomer.step() is Step.RULES
    newcomer.post("people", me="nobody")
    assert (newcomer.me(), newcomer.run.is_done(Step.PEOPLE)) == (None, True)


def test_an_employee_who_is_another_member_is_not_taken_from_him(newcomer: Newcomer, exchange: Exchange) -> None:
    newcomer.until_rules(exchange)
    me, others = newcomer.people()
    colleague = make_user("piotr@example.com")
    Employee.objects.filter(pk=others[0].pk).update(user=colleague)
    for chosen in (others[0].pk, 999_999, "9" * 30, "somebody"):
        newcomer.post("people", me=chosen)
    assert newcomer.me() == me
    assert Employee.objects.get(pk=others[0].pk).user == colleague


def test_the_user_is_recognised_by_his_e_mail_else_by_his_name() -> None:
    people = [Employee(pk=1, name="Коваленко Олена", email="x@example.com"), Employee(pk=2, name="Piotr Nowak")]
    assert likely_me(User(email="X@example.com"), people) == people[0]
    assert likely_me(User(email="y@example.com", name="Olena Kovalenko"), people) == people[0]
    assert likely_me(User(email="y@example.com", name="Somebody Else"), people) is None


def test_the_preset_and_the_people_of_the_rules_are_put_in_force(newcomer: Newcomer, exchange: Exchange) -> None:
    newcomer.until_rules(exchange)
    assert "A new client calls, nobody answers" in newcomer.get()
    newcomer.rule()
    crm = Connection.objects.get(pk=newcomer.crm.pk)
    assert (crm.settings["task_due_minutes"], crm.matrices.get().preset) == (120, "nethunt")
    newcomer.rule()
    assert crm.matrices.count() == 1
    assert newcomer.step() is Step.TEST


def test_a_test_call_cannot_be_made_before_its_step_is_open(newcomer: Newcomer, exchange: Exchange) -> None:
    newcomer.until_rules(exchange)
    newcomer.post("call", client="+380501234567")
    assert not Rehearsal.objects.exists()


def test_the_test_call_goes_through_and_ends_the_guide(
    newcomer: Newcomer, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer.until_rules(exchange)
    newcomer.rule()
    me, _others = newcomer.people()
    newcomer.post("call", client="050 123 45 67", employee=me.pk, writes=[newcomer.crm.pk])
    acted_out(newcomer, monkeypatch)
    call = Call.objects.get(project=newcomer.project)
    assert is_rehearsed(call.external_id)
    assert Contact.objects.get(project=newcomer.project).owner == me
    page = newcomer.get("?step=test")
    assert "You are ready" in page
    assert f"/p/{newcomer.project.pk}/calls/{call.pk}/" in page
    newcomer.post("decide", do="finish")
    assert not unfinished(newcomer.project)
    assert newcomer.client.get("/").headers["Location"] == f"/p/{newcomer.project.pk}/"
    assert "First steps" not in newcomer.client.get(f"/p/{newcomer.project.pk}/calls/").content.decode()


def test_progress_is_the_same_in_another_browser_and_for_a_step_done_elsewhere(newcomer: Newcomer) -> None:
    add(newcomer.project, "ringostat", credentials={"project_id": "1", "auth_key": "k"})
    other = Client()
    other.force_login(newcomer.user)
    page = other.get(f"/p/{newcomer.project.pk}/start/").content.decode()
    assert newcomer.step() is Step.WEBHOOK
    assert page.count("guide__step--done") == 1
    assert Guide.objects.get().project == newcomer.project


def acted_out(newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the jobs run that a worker would run."""

    telephony = newcomer.run.telephony
    assert telephony

    def post(_url: str, event: RehearsedEvent, external_id: str) -> None:
        RawEvent.objects.create(
            connection=telephony,
            received_at=timezone.now(),
            method="POST",
            content_type=event.content_type,
            query=event.query,
            headers={HEADER: external_id},
            body=event.body,
        )

    monkeypatch.setattr(acting, "_post", post)
    hub = Hub(project=newcomer.project, telephony=telephony, crm=newcomer.crm, people={})
    rehearsal = Rehearsal.objects.get()
    for _event in range(rehearsal.of):
        act_rehearsal.func(rehearsal.pk, "http://127.0.0.1:1")
        hub.settle()
    assert not Lane.objects.filter(scheduled=True).exists()
