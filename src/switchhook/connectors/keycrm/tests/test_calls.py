"""Calls by the webhook link of the telephony service."""

from typing import Any

import pytest

from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.tests.account import PHONE, TwinAccount
from switchhook.core.errors import Misconfigured, OutcomeUnknown, Rejected, TargetGone
from switchhook.core.records import Draft, Kind, Record, Ref

ANSWERED: dict[str, Any] = {
    "direction": "in",
    "status": "answered",
    "client_number": PHONE,
    "project_number": "+380441234567",
    "started_at": "2026-11-20T09:30:00+00:00",
    "talk_seconds": 42,
    "wait_seconds": 5,
    "call_id": "77",
    "employee": "11",
    "employee_line": "acme_olena",
    "recording_url": "https://hub.example/r/1",
}
MISSED = {**{name: ANSWERED[name] for name in ("direction", "client_number", "call_id")}, "status": "missed"}


@pytest.fixture
def crm(account: TwinAccount) -> KeyCrm:
    return account.connect()


def tell(crm: KeyCrm, values: dict[str, Any], *links: Ref, mark: str = "swh-m1") -> Record:
    return crm.create(Draft(kind=Kind.CALL, values=values, links=links), mark=mark)


def test_a_talk_is_entered_with_its_manager_its_length_and_its_recording(account: TwinAccount, crm: KeyCrm) -> None:
    made = tell(crm, ANSWERED)
    assert account.last()["body"] == {
        "action": "call",
        "call": {
            "id": made.id,
            "direction": "incoming",
            "caller": "acme_olena",
            "destination_number": PHONE,
            "state": "completed",
            "duration": 42,
            "audio_url": "https://hub.example/r/1",
        },
    }
    call = account.records("calls")[0]
    assert (call["user_id"], call["duration"], call["call_url"]) == (11, 42, "https://hub.example/r/1")
    assert call["reference_id"].startswith("77-")
    assert call["events"] == ["completed"]


@pytest.mark.parametrize(
    ("status", "state"), [("missed", "canceled"), ("failed", "busy"), ("other", "canceled"), ("answered", "completed")]
)
def test_each_end_of_a_call_has_its_state(account: TwinAccount, crm: KeyCrm, status: str, state: str) -> None:
    tell(crm, {**MISSED, "direction": "out", "status": status, "employee_line": "acme_olena"})
    call = account.records("calls")[0]
    assert (call["type"], call["state"]) == ("outgoing", state)


def test_a_call_that_reached_nobody_is_entered_under_the_number_for_such_calls(
    account: TwinAccount, crm: KeyCrm
) -> None:
    made = tell(crm, MISSED)
    call = account.records("calls")[0]
    assert (call["internal_number"], call["state"], call["user_id"]) == ("300", "canceled", None)
    assert "300" in " ".join(str(remark) for remark in made.remarks)


def test_without_a_number_for_such_calls_the_remedy_is_named(account: TwinAccount) -> None:
    crm = account.connect(fallback_internal_number="")
    with pytest.raises(Rejected, match="Name a number for such calls"):
        tell(crm, MISSED)
    assert account.records("calls") == []
    tell(crm, ANSWERED)


def test_a_message_left_is_remarked_on_since_keycrm_takes_recordings_of_talks_only(crm: KeyCrm) -> None:
    made = tell(crm, {**MISSED, "recording_url": "https://hub.example/r/1"})
    assert any("recording" in str(remark) for remark in made.remarks)


def test_a_call_is_tied_to_buyer_and_open_card_by_keycrm_itself(account: TwinAccount, crm: KeyCrm) -> None:
    card = crm.create(Draft(kind=Kind.DEAL, values={"title": "Call", "phones": [PHONE]}), mark="")
    links = crm.get(tell(crm, ANSWERED).ref).values["links"]
    assert {"kind": "deal", "id": card.id} in links
    assert {"kind": "contact", "id": str(account.records("buyers")[0]["id"])} in links


def test_two_hubs_that_count_alike_do_not_meet(account: TwinAccount, crm: KeyCrm) -> None:
    tell(crm, ANSWERED, mark="swh-first-hub")
    tell(crm, ANSWERED, mark="swh-second-hub")
    assert len(account.records("calls")) == 2


def test_a_lost_event_is_found_by_the_calls_id_and_only_that(account: TwinAccount, crm: KeyCrm) -> None:
    account.fault(action="drop_after_commit", path="/telephony/webhook")
    draft = Draft(kind=Kind.CALL, values=ANSWERED)
    with pytest.raises(OutcomeUnknown):
        crm.create(draft, mark="swh-m1")
    since = crm.get(Ref(Kind.CALL, account.records("calls")[0]["reference_id"]))
    found = crm.find_made(draft, "swh-m1", since=None)  # type: ignore[arg-type]  # a call is found by its id alone
    assert found is not None
    assert found.ref == since.ref
    assert crm.find_made(draft, "swh-m2", since=None) is None  # type: ignore[arg-type]


def test_a_link_that_keycrm_does_not_know_any_more_is_a_setting_to_mend(account: TwinAccount) -> None:
    crm = account.connect(service_link=f"{account.url}/telephony/webhook?token=wrong-and-long-enough")
    with pytest.raises(Misconfigured) as refusal:
        tell(crm, ANSWERED)
    assert refusal.value.field == "service_link"
    assert "wrong-and-long-enough" not in str(refusal.value)


@pytest.mark.parametrize("rule", [{"action": "status", "status": 500}, {"action": "status", "status": 418}])
def test_no_error_of_the_link_tells_the_link(account: TwinAccount, crm: KeyCrm, rule: dict[str, Any]) -> None:
    token = account.config.link_token
    account.fault(path="/telephony/webhook", body={"message": f"POST /telephony/webhook?token={token}"}, **rule)
    with pytest.raises((OutcomeUnknown, Rejected)) as refusal:
        tell(crm, ANSWERED)
    assert token not in str(refusal.value)


def test_the_twins_log_does_not_tell_the_link(account: TwinAccount, crm: KeyCrm) -> None:
    tell(crm, ANSWERED)
    assert account.config.link_token not in str(account.last())


def test_without_a_link_there_are_no_calls_and_a_comment_stands_in(account: TwinAccount) -> None:
    crm = account.connect(service_link="")
    assert Kind.CALL not in crm.capabilities.kinds
    assert Kind.COMMENT in crm.capabilities.kinds


def test_a_call_that_is_not_in_the_history_is_gone(crm: KeyCrm) -> None:
    with pytest.raises(TargetGone):
        crm.get(Ref(Kind.CALL, "78"))


def test_a_call_without_the_clients_number_or_an_id_is_rejected(crm: KeyCrm) -> None:
    with pytest.raises(Rejected, match="number"):
        tell(crm, {**ANSWERED, "client_number": ""})
    with pytest.raises(Rejected, match="id"):
        tell(crm, {**ANSWERED, "call_id": ""}, mark="")
