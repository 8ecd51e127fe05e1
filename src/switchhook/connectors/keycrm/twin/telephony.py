"""The webhook link of the account's telephony service: the only way into the call history."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .query import Refusal, Row, invalid, not_found
from .state import KeyCrmState, digits
from .writing import body_of

STATES = ("started", "pending", "answered", "canceled", "busy", "completed", "transferred")
_FINAL = frozenset({"canceled", "busy", "completed"})


class Telephony:
    """`POST /telephony/webhook?token=…`: events of calls, and the question who should take one (`state=ping`)."""

    def __init__(self, state: KeyCrmState) -> None:
        self._state = state

    async def webhook(self, request: Request) -> Response:
        """One event. The link itself is the secret: without it there is nothing at this address."""
        self._state.settle()
        try:
            if request.query_params.get("token") != self._state.config.link_token:
                raise not_found("Service")
            body = await body_of(request)
            if body.get("state") == "ping":
                return JSONResponse(self._forward(str(body.get("from") or "")))
            self._take(body)
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)
        return Response() if self._state.config.link_answer == "empty" else JSONResponse({"success": True})

    def _forward(self, phone: str) -> dict[str, str]:
        buyer = self._state.buyer_of(phone)
        manager = buyer["manager_id"] if buyer else None
        number = next((number for number, user in self._state.internal_numbers.items() if user == manager), None)
        return {"dst_phone": number} if number else {}

    def _take(self, body: Any) -> None:
        said = body.get("call")
        if body.get("action") != "call" or not isinstance(said, dict):
            raise invalid(call="The call field is required.")
        for name in ("id", "direction", "caller", "destination_number", "state"):
            if not isinstance(said.get(name), str) or not said[name]:
                raise invalid(**{f"call__{name}": f"The {name} field is required."})
        if said["direction"] not in {"incoming", "outgoing"}:
            raise invalid(call__direction="The selected direction is invalid.")
        if said["state"] not in STATES:
            raise invalid(call__state="The selected state is invalid.")
        self._enter(said)

    def _enter(self, said: dict[str, Any]) -> None:
        held = next((c for c in self._state.rows("calls") if c["reference_id"] == said["id"]), None)
        row = held if held is not None else self._new(said)
        done = said["state"] == "completed"
        told = {"duration": int(said.get("duration") or 0), "call_url": said.get("audio_url")} if done else {}
        row["events"].append(said["state"])
        self._state.change(row, state=said["state"], **told)
        if said["state"] in _FINAL and row["lead_id"] is None:
            row["lead_id"] = self._card_of(row["client_id"])

    def _new(self, said: dict[str, Any]) -> Row:
        buyer = self._state.buyer_of(said["destination_number"])
        client = buyer["id"] if buyer else None
        row = self._state.add(
            "calls",
            reference_id=said["id"],
            type=said["direction"],
            state=said["state"],
            internal_number=said["caller"],
            external_number=f"+{digits(said['destination_number'])}",
            source_number="",
            user_id=self._state.internal_numbers.get(said["caller"]),
            call_route_service_id=1,
            duration=0,
            call_url=None,
            comment=None,
            client_id=client,
            lead_id=self._card_of(client),
            events=[],
            hidden=self._state.config.call_delay > 0,
        )
        self._state.later(self._state.config.call_delay, lambda: row.update(hidden=False))
        return row

    def _card_of(self, client_id: int | None) -> int | None:
        buyer = self._state.row("buyers", client_id)
        cards = [card for card in self._state.cards_of(buyer) if not self._state.is_closed(card)] if buyer else []
        return cards[-1]["id"] if cards else None
