"""Users, pipelines, stages, activity types and fields."""

from typing import Any

from starlette.requests import Request

from .config import field_code
from .gate import body_of, done
from .lists import by_cursor
from .refusals import Refusal, bad_request, v1
from .state import PipedriveState, Row
from .validation import FIELD, check_body

_MAKEABLE = {
    "varchar", "text", "double", "phone", "date", "daterange", "time", "timerange", "set", "enum", "varchar_auto",
    "address", "monetary", "org", "people", "user",
}  # fmt: skip
FIELD_KINDS = {"dealFields": "deal", "personFields": "person", "organizationFields": "organization"}


class Dictionary:
    """See the routes in `app`."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state

    async def users(self, _request: Request) -> tuple[int, Any]:
        """Everybody, those who left too."""
        return 200, done(self._state.users)

    async def me(self, _request: Request) -> tuple[int, Any]:
        """Whose token it is, with the company."""
        config = self._state.config
        company = {"company_id": 66660666, "company_name": config.company, "company_domain": config.company_domain}
        rest = {"company_country": "UA", "company_industry": None}
        language = {"language": {"language_code": "en", "country_code": "US"}}
        return 200, done(self._state.me | company | rest | language)

    async def user(self, request: Request) -> tuple[int, Any]:
        """One user."""
        found = [user for user in self._state.users if str(user["id"]) == request.path_params["id"]]
        if not found:
            raise v1(404, "User not found or not accessible.")
        return 200, done(found[0])

    async def types(self, _request: Request) -> tuple[int, Any]:
        """Activity types."""
        return 200, done(self._state.types)

    async def pipelines(self, request: Request) -> tuple[int, Any]:
        """Pipelines."""
        return 200, self._page(request, self._state.pipelines)

    async def stages(self, request: Request) -> tuple[int, Any]:
        """Stages, of one pipeline where it is named."""
        pipeline = request.query_params.get("pipeline_id")
        return 200, self._page(request, [s for s in self._state.stages if pipeline in (None, str(s["pipeline_id"]))])

    def _page(self, request: Request, items: list[dict[str, Any]]) -> dict[str, Any]:
        if "updated_since" in request.query_params:
            raise bad_request("Parameter 'updated_since' is not allowed for this request")
        now = self._state.clock()
        page, cursor = by_cursor([Row(item, now, now) for item in items], request.query_params)
        return done([row.data for row in page], next_cursor=cursor)

    async def fields(self, request: Request) -> tuple[int, Any]:
        """GET lists the fields of a kind, POST adds one of the account's own."""
        kind = FIELD_KINDS[request.url.path.rpartition("/")[2]]
        if request.method == "GET":
            return 200, done(self._state.fields[kind], next_cursor=None)
        body = check_body(await body_of(request), FIELD)
        name, type_ = body.get("field_name"), body.get("field_type")
        if not name or type_ not in _MAKEABLE:
            raise bad_request("field_name and field_type are required")
        field = {**self._state.fields[kind][0], "field_name": name, "field_type": type_, "is_custom_field": True}
        field["field_code"] = field_code(kind, f"{name} {len(self._state.fields[kind])}")
        field["options"] = body.get("options")
        self._state.fields[kind].append(field)
        return self._state.config.create_status, done(field)

    async def unknown(self, _request: Request) -> tuple[int, Any]:
        """Whatever has no route."""
        raise Refusal(404, {"success": False, "error": "Unknown method.", "error_info": None, "data": None})
