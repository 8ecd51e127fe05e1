"""What else is there beside the records: recordings, smart forwarding, the call log, and doors that stay shut."""

import pytest
from tests.acceptance.records import DONE, IRYNA, OLENA, OPEN, PIOTR, TARAS, one_of_each, owners, tasks
from tests.demo_hub import Api, DemoHub, eventually

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

# --- recordings -----------------------------------------------------------------------------------------------------


def test_the_recording_in_the_task_is_the_telephonys_own_and_can_be_read_in_parts(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    played = hub.play("incoming-answered", client, employee=OLENA)
    original = hub.web.get(played["deliveries"][-1]["body"]["recording_wav"]).content
    link = hub.tasks(client)[0]["recording_url"]
    eventually(lambda: hub.web.get(link).status_code == 200, what="the recording is not served")
    assert hub.web.get(link).content == original
    assert original.startswith(b"RIFF")
    part = hub.web.get(link, headers={"range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, original[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(original)}"
    end = hub.web.get(link, headers={"range": "bytes=-50"})
    assert (end.status_code, end.content) == (206, original[-50:])
    assert hub.web.get(link, headers={"range": f"bytes={len(original)}-"}).status_code == 416


def test_the_telephonys_own_link_never_leaves_the_hub(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    played = hub.play("incoming-answered", client, employee=OLENA)
    secret = played["deliveries"][-1]["body"]["recording_wav"].rsplit("=", 1)[1]
    (call,) = [one for one in hub.calls(client) if one["external_id"] == played["call_id"]]
    for path in (f"calls/{call['id']}", f"calls/{call['id']}/trace", "tasks", "calls", "events"):
        assert secret not in str(hub.api.get(path))


# --- smart forwarding -----------------------------------------------------------------------------------------------


def test_a_known_client_is_put_through_to_the_responsible_manager(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=PIOTR)
    played = hub.play("incoming-answered", client)
    assert played["forward"] == {"dst_phone": "acme_piotr"}
    assert played["routing"]["routed_to"] == 331852
    assert tasks(hub, client) == [(PIOTR, DONE)]


def test_nobody_is_named_for_an_unknown_client(hub: DemoHub, client: str) -> None:
    assert hub.play("incoming-missed", client)["forward"] == {}


def test_nobody_is_named_where_the_responsible_has_a_mobile_number_only(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=TARAS)
    assert hub.play("incoming-missed", client)["forward"] == {}


# --- the provider's own call log ------------------------------------------------------------------------------------


def test_a_call_whose_webhooks_were_all_lost_is_recovered_from_the_call_log(hub: DemoHub, client: str) -> None:
    lost = hub.play("incoming-answered", client, employee=PIOTR, delivery="none")["call_id"]
    assert hub.calls(client) == []
    hub.process.run("reconcile", hub.telephony)
    hub.settle()
    assert [call["external_id"] for call in hub.calls(client)] == [lost]
    assert owners(hub, client) == one_of_each(PIOTR)


def test_reconciling_twice_and_after_the_events_makes_nothing_twice(hub: DemoHub, client: str) -> None:
    hub.play("incoming-missed", client)
    for _ in range(2):
        hub.process.run("reconcile", hub.telephony)
        hub.settle()
    assert len(hub.calls(client)) == 1
    assert owners(hub, client) == one_of_each(IRYNA)
    assert tasks(hub, client) == [(IRYNA, OPEN)]


def test_a_call_that_is_still_running_is_not_ended_by_the_log(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA, events=["before", "taking"], row="running")
    hub.process.run("reconcile", hub.telephony)
    hub.settle()
    assert [call["status"] for call in hub.calls(client)] == ["active"]
    assert owners(hub, client) == one_of_each(OLENA)


# --- doors ----------------------------------------------------------------------------------------------------------


def test_an_unknown_secret_is_an_unknown_address(hub: DemoHub) -> None:
    wrong = [f"{hub.webhook_url}x", hub.webhook_url[:-1], f"{hub.url}/in/99/{'a' * 32}", f"{hub.url}/in/x/y"]
    assert {hub.web.post(url, json={"uniqueid": "ua9_-1.1"}).status_code for url in wrong} == {404}
    assert hub.web.post(f"{hub.forward_url}x", json={"from": "1", "state": "ping"}).status_code == 404


def test_without_a_token_the_api_says_nothing(hub: DemoHub) -> None:
    assert {hub.web.get(f"{hub.url}/api/v1/{path}").status_code for path in ("calls", "contacts", "events")} == {401}


@pytest.fixture
def stranger(hub: DemoHub) -> Api:
    """A program with the token of another project on the same hub."""
    hub.process.run("owner", "stranger@example.com", "--project", "Stranger", "--password", "a long enough one")
    token = hub.process.run("token", "Stranger", "--role", "owner").strip()
    return Api(hub.url, token)


def test_another_projects_token_sees_and_changes_nothing(hub: DemoHub, stranger: Api, client: str) -> None:
    hub.play("incoming-missed", client)
    (contact,), (lead,), (task,), (call,) = (
        hub.contacts(client),
        hub.leads(client),
        hub.tasks(client),
        hub.calls(client),
    )
    for path in ("contacts", "companies", "leads", "deals", "tasks", "comments", "calls", "deliveries", "events"):
        assert stranger.all(path) == []
    for path in (f"contacts/{contact['id']}", f"leads/{lead['id']}", f"tasks/{task['id']}", f"calls/{call['id']}"):
        stranger.get(path, code=404)
    stranger.get(f"calls/{call['id']}/trace", code=404)
    stranger.post(f"events/{hub.api.all('events')[0]['id']}/replay", code=404)
    stranger.post(f"leads/{lead['id']}/convert", {}, code=404)
    stranger.close()
