"""Forms and dialogues as the telephony reports them, for `Hub.play`."""

from typing import Any

PHONE = "+380671234567"
CHAT_LINK = "https://app.ringostat.com/project/chats/77/?project_id=11111"


def form(**values: Any) -> dict[str, Any]:
    """A form with a phone, sent once: a further one differs by its `comment` or its time."""
    said = {"form_name": "Order", "name": "Olha", "phone": PHONE, "comment": "Call me", "utm_source": "google"}
    return {"event": "form", **said, "page_url": "https://shop.example.com/order", "client_id": "1.2", **values}


def dialogue(event: str, **values: Any) -> dict[str, Any]:
    """An event of the dialogue 77: `start`, `taken`, `released`, `end` or `contact_given`."""
    name = event if event == "contact_given" else f"dialogue_{event}"
    visit = {"utm_source": "google", "client_id": "1.2"}
    who = {} if event == "start" else {"employee_fio": "Olena", "employee_number": 331851}
    told = {"dialogue_id": "77", "messenger": "telegram", "client_name": "Olha", "dialogue_link": CHAT_LINK}
    return {"event": name, **told, **visit, **who, **values}


def whole_dialogue(**values: Any) -> list[dict[str, Any]]:
    """A dialogue from its start to its end, its data sent to the CRM."""
    return [dialogue(event, **values) for event in ("start", "taken", "contact_given", "released", "end")]
