"""Trying a table by program."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.hub import Hub, after

from switchhook.crm.models import Lead
from switchhook.projects.models import Role
from switchhook.scenarios.models import MatrixVersion

Sign = Callable[..., Client]
JSON = "application/json"


def test_the_difference_is_told_in_numbers_and_nothing_is_written(hub: Hub, sign: Sign) -> None:
    hub.play(after())
    leads = Lead.objects.count()
    answer = sign(hub.project).post(f"/api/v1/connections/{hub.crm.pk}/matrix/try", {"preset": "nethunt"}, JSON)
    said = answer.json()
    assert (said["calls"], said["before"]["lead"], said["balance"]["lead"]) == (1, 1, -1)
    assert [one["judged"] for one in said["differing"]] == [True]
    assert said["differing"][0]["after"] == {"contact": 1, "call": 1}
    assert (Lead.objects.count(), MatrixVersion.objects.count()) == (leads, 1)


def test_an_own_table_is_tried_too(hub: Hub, sign: Sign) -> None:
    hub.play(after())
    client, address = sign(hub.project), f"/api/v1/connections/{hub.crm.pk}/matrix"
    data = client.get(address).json()["data"]
    assert client.post(f"{address}/try", {"data": data}, JSON).json()["differing"] == []
    assert client.post(f"{address}/try", {"data": {"rows": []}}, JSON).json()["after"] == {}


@pytest.mark.parametrize("body", [{"preset": "nonsense"}, {"data": {"rows": 5}}, {"preset": "nethunt", "calls": 501}])
def test_a_table_that_cannot_be_tried_is_refused(hub: Hub, sign: Sign, body: dict[str, object]) -> None:
    assert sign(hub.project).post(f"/api/v1/connections/{hub.crm.pk}/matrix/try", body, JSON).status_code == 422


def test_only_an_admin_tries_by_program(hub: Hub, sign: Sign) -> None:
    address = f"/api/v1/connections/{hub.crm.pk}/matrix/try"
    assert sign(hub.project, Role.MANAGER).post(address, {"preset": "nethunt"}, JSON).status_code == 403
