"""Every promise of a CRM connector, in each of the ways in which the vendor's own is not published."""

from collections.abc import Sequence
from typing import Any

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.connectors.testing.crm import Backdoor, CrmContract, Faults, TwinFaults
from switchhook.connectors.zoho.tests.zoho_account import CLIENT_SECRET, TwinClient, ZohoBackdoor, open_crm
from switchhook.connectors.zoho.twin.tokens import DEFAULT_REFRESH
from switchhook.core.records import Kind

_CREATES = {
    Kind.CONTACT: ("POST", "/crm/v8/Contacts"),
    Kind.COMPANY: ("POST", "/crm/v8/Accounts"),
    Kind.LEAD: ("POST", "/crm/v8/Leads"),
    Kind.DEAL: ("POST", "/crm/v8/Deals"),
    Kind.TASK: ("POST", "/crm/v8/Tasks"),
    Kind.CALL: ("POST", "/crm/v8/Calls"),
    Kind.COMMENT: ("POST", "/crm/v8/Notes"),
}


def limited(seconds: int) -> dict[str, Any]:
    details = {"retry_after": seconds, "limit": 10, "window": 60, "trace_id": "t"}
    message = "Rate limit exceeded. Please try again later."
    body = {"code": "TOO_MANY_REQUESTS", "message": message, "status": "error", "details": details}
    return {"status": 429, "body": body}


def refused(sentence: str) -> dict[str, Any]:
    return {"status": 400, "body": {"code": "NOT_ALLOWED", "message": sentence, "status": "error", "details": {}}}


UNAUTHORIZED = {
    "status": 401,
    "body": {"code": "INVALID_TOKEN", "message": "invalid oauth token", "status": "error", "details": {}},
}


class TestWithQueries(CrmContract):
    """The default: COQL, without lag; the index lags five seconds."""

    account: dict[str, Any] = {}
    settings: dict[str, Any] = {}

    @pytest.fixture
    def connector(self, twin: TwinClient) -> CrmConnector:
        twin.control("configure", **self.account)
        return open_crm(twin, **self.settings)

    @pytest.fixture
    def backdoor(self, twin: TwinClient) -> Backdoor:
        return ZohoBackdoor(twin)

    @pytest.fixture
    def faults(self, twin: TwinClient) -> Faults:
        return TwinFaults(
            str(twin.base_url).rstrip("/"),
            path="/crm/*",
            creates=_CREATES,
            limited=limited,
            unauthorized=UNAUTHORIZED,
            refused=refused,
        )

    @pytest.fixture
    def secrets(self) -> Sequence[str]:
        return [CLIENT_SECRET, DEFAULT_REFRESH]


class TestWithTheSearchIndex(TestWithQueries):
    """The search compares digits, and knows nothing of the last five seconds."""

    settings = {"look_up": "search", "search_delay": 5}


class TestWithALiteralSearchIndex(TestWithQueries):
    """The search compares letters; an unknown id is an error; a failed write has status 202."""

    account = {"phone_match": "literal", "index_delay": 0, "unknown_id_status": 400, "failed_write_status": 202}
    settings = {"look_up": "search", "search_delay": 0}


class TestWithoutPipelines(TestWithQueries):
    """Deals without pipelines, unknown fields ignored, the length of a call in hours and minutes."""

    account = {
        "pipelines_on": False,
        "unknown_fields": "ignore",
        "call_length": "HH:mm",
        "limit_body": "RATE_LIMIT_EXCEEDED",
    }
    settings = {"call_length": "HH:mm"}
