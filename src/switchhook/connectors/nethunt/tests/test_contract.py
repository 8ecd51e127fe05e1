"""The contract of all CRMs, in every way in which NetHunt may behave where nobody knows how it does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.connectors.nethunt.connector import NetHunt, connect
from switchhook.connectors.nethunt.tests.account import WITHOUT_MARKS, account_at
from switchhook.connectors.nethunt.tests.conftest import TwinAt
from switchhook.connectors.nethunt.twin import TwinConfig, ukrainian
from switchhook.connectors.testing.crm import PHONE, Backdoor, CrmContract, TwinFaults
from switchhook.core.records import Kind, Ref

API = "/api/v1/zapier/*"
MODES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "usual": ({}, {}),
    "late-and-loose": (
        {"index_delay": 5.0, "search_match": "part", "no_match": "404", "feed_order": "shuffled"},
        {},
    ),
    "terse-ukrainian": (
        {"folders": ukrainian(), "create_answer": "name", "update_answer": "changed", "needs_field_name": True}
        | {"feed_order": "oldest", "single_for_several": "reject", "near_hits": False},
        {},
    ),
}


class Office:
    """What people do in NetHunt itself."""

    def __init__(self, twin: TwinAt) -> None:
        self._twin = twin

    def add_contact(self, name: str, phone: str) -> Ref:
        return Ref(Kind.CONTACT, self._twin.people("contact", name=name, phone=phone)["recordId"])

    def delete(self, ref: Ref) -> None:
        self._twin.people("delete", recordId=ref.id)

    def close(self, ref: Ref) -> None:
        self._twin.people("close", recordId=ref.id)

    def let_time_pass(self, seconds: float) -> None:
        self._twin.control("clock", advance=seconds)


class AtNetHunt(CrmContract):
    at_once = 5

    @pytest.fixture
    def mode(self) -> tuple[dict[str, Any], dict[str, Any]]:
        raise NotImplementedError

    @pytest.fixture
    def twin(self, serve: Callable[[TwinConfig], TwinAt], mode: tuple[dict[str, Any], dict[str, Any]]) -> TwinAt:
        return serve(replace(TwinConfig(), **mode[0]))

    @pytest.fixture
    def connector(self, twin: TwinAt, mode: tuple[dict[str, Any], dict[str, Any]]) -> NetHunt:
        return connect(account_at(twin.url, twin.config, **mode[1]))

    @pytest.fixture
    def backdoor(self, twin: TwinAt) -> Office:
        return Office(twin)

    @pytest.fixture
    def faults(self, twin: TwinAt) -> TwinFaults:
        creates = dict.fromkeys(Kind, ("POST", f"{API}create-record/*"))
        creates |= {Kind.COMMENT: ("POST", f"{API}create-comment/*"), Kind.CALL: ("POST", f"{API}create-call-log/*")}
        return TwinFaults(twin.url, path=API, creates=creates)

    @pytest.fixture
    def secrets(self, twin: TwinAt) -> list[str]:
        return [twin.config.api_key]


class TestNetHunt(AtNetHunt):
    @pytest.fixture(params=MODES)
    def mode(self, request: pytest.FixtureRequest) -> tuple[dict[str, Any], dict[str, Any]]:
        return MODES[request.param]


class TestWhereTheSearchTakesOneValue(AtNetHunt):
    """And where the admin has made no field for the mark: deals of a lost request need a person then."""

    @pytest.fixture
    def mode(self) -> tuple[dict[str, Any], dict[str, Any]]:
        twin = {"alternatives": False, "near_hits": False, "search_match": "part"}
        return twin, {"search": "one by one", **WITHOUT_MARKS}

    @pytest.mark.parametrize("spelling", [PHONE, "380671234567", "0671234567"])
    def test_a_contact_is_found_however_its_number_was_typed(
        self, connector: CrmConnector, backdoor: Backdoor, spelling: str
    ) -> None:
        """Of the grouped spellings the directory knows from the feed; here each would cost a request."""
        super().test_a_contact_is_found_however_its_number_was_typed(connector, backdoor, spelling)
