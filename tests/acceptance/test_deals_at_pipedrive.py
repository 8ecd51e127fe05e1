"""Deal mode in Pipedrive, as its own stand-in holds it."""

from collections import Counter
from collections.abc import Iterator

import pytest
from tests.acceptance.records import ANDRII, OLENA, PIOTR
from tests.acceptance.test_leads_at_pipedrive import (
    ACTIVITY,
    COMPANY,
    DEAL,
    PERSON,
    SEARCH,
    UTM,
    PipedriveDemo,
    demo_of,
)

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def demo() -> Iterator[PipedriveDemo]:
    yield from demo_of("pipedrive-deals")


def test_a_new_client_who_is_answered_gets_a_deal_with_his_tags(demo: PipedriveDemo) -> None:
    client, before = "+380671980001", demo.asked()
    demo.play("incoming-answered", client, employee=OLENA, utm=UTM)
    (deal,) = demo.records("deals", client)
    assert (demo.user(deal["owner_id"]), deal["status"], deal["pipeline_id"], deal["stage_id"]) == (OLENA, "open", 1, 1)
    assert {name: deal["custom_fields"][demo.tag("deal", name)] for name in UTM} == UTM
    assert demo.records("leads", client) == []
    asked = demo.asked() - before
    assert asked - Counter({ACTIVITY: 1, COMPANY: 1}) == Counter({SEARCH: 1, PERSON: 1, DEAL: 1})


def test_an_open_deal_takes_the_next_call_and_a_lost_one_does_not(demo: PipedriveDemo) -> None:
    client = "+380671980002"
    demo.play("incoming-answered", client, employee=OLENA)
    demo.play("incoming-answered", client, employee=PIOTR)
    (first,) = demo.records("deals", client)
    assert {task["deal_id"] for task in demo.records("activities", client)} == {first["id"]}
    demo.people("close", kind="deals", id=first["id"], status="lost")
    demo.an_hour_passes()
    demo.play("incoming-answered", client, employee=PIOTR)
    assert [deal["status"] for deal in demo.records("deals", client)] == ["lost", "open"]


def test_a_missed_call_is_the_top_managers_task_on_the_deal(demo: PipedriveDemo) -> None:
    client = "+380671980003"
    demo.play("incoming-missed", client)
    assert demo.work(client) == [(ANDRII, False)]
