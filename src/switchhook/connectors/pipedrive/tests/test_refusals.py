"""Every refusal becomes the error that says what is to be done about it."""

from typing import Any

import pytest

from switchhook.connectors.pipedrive.tests.office import Office
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

IVAN = Draft(kind=Kind.CONTACT, values={"name": "Ivan", "phones": ["+380671234567"]})
HINT = "Please check developers.pipedrive.com"


def refused(office: Office, status: int, body: Any, **headers: str) -> SwitchhookError:
    """What a create that is answered so is told to be."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    office.fail(action="status", method="POST", path="/api/v2/persons", status=status, body=body, headers=named)
    with pytest.raises(SwitchhookError) as refusal:
        office.connect().create(IVAN, mark="")
    return refusal.value


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "Validation failed: name: x.", "code": "ERR_SCHEMA_VALIDATION_FAILED"}, Rejected),
        (400, {"error": "Person not found or deleted"}, TargetGone),
        (401, {"error": "unauthorized access", "error_info": HINT}, AuthFailed),
        (402, {"error": "Company account is not open"}, Misconfigured),
        (403, {"error": "Scope and URL mismatch", "error_info": HINT}, Misconfigured),
        (403, {"error": "Couldn't add the deal. Open deals limit reached."}, Rejected),
        (403, {"error": "You don't have permission to change this resource."}, Rejected),
        (404, {"error": "Organization not found"}, TargetGone),
        (409, {"error": "There is one"}, Rejected),
        (410, {"error": "Gone"}, TargetGone),
        (415, {"error": "Feature is not enabled"}, Rejected),
        (422, {"error": "Unprocessable"}, Rejected),
        (500, {"error": "Internal Server Error", "code": "ERR_UNKNOWN"}, OutcomeUnknown),
        (503, "maintenance", OutcomeUnknown),
    ],
)
def test_an_answer_becomes_its_error(office: Office, status: int, body: Any, kind: type[SwitchhookError]) -> None:
    assert type(refused(office, status, body)) is kind


def test_the_vendors_own_words_are_told_without_its_hint(office: Office) -> None:
    body = {"error": "provided dataset is not valid", "error_info": '"owner_id" must be a number'}
    assert str(refused(office, 400, body)).endswith('provided dataset is not valid. "owner_id" must be a number.')
    assert HINT not in str(refused(office, 404, {"error": "Person not found", "error_info": HINT}))


def test_an_error_of_a_shape_that_nobody_knows_is_told_all_the_same(office: Office) -> None:
    assert "field_code" in str(refused(office, 400, {"error": {"field_code": "abc", "message": "unknown"}}))
    assert "no explanation" in str(refused(office, 400, []))
    assert "no explanation" in str(refused(office, 400, "<html>"))


def test_a_missing_right_names_the_remedy(office: Office) -> None:
    error = refused(office, 403, {"error": "Scope and URL mismatch"})
    assert isinstance(error, Misconfigured)
    assert (error.field, "Developer Hub" in str(error)) == ("refresh_token", True)


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"error": "daily request budget exceeded", "errorCode": 429}, {"retry_after": "3939"}, 3939),
        ({"error": "daily request budget exceeded"}, {}, 3600),
        ({"error": "x"}, {"x_daily_ratelimit_token_remaining": "0"}, 3600),
        ({"error": "request over limit"}, {"x_ratelimit_reset": "2"}, 2),
        ({"error": "request over limit"}, {"retry_after": "1", "x_ratelimit_reset": "2"}, 1),
        ("no json at all", {}, 2),
    ],
)
def test_both_kinds_of_limit_tell_how_long_to_wait(
    office: Office, body: Any, headers: dict[str, str], seconds: float
) -> None:
    error = refused(office, 429, body, **headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_the_shields_page_is_a_limit_and_no_broken_sign_in(office: Office) -> None:
    error = refused(office, 403, "<!DOCTYPE html><title>Access denied</title>")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 120


def test_the_twins_own_burst_ends_in_limits_and_then_in_the_shield(office: Office) -> None:
    office.configure(limits=True, plan="lite", seats=1, html_403_after=1)
    crm = office.connect()
    waits = []
    for _ in range(13):
        try:
            crm.find_by_phone("+380671234567")
        except RateLimited as limit:
            waits.append(limit.retry_after)
    assert waits[:2] == [2, 120]


def test_a_used_up_day_waits_for_midnight(office: Office) -> None:
    office.control("clock", now="2026-11-20T23:00:00+00:00")
    office.configure(limits=True, plan="lite", seats=1)
    crm = office.connect()
    office.control("spend", tokens=29_999)
    with pytest.raises(RateLimited) as limit:
        crm.find_by_phone("+380671234567")
    assert limit.value.retry_after == 3600
    office.control("clock", advance=3601)
    assert crm.find_by_phone("+380671234567") == []


# --- what may be sent again -------------------------------------------------------------------------------------------


def test_a_change_whose_answer_was_lost_may_be_sent_again(office: Office) -> None:
    crm = office.connect()
    made = crm.create(IVAN, mark="")
    office.fail(action="drop_after_commit", method="PATCH", path="/api/v2/persons/*")
    with pytest.raises(Unreachable):
        crm.update(made.ref, {"name": "Petro"})
    assert crm.update(made.ref, {"name": "Petro"}).title == "Petro"


def test_an_answer_that_says_no_success_is_a_refusal(office: Office) -> None:
    assert isinstance(refused(office, 200, {"success": False, "error": "no"}), Rejected)


def test_a_stranger_id_is_gone_without_a_request(office: Office) -> None:
    with pytest.raises(TargetGone):
        office.connect().get(Ref(Kind.CONTACT, "../users"))
    assert office.asked() == []
