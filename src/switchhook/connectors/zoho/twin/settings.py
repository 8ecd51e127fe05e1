"""Users, organisation, fields, layouts, modules, pipelines."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .access import Gate, fixed_scope
from .answers import Refused, Row, nothing, page_info, unchanged
from .listing import per_page_of
from .metadata import field_json, layout_json, module_json, pipelines_json
from .schema import MODULES
from .state import ZohoState

LAYOUT_ID = "5725767000000091023"
_ACTIVE = frozenset({"ActiveUsers", "ActiveConfirmedUsers", "ConfirmedUsers"})
_ADMINS = frozenset({"AdminUsers", "ActiveConfirmedAdmins"})


class Settings:
    """What the account is set up as."""

    def __init__(self, state: ZohoState) -> None:
        self._state = state

    def routes(self, gate: Gate) -> list[Route]:
        """The routes; they stand before those of the modules."""

        def at(path: str, endpoint: Any, scope: str) -> Route:
            return Route(f"/crm/v8{path}", gate.guarded(endpoint, fixed_scope(scope)))

        return [
            at("/users", self.users, "ZohoCRM.users.READ"),
            at("/users/{id:int}", self.user, "ZohoCRM.users.READ"),
            at("/org", self.organisation, "ZohoCRM.org.READ"),
            at("/settings/fields", self.fields, "ZohoCRM.settings.fields.READ"),
            at("/settings/layouts", self.layouts, "ZohoCRM.settings.layouts.READ"),
            at("/settings/modules", self.modules, "ZohoCRM.settings.modules.READ"),
            at("/settings/modules/{module}", self.module, "ZohoCRM.settings.modules.READ"),
            at("/settings/pipeline", self.pipelines, "ZohoCRM.settings.pipeline.READ"),
            at("/settings/call_preferences", self.call_preferences, "ZohoCRM.settings.call_preferences.READ"),
        ]

    async def users(self, request: Request) -> Response:
        """Users of a type."""
        wanted = request.query_params.get("type", "AllUsers")
        people = self._state.users()
        if wanted == "CurrentUser":
            people = people[:1]
        elif wanted in _ACTIVE:
            people = [one for one in people if one[1].status == "active"]
        elif wanted in _ADMINS:
            people = [one for one in people if one[1].administrator]
        elif wanted == "DeletedUsers":
            people = [one for one in people if one[1].status == "deleted"]
        rows = [self._state.user_json(id_, user) for id_, user in people]
        page, size = int(request.query_params.get("page", "1")), per_page_of(request)
        some = rows[(page - 1) * size : page * size]
        if not some:
            return nothing()
        if request.headers.get("if-modified-since"):
            return unchanged()
        info = page_info(some, page=page, per_page=size, more=page * size < len(rows))
        return JSONResponse({"users": some, "info": info})

    async def user(self, request: Request) -> Response:
        """One user."""
        wanted = str(request.path_params["id"])
        found = [self._state.user_json(id_, user) for id_, user in self._state.users() if id_ == wanted]
        return JSONResponse({"users": found}) if found else nothing()

    async def organisation(self, _request: Request) -> Response:
        """Company, edition, licences."""
        config = self._state.config
        about = {
            "id": "5725767000000000001",
            "company_name": config.company,
            "zgid": "20061234567",
            "domain_name": "org20061234567",
            "time_zone": config.time_zone,
            "iso_code": "UAH",
            "type": "production",
            "country_code": "UA",
            "license_details": {
                "paid_expiry": None,
                "users_license_purchased": config.licences,
                "trial_type": None,
                "trial_expiry": None,
                "paid": config.edition != "free",
                "paid_type": config.edition,
                "portal_users_license_purchased": 0,
            },
        }
        return JSONResponse({"org": [about]})

    async def fields(self, request: Request) -> Response:
        """Everything that is known of a module's fields."""
        module = self._module(request)
        return JSONResponse({"fields": self._fields(module)})

    async def layouts(self, request: Request) -> Response:
        """The one layout of a module."""
        return JSONResponse({"layouts": [layout_json(LAYOUT_ID, self._fields(self._module(request)))]})

    async def modules(self, _request: Request) -> Response:
        """All modules."""
        return JSONResponse({"modules": [module_json(name) for name in MODULES]})

    async def module(self, request: Request) -> Response:
        """One module."""
        name = str(request.path_params["module"])
        if name not in MODULES:
            raise Refused("INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 2})
        return JSONResponse({"modules": [module_json(name)]})

    async def pipelines(self, request: Request) -> Response:
        """The pipelines of a layout; 204 where the account has not switched them on."""
        layout = request.query_params.get("layout_id")
        if not layout:
            raise Refused("REQUIRED_PARAM_MISSING", "required param is missing", {"param_name": "layout_id"})
        if layout != LAYOUT_ID:
            raise Refused("INVALID_DATA", "the id given seems to be invalid", {"param_name": "layout_id"})
        return JSONResponse({"pipeline": pipelines_json()}) if self._state.config.pipelines_on else nothing()

    async def call_preferences(self, _request: Request) -> Response:
        """Whether calls show their numbers."""
        return JSONResponse({"call_preferences": {"show_from_number": True, "show_to_number": True}})

    def _fields(self, module: str) -> Sequence[Row]:
        fields = self._state.schema(module).values()
        return [field_json(module, number, field) for number, field in enumerate(fields)]

    @staticmethod
    def _module(request: Request) -> str:
        module = request.query_params.get("module", "")
        if not module:
            raise Refused("REQUIRED_PARAM_MISSING", "required param is missing", {"param_name": "module"})
        if module not in MODULES:
            raise Refused("INVALID_MODULE", "the module name given seems to be invalid", {"param_name": "module"})
        return module
