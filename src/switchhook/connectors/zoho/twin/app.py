"""The twin as an application: the vendor's routes around one state."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import Twin, TwinClock

from .access import Gate
from .actions import Actions
from .answers import Refused
from .bulk import BulkRead
from .config import TwinConfig
from .notices import Notices
from .oauth import AccountsServer
from .pages import Pages
from .people import People
from .records import Records
from .search import Search
from .settings import Settings
from .state import ZohoState

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_twin(config: TwinConfig | None = None) -> Twin:
    """A Zoho CRM of its own, with nothing in it yet."""
    clock = TwinClock()
    state = ZohoState(config or TwinConfig(), clock)
    gate, notices = Gate(state), Notices(state)
    actions = Actions(state, notices)
    routes = [
        *AccountsServer(state).routes(),
        *Pages(state).routes(),
        *BulkRead(state).routes(gate),
        *notices.routes(gate),
        *Settings(state).routes(gate),
        *Search(state).routes(gate),
        *actions.routes(gate),
        *Records(state, notices).routes(gate),
        Route("/crm/{rest:path}", _unknown, methods=_METHODS),
    ]
    return Twin(state, routes, control_routes=People(state, actions).routes(), clock=clock)


async def _unknown(_request: Request) -> Response:
    message = "Please check if the URL trying to access is a correct one"
    return Refused("INVALID_URL_PATTERN", message, status=404).answer()
