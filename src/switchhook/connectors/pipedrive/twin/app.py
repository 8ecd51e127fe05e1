"""The application: Pipedrive's routes behind its gate, its sign-in, and pages to look at."""

from collections.abc import Awaitable, Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import Twin, TwinClock

from .config import TwinConfig
from .dictionary import FIELD_KINDS, Dictionary
from .gate import Gate, Handler
from .leads import Leads
from .notes import CallLogs, Notes
from .oauth import OAuth
from .pages import Pages
from .people import People
from .resources import RESOURCES, Endpoints
from .search import Search
from .state import PipedriveState

_ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_twin(config: TwinConfig | None = None) -> Twin:
    """A Pipedrive company of its own, with users and dictionaries and no records yet."""
    clock = TwinClock()
    state = PipedriveState(config or TwinConfig(), clock)
    return Twin(state, [*_Routes(state).all()], control_routes=People(state).routes(), clock=clock)


class _Routes:
    def __init__(self, state: PipedriveState) -> None:
        self._state = state
        self._gate = Gate(state)

    def all(self) -> Iterator[Route]:
        oauth = OAuth(self._state)
        yield Route("/oauth/authorize", oauth.authorize)
        yield Route("/oauth/token", oauth.token, methods=["POST"])
        yield Route("/oauth/revoke", oauth.revoke, methods=["POST"])
        yield from Pages(self._state).routes()
        yield from self._second()
        yield from self._first("/v1")
        if self._state.config.v1_below_api:
            yield from self._first("/api/v1")
        yield Route("/{rest:path}", self._guarded(Dictionary(self._state).unknown), methods=_ALL)

    def _second(self) -> Iterator[Route]:
        search, leads, words = Search(self._state), Leads(self._state), Dictionary(self._state)
        yield self._route("/api/v2/persons/search", search.persons)
        yield self._route("/api/v2/organizations/search", search.organizations)
        yield self._route("/api/v2/leads/search", search.leads)
        yield self._route("/api/v2/leads/{id}/convert/deal", leads.convert, "POST")
        yield self._route("/api/v2/leads/{id}/convert/status/{conversion_id}", leads.conversion)
        yield self._route("/api/v2/pipelines", words.pipelines)
        yield self._route("/api/v2/stages", words.stages)
        for name in FIELD_KINDS:
            yield self._route(f"/api/v2/{name}", words.fields, "GET", "POST")
        for resource in RESOURCES:
            endpoints = Endpoints(self._state, resource)
            if resource.kind == "deals":
                yield self._route("/api/v2/deals/archived", endpoints.archived)
            yield self._route(f"/api/v2/{resource.kind}", endpoints.collection, "GET", "POST")
            yield self._route(f"/api/v2/{resource.kind}/{{id}}", endpoints.one, "GET", "PATCH", "DELETE")

    def _first(self, prefix: str) -> Iterator[Route]:
        leads, notes, logs = Leads(self._state), Notes(self._state), CallLogs(self._state)
        words = Dictionary(self._state)
        yield self._route(f"{prefix}/leads/archived", leads.archived)
        yield self._route(f"{prefix}/leads", leads.collection, "GET", "POST")
        yield self._route(f"{prefix}/leads/{{id}}", leads.one, "GET", "PATCH", "DELETE")
        yield self._route(f"{prefix}/notes", notes.collection, "GET", "POST")
        yield self._route(f"{prefix}/notes/{{id}}", notes.one, "GET", "PUT", "DELETE")
        yield self._route(f"{prefix}/callLogs", logs.collection, "GET", "POST")
        yield self._route(f"{prefix}/callLogs/{{id}}", logs.one, "GET", "DELETE")
        yield self._route(f"{prefix}/users/me", words.me)
        yield self._route(f"{prefix}/users", words.users)
        yield self._route(f"{prefix}/users/{{id}}", words.user)
        yield self._route(f"{prefix}/activityTypes", words.types)

    def _route(self, path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, self._guarded(handler), methods=list(methods) or ["GET"])

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        return self._gate.guarded(handler)
