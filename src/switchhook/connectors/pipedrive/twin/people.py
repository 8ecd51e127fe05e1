"""What people do in Pipedrive's own pages: `POST /__twin__/people` with `{"do": …}`, and the twin's configuration."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .config import field_code
from .deals import new_deal, set_status
from .leads import Leads, finish_conversion
from .lists import millis, seconds
from .parties import new_organization, new_person
from .refusals import Refusal
from .state import Conversion, PipedriveState, Row


class People:
    """Changes behind the back of every program that uses the interface."""

    def __init__(self, state: PipedriveState) -> None:
        self._state = state
        self._deeds: Mapping[str, Callable[[dict[str, Any]], Any]] = {
            "add_person": lambda asked: self._add("persons", new_person(state, asked)),
            "add_organization": lambda asked: self._add("organizations", new_organization(state, asked)),
            "add_deal": lambda asked: self._add("deals", new_deal(state, asked)),
            "add_lead": lambda asked: self._add("leads", Leads(state).made_by_hand(asked)),
            "delete": self._delete,
            "archive": self._archive,
            "close": self._close,
            "convert": self._convert,
            "merge": self._merge,
            "rename": self._rename,
            "add_field": self._add_field,
            "remove_fields": self._remove_fields,
            "switch_type": self._switch_type,
            "dismiss": self._dismiss,
            "regenerate_token": self._regenerate_token,
            "revoke": self._revoke,
        }

    def routes(self) -> list[Route]:
        """To be mounted under `/__twin__/`."""
        return [
            Route("/people", self.do, methods=["POST"]),
            Route("/configure", self.configure, methods=["GET", "POST"]),
            Route("/hire", self.hire, methods=["POST"]),
            Route("/spend", self.spend, methods=["POST"]),
        ]

    async def do(self, request: Request) -> Response:
        """`{"do": name, …}`; answers with what was made or changed."""
        asked = await json_body(request)
        deed = self._deeds.get(asked.pop("do", "")) if isinstance(asked, dict) else None
        if deed is None:
            raise HTTPException(400, f"do is one of {', '.join(self._deeds)}")
        try:
            return JSONResponse(deed(asked) or {"done": True})
        except (Refusal, KeyError, TypeError) as error:
            raise HTTPException(400, str(getattr(error, "body", error))) from error

    async def configure(self, request: Request) -> Response:
        """See `TwinConfig`."""
        if request.method == "POST":
            try:
                self._state.config = self._state.config.changed(await json_body(request))
            except (TypeError, ValueError) as error:
                raise HTTPException(400, str(error)) from error
        return JSONResponse(self._state.config.as_json())

    async def hire(self, request: Request) -> Response:
        """`{"people": [[name, e-mail], …]}` become the users."""
        self._state.hire([(name, email) for name, email in (await json_body(request))["people"]])
        return JSONResponse({"users": self._state.users})

    async def spend(self, request: Request) -> Response:
        """`{"tokens": n}`: what other programs of the company have used of the day."""
        self._state.budget.spend(int((await json_body(request))["tokens"]))
        return JSONResponse(self._state.budget.as_json(self._state.config))

    def _add(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        row = self._state.add(kind, data)
        row.data["origin"] = "ManuallyCreated" if "origin" in row.data else None
        if row.data["origin"] is None:
            del row.data["origin"]
        return row.data

    def _row(self, asked: Mapping[str, Any]) -> Row:
        number = asked["id"]
        row = self._state.row(asked["kind"], int(number) if str(number).isdecimal() else number)
        if row is None:
            raise KeyError("no such record")
        return row

    def _touch(self, row: Row) -> None:
        row.touched = self._state.clock()
        is_lead = isinstance(row.id, str)
        row.data["update_time"] = millis(row.touched) if is_lead else seconds(row.touched)

    def _delete(self, asked: dict[str, Any]) -> None:
        row = self._row(asked)
        row.deleted = self._state.clock()
        self._touch(row)
        if "is_deleted" in row.data:
            row.data["is_deleted"] = True

    def _archive(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row(asked)
        row.data |= {"is_archived": True, "archive_time": millis(self._state.clock())}
        self._touch(row)
        return row.data

    def _close(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row(asked)
        set_status(self._state, row.data, asked.get("status", "lost"))
        self._touch(row)
        return row.data

    def _convert(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row({**asked, "kind": "leads"})
        stage = self._state.stages[0]
        return {"deal_id": finish_conversion(self._state, Conversion(row.id, stage["id"], stage["pipeline_id"]))}

    def _merge(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Person `id` goes into person `into`, with everything that hangs on it."""
        lost, kept = (self._row({"kind": "persons", "id": asked[name]}) for name in ("id", "into"))
        kept.data["phones"] += [p | {"primary": False} for p in lost.data["phones"]]
        for kind in ("leads", "deals", "activities", "notes"):
            for row in self._state.live(kind):
                if row.data.get("person_id") == lost.id:
                    row.data["person_id"] = kept.id
                    self._touch(row)
        self._delete({"kind": "persons", "id": lost.id})
        self._touch(kept)
        return kept.data

    def _rename(self, asked: dict[str, Any]) -> dict[str, Any]:
        row = self._row(asked)
        row.data["name" if "name" in row.data else "title"] = asked["name"]
        self._touch(row)
        return row.data

    def _add_field(self, asked: dict[str, Any]) -> dict[str, Any]:
        fields = self._state.fields[asked["kind"]]
        code = field_code(asked["kind"], asked["name"])
        made = {**fields[0], "field_name": asked["name"], "field_code": code, "is_custom_field": True}
        fields.append(made | {"field_type": asked.get("type", "varchar")})
        return fields[-1]

    def _remove_fields(self, asked: dict[str, Any]) -> None:
        kept = [field for field in self._state.fields[asked["kind"]] if field["field_name"] not in asked["names"]]
        self._state.fields[asked["kind"]] = kept

    def _switch_type(self, asked: dict[str, Any]) -> None:
        for item in self._state.types:
            if item["key_string"] == asked["key"]:
                item["active_flag"] = bool(asked["active"])

    def _dismiss(self, asked: dict[str, Any]) -> None:
        for user in self._state.users:
            if user["id"] == int(asked["id"]):
                user["active_flag"] = False

    def _regenerate_token(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._state.api_token = asked.get("api_token") or self._state.unique().replace("-", "") + "0" * 8
        return {"api_token": self._state.api_token}

    def _revoke(self, _asked: dict[str, Any]) -> None:
        self._state.expire_token()
        self._state.refresh_tokens.clear()
