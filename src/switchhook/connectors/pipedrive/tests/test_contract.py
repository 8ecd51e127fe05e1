"""The contract of every CRM connector, in each way in which the vendor may behave."""

from collections.abc import Sequence

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.connectors.pipedrive.connector import connect
from switchhook.connectors.pipedrive.tests.office import REFRESH_TOKEN, Office
from switchhook.connectors.testing.contract.finding import FindingPromises
from switchhook.connectors.testing.crm import PHONE, Backdoor, CrmContract, TwinFaults
from switchhook.core.records import Kind


class TestPipedrive(CrmContract):
    """With the personal token, and the twin as the vendor is thought to be."""

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        return office.connect()

    @pytest.fixture
    def backdoor(self, office: Office) -> Office:
        return office

    @pytest.fixture
    def faults(self, office: Office) -> TwinFaults:
        return office.faults

    @pytest.fixture
    def secrets(self, office: Office) -> Sequence[str]:
        return [office.config.api_token]


class TestPipedriveSignedIn(TestPipedrive):
    """With OAuth."""

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        return connect(office.account(office.oauth()))

    @pytest.fixture
    def secrets(self, office: Office) -> Sequence[str]:
        return [office.config.client_secret, REFRESH_TOKEN]


class TestPipedriveLate(TestPipedrive):
    """Search learns late of new persons, created answers are 201, links that lead nowhere are 400."""

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        office.configure(index_delay=5, create_status=201, missing_link_status=400, due_time_seconds=True)
        return office.connect()


class TestPipedriveSilentAboutNew(TestPipedrive):
    """`updated_since` leaves out what was never changed; notes are kept as they were sent."""

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        office.configure(updated_since_skips_new=True, sanitize_notes=False, daily_headers=False)
        return office.connect(call_record="call_log", language="uk")


class TestPipedriveLiteral(FindingPromises):
    """Search looks for the very text: the spellings that the hub tries are found, the directory knows the rest.

    That any spelling is found is the one promise that no request can keep then.
    """

    @pytest.fixture
    def backdoor(self, office: Office) -> Office:
        return office

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        office.configure(phone_match="literal")
        return office.connect(phone_search="spellings")

    @pytest.mark.parametrize("spelling", [PHONE, "380671234567", "0671234567", "067 123 4567", "067-123-4567"])
    def test_a_contact_is_found_however_its_number_was_typed(
        self, connector: CrmConnector, backdoor: Backdoor, spelling: str
    ) -> None:
        typed = backdoor.add_contact("Typed by hand", spelling)
        assert typed in {record.ref for record in connector.find_by_phone(PHONE)}


class TestPipedriveExact(TestPipedriveLiteral):
    """Search compares whole numbers as they were typed."""

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        office.configure(phone_match="exact")
        return office.connect(phone_search="spellings")

    def test_every_contact_with_the_number_is_given(self, connector: CrmConnector, backdoor: Backdoor) -> None:
        """Of those that were typed alike: the first spelling that finds somebody is the last that is tried."""
        typed = {backdoor.add_contact("First", PHONE), backdoor.add_contact("Second", PHONE)}
        assert typed <= {record.ref for record in connector.find_by_phone(PHONE)}


def test_everything_that_is_declared_is_made(office: Office) -> None:
    can = office.connect().capabilities
    assert can.kinds == can.updatable == can.traceable == frozenset(Kind) - {Kind.ORDER}
    assert (can.lead_needs_party, can.lead_excludes_deal) == (True, True)
