"""What becomes known late: a transfer, a recording, an analysis, the right names of the parameters."""

import pytest
from tests.acceptance.records import ANDRII, DONE, IRYNA, OLENA, OPEN, PIOTR, one_of_each, owners, person, tasks
from tests.demo_hub import DemoHub, eventually

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_after_a_transfer_the_records_are_of_the_one_who_ended_the_call(hub: DemoHub, client: str) -> None:
    transfer = {"employee": OLENA, "transfer_to": PIOTR}
    call = hub.play("incoming-transferred", client, events=["before", "forwarding"], **transfer)["call_id"]
    hub.play("incoming-answered", client, employee=OLENA, events=["taking"], call_id=call)
    assert owners(hub, client) == one_of_each(OLENA)
    hub.play("incoming-transferred", client, events=["taking", "after"], call_id=call, **transfer)
    assert owners(hub, client) == one_of_each(PIOTR)
    (seen,) = hub.calls(client)
    assert person(seen["employee"]) == PIOTR
    assert len([leg for leg in seen["legs"] if leg["answered"]]) == 2


def test_a_known_clients_transferred_call_is_judged_by_who_ended_it(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    hub.play("incoming-transferred", client, employee=OLENA, transfer_to=PIOTR)
    assert tasks(hub, client) == [(OLENA, OPEN), (PIOTR, DONE)]


def test_a_late_recording_leaves_the_call_answered_and_is_behind_the_link_that_the_task_has_already(
    hub: DemoHub, client: str
) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    call = hub.play("late-recording", client, employee=OLENA, hold_recording=True)["call_id"]
    (task,) = hub.tasks(client)
    link = task["recording_url"]
    assert hub.web.get(link).status_code in {404, 503}
    hub.ask_twin("finish", {"call_id": call})
    hub.settle()
    eventually(lambda: hub.web.get(link).status_code == 200, what="the recording is not served")
    assert hub.tasks(client) == [{**task, "updated_at": hub.tasks(client)[0]["updated_at"]}]
    seen = next(one for one in hub.calls(client) if one["external_id"] == call)
    assert (seen["status"], seen["talk_seconds"], seen["recording"]) == ("answered", 83, link)


def test_an_analysis_that_comes_later_changes_nothing_of_the_call(hub: DemoHub, client: str) -> None:
    hub.play("ai-analysis", client, employee=OLENA)
    assert owners(hub, client) == one_of_each(OLENA)
    assert [one["status"] for one in hub.calls(client)] == ["answered"]


def _set_names(hub: DemoHub, names: dict[str, str]) -> None:
    hub.api.patch(f"connections/{hub.telephony}", {"settings": {"names": names}})


STRANGE = {"connected_with": "x1", "employee_fio": "x2", "employee_number": "x3", "employee_email": "x4"}
STRANGE |= {"extension_number": "x5"}


def test_replay_after_a_corrected_name_map_gives_the_records_to_who_answered(hub: DemoHub, client: str) -> None:
    played = hub.play("incoming-answered", client, employee=PIOTR, names=STRANGE)
    assert owners(hub, client) == one_of_each(ANDRII)
    assert tasks(hub, client) == [(ANDRII, OPEN)]
    _set_names(hub, {theirs: ours for ours, theirs in STRANGE.items()})
    try:
        _replay(hub, played)
    finally:
        _set_names(hub, {})
    assert owners(hub, client) == one_of_each(PIOTR)
    assert tasks(hub, client) == [(ANDRII, DONE)]
    assert "No longer needed" in hub.tasks(client)[0]["text"]


def test_events_whose_call_id_was_not_recognised_become_one_call_when_they_are_replayed(
    hub: DemoHub, client: str
) -> None:
    other = {"uniqueid": "kod", "call_card": None, "recording_wav": None, "recording": None}
    played = hub.play("incoming-missed", client, names=other, call_id=f"exchange-{client}")
    assert hub.calls(client) == []
    _set_names(hub, {"kod": "uniqueid"})
    try:
        _replay(hub, played)
    finally:
        _set_names(hub, {})
    assert len(hub.calls(client)) == 1
    assert owners(hub, client) == one_of_each(IRYNA)
    assert tasks(hub, client) == [(IRYNA, OPEN)]


def test_replaying_what_was_read_rightly_changes_nothing(hub: DemoHub, client: str) -> None:
    hub.play("incoming-answered", client, employee=OLENA)
    played = hub.play("incoming-answered", client, employee=PIOTR)
    before = (hub.contacts(client), hub.companies(client), hub.leads(client), hub.tasks(client), hub.calls(client))
    _replay(hub, played)
    after = (hub.contacts(client), hub.companies(client), hub.leads(client), hub.tasks(client), hub.calls(client))
    assert after == before


def _replay(hub: DemoHub, played: dict[str, list[dict[str, str]]]) -> None:
    """Have the events of a play read again, by the ids that intake answered with."""
    for delivery in played["deliveries"]:
        stored = delivery["answer"].split(":")[1].strip(" }")
        assert hub.api.post(f"events/{stored}/replay", code=200) == {"replayed": 1}
    hub.settle()
