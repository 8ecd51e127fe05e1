"""What people do in Zoho's own pages, and how the twin is set up."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .actions import Actions
from .answers import Refused, Row
from .config import TwinConfig
from .schema import MODULES, PIPELINES
from .state import ZohoState
from .validation import checked

Deed = Callable[[Row], Row]


class People:
    """`POST /__twin__/people` with `{"do": …}`, and `/__twin__/configure`."""

    def __init__(self, state: ZohoState, actions: Actions) -> None:
        self._state = state
        self._actions = actions
        self._deeds: dict[str, Deed] = {
            "add": self.add,
            "add_contact": self.add_contact,
            "change": self.change,
            "delete": self.delete,
            "close": self.close,
            "win": self.win,
            "convert": self.convert,
            "merge": self.merge,
            "consent": self.consent,
            "self_client": self.self_client,
            "expire_access": self.expire_access,
            "change_password": self.change_password,
        }

    def routes(self) -> list[Route]:
        """The control routes."""
        return [
            Route("/people", self._people, methods=["POST"]),
            Route("/configure", self._configure, methods=["GET", "POST"]),
        ]

    async def _people(self, request: Request) -> Response:
        asked = await json_body(request)
        deed = self._deeds.get(str(asked.get("do"))) if isinstance(asked, dict) else None
        if deed is None:
            raise HTTPException(400, f"do is one of {', '.join(self._deeds)}")
        try:
            return JSONResponse(deed({name: value for name, value in asked.items() if name != "do"}))
        except Refused as refusal:
            raise HTTPException(400, f"{refusal.code}: {refusal} {refusal.details}") from refusal
        except (KeyError, TypeError) as error:
            raise HTTPException(400, f"missing or unknown: {error}") from error

    async def _configure(self, request: Request) -> Response:
        if request.method == "POST":
            asked = await json_body(request)
            unknown = sorted(set(asked) - set(TwinConfig.names())) if isinstance(asked, dict) else ["(not an object)"]
            if unknown:
                raise HTTPException(400, f"unknown names: {', '.join(unknown)}")
            try:
                self._state.configure(self._state.config.changed(asked))
            except (TypeError, ValueError, AttributeError, ZoneInfoNotFoundError) as error:
                raise HTTPException(400, str(error)) from error
        return JSONResponse(self._state.config.as_json())

    # --- deeds: they leave the search index up to date ----------------------------------------------------------------

    def add(self, asked: Row) -> Row:
        """A record typed in: `module`, `values` (vendor's names)."""
        module = self._module(asked)
        row = self._state.insert(module, checked(self._state, module, asked["values"]))
        return self._indexed(module, row["id"])

    def add_contact(self, asked: Row) -> Row:
        """A contact typed in: `name`, `phone`."""
        return self.add({"module": "Contacts", "values": {"Last_Name": asked["name"], "Phone": asked["phone"]}})

    def change(self, asked: Row) -> Row:
        """Other values for a record: `module`, `id`, `values`."""
        module, id_ = self._module(asked), str(asked["id"])
        values = checked(self._state, module, asked["values"], self._row(module, id_))
        self._state.change(module, id_, values)
        return self._indexed(module, id_)

    def delete(self, asked: Row) -> Row:
        """To the recycle bin: `module`, `id`."""
        module, id_ = self._module(asked), str(asked["id"])
        self._row(module, id_)
        self._state.delete(module, id_)
        return {"id": id_}

    def close(self, asked: Row) -> Row:
        """Lose a deal, convert a lead, finish a task: `module`, `id`."""
        module, id_ = self._module(asked), str(asked["id"])
        if module == "Leads":
            return self.convert({"id": id_})
        if module == "Tasks":
            return self.change({"module": module, "id": id_, "values": {"Status": "Completed"}})
        return self._end(id_, "Closed Lost")

    def win(self, asked: Row) -> Row:
        """Win a deal: `id`."""
        return self._end(str(asked["id"]), "Closed Won")

    def convert(self, asked: Row) -> Row:
        """Convert a lead: `id`; `deal` names the deal that is made with it."""
        id_ = str(asked["id"])
        pipeline, stages = next(iter(PIPELINES.items()))
        deal = {"Deal_Name": asked.get("deal"), "Stage": stages[0][0], "Pipeline": pipeline}
        made = self._actions.converted(id_, {"Deals": deal} if asked.get("deal") else {})
        for module, shown in made.items():
            if shown:
                self._state.touch(module, shown["id"])
        self._state.touch("Leads", id_)
        return made

    def merge(self, asked: Row) -> Row:
        """Merge two records of a module, `id` into `into`: what hung on the one hangs on the other."""
        module, id_, into = self._module(asked), str(asked["id"]), str(asked["into"])
        self._row(module, id_)
        kept = self._row(module, into)
        name = next((kept[n] for n in ("Full_Name", "Account_Name", "Deal_Name") if kept.get(n)), "")
        for other in MODULES:
            for row in list(self._state.rows(other)):
                moved = {n: {**v, "name": name, "id": into} for n, v in row.items() if _points(v, id_)}
                if moved:
                    self._state.change(other, row["id"], moved)
        self._state.delete(module, id_, permanent=True)
        return {"id": into}

    def consent(self, _asked: Row) -> Row:
        """A new refresh token, as a sign-in gives it."""
        return {"refresh_token": self._state.tokens.consent(self._state.config.scopes)}

    def self_client(self, asked: Row) -> Row:
        """A code made by hand in the API console; `scopes` where not all."""
        return {"code": self._state.tokens.code(tuple(asked.get("scopes") or self._state.config.scopes))}

    def expire_access(self, _asked: Row) -> Row:
        """All access tokens end; a renewal helps."""
        self._state.tokens.kill_access()
        return {}

    def change_password(self, _asked: Row) -> Row:
        """All tokens end; a new sign-in is needed."""
        self._state.expire_token()
        return {}

    def _end(self, id_: str, forecast: str) -> Row:
        row = self._row("Deals", id_)
        stages = PIPELINES[row.get("Pipeline") or next(iter(PIPELINES))]
        stage = next(name for name, said in stages if said == forecast)
        return self.change({"module": "Deals", "id": id_, "values": {"Stage": stage}})

    def _module(self, asked: Row) -> str:
        module = str(asked["module"])
        if module not in MODULES:
            raise HTTPException(400, f"module is one of {', '.join(MODULES)}")
        return module

    def _row(self, module: str, id_: str) -> Row:
        row = self._state.row(module, id_)
        if row is None:
            raise HTTPException(400, f"there is no record {id_} in {module}")
        return row

    def _indexed(self, module: str, id_: str) -> Row:
        self._state.touch(module, id_)
        return self._state.shown(self._row(module, id_))


def _points(value: Any, id_: str) -> bool:
    return isinstance(value, dict) and value.get("id") == id_
