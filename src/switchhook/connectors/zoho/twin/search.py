"""The search API: an index that lags, loose comparisons."""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.core.phone import digits_of

from .access import Gate, search_scopes
from .answers import Refused, Row, nothing, page_info
from .listing import converted_too, known_module, per_page_of
from .schema import Field
from .state import ZohoState

MOST_FOUND = 2000
MOST_CONDITIONS = 15
LONGEST_CRITERIA = 3000
MOST_VALUES = 100
_PHONE = re.compile(r"^[+]?[0-9\s\-().]+$")
_LOOSE = re.compile(r"[{}\[\]^:\-/!?*_@\s]+")
_PARAMS = ("criteria", "email", "phone", "word")
_CONDITION = re.compile(r"\(((?:[^()\\]|\\.)*)\)")
Test = Callable[[Row], bool]


class Search:
    """`/{module}/search`."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state

    def routes(self, gate: Gate) -> list[Route]:
        """The route."""
        return [Route("/crm/v8/{module}/search", gate.guarded(self._search, search_scopes))]

    async def _search(self, request: Request) -> Response:
        module, state = known_module(request), self._state
        test = self._test(request, state.schema(module))
        rows = [row for row in state.indexed(module) if test(row) and state.row(module, row["id"]) is not None]
        if module == "Leads":
            rows = converted_too(request, rows)
        page, size = int(request.query_params.get("page", "1")), per_page_of(request)
        if page * size > MOST_FOUND:
            raise Refused("LIMIT_REACHED", "limit reached", {"limit": MOST_FOUND})
        rows.sort(key=lambda row: int(row["id"]), reverse=True)
        some = rows[(page - 1) * size : page * size]
        if not some:
            return nothing()
        names = request.query_params.get("fields", "")
        shown = [state.shown(row, names.split(",") if names else None) for row in some]
        more = page * size < len(rows)
        return JSONResponse({"data": shown, "info": page_info(some, page=page, per_page=size, more=more)})

    def _test(self, request: Request, schema: dict[str, Field]) -> Test:
        """Only one parameter counts: criteria, then e-mail, phone, word."""
        name = next((name for name in _PARAMS if request.query_params.get(name)), "")
        value = request.query_params.get(name, "")
        if not name:
            details = {"param_names": list(_PARAMS)}
            raise Refused("EXPECTED_PARAM_MISSING", "One of the expected parameter is missing", details)
        if name == "criteria":
            return criteria(value, schema)
        if name == "phone":
            return self._phone(value, schema)
        if len(value) < 2:
            raise Refused("INVALID_DATA", "invalid data", {"param_name": name})
        types = {"email"} if name == "email" else {"text", "textarea"}
        names = [one for one, field in schema.items() if field.type in types]
        return lambda row: any(value.lower() in str(row.get(one) or "").lower() for one in names)

    def _phone(self, value: str, schema: dict[str, Field]) -> Test:
        """All fields for numbers; whether their digits are compared or their letters is not published."""
        if not _PHONE.match(value) or not 3 <= len(value) <= 50:
            raise Refused("INVALID_DATA", "invalid data", {"param_name": "phone"})
        names = [name for name, field in schema.items() if field.type == "phone"]
        if self._state.config.phone_match == "literal":
            return lambda row: any(row.get(name) == value for name in names)
        wanted = digits_of(value)
        return lambda row: any(wanted in digits_of(str(row.get(name) or "")) for name in names)


def criteria(text: str, schema: dict[str, Field]) -> Test:
    """The test that a criteria text states; conditions joined by one of `and`, `or`. Raises Refused."""
    if len(text) > LONGEST_CRITERIA:
        raise Refused("INVALID_DATA", "invalid data", {"param_name": "criteria", "maximum_length": LONGEST_CRITERIA})
    found = _CONDITION.findall(text)
    rest = _CONDITION.sub("", text).replace("(", "").replace(")", "").strip()
    if not found or rest.replace("and", "").replace("or", "").strip():
        raise Refused("INVALID_QUERY", "invalid query formed", {"reason": "the criteria cannot be read"})
    if len(found) > MOST_CONDITIONS:
        raise Refused("CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", {"limit": MOST_CONDITIONS})
    tests = [_condition(one, schema) for one in found]
    joined = all if "and" in rest else any
    return lambda row: joined(test(row) for test in tests)


def _condition(text: str, schema: dict[str, Field]) -> Test:
    name, operator, value = [*text.split(":", 2), "", ""][:3]
    field = schema.get(name)
    if name != "id" and (field is None or operator not in {"equals", "not_equal", "starts_with", "in"}):
        details = {"api_name": name, "reason": "the field is not available for search", "operator": operator}
        raise Refused("INVALID_QUERY", "invalid query formed", details)
    values = [_plain(one) for one in re.split(r"(?<!\\),", value)]
    if len(values) > MOST_VALUES:
        raise Refused("INVALID_QUERY", "invalid query formed", {"api_name": name, "limit": MOST_VALUES})
    exact = field is None or field.type in {"picklist", "lookup", "ownerlookup"}
    return lambda row: _holds(row.get(name), operator, values, exact=exact)


def _holds(held: object, operator: str, values: list[str], *, exact: bool) -> bool:
    text = str(held.get("id") if isinstance(held, dict) else held or "")
    if exact:
        found = text in values
    elif operator == "starts_with":
        found = _loose(text).startswith(_loose(values[0]))
    else:
        # "equals" is contained in, without regard to case and to signs between.
        found = any(_loose(value) in _loose(text) for value in values if value)
    return not found if operator == "not_equal" else found


def _loose(text: str) -> str:
    return _LOOSE.sub(" ", text.lower()).strip()


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
