"""The page that stands for the vendor's cabinet and for a telephone."""

import time

from switchhook.connectors.ringostat.tests.receiving_hub import ReceivingHub, TwinClient


def test_the_cabinet_shows_the_keys_and_keeps_the_addresses(twin: TwinClient) -> None:
    saved = twin.post("/__twin__/cabinet", data={"webhook_url": "http://127.0.0.1:9/in", "forward_url": ""})
    assert saved.status_code == 303
    page = twin.get("/__twin__/cabinet").text
    assert "twin-auth-key" in page
    assert 'value="http://127.0.0.1:9/in"' in page
    assert twin.get("/__twin__/configure").json()["forward_url"] is None


def test_a_call_of_the_telephone_reaches_the_hub(twin: TwinClient, hub_outside: ReceivingHub) -> None:
    asked = {"scenario": "incoming-missed", "client": "+380991112233", "employee": "", "pace": "0"}
    assert twin.post("/__twin__/cabinet/call", data=asked).status_code == 303
    until = time.monotonic() + 10
    while len(hub_outside.taken) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(hub_outside.taken) >= 3


def test_what_cannot_be_played_is_said_on_the_page_and_escaped(twin: TwinClient) -> None:
    answer = twin.post("/__twin__/cabinet/call", data={"scenario": "<b>none</b>"})
    assert answer.status_code == 400
    assert "scenario is one of" in answer.text
    told = twin.get("/__twin__/cabinet", params={"said": "<script>"}).text
    assert "&lt;script&gt;" in told
    assert "<script>" not in told


def test_nobody_calls_where_no_hub_listens(twin: TwinClient) -> None:
    twin.control("configure", webhook_url=None)
    answer = twin.post("/__twin__/cabinet/call", data={"scenario": "incoming-missed"})
    assert "Save a webhook address first" in twin.get(answer.headers["location"]).text
