"""NetHunt's part of `/__twin__/`: what people do in the CRM's own pages, and how the twin is configured."""

from collections.abc import Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from switchhook.connectors.testing.twin import json_body

from .config import TwinConfig
from .schema import SEVERAL, FieldSchema, FolderSchema
from .state import NetHuntState, NoRecord, Stored
from .writing import Refusal, Writer


class Control:
    """See the README of the twin for what each route takes and gives."""

    def __init__(self, state: NetHuntState) -> None:
        self._state = state
        self._writer = Writer(state)
        self._deeds: dict[str, Callable[[dict[str, Any]], Any]] = {
            "add": self._add,
            "contact": self._contact,
            "edit": self._edit,
            "delete": self._delete,
            "restore": self._restore,
            "close": self._close,
            "win": self._win,
            "merge": self._merge,
            "rename_field": self._rename_field,
        }

    def routes(self) -> list[Route]:
        """To be mounted under `/__twin__/`."""
        return [
            Route("/people", self.people, methods=["POST"]),
            Route("/configure", self.configure, methods=["GET", "POST"]),
        ]

    async def people(self, request: Request) -> Response:
        """One deed of a person: `{"do": name, …}`. What people do shows in the search at once."""
        asked = await json_body(request)
        deed = self._deeds.get(asked.get("do", "")) if isinstance(asked, dict) else None
        if deed is None:
            raise HTTPException(400, f"do is one of {', '.join(self._deeds)}")
        try:
            return JSONResponse(deed(asked))
        except NoRecord as error:
            raise HTTPException(404, "no such record") from error
        except KeyError as error:
            raise HTTPException(400, f"{error} is missing or unknown") from error
        except Refusal as error:
            raise HTTPException(400, str(error)) from error

    async def configure(self, request: Request) -> Response:
        """The configuration; POST sets the names it gives and leaves the others. The records stay."""
        if request.method == "POST":
            asked = await json_body(request)
            try:
                self._state.configure(self._state.config.changed(asked))
            except (TypeError, ValueError, KeyError) as error:
                raise HTTPException(400, str(error)) from error
        return JSONResponse(self._state.config.as_json())

    def _add(self, asked: dict[str, Any]) -> dict[str, Any]:
        folder = self._state.config.folder(asked["folder"])
        made = self._state.add(folder, self._writer.taken(folder, asked["fields"]), at_once=True)
        return self._state.shown(made)

    def _contact(self, asked: dict[str, Any]) -> dict[str, Any]:
        """A contact whose number is typed as given: `name`, `phone`, and an `owner`'s e-mail if he has one."""
        folder = self._state.config.folder("contacts")
        fields = {folder.named("name"): asked["name"], folder.named("phone"): [asked["phone"]]}
        if asked.get("owner"):
            fields[folder.named("owner")] = asked["owner"]
        return self._add({"folder": "contacts", "fields": fields})

    def _edit(self, asked: dict[str, Any]) -> dict[str, Any]:
        stored = self._state.record(asked["recordId"])
        actions = {name: {"overwrite": True, "add": value} for name, value in asked["fields"].items()}
        return self._change(stored, actions)

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"trashItemId": self._state.throw_away(self._state.record(asked["recordId"]))}

    def _restore(self, asked: dict[str, Any]) -> dict[str, Any]:
        stored = self._state.records[asked["recordId"]]
        self._state.take_back(stored)
        return self._state.shown(stored)

    def _close(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Lose a deal, or move it to the `stage` given."""
        return self._move(asked, -1)

    def _win(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self._move(asked, -2)

    def _move(self, asked: dict[str, Any], place: int) -> dict[str, Any]:
        stored = self._state.record(asked["recordId"])
        folder = self._state.config.folder(stored.folder)
        stage = next(one for one in folder.fields if one.name == folder.named("stage"))
        wanted = asked.get("stage") or stage.options[place]
        return self._change(stored, {stage.name: {"overwrite": True, "add": wanted}})

    def _merge(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Duplicates become one: `keep` takes over what `drop` has, which goes to the trash; links follow."""
        keep, drop = self._state.record(asked["keep"]), self._state.record(asked["drop"])
        folder = self._state.config.folder(keep.folder)
        actions = {
            name: {"add": value}
            for name, value in drop.fields.items()
            if (schema := folder.field(name)) and (schema.type in SEVERAL or not keep.fields.get(name))
        }
        self._change(keep, actions)
        for stored in list(self._state.records.values()):
            self._follow(stored, drop.id, keep.id)
        self._state.throw_away(drop)
        return self._state.shown(keep)

    def _follow(self, stored: Stored, old: str, new: str) -> None:
        held = {name: value for name, value in stored.fields.items() if isinstance(value, list) and old in value}
        if held and not stored.trash_id:
            self._change(stored, {name: {"remove": old, "add": new} for name in held})

    def _rename_field(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Rename a field of a folder: `folder`, `from`, `to`. What the records hold goes with it."""
        config, old, new = self._state.config, str(asked["from"]), str(asked["to"])
        folder = config.folder(asked["folder"])
        renamed = {**vars_of(folder), "fields": tuple(_renamed(one, old, new) for one in folder.fields)}
        others = (FolderSchema(**renamed) if one.id == folder.id else one for one in config.folders)
        self._state.config = TwinConfig(**{**vars_of(config), "folders": tuple(others)})
        for stored in self._state.of_folder(folder.id):
            stored.fields = {new if name == old else name: value for name, value in stored.fields.items()}
        return {"renamed": new}

    def _change(self, stored: Stored, actions: dict[str, dict[str, Any]]) -> dict[str, Any]:
        folder = self._state.config.folder(stored.folder)
        after = self._writer.applied(folder, stored.fields, actions, overwrite=False)
        self._state.change(stored, after, actions, at_once=True)
        return self._state.shown(stored)


def vars_of(config: TwinConfig | FolderSchema) -> dict[str, Any]:
    """The fields of a configuration, as they are."""
    return {name: getattr(config, name) for name in config.__dataclass_fields__}


def _renamed(schema: FieldSchema, old: str, new: str) -> FieldSchema:
    if schema.name != old:
        return schema
    return FieldSchema(name=new, type=schema.type, role=schema.role, options=schema.options)
