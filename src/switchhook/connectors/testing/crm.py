"""The contract of every CRM connector, as tests to inherit.

    import pytest
    from switchhook.connectors.testing.crm import Backdoor, CrmContract, Faults, TwinFaults

    class TestAcme(CrmContract):
        @pytest.fixture
        def connector(self, twin): return connect(account_of(twin))

        @pytest.fixture
        def backdoor(self, twin): return AcmeBackdoor(twin)

        @pytest.fixture
        def faults(self, twin): return TwinFaults(twin.url)

        @pytest.fixture
        def secrets(self, twin): return [twin.api_key]

`connector` is an account that is empty but for at least two users. `backdoor` does what people do in the vendor's own
pages, behind the connector's back; it talks to the twin, never to the connector. `faults` makes things go wrong at the
vendor, `secrets` are the account's secret values; without these two their tests are skipped.

A test for something that the connector's capabilities do not declare is skipped; a capability that is declared and does
not hold fails. `switchhook connector check` runs the suite of an installed connector and prints what is proved.
"""

from .contract.account import AccountPromises, SettingsPromises, manifest_of
from .contract.drafts import (
    FED,
    LONG_AGO,
    NAMED_BY,
    OTHER_PHONE,
    PHONE,
    SALES,
    Backdoor,
    Faults,
    draft_of,
    follow,
    follow_all,
    linked,
    links_of,
    make,
    need,
    settled,
    title_name,
    twins_of,
    values_of,
)
from .contract.errors import ErrorPromises, LostAnswerPromises
from .contract.feed import FeedPromises
from .contract.finding import SPELLINGS, FindingPromises, TracingPromises
from .contract.links import LinkPromises
from .contract.reading import ActivityPromises, CreatePromises, RejectedPromises, TextPromises
from .contract.writing import ThreadPromises, UpdatePromises
from .twin_failures import TwinFaults

__all__ = [
    "FED",
    "LONG_AGO",
    "NAMED_BY",
    "OTHER_PHONE",
    "PHONE",
    "SALES",
    "SPELLINGS",
    "Backdoor",
    "CrmContract",
    "Faults",
    "TwinFaults",
    "draft_of",
    "follow",
    "follow_all",
    "linked",
    "links_of",
    "make",
    "manifest_of",
    "need",
    "settled",
    "title_name",
    "twins_of",
    "values_of",
]


# Tests run from the last of these to the first: what the later ones need is proved before them.
class CrmContract(
    ThreadPromises,
    ErrorPromises,
    LostAnswerPromises,
    FeedPromises,
    TracingPromises,
    FindingPromises,
    SettingsPromises,
    UpdatePromises,
    LinkPromises,
    ActivityPromises,
    TextPromises,
    RejectedPromises,
    CreatePromises,
    AccountPromises,
):
    """Inherit, give the fixtures, and every promise of `CrmConnector` is held to."""
