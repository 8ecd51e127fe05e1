"""What the twin's scenarios say, over real HTTP."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, TwinClient
from switchhook.connectors.ringostat.twin.scenarios import SCENARIOS

EXPECTED_EVENTS = {
    "incoming-answered": ["before_call", "forwarding", "taking_call", "after_call"],
    "incoming-missed": ["before_call", "forwarding", "after_call"],
    "incoming-busy": ["before_call", "forwarding", "after_call"],
    "incoming-transferred": ["before_call", "forwarding", "taking_call", "taking_call", "after_call"],
    "incoming-queue": ["before_call", "forwarding", "forwarding", "forwarding", "taking_call", "after_call"],
    "incoming-voicemail": ["before_call", "forwarding", "after_call"],
    "incoming-unknown-employee": ["before_call", "forwarding", "taking_call", "after_call"],
    "incoming-hidden": ["before_call", "forwarding", "taking_call", "after_call"],
    "callback": ["before_call", "taking_call", "after_call"],
    "callback-missed": ["before_call", "after_call"],
    "outgoing-answered": ["outgoing_before", "outgoing_after"],
    "outgoing-missed": ["outgoing_before", "outgoing_after"],
    "outgoing-api": ["outgoing_before", "outgoing_after"],
    "outgoing-no-id-before": ["outgoing_before", "outgoing_after"],
    "late-recording": ["before_call", "forwarding", "taking_call", "after_call", "after_call"],
    "ai-analysis": ["before_call", "forwarding", "taking_call", "after_call", "ai_analysis"],
    "rating": ["before_call", "forwarding", "taking_call", "after_call", "rating"],
    "form": ["form"],
    "chat": ["dialogue_start", "dialogue_end"],
    "chat-steps": ["dialogue_start", "dialogue_taken", "contact_given", "dialogue_released", "dialogue_end"],
    "chat-not-sent": ["dialogue_start", "dialogue_end"],
    "chat-without-contact": ["dialogue_start", "dialogue_end"],
    "chat-unanswered": ["dialogue_start", "dialogue_end"],
    "internal": ["outgoing_before", "outgoing_after"],
    "test-webhook": ["after_call"],
    "ring-only": ["before_call"],
}


def test_every_scenario_posts_its_events_in_order(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    assert set(EXPECTED_EVENTS) == set(SCENARIOS)
    for scenario, events in EXPECTED_EVENTS.items():
        hub_outside.taken.clear()
        twin.play(scenario)
        assert hub_outside.events == events, scenario


def test_the_scenarios_are_listed_with_a_description(twin: TwinClient) -> None:
    listed = twin.get("/__twin__/scenarios").json()["scenarios"]
    assert {item["name"] for item in listed} == set(SCENARIOS)
    assert all(item["description"] for item in listed)


def test_the_events_of_a_call_share_its_id_and_start(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    played = twin.play("incoming-answered", at="2026-09-30T14:17:38+03:00")
    bodies = [taken.json for taken in hub_outside.taken]
    assert {body["uniqueid"] for body in bodies} == {played["call_id"]} == {"ua9_-1790767058.2139025"}
    assert {body["calldate"] for body in bodies} == {"2026-09-30 14:17:38"}
    assert {body["calldate_timestamp_micros"] for body in bodies} == {"1790767058000000"}


def test_an_event_knows_no_more_than_its_moment(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-answered", employee="acme_piotr")
    before, taking, after = (hub_outside.body_of(name) for name in ("before_call", "taking_call", "after_call"))
    assert "employee_number" not in before
    assert "disposition" not in before
    assert (taking["employee_number"], taking["connected_with"]) == (331852, "acme_piotr")
    assert taking["disposition"] is taking["billsec"] is taking["recording_wav"] is None
    assert (after["disposition"], after["billsec"], after["duration"], after["waittime"]) == ("PROPER", 83, 97, "14")


def test_after_a_transfer_the_call_belongs_to_the_second_employee(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("incoming-transferred", employee="acme_olena", transfer_to="acme_piotr")
    taken = [taken.json["connected_with"] for taken in hub_outside.taken if taken.event == "taking_call"]
    assert taken == ["acme_olena", "acme_piotr"]
    assert hub_outside.body_of("after_call")["employee_number"] == 331852


def test_a_late_recording_states_the_link_and_nothing_of_the_result(
    twin: TwinClient, hub_outside: ReceivingHub
) -> None:
    twin.play("late-recording")
    first, second = (taken.json for taken in hub_outside.taken if taken.event == "after_call")
    assert (first["disposition"], first["recording_wav"]) == ("PROPER", None)
    assert second["disposition"] is None
    assert second["recording_wav"].startswith(str(twin.base_url).rstrip("/") + "/recordings/")


@pytest.mark.parametrize(
    ("scenario", "fields"),
    [
        ("outgoing-answered", {"caller": '"acme_olena" <acme_olena>', "dst": "380671234567"}),
        ("outgoing-api", {"userfield": "380671234567", "dst": "380441230001"}),
        ("internal", {"caller": '"acme_olena" <acme_olena>', "dst": "acme_piotr", "E164": None}),
        ("incoming-hidden", {"caller": "anonymous", "E164": None, "userfield": None}),
        ("callback", {"call_type": "callback", "E164": "+380671234567"}),
        ("incoming-unknown-employee", {"connected_with": "acme_unassigned", "employee_number": None}),
        ("incoming-voicemail", {"disposition": "VOICEMAIL", "billsec": 21, "employee_number": None}),
    ],
)
def test_the_parties_stand_where_ringostat_puts_them(
    twin: TwinClient, hub_outside: ReceivingHub, scenario: str, fields: dict[str, Any]
) -> None:
    twin.play(scenario, client="+380671234567")
    body = hub_outside.taken[-1].json
    assert {name: body[name] for name in fields} == fields


def test_an_outgoing_call_may_begin_without_an_id(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("outgoing-no-id-before")
    before, after = (taken.json for taken in hub_outside.taken)
    assert "uniqueid" not in before
    assert after["uniqueid"]


def test_an_answer_of_the_webhook_number_decides_who_takes_the_call(
    twin: TwinClient, hub_outside: ReceivingHub
) -> None:
    hub_outside.forward_answer = {"dst_phone": "acme_iryna"}
    played = twin.play("incoming-answered", client="+380671234567")
    assert hub_outside.asked == [{"from": "380671234567", "direction": "in", "state": "ping"}]
    assert played["forward"] == {"dst_phone": "acme_iryna"}
    assert hub_outside.body_of("after_call")["employee_number"] == 331853


def test_a_webhook_number_that_is_late_is_not_waited_for(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    hub_outside.forward_answer, hub_outside.forward_delay = {"dst_phone": "acme_iryna"}, 1.0
    twin.control("configure", forward_timeout=0.1)
    played = twin.play("incoming-answered")
    assert (played["forward"], played["routing"]["outcome"]) == (None, "timeout")
    assert hub_outside.body_of("after_call")["connected_with"] == "acme_olena"


def test_outgoing_calls_do_not_ask_the_webhook_number(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    assert twin.play("outgoing-answered")["forward"] is None
    assert hub_outside.asked == []


def test_an_analysis_has_summary_moods_scores_and_actions(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("ai-analysis", analysis={"customer_mood": "angry"})
    body = hub_outside.body_of("ai_analysis")
    assert body["customer_mood"] == "angry"
    assert {"call_id", "callerId", "Summary", "recommended_actions", "opening_score", "opening_explanation"} <= set(
        body
    )
    assert 0 <= int(body["dialogue_quality_score"]) <= 100


def test_a_form_carries_any_fields_and_the_visit(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("form", client="0671234567", fields={"size": "XL"}, utm={"utm_source": "bing"})
    body = hub_outside.body_of("form")
    assert (body["phone"], body["size"], body["utm_source"]) == ("0671234567", "XL", "bing")


def test_a_chat_gives_the_phone_when_the_client_does(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("chat", chat={"messenger": "viber"})
    assert hub_outside.body_of("dialogue_start")["client_phone"] is None
    assert hub_outside.body_of("dialogue_end")["client_phone"] == "+380671234567"
    twin.play("chat", chat={"phone_at": "never"})
    assert hub_outside.body_of("dialogue_end")["client_phone"] is None


def test_a_chat_tells_whether_its_data_were_sent_to_the_crm(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("chat")
    assert hub_outside.body_of("dialogue_end")["sent_to_crm"] == "1"
    twin.play("chat-not-sent")
    assert hub_outside.body_of("dialogue_end")["sent_to_crm"] == "0"


def test_a_step_that_does_not_happen_is_not_told(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("chat-steps", chat={"phone_at": "never", "released": False})
    assert hub_outside.events == ["dialogue_start", "dialogue_taken", "dialogue_end"]


@pytest.mark.parametrize("chat", [{"phone_at": "soon"}, {"told_by": "post"}, {"weather": "fine"}])
def test_a_chat_that_cannot_be_played_is_refused_with_the_reason(twin: TwinClient, chat: dict[str, str]) -> None:
    answer = twin.post("/__twin__/play", json={"scenario": "chat", "chat": chat})
    assert answer.status_code == 400
    assert "chat" in answer.text


def test_a_call_can_be_played_in_parts(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    call_id = twin.play("incoming-answered", events=["before"], employee="acme_piotr")["call_id"]
    twin.play("incoming-answered", events=["taking", "after"], call_id=call_id)
    assert hub_outside.events == ["before_call", "taking_call", "after_call"]
    assert hub_outside.body_of("after_call")["employee_number"] == 331852
    assert {taken.json["uniqueid"] for taken in hub_outside.taken} == {call_id}


def test_the_nested_layout_keeps_the_rest_inside_and_numbers_as_text(
    twin: TwinClient, hub_outside: ReceivingHub
) -> None:
    twin.play("incoming-answered", layout="nested")
    after = hub_outside.body_of("after_call")
    assert set(after) == {
        *("uniqueid", "calldate", "billsec", "disposition", "has_recording", "recording_wav", "additional_call_data")
    }
    assert (after["billsec"], after["additional_call_data"]["duration"]) == ("83", "97")
    assert "disposition" not in hub_outside.body_of("taking_call")


def test_the_classic_layout_is_a_form_when_asked(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    played = twin.play("outgoing-missed", layout="classic", encoding="form")
    taken = hub_outside.taken[-1]
    body = parse_qs(taken.content.decode())
    assert (taken.method, taken.content_type) == ("POST", "application/x-www-form-urlencoded")
    assert (body["call_id"], body["status"], body["dialog"]) == ([played["call_id"]], ["NO ANSWER"], ["0"])


def test_a_query_body_is_got_beside_the_urls_own_parameters(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    played = twin.play("ring-only", encoding="query")
    taken = hub_outside.taken[-1]
    assert taken.method == "GET"
    assert (taken.query["own"], taken.query["event"], taken.query["uniqueid"]) == (
        "1",
        "before_call",
        played["call_id"],
    )


def test_the_customers_own_names_replace_the_vendors(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    names = {"uniqueid": "ring_ref", "E164": ["phone", "tel"], "client_id": None}
    twin.play("ring-only", names=names, client="+380671234567", extra={"shop": "Kyiv"})
    body = hub_outside.body_of("before_call")
    assert {"ring_ref", "phone", "tel"} <= set(body)
    assert not {"uniqueid", "E164", "client_id"} & set(body)
    assert body["shop"] == "Kyiv"


def test_a_client_of_another_spelling_is_sent_as_it_was_given(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    twin.play("ring-only", client="(067) 123-45-67")
    body = hub_outside.body_of("before_call")
    assert body["E164"] == body["userfield"] == "(067) 123-45-67"


@pytest.mark.parametrize(
    "asked",
    [
        {"scenario": "no-such"},
        {"scenario": "ring-only", "layout": "round"},
        {"scenario": "ring-only", "order": [1]},
        {"scenario": "ring-only", "employee": "nobody@example.com"},
        {"scenario": "ring-only", "at": "2026-11-21T10:00:00"},
        {"scenario": "ring-only", "colour": "red"},
        {"scenario": "ring-only", "count": 2, "call_id": "x"},
    ],
)
def test_a_play_that_makes_no_sense_is_refused_with_the_reason(twin: TwinClient, asked: dict[str, Any]) -> None:
    answer = twin.post("/__twin__/play", json=asked)
    assert answer.status_code == 400
    assert answer.json()["error"]
