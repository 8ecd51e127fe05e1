"""The demo runs on every CRM that ships a twin, on each alone and on all of them in one project."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.acceptance.records import OLENA
from tests.demo_hub import DemoHub, DemoProcess

from switchhook.connectors.registry import manifests

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]

VENDORS = [found.slug for found in manifests().values() if found.role == "crm" and found.twin]
CLIENT = "+380671902233"


@pytest.fixture(scope="module", params=[*VENDORS, "all"])
def demo(request: pytest.FixtureRequest) -> Iterator[DemoHub]:
    process = DemoProcess(preset="", crm=request.param)
    try:
        process.start()
        hub = DemoHub(process)
        hub.play("incoming-answered", CLIENT, employee=OLENA)
        yield hub
        hub.close()
        assert process.stop() == (0, []), process.log_end()
    finally:
        for one in process.family() if process.alive else []:
            one.kill()
        process.remove()


def twins(demo: DemoHub) -> dict[str, str]:
    """The CRMs' twins by connector."""
    return {slug: url for slug, url in demo.process.line["twins"].items() if slug in VENDORS}


def crms(demo: DemoHub) -> list[dict[str, Any]]:
    return [one for one in demo.api.all("connections") if one["role"] == "crm"]


def test_every_twin_of_the_demo_is_told_and_answers(demo: DemoHub) -> None:
    connected = {one["connector"] for one in crms(demo)}
    assert set(twins(demo)) == connected - {"builtin"}
    for url in demo.process.line["twins"].values():
        page = httpx2.get(f"{url}/__twin__/")
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")


def test_the_employees_are_users_of_every_crm_and_mapped(demo: DemoHub) -> None:
    rows = demo.process.query("SELECT connection_id, count(*) FROM connections_employeeaccount GROUP BY 1")
    assert dict(rows) == {int(one["id"]): 5 for one in crms(demo)}


def test_every_connection_works_with_its_own_preset_and_managers(demo: DemoHub) -> None:
    assert {one["state"] for one in crms(demo)} == {"active"}
    presets = demo.process.query(
        "SELECT connector, preset FROM scenarios_matrixversion JOIN connections_connection c ON c.id = connection_id"
    )
    expected = {one["connector"]: manifests()[one["connector"]].default_preset for one in crms(demo)}
    assert dict(presets) == expected


def test_a_call_is_written_to_every_crm(demo: DemoHub) -> None:
    for slug, url in twins(demo).items():
        held = httpx2.get(f"{url}/__twin__/state").json()["records"]
        assert CLIENT.removeprefix("+380") in json.dumps(held), slug
    assert {one["state"] for one in demo.api.all("deliveries")} == {"done"}


def test_the_next_call_of_the_client_finds_what_the_first_one_made(demo: DemoHub) -> None:
    demo.play("incoming-missed", CLIENT, employee=OLENA)
    verdicts = demo.process.query("SELECT verdict->>'client' FROM delivery_decision ORDER BY call_id, connection_id")
    count = len(crms(demo))
    assert [client for (client,) in verdicts] == ["new"] * count + ["known"] * count
