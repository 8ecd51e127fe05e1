"""The promises of every CRM connector, in each way in which KeyCRM may behave where it publishes nothing."""

from collections.abc import Sequence

import pytest

from switchhook.connectors.keycrm.connector import KeyCrm
from switchhook.connectors.keycrm.tests.account import TwinAccount
from switchhook.connectors.testing.crm import Backdoor, CrmContract, Faults, TwinFaults
from switchhook.core.records import Kind

_CREATES = {
    Kind.DEAL: ("POST", "/v1/pipelines/cards"),
    Kind.ORDER: ("POST", "/v1/order"),
    Kind.CALL: ("POST", "/telephony/webhook"),
    Kind.COMMENT: ("PUT", "/v1/*"),
}


class TestKeyCrm(CrmContract):
    @pytest.fixture
    def connector(self, account: TwinAccount) -> KeyCrm:
        return account.connect()

    @pytest.fixture
    def backdoor(self, account: TwinAccount) -> Backdoor:
        return account

    @pytest.fixture
    def faults(self, account: TwinAccount) -> Faults:
        return TwinFaults(account.url, creates=_CREATES)

    @pytest.fixture
    def secrets(self, account: TwinAccount) -> Sequence[str]:
        return [*account.credentials.values(), account.config.link_token]


class TestWhereChangesTakeTime(TestKeyCrm):
    @pytest.fixture
    def connector(self, account: TwinAccount) -> KeyCrm:
        account.configure(put_delay=5, call_delay=5)
        return account.patient()


class TestWhereNumbersAreComparedByTheirDigits(TestKeyCrm):
    @pytest.fixture
    def connector(self, account: TwinAccount) -> KeyCrm:
        account.configure(phone_match="digits", order="asc", live_extras=True)
        return account.connect()


class TestWhereCommentsGoToTheCard(TestKeyCrm):
    @pytest.fixture
    def connector(self, account: TwinAccount) -> KeyCrm:
        account.configure(card_as_page=True, link_answer="empty")
        return account.connect(comments_to="card")
