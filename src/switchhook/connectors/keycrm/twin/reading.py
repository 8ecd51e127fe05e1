"""The routes that read: lists by filters from an allow-list, single records, and what an account is set up with."""

from collections.abc import Callable, Collection

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import account, views
from .query import Listing, Refusal, Row, between, equals, not_found, page
from .state import KeyCrmState, digits

View = Callable[[KeyCrmState, Row, Collection[str]], Row]


def pipelines_on(state: KeyCrmState) -> None:
    """Raises Refusal where the account has its pipelines switched off."""
    if not state.config.pipelines_enabled:
        raise Refusal(400, {"message": "Leads are not enabled"})


_TIMES = {"created_between": between("created_at"), "updated_between": between("updated_at")}
_OF_CALLS = {
    "reference_id": equals("reference_id"),
    "client_id": equals("client_id"),
    "manager_id": equals("user_id"),
    "lead_id": equals("lead_id"),
    "type": equals("type"),
    "created_between": _TIMES["created_between"],
}
_COMPANIES = Listing(filters={"company_id": equals("id"), **_TIMES}, includes=views.OF_COMPANY)
_CARDS = Listing(
    filters={
        "pipeline_id": lambda row, ids: str(views.bare_status(row)["pipeline_id"]) in ids,
        "status_id": equals("status_id"),
        "source_id": equals("source_id"),
        **_TIMES,
    },
    includes=views.OF_CARD,
)
_USERS = Listing(
    filters={name: equals(name) for name in ("id", "full_name", "role_id", "status", "email", "phone")}
    | {"created_between": _TIMES["created_between"], "last_logged_between": between("last_logged_at")}
)
_FIELDS = Listing(filters={"model": equals("model")}, includes=("options",), sorts=("position",))


class Reading:
    """Answers of the Open API's GET routes."""

    def __init__(self, state: KeyCrmState) -> None:
        self._state = state
        self._buyers = Listing(
            filters={"buyer_id": equals("id"), "buyer_phone": self._phone, "buyer_email": _email, **_TIMES},
            includes=views.OF_BUYER,
        )
        own = {"status_id": equals("status_id"), "source_id": equals("source_id")}
        self._orders = Listing(
            filters={**own, "source_uuid": equals("source_uuid"), "buyer_phone": self._order_phone, **_TIMES},
            includes=views.OF_ORDER,
            sorts=("id",),
        )
        self._calls = Listing(filters={**_OF_CALLS, "client_phone": self._call_phone}, includes=views.OF_CALL)

    def routes(self) -> list[Route]:
        """GET routes, to be mounted under `/v1`. Those with fixed names come first."""
        return [
            Route("/buyer", self._list("buyers", self._buyers, views.buyer)),
            Route("/buyer/{id}", self._one("buyers", "Buyer", self._buyers, views.buyer)),
            Route("/companies", self._list("companies", _COMPANIES, views.company)),
            Route("/companies/{id}", self._one("companies", "Company", _COMPANIES, views.company)),
            Route("/pipelines", self._pipelines),
            Route("/pipelines/cards", self._list("cards", _CARDS, views.card)),
            Route("/pipelines/cards/{id}", self._one("cards", "Card", _CARDS, views.card)),
            Route("/pipelines/{id}/statuses", self._statuses),
            Route("/order", self._list("orders", self._orders, views.order)),
            Route("/order/source", self._plain(account.SOURCES)),
            Route("/order/status", self._plain(account.ORDER_STATUSES)),
            Route("/order/{id}", self._one("orders", "Order", self._orders, views.order)),
            Route("/calls", self._list("calls", self._calls, views.call)),
            Route("/users", self._people),
            Route("/custom-fields", self._custom_fields),
        ]

    def _list(self, table: str, listing: Listing, view: View) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if table == "cards":
                pipelines_on(self._state)
            query = request.query_params
            include = listing.include(query)
            rows = [row for row in self._state.rows(table) if not row.get("hidden")]
            ordered = listing.ordered(query, listing.rows(query, rows), self._state.config.order)
            envelope = page(query, ordered, _url(request))
            envelope["data"] = [view(self._state, row, include) for row in envelope["data"]]
            return JSONResponse(envelope)

        return answer

    def _one(self, table: str, what: str, listing: Listing, view: View) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            if table == "cards":
                pipelines_on(self._state)
            include = listing.include(request.query_params)
            row = self._state.row(table, request.path_params["id"])
            if row is None:
                raise not_found(what)
            shown = view(self._state, row, include)
            if table == "cards" and self._state.config.card_as_page:
                return JSONResponse(page(request.query_params, [shown], _url(request)))
            return JSONResponse(shown)

        return answer

    def _plain(self, rows: Collection[Row]) -> Callable[[Request], Response]:
        return lambda request: JSONResponse(page(request.query_params, list(rows), _url(request)))

    def _pipelines(self, request: Request) -> Response:
        pipelines_on(self._state)
        return JSONResponse(page(request.query_params, account.PIPELINES, _url(request)))

    def _statuses(self, request: Request) -> Response:
        pipelines_on(self._state)
        rows = [status for status in account.STATUSES if str(status["pipeline_id"]) == request.path_params["id"]]
        if not rows:
            raise not_found("Pipeline")
        return JSONResponse(page(request.query_params, rows, _url(request)))

    def _people(self, request: Request) -> Response:
        rows = _USERS.rows(request.query_params, self._state.users)
        return JSONResponse(page(request.query_params, rows, _url(request)))

    def _custom_fields(self, request: Request) -> Response:
        # A plain array, not a page.
        query = request.query_params
        include = _FIELDS.include(query)
        rows = _FIELDS.ordered(query, _FIELDS.rows(query, account.FIELDS), "asc")
        return JSONResponse([{k: v for k, v in row.items() if k != "options" or "options" in include} for row in rows])

    def _same(self, stored: str, asked: str) -> bool:
        return digits(stored) == digits(asked) if self._state.config.phone_match == "digits" else stored == asked

    def _phone(self, row: Row, asked: list[str]) -> bool:
        return any(self._same(stored, phone) for stored in row["phone"] for phone in asked)

    def _order_phone(self, row: Row, asked: list[str]) -> bool:
        held = self._state.row("buyers", row["client_id"])
        return held is not None and self._phone(held, asked)

    def _call_phone(self, row: Row, asked: list[str]) -> bool:
        return any(self._same(row["external_number"], phone) for phone in asked)


def _email(row: Row, asked: list[str]) -> bool:
    return any(address in asked for address in row["email"])


def _url(request: Request) -> str:
    return str(request.url.replace(query=""))
