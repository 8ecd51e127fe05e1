"""The demo runs on every CRM that ships a twin, on each alone and on all of them in one project.

One test for each, since each starts a hub of its own.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.acceptance.records import OLENA
from tests.demo_hub import DemoHub, running_demo

from switchhook.connectors.registry import manifests

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

VENDORS = [found.slug for found in manifests().values() if found.role == "crm" and found.twin]
CLIENT = "+380671902233"


@pytest.fixture
def demo(request: pytest.FixtureRequest) -> Iterator[DemoHub]:
    """A demo on the CRM that the test is given."""
    with running_demo(DemoHub, crm=request.param, from_nothing=request.param == "all") as hub:
        yield hub


@pytest.mark.parametrize("demo", VENDORS, indirect=True)
def test_the_demo_runs_on_the_twin_of_a_crm(demo: DemoHub) -> None:
    assert len(twins(demo)) == 1
    set_up_as_promised(demo)
    demo.play("incoming-answered", CLIENT, employee=OLENA)
    written_to_every_twin(demo, CLIENT)
    demo.play("incoming-missed", CLIENT, employee=OLENA)
    known_at_the_second_call(demo)


@pytest.mark.parametrize("demo", ["all"], indirect=True)
def test_the_demo_runs_on_all_of_them_at_once_and_again_on_the_same_folder(demo: DemoHub) -> None:
    set_up_as_promised(demo)
    assert set(twins(demo)) == set(VENDORS)
    demo.play("incoming-answered", CLIENT, employee=OLENA)
    written_to_every_twin(demo, CLIENT)
    before = [(one["id"], one["connector"]) for one in crms(demo)]
    assert demo.process.stop() == (0, []), demo.process.log_end()
    demo.process.start()
    again = DemoHub(demo.process)
    assert [(one["id"], one["connector"]) for one in crms(again)] == before
    again.play("incoming-answered", "+380671902244", employee=OLENA)
    written_to_every_twin(again, "+380671902244")
    again.close()


def twins(demo: DemoHub) -> dict[str, str]:
    """The CRMs' twins by connector."""
    return {slug: url for slug, url in demo.process.line["twins"].items() if slug in VENDORS}


def crms(demo: DemoHub) -> list[dict[str, Any]]:
    return [one for one in demo.api.all("connections") if one["role"] == "crm"]


def set_up_as_promised(demo: DemoHub) -> None:
    """Every twin is told and has its page, every employee is a user, every CRM has its own preset."""
    assert set(twins(demo)) == {one["connector"] for one in crms(demo)} - {"builtin"}
    assert {one["state"] for one in crms(demo)} == {"active"}
    for url in demo.process.line["twins"].values():
        page = httpx2.get(f"{url}/__twin__/")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    mapped = demo.process.query("SELECT connection_id, count(*) FROM connections_employeeaccount GROUP BY 1")
    assert dict(mapped) == {int(one["id"]): 5 for one in crms(demo)}
    presets = demo.process.query(
        "SELECT connector, preset FROM scenarios_matrixversion JOIN connections_connection c ON c.id = connection_id"
    )
    assert dict(presets) == {one["connector"]: manifests()[one["connector"]].default_preset for one in crms(demo)}


def written_to_every_twin(demo: DemoHub, client: str) -> None:
    for slug, url in twins(demo).items():
        held = httpx2.get(f"{url}/__twin__/state").json()["records"]
        assert client.removeprefix("+380") in json.dumps(held), slug
    assert {one["state"] for one in demo.api.all("deliveries")} == {"done"}


def known_at_the_second_call(demo: DemoHub) -> None:
    verdicts = demo.process.query("SELECT verdict->>'client' FROM delivery_decision ORDER BY call_id")
    assert [client for (client,) in verdicts] == ["new", "known"]
    assert {one["state"] for one in demo.api.all("deliveries")} == {"done"}
