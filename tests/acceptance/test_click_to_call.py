"""A click becomes a call through the running hub: its worker, the provider's stand-in, webhooks, the journal."""

from typing import Any

from tests.demo_hub import DemoHub, eventually


def test_a_click_becomes_a_call_in_the_journal(hub: DemoHub, client: str) -> None:
    hub.ask_twin("configure", {"callback_ring": 0.3, "callback_talk": 0.5})
    person = hub.employees[1]
    made = hub.api.post("click-to-call", {"number": client, "employee": person["email"]}, 202)
    seen: list[str] = []

    def over() -> Any:
        now = hub.api.get(f"click-to-call/{made['id']}")
        seen.append(now["state"])
        return now if now["over"] else None

    ended = eventually(over, what="the call did not end")
    call = hub.api.get(f"calls/{ended['call_id']}")
    assert (ended["state"], ended["via"]) == ("ended", person["sip"][0])
    assert (call["direction"], call["status"], call["client_number"]) == ("out", "answered", client)
    assert call["employee"]["email"] == person["email"]
    assert "calling" in seen
