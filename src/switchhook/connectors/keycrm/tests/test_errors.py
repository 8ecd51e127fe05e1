"""What KeyCRM's refusals mean for the work, and what a person is told to do."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from switchhook.connectors.allowances import Allowance, Costs
from switchhook.connectors.base import Account
from switchhook.connectors.keycrm.connector import KeyCrm, connect
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.errors import AuthFailed, Misconfigured, OutcomeUnknown, RateLimited, Rejected, Unreachable
from switchhook.core.records import Draft, Kind, Ref

CARD = Draft(kind=Kind.DEAL, values={"title": "Call", "phones": [PHONE]})


class Bookkeeper:
    """A governor that lets everything pass and writes down what it is told."""

    def __init__(self) -> None:
        self.booked: list[Costs] = []
        self.left: list[tuple[Allowance, float]] = []
        self.stopped: list[float] = []

    def admit(self, costs: Costs) -> AbstractContextManager[None]:
        self.booked.append(costs)
        return nullcontext()

    def stop(self, seconds: float) -> None:
        self.stopped.append(seconds)

    def learn(self, allowance: Allowance, left: float) -> None:
        self.left.append((allowance, left))


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


def governed(account: TwinAccount, governor: Bookkeeper, **settings: Any) -> KeyCrm:
    settings = {"base_url": f"{account.url}/v1", **settings}
    return connect(Account(credentials=account.credentials, settings=settings, governor=governor))


def test_a_key_that_is_not_accepted_says_where_to_copy_it_anew(account: TwinAccount) -> None:
    with pytest.raises(AuthFailed, match="Copy it anew"):
        account.connect(api_key="another-key-altogether").users()
    account.fault(action="expire_token")
    with pytest.raises(AuthFailed):
        account.connect().check()
    account.people("renew_key")
    assert account.connect().check().account_name == "KeyCRM acme"


def test_a_refused_field_is_named(crm: KeyCrm) -> None:
    with pytest.raises(Rejected, match="manager_id: The selected manager_id is invalid"):
        crm.create(Draft(kind=Kind.CONTACT, values={"name": "Ivan", "owner": "999"}), mark="")


@pytest.mark.parametrize("value", ["acme", "-1", "1.5"])
def test_an_id_that_cannot_be_one_is_rejected_before_it_is_sent(account: TwinAccount, crm: KeyCrm, value: str) -> None:
    asked = account.asked()
    with pytest.raises(Rejected, match="no user with the id"):
        crm.create(Draft(kind=Kind.CONTACT, values={"name": "Ivan", "owner": value}), mark="")
    assert account.asked() == asked


def test_a_403_concerns_one_record_and_not_the_connection(account: TwinAccount, crm: KeyCrm) -> None:
    account.fault(action="status", method="POST", path="/v1/pipelines/cards", status=403, body={"message": "No."})
    with pytest.raises(Rejected, match=r"sales funnels switched off"):
        crm.create(CARD, mark="")
    assert crm.create(CARD, mark="").id


def test_funnels_that_are_switched_off_are_named_as_what_to_mend(account: TwinAccount, crm: KeyCrm) -> None:
    account.configure(pipelines_enabled=False)
    for attempt in (lambda: crm.create(CARD, mark=""), crm.pipelines, lambda: crm.get(Ref(Kind.DEAL, "1"))):
        with pytest.raises(Misconfigured, match="Switch them on"):
            attempt()
    assert any("Switch them on" in remark for remark in crm.check().remarks)


def test_without_funnels_buyers_are_found_and_fed_all_the_same(account: TwinAccount, crm: KeyCrm) -> None:
    account.configure(pipelines_enabled=False)
    there = account.add_contact("Ivan", PHONE)
    assert [record.ref for record in crm.find_by_phone(PHONE)] == [there]
    told, cursor, more = [], "", True
    while more:
        page = crm.changes(cursor)
        told += [record.ref for record in page.records]
        cursor, more = page.cursor, page.more
    assert told == [there]


def test_too_many_requests_wait_as_long_as_keycrm_says(account: TwinAccount, crm: KeyCrm) -> None:
    account.configure(requests_per_minute=2)
    crm.users()
    crm.users()
    with pytest.raises(RateLimited) as refusal:
        crm.users()
    assert refusal.value.retry_after == pytest.approx(60, abs=2)
    account.let_time_pass(61)
    assert crm.users()


def test_every_request_is_booked_and_what_is_left_is_learnt(account: TwinAccount) -> None:
    account.configure(requests_per_minute=60)
    governor = Bookkeeper()
    governed(account, governor, requests_per_minute=20).users()
    minute = Allowance(name="minute", most=20, per=60)
    assert governor.booked == [{minute: 1}]
    assert governor.left == [(minute, 59.0)]


def test_a_limit_stops_everybody(account: TwinAccount) -> None:
    governor = Bookkeeper()
    account.fault(action="status", status=429, headers={"Retry-After": "9"})
    with pytest.raises(RateLimited):
        governed(account, governor).users()
    assert governor.stopped == [9.0]


def test_an_event_is_not_booked_as_a_request_of_the_api(account: TwinAccount) -> None:
    governor = Bookkeeper()
    values = {"client_number": PHONE, "status": "missed", "call_id": "7", "employee_line": "301"}
    governed(account, governor).create(Draft(kind=Kind.CALL, values=values), mark="")
    assert governor.booked == []


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "<html>", '{"data": 5}', '{"message": "?"}'])
def test_an_answer_of_another_form_is_no_answer(account: TwinAccount, crm: KeyCrm, body: str) -> None:
    account.fault(action="status", status=200, body=body, times=None)
    for attempt in (crm.users, lambda: crm.get(Ref(Kind.CONTACT, "1")), lambda: crm.find_by_phone(PHONE)):
        with pytest.raises(Unreachable):
            attempt()
    with pytest.raises(OutcomeUnknown):
        crm.create(CARD, mark="")
