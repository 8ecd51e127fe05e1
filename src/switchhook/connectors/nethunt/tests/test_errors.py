"""NetHunt says what is wrong in plain text, mostly; each becomes the error that decides what is done about it."""

from collections.abc import Callable
from typing import Any

import pytest

from switchhook.connectors.nethunt.connector import NetHunt
from switchhook.connectors.nethunt.tests.account import PHONE
from switchhook.connectors.nethunt.tests.canned import answering
from switchhook.connectors.nethunt.tests.conftest import TwinAt
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
from switchhook.core.records import Draft, Kind, Ref

Opened = Callable[..., tuple[NetHunt, TwinAt]]
CONTACT = Draft(kind=Kind.CONTACT, values={"name": "Jan", "phones": [PHONE]})
REF = Ref(Kind.CONTACT, "65f1c0a2b4d5e6f708091a2b")
BAD_KEY = "Your email address or API key does not appear to be valid"


def attempt(crm: NetHunt, what: str) -> object:
    deeds: dict[str, Callable[[], object]] = {
        "check": crm.check,
        "find": lambda: crm.find_by_phone(PHONE),
        "get": lambda: crm.get(REF),
        "create": lambda: crm.create(CONTACT, mark=""),
        "update": lambda: crm.update(REF, {"name": "Jan"}),
        "comment": lambda: crm.create(Draft(kind=Kind.COMMENT, values={"text": "x"}, links=(REF,)), mark=""),
        "changes": lambda: crm.changes(""),
    }
    return deeds[what]()


@pytest.mark.parametrize(
    ("status", "said", "what", "error"),
    [
        (401, BAD_KEY, "get", AuthFailed),
        (400, BAD_KEY, "check", AuthFailed),
        (403, "No", "check", Misconfigured),
        (403, "No", "changes", Misconfigured),
        (403, "No", "create", Misconfigured),
        (403, "No", "update", Rejected),
        (404, "Not found", "check", Misconfigured),
        (404, "Not found", "create", Misconfigured),
        (404, "Not found", "changes", Misconfigured),
        (404, "Not found", "get", TargetGone),
        (404, "Not found", "update", TargetGone),
        (404, "Not found", "comment", TargetGone),
        (422, "Bad field", "comment", Rejected),
        (429, "Too many", "create", RateLimited),
        (429, "Too many", "get", RateLimited),
        (500, "Oops", "get", Unreachable),
        (503, "Oops", "create", OutcomeUnknown),
        (502, "Oops", "update", Unreachable),
        (200, "no JSON at all", "changes", Unreachable),
        (200, "no JSON at all", "create", OutcomeUnknown),
        (200, {"not": "a list"}, "changes", Unreachable),
        (200, {"createdAt": "2026-03-02T08:15:30.000Z"}, "create", OutcomeUnknown),
        (200, {}, "comment", OutcomeUnknown),
        (200, [], "check", Misconfigured),
        (200, ["x", 1], "get", TargetGone),
        (302, "", "get", Misconfigured),
    ],
)
def test_each_answer_is_the_error_that_it_means(status: int, said: Any, what: str, error: type) -> None:
    with answering(said, status) as crm, pytest.raises(SwitchhookError) as refusal:
        attempt(crm, what)
    assert type(refusal.value).__mro__.count(error) == 1, repr(refusal.value)


def test_nobody_is_found_where_no_match_is_answered_with_404() -> None:
    with answering("Not found", 404) as crm:
        assert list(crm.find_by_phone(PHONE)) == []


@pytest.mark.parametrize("name", ["message", "error", "errorMessage", "description"])
def test_the_vendors_own_words_are_told_wherever_they_stand(name: str) -> None:
    with answering({name: "Field 'Stage' has no option 'Nowhere'"}, 400) as crm, pytest.raises(Rejected) as refusal:
        attempt(crm, "comment")
    assert "Field 'Stage' has no option 'Nowhere'." in str(refusal.value)


def test_a_page_of_html_is_not_told_as_words() -> None:
    with answering("<html><body>nginx</body></html>", 400) as crm, pytest.raises(Rejected) as refusal:
        attempt(crm, "comment")
    assert "html" not in str(refusal.value)


def test_a_refusal_for_the_folder_names_its_setting() -> None:
    with answering("Not found", 404) as crm, pytest.raises(Misconfigured) as refusal:
        attempt(crm, "create")
    assert refusal.value.field == "contacts_folder"


def test_a_field_that_was_renamed_holds_the_work_and_is_named(twin: TwinAt, crm: NetHunt) -> None:
    twin.people("rename_field", folder="contacts", **{"from": "Phone number", "to": "Phones"})
    with pytest.raises(Misconfigured) as refusal:
        crm.create(CONTACT, mark="")
    assert refusal.value.field == "contact_phone"
    assert "Phone number" in str(refusal.value)


def test_a_renamed_field_is_named_when_a_record_is_changed_too(twin: TwinAt, crm: NetHunt) -> None:
    made = crm.create(CONTACT, mark="")
    twin.people("rename_field", folder="contacts", **{"from": "Name", "to": "Full name"})
    with pytest.raises(Misconfigured) as refusal:
        crm.update(made.ref, {"name": "Jan Nowak"})
    assert refusal.value.field == "contact_name"


def look_then_make(crm: NetHunt) -> None:
    """As the hub does with a number that it does not know."""
    if not crm.find_by_phone(PHONE):
        crm.create(CONTACT, mark="")


@pytest.mark.parametrize("said", ["nothing", "reject"])
def test_no_second_contact_is_made_though_the_phone_field_was_renamed(crm_at: Opened, said: str) -> None:
    crm, twin = crm_at(unknown_searched=said)
    crm.create(CONTACT, mark="")
    twin.people("rename_field", folder="contacts", **{"from": "Phone number", "to": "Phones"})
    with pytest.raises(Misconfigured) as refusal:
        look_then_make(crm)
    assert refusal.value.field == "contact_phone"
    assert len(twin.state()["records"]["contacts"]) == 1


def test_a_value_that_the_folder_refuses_is_this_records_fault_only(crm_at: Opened) -> None:
    crm, _twin = crm_at(settings={"deal_new_stage": "Nowhere"})
    made = crm.create(CONTACT, mark="")
    with pytest.raises(Rejected) as refusal:
        crm.create(Draft(kind=Kind.DEAL, values={"title": "Deal"}, links=(made.ref,)), mark="")
    assert "Nowhere" in str(refusal.value)


def test_a_user_who_is_no_member_is_refused_by_name(crm: NetHunt) -> None:
    with pytest.raises(Rejected) as refusal:
        crm.create(Draft(kind=Kind.CONTACT, values={"name": "Jan", "owner": "x@example.com"}), mark="")
    assert "x@example.com" in str(refusal.value)


def test_a_plan_without_the_interface_is_told_with_the_remedy() -> None:
    with answering("Your plan does not include the API", 403) as crm, pytest.raises(Misconfigured) as refusal:
        crm.check()
    assert "Business Plus" in str(refusal.value)


@pytest.mark.parametrize(("changes", "wait"), [({"per_second": 1}, None), ({"monthly_calls": 1}, 3600)])
def test_each_kind_of_limit_makes_the_work_wait(crm_at: Opened, changes: dict[str, int], wait: float | None) -> None:
    crm, _twin = crm_at(**changes)
    crm.create(CONTACT, mark="")
    with pytest.raises(RateLimited) as refusal:
        crm.create(CONTACT, mark="")
    assert refusal.value.retry_after == wait


def test_a_refused_key_is_good_again_once_it_was_renewed(twin: TwinAt, crm: NetHunt) -> None:
    twin.control("faults", action="expire_token")
    with pytest.raises(AuthFailed):
        crm.check()
    twin.control("configure", api_key=twin.config.api_key)
    assert crm.check().account_name == "NetHunt CRM (Olena Kovalenko)"
