"""How a telephony connection's webhook number asks, and how it wants to be answered.

Read from the connection's settings; whatever is unset or makes no sense there falls back to the usual recipe: JSON
with `from`, `direction` and `state=ping` in, `{"dst_phone": …}` out.

forward_fields         the customer's names: {"number": "from", "direction": "direction", "state": "state"}
forward_state          the value of the state field that marks a question: "ping"
forward_answer         "json" (default), "http" (the plain destination) or "json-rpc"
forward_answer_field   the field that holds the destination: "dst_phone"
forward_order          who is asked for, the first that can be reached: any of lead, deal, order (open ones), contact,
                       company, and last_talk (who spoke with the client last); default: as each CRM's scenario table
                       says (`forward`), else lead, deal, contact
forward_mobiles        whether employees without SIP login are answered with their mobile number: no
forward_skip_absent    whether a call for an employee who is away goes to his substitute, without one to the next: yes
forward_nobody         the body when nobody is found, text or anything else as JSON; default: an empty answer
forward_nobody_status  its HTTP status: 200
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LAST_TALK = "last_talk"

_ORDER = ("lead", "deal", "contact")
_KINDS = {"lead", "deal", "order", "contact", "company", LAST_TALK}
_FORMS = {"json", "http", "json-rpc"}
_YES = (True, "true", "True", "on", "1", "yes")
_FIELDS = {"number": "from", "direction": "direction", "state": "state"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The settings above, read. `nobody` is None where the default body is wanted, `fixed` an order that was set."""

    fields: Mapping[str, str] = field(default_factory=lambda: dict(_FIELDS))
    state: str = "ping"
    form: str = "json"
    answer_field: str = "dst_phone"
    order: tuple[str, ...] = _ORDER
    fixed: bool = False
    mobiles: bool = False
    skip_absent: bool = True
    nobody: Any = None
    nobody_status: int = 200


def read_scheme(settings: Mapping[str, Any]) -> Scheme:
    """The scheme that a connection's settings describe."""
    named = settings.get("forward_fields")
    named = named if isinstance(named, Mapping) else {}
    form = str(settings.get("forward_answer") or "json")
    nobody = settings.get("forward_nobody")
    order = _order(settings.get("forward_order"))
    return Scheme(
        fields={key: str(named.get(key) or default).lower() for key, default in _FIELDS.items()},
        state=str(settings.get("forward_state") or "ping"),
        form=form if form in _FORMS else "json",
        answer_field=str(settings.get("forward_answer_field") or "dst_phone"),
        order=order or _ORDER,
        fixed=bool(order),
        mobiles=settings.get("forward_mobiles") in _YES,
        skip_absent=settings.get("forward_skip_absent") in (None, "", *_YES),
        nobody=None if nobody == "" else nobody,
        nobody_status=_status(settings.get("forward_nobody_status")),
    )


def _order(value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    kinds = [str(word).strip().lower() for word in words]
    return tuple(dict.fromkeys(kind for kind in kinds if kind in _KINDS))


def _status(value: Any) -> int:
    try:
        status = int(value)
    except (TypeError, ValueError):
        return 200
    return status if 200 <= status <= 599 else 200
