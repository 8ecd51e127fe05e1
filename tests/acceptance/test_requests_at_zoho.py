"""How many requests to Zoho CRM a phone call costs, in every row of its preset."""

from collections import Counter
from collections.abc import Iterator
from itertools import count

import pytest
from tests.acceptance.records import OLENA, PIOTR
from tests.demo_hub import DemoHub, running_demo

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

LOOK_UP = {"POST /coql": 3}
LEAD, CALL, TASK, NOTE = ({f"POST /{module}": 1} for module in ("Leads", "Calls", "Tasks", "Notes"))
NEW, KNOWN = {**LOOK_UP, **LEAD, **CALL}, {**CALL, **TASK}

_numbers = count(1)


class ZohoDemo(DemoHub):
    """The demo on Zoho CRM, with what its twin was asked."""

    def asked(self) -> Counter[str]:
        """Requests so far but those of the feed and for tokens, ids left out."""
        log = self.web.get(f"{self.process.line['twins']['zoho']}/__twin__/requests?last=1000").json()["log"]
        asked = [entry["request"] for entry in log if entry["request"]["path"].startswith("/crm/v8/")]
        own = [
            one for one in asked if one["query"].get("sort_by") != "Modified_Time" and one["query"].get("type") != "all"
        ]
        return Counter(f"{one['method']} {one['path'].removeprefix('/crm/v8').rstrip('0123456789')}" for one in own)


@pytest.fixture(scope="module")
def demo() -> Iterator[ZohoDemo]:
    with running_demo(ZohoDemo, crm="zoho") as demo:
        yield demo


@pytest.fixture
def client() -> str:
    return f"+38067194{next(_numbers):04}"


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("incoming-answered", NEW),
        ("incoming-missed", NEW | TASK),
        ("incoming-unknown-employee", NEW | TASK),
        ("ai-analysis", NEW | NOTE),
        ("outgoing-answered", LOOK_UP),
    ],
)
def test_a_new_client_costs_a_look_up_and_a_request_for_each_record(
    demo: ZohoDemo, client: str, scenario: str, expected: dict[str, int]
) -> None:
    before = demo.asked()
    demo.play(scenario, client, employee=OLENA)
    assert demo.asked() - before == Counter(expected)


@pytest.mark.parametrize(
    ("scenario", "employee", "expected"),
    [
        ("incoming-answered", OLENA, KNOWN),
        ("incoming-answered", PIOTR, {**CALL, "POST /Tasks": 2}),
        ("incoming-missed", OLENA, KNOWN),
        ("outgoing-answered", OLENA, KNOWN),
        ("outgoing-missed", OLENA, CALL),
    ],
)
def test_a_known_client_costs_a_request_for_each_record(
    demo: ZohoDemo, client: str, scenario: str, employee: str, expected: dict[str, int]
) -> None:
    demo.play("incoming-answered", client, employee=OLENA)
    before = demo.asked()
    demo.play(scenario, client, employee=employee)
    assert demo.asked() - before == Counter(expected)
