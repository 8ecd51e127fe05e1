"""How often, in which order and with what luck the twin posts."""

import base64
import time

from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, TwinClient

ANSWERED = ["before_call", "forwarding", "taking_call", "after_call"]


def test_a_refused_event_is_tried_once_by_default(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    hub_outside.statuses = [500]
    played = twin.play("ring-only")
    assert [(one["event"], one["status"], one["attempts"]) for one in played["deliveries"]] == [("before_call", 500, 1)]


def test_with_retries_a_refused_event_is_tried_three_times_more(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    hub_outside.statuses = [500, 404, 503, 500, 500]
    played = twin.play("ring-only", delivery="retries")
    assert played["deliveries"][0]["attempts"] == 4
    assert len(hub_outside.taken) == 4


def test_with_retries_a_success_ends_the_attempts(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    hub_outside.statuses = [500]
    assert twin.play("ring-only", delivery="retries")["deliveries"][0]["attempts"] == 2


def test_repeat_sends_every_event_twice(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-answered", delivery="repeat")
    assert hub_outside.events == [event for event in ANSWERED for _ in range(2)]


def test_reverse_and_an_explicit_order_are_kept(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-answered", delivery="reverse")
    assert hub_outside.events == ANSWERED[::-1]
    hub_outside.taken.clear()
    twin.play("incoming-answered", order=[3, 0, 2, 2])
    assert hub_outside.events == ["after_call", "before_call", "taking_call", "taking_call"]


def test_a_shuffle_is_the_same_for_the_same_seed(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    for _ in range(2):
        twin.play("incoming-answered", delivery="shuffle", seed=4)
    assert hub_outside.events[:4] == hub_outside.events[4:]
    assert sorted(hub_outside.events[:4]) == sorted(ANSWERED)


def test_nothing_is_posted_when_delivery_is_none_but_the_call_is_in_the_log(
    twin: TwinClient, hub_outside: ReceivingHub
) -> None:
    call_id = twin.play("incoming-answered", delivery="none")["call_id"]
    assert hub_outside.taken == []
    assert [row["uniqueid"] for row in twin.get("/calls/list").json()] == [call_id]


def test_a_failed_delivery_can_be_sent_again_by_hand(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    hub_outside.statuses = [503]
    twin.play("ring-only")
    assert len(twin.get("/__twin__/deliveries", params={"failed": "1"}).json()["deliveries"]) == 1
    sent = twin.control("resend", failed=True)["deliveries"]
    assert [(one["status"], one["attempts"]) for one in sent] == [(200, 2)]
    assert hub_outside.taken[0].content == hub_outside.taken[1].content


def test_any_bytes_can_be_delivered(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.control("deliver", event="after_call", base64=base64.b64encode(b"\xff{").decode(), content_type="text/x-odd")
    taken = hub_outside.taken[0]
    assert (taken.content, taken.content_type, taken.event) == (b"\xff{", "text/x-odd", "after_call")


def test_a_hub_that_is_not_there_is_reported_and_not_an_error(twin: TwinClient) -> None:
    twin.control("configure", webhook_url="http://127.0.0.1:9/in", forward_url=None)
    delivery = twin.play("ring-only")["deliveries"][0]
    assert (delivery["status"], delivery["error"]) == (None, "ConnectError")


def test_a_held_recording_arrives_at_finish(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    call_id = twin.play("late-recording", hold_recording=True)["call_id"]
    assert hub_outside.events.count("after_call") == 1
    finished = twin.control("finish", call_id=call_id)
    assert [one["event"] for one in finished["deliveries"]] == ["after_call"]
    assert twin.get(hub_outside.body_of("after_call")["recording_wav"]).status_code == 200


def test_many_calls_are_played_side_by_side(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    started = time.perf_counter()
    played = twin.play("ring-only", count=300, client_step=1, quiet=True)
    assert time.perf_counter() - started < 30
    assert (played["count"], played["statuses"]) == (300, {"200": 300})
    assert len({taken.json["E164"] for taken in hub_outside.taken}) == 300
    assert len({taken.json["uniqueid"] for taken in hub_outside.taken}) == 300


def test_spellings_of_a_client_take_turns(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("ring-only", client=["+380671234567", "067 123 45 67"], count=4, parallel=1)
    assert [taken.json["E164"] for taken in hub_outside.taken] == ["+380671234567", "067 123 45 67"] * 2
