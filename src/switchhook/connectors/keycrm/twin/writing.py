"""The routes that write: what is checked, what is answered, and what is carried out only later."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import account, views
from .checks import buyer_values, card_change, card_values, company_values, custom, user_id
from .query import Refusal, Row, invalid, not_found
from .reading import pipelines_on
from .state import KeyCrmState

Body = Mapping[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]


async def body_of(request: Request) -> Body:
    """The request's JSON object. Raises Refusal on anything else."""
    raw = await request.body()
    try:
        value = json.loads(raw) if raw.strip() else {}
    except ValueError:
        raise invalid(body="The body is not JSON.") from None
    if not isinstance(value, dict):
        raise invalid(body="The body must be an object.")
    return value


class Writing:
    """Answers of the Open API's POST and PUT routes."""

    def __init__(self, state: KeyCrmState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """To be mounted under `/v1`."""
        return [
            Route("/buyer", self._add_buyer, methods=["POST"]),
            Route("/buyer/{id}", self._change_buyer, methods=["PUT"]),
            Route("/companies", self._add_company, methods=["POST"]),
            Route("/companies/{id}", self._change_company, methods=["PUT"]),
            Route("/pipelines/cards", self._add_card, methods=["POST"]),
            Route("/pipelines/cards/{id}", self._change_card, methods=["PUT"]),
            Route("/order", self._add_order, methods=["POST"]),
            Route("/order/{id}", self._change_order, methods=["PUT"]),
        ]

    # --- buyers -------------------------------------------------------------------------------------------------------

    async def _add_buyer(self, request: Request) -> Response:
        values = buyer_values(self._state, await body_of(request), new=True)
        known = next((held for phone in values["phone"] if (held := self._state.buyer_of(phone))), None)
        if known and self._state.config.known_phone == "error":
            raise invalid(phone="The phone has already been taken.")
        joined = known is not None and self._state.config.known_phone == "join"
        row = known if joined and known else self._state.add("buyers", **values)
        return JSONResponse(views.buyer(self._state, row), 201)

    async def _change_buyer(self, request: Request) -> Response:
        row = self._there("buyers", "Buyer", request)
        values = buyer_values(self._state, await body_of(request), new=False)
        return self._accepted(row, values, lambda: views.buyer(self._state, row))

    def buyer_for(self, given: Body) -> Row:
        """The buyer with this number, else a new one: cards and orders bring their buyers along."""
        phone, email = str(given.get("phone") or ""), str(given.get("email") or "")
        known = self._state.buyer_of(phone) if phone else None
        named = {"full_name": given.get("full_name") or phone or email or "Without a name"}
        numbers = {"phone": [phone] if phone else [], "email": [email] if email else []}
        return known or self._state.add("buyers", **buyer_values(self._state, named | numbers, new=True))

    # --- companies ----------------------------------------------------------------------------------------------------

    async def _add_company(self, request: Request) -> Response:
        body = await body_of(request)
        values = company_values(self._state, body, new=True)
        row = self._state.add("companies", **values)
        self._tie(row, body)
        return JSONResponse(views.company(self._state, row), 201)

    async def _change_company(self, request: Request) -> Response:
        row, body = self._there("companies", "Company", request), await body_of(request)
        self._merge(row, company_values(self._state, body, new=False))
        self._tie(row, body)
        return JSONResponse(views.company(self._state, row))

    def _tie(self, company: Row, body: Body) -> None:
        for id_ in body.get("buyer_id") or ():
            if held := self._state.row("buyers", id_):
                self._state.change(held, company_id=company["id"])

    # --- cards --------------------------------------------------------------------------------------------------------

    async def _add_card(self, request: Request) -> Response:
        pipelines_on(self._state)
        body = await body_of(request)
        values, given = card_values(self._state, body), body["contact"]
        buyer = self._state.row("buyers", given.get("client_id") or "")
        if buyer is None and given.get("client_id") and self._state.config.missing_client == "error":
            raise Refusal(403, {"message": "The given arguments are invalid."})
        buyer = buyer or self.buyer_for(given)
        named = {name: given.get(name) or None for name in ("full_name", "email", "phone")}
        contact = self._state.add("contacts", **named, client_id=buyer["id"])
        row = self._state.add("cards", **values, contact_id=contact["id"], status_changed_at=self._state.now())
        row["title"] = row["title"] or str(row["id"])
        return JSONResponse(views.bare_card(self._state, row), 201)

    async def _change_card(self, request: Request) -> Response:
        pipelines_on(self._state)
        row = self._there("cards", "Card", request)
        values = card_change(self._state, await body_of(request))
        client = values.pop("client_id", None)
        if client:
            self._state.change(self._state.tables["contacts"][row["contact_id"]], client_id=client)
        return self._accepted(row, values, lambda: {"status": True})

    # --- orders -------------------------------------------------------------------------------------------------------

    async def _add_order(self, request: Request) -> Response:
        body = await body_of(request)
        if not any(source["id"] == body.get("source_id") for source in account.SOURCES):
            raise invalid(source_id="The selected source id is invalid.")
        if not isinstance(body.get("buyer"), dict):
            raise invalid(buyer="The buyer field is required.")
        goods = [dict(item) for item in body.get("products") or ()]
        names = ("source_id", "source_uuid", "manager_comment", "buyer_comment")
        row = self._state.add(
            "orders",
            **{name: body.get(name) for name in names},
            manager_id=user_id(self._state, body),
            marketing=dict(body.get("marketing") or {}),
            custom=custom(body, "order"),
            products=goods,
            grand_total=sum(float(item.get("price") or 0) * float(item.get("quantity") or 1) for item in goods),
            status_id=1,
            client_id=self.buyer_for(body["buyer"])["id"],
        )
        return JSONResponse(views.bare_order(row), 201)

    async def _change_order(self, request: Request) -> Response:
        row, body = self._there("orders", "Order", request), await body_of(request)
        allowed = ("buyer_comment", "manager_comment", "status_id")
        values = {name: body[name] for name in allowed if name in body} | {"custom": custom(body, "order")}
        return self._accepted(row, values, lambda: views.bare_order(row))

    # --- what they share ----------------------------------------------------------------------------------------------

    def _there(self, table: str, what: str, request: Request) -> Row:
        row = self._state.row(table, request.path_params["id"])
        if row is None:
            raise not_found(what)
        return row

    def _accepted(self, row: Row, values: dict[str, Any], answer: Callable[[], Row]) -> Response:
        self._state.later(self._state.config.put_delay, lambda: self._merge(row, values))
        return JSONResponse(answer(), 202)

    def _merge(self, row: Row, values: dict[str, Any]) -> None:
        if "status_id" in values and values["status_id"] != row.get("status_id"):
            values = {**values, "status_changed_at": self._state.now()}
        self._state.change(row, **{**values, "custom": {**row["custom"], **values.get("custom", {})}})
