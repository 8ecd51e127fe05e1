"""Setting up by program."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.hub import Hub, after, answered

from switchhook.connections.models import Connection
from switchhook.crm.models import Lead
from switchhook.projects.models import AuditEntry, Project, Role

Sign = Callable[..., Client]
JSON = "application/json"


def test_settings_are_merged_and_a_null_removes_one(hub: Hub, sign: Sign) -> None:
    address = f"/api/v1/connections/{hub.crm.pk}"
    sign(hub.project).patch(address, {"settings": {"task_due_minutes": 30, "senior_employee": None}}, JSON)
    settings = Connection.objects.get(pk=hub.crm.pk).settings
    assert settings["task_due_minutes"] == 30
    assert "senior_employee" not in settings
    assert "top_employee" in settings
    changes = AuditEntry.objects.get(action="connection.settings").changes
    assert changes["task_due_minutes"] == {"from": None, "to": 30}
    assert changes["senior_employee"]["to"] is None


def test_a_setting_that_cannot_be_used_is_refused_and_nothing_changes(hub: Hub, sign: Sign) -> None:
    address = f"/api/v1/connections/{hub.crm.pk}"
    for bad in ({"task_due_minutes": "soon"}, {"parties_at": "never"}, {"titles": 5}, {"senior_employee": [1]}):
        assert sign(hub.project).patch(address, {"settings": bad}, JSON).status_code == 422
    assert sign(hub.project).patch(address, {"name": "x" * 121}, JSON).status_code == 422
    assert Connection.objects.get(pk=hub.crm.pk).settings == hub.crm.settings


@pytest.mark.parametrize("bad", ["soon", "2026-11-30T10:00:00", 5])
def test_an_end_of_observing_that_is_no_moment_is_refused(hub: Hub, sign: Sign, bad: object) -> None:
    address = f"/api/v1/connections/{hub.crm.pk}"
    answer = sign(hub.project).patch(address, {"settings": {"observe_until": bad}}, JSON)
    assert (answer.status_code, "observe_until" in answer.json()["detail"]) == (422, True)
    assert Connection.objects.get(pk=hub.crm.pk).settings == hub.crm.settings


def test_a_name_map_set_by_program_corrects_the_past_after_a_replay(hub: Hub, sign: Sign) -> None:
    strange = {"event": "after_call", "kod": "x-1", "kto": "380671234567", "wynik": "PROPER", "rozmowa": "40"}
    hub.play(strange)
    assert Lead.objects.count() == 0
    names = {"kod": "uniqueid", "kto": "userfield", "wynik": "disposition", "rozmowa": "billsec"}
    client = sign(hub.project)
    client.patch(f"/api/v1/connections/{hub.telephony.pk}", {"settings": {"names": names}}, JSON)
    event = client.get("/api/v1/events").json()["items"][0]
    client.post(f"/api/v1/events/{event['id']}/replay")
    hub.settle()
    assert hub.project.calls.get(external_id="x-1").status == "answered"
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(("choice", "leads"), [({}, 0), ({"held": "none"}, 0), ({"held": "all"}, 1)])
def test_switching_off_holds_work_and_switching_on_sends_what_was_chosen(
    hub: Hub, sign: Sign, choice: dict[str, str], leads: int
) -> None:
    client, address = sign(hub.project), f"/api/v1/connections/{hub.crm.pk}"
    client.patch(address, {"state": "paused"}, JSON)
    hub.play(*answered("Olena"))
    assert Lead.objects.count() == 0
    client.patch(address, {"state": "active", **choice}, JSON)
    hub.settle()
    assert Lead.objects.count() == leads
    kept = client.get("/api/v1/deliveries?state=kept").json()["items"]
    assert len(kept) == 1 - leads


def test_an_unknown_choice_of_what_to_send_is_refused(hub: Hub, sign: Sign) -> None:
    address = f"/api/v1/connections/{hub.crm.pk}"
    assert sign(hub.project).patch(address, {"state": "active", "held": "some"}, JSON).status_code == 422


def test_of_three_secrets_the_two_newest_live(hub: Hub, sign: Sign) -> None:
    client = sign(hub.project)
    urls = [client.post(f"/api/v1/connections/{hub.telephony.pk}/secret").json()["webhook_url"] for _ in range(3)]
    live = hub.telephony.secrets.filter(revoked_at=None)
    assert {secret.text for secret in live} == {url.rsplit("/", 1)[1] for url in urls[1:]}


def test_a_matrix_that_makes_lead_and_deal_is_refused_with_the_reason(hub: Hub, sign: Sign) -> None:
    client, address = sign(hub.project), f"/api/v1/connections/{hub.crm.pk}/matrix"
    data = client.get(address).json()["data"]
    row = next(row for row in data["rows"] if any(action["do"] == "create_lead" for action in row["actions"]))
    row["actions"].append({"id": "deal", "do": "create_deal", "who": "answerer"})
    refused = client.put(address, data, JSON)
    assert refused.status_code == 422
    assert "deal" in refused.json()["detail"]
    assert client.get(address).json()["number"] == 1


def test_a_matrix_with_a_word_it_does_not_know_is_refused_naming_it(hub: Hub, sign: Sign) -> None:
    answer = sign(hub.project).put(
        f"/api/v1/connections/{hub.crm.pk}/matrix", {"rows": [{"id": "x", "when": {}, "colour": "red"}]}, JSON
    )
    assert answer.status_code == 422
    assert "colour" in answer.json()["detail"]


def test_a_preset_is_a_new_version_and_an_unknown_one_is_refused(hub: Hub, sign: Sign) -> None:
    client, address = sign(hub.project), f"/api/v1/connections/{hub.crm.pk}/preset"
    assert client.post(address, {"preset": "nethunt"}, JSON).json()["number"] == 2
    assert client.post(address, {"preset": "nonsense"}, JSON).status_code == 422


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGER])
def test_a_lower_role_sets_nothing_up(hub: Hub, sign: Sign, role: Role) -> None:
    answer = sign(hub.project, role).patch(f"/api/v1/connections/{hub.crm.pk}", {"name": "mine"}, JSON)
    assert answer.status_code == 403


def test_a_stranger_finds_no_connection(hub: Hub, sign: Sign) -> None:
    stranger = sign(Project.objects.create(name="Other"))
    for method, rest in (
        ("patch", ""),
        ("post", "/secret"),
        ("post", "/preset"),
        ("get", "/matrix"),
        ("put", "/matrix"),
    ):
        address = f"/api/v1/connections/{hub.crm.pk}{rest}"
        assert getattr(stranger, method)(address, {"preset": "nethunt"}, JSON).status_code == 404


def test_a_missed_call_is_in_no_lead_of_another_project(hub: Hub, sign: Sign) -> None:
    hub.play(after())
    other = sign(Project.objects.create(name="Other"))
    for name in ("calls", "contacts", "leads", "tasks", "deliveries", "events", "connections"):
        assert other.get(f"/api/v1/{name}").json()["items"] == []
