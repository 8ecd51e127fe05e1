"""Lists: fields, pages, page tokens, what was changed since."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from .answers import Refused, Row
from .schema import MODULES
from .state import ZohoState

MOST_FIELDS = 50
LARGEST_PAGE = 200
TOKEN_LIFE = timedelta(hours=24)
_BOUND = ("fields", "sort_by", "sort_order", "converted", "per_page", "ids", "cvid")


@dataclass(frozen=True, slots=True)
class Slice:
    """A page of a list."""

    rows: list[Row]
    info: Row


def known_module(request: Request) -> str:
    """The module in the address. Raises Refused."""
    module = str(request.path_params["module"])
    if module not in MODULES:
        raise Refused("INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})
    return module


def asked_fields(request: Request) -> list[str]:
    """The fields asked for, which are mandatory. Raises Refused."""
    names = [name for name in request.query_params.get("fields", "").split(",") if name]
    if not names:
        raise Refused("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param_name": "fields"})
    if len(names) > MOST_FIELDS:
        raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"limit": MOST_FIELDS, "param_name": "fields"})
    return names


def since_of(request: Request) -> datetime | None:
    """The header If-Modified-Since. Raises Refused where it is not ISO 8601 with an offset."""
    text = request.headers.get("if-modified-since")
    if not text:
        return None
    try:
        since = datetime.fromisoformat(text)
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        raise Refused("INVALID_DATA", "invalid data", {"header_name": "If-Modified-Since"})
    return since


def per_page_of(request: Request) -> int:
    """`per_page`, 200 where it is not said. Raises Refused."""
    size = request.query_params.get("per_page", str(LARGEST_PAGE))
    if not size.isdecimal() or not 1 <= int(size) <= LARGEST_PAGE:
        raise Refused("INVALID_DATA", "invalid data", {"param_name": "per_page", "maximum_value": LARGEST_PAGE})
    return int(size)


def converted_too(request: Request, rows: list[Row]) -> list[Row]:
    """Leads by `converted`: false (left out), true, both."""
    wanted = request.query_params.get("converted", "false")
    if wanted == "both":
        return rows
    return [row for row in rows if bool(row.get("Converted__s")) == (wanted == "true")]


def slice_of(state: ZohoState, request: Request, module: str, rows: list[Row]) -> Slice:
    """The page that is asked for. Raises Refused."""
    asked = request.query_params
    sort_by, order = asked.get("sort_by", "id"), asked.get("sort_order", "desc")
    if sort_by not in {"id", "Created_Time", "Modified_Time"} or order not in {"asc", "desc"}:
        raise Refused("INVALID_DATA", "invalid data", {"param_name": "sort_by"})
    rows.sort(key=lambda row: (row[sort_by], int(row["id"])) if sort_by != "id" else int(row["id"]))
    if order == "desc":
        rows.reverse()
    bound = {name: asked.get(name) for name in _BOUND} | {"module": module}
    size, start = per_page_of(request), 0
    if "page_token" in asked:
        start = _from_token(state, request, rows, bound)
    else:
        page = asked.get("page", "1")
        start = (int(page) - 1) * size if page.isdecimal() and int(page) else 0
        if start + size > state.config.paged:
            code = "DISCRETE_PAGINATION_LIMIT_EXCEEDED"
            raise Refused(code, "use page_token", {"limit": state.config.paged, "param_name": "page"})
    some = rows[start : start + size]
    more = start + size < len(rows)
    within = start + size < state.config.token_reach
    token = state.page_token({**bound, "after": some[-1]["id"], "page": start // size + 1}) if more and within else None
    info = {
        "call": False,
        "per_page": size,
        "next_page_token": token,
        "count": len(some),
        "sort_by": sort_by,
        "page": start // size + 1,
        "previous_page_token": None,
        "page_token_expiry": state.stamp(state.clock() + TOKEN_LIFE) if token else None,
        "sort_order": order,
        "email": False,
        "more_records": more,
    }
    return Slice(some, info)


def _from_token(state: ZohoState, request: Request, rows: list[Row], bound: Row) -> int:
    """Where the page of a token begins: behind the last record of the page before."""
    if "page" in request.query_params:
        raise Refused("AMBIGUITY_DURING_PROCESSING", "page and page_token", {"param_names": ["page", "page_token"]})
    made_at, about = state.page_tokens.get(request.query_params["page_token"], (None, {}))
    if made_at is None or state.clock() - made_at > TOKEN_LIFE:
        raise Refused("EXPIRED_VALUE", "the page token has expired", {"param_name": "page_token"})
    if {name: about[name] for name in bound} != bound:
        raise Refused(
            "TOKEN_BOUND_DATA_MISMATCH", "the token was made for another request", {"param_name": "page_token"}
        )
    places = [number for number, row in enumerate(rows) if row["id"] == about["after"]]
    size = per_page_of(request)
    return places[0] + 1 if places else int(about["page"]) * size
