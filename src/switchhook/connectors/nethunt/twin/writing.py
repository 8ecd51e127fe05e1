"""What the twin takes into a field, and what it refuses: as strict as a typed folder must be."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .schema import SEVERAL, FieldSchema, FolderSchema
from .state import NetHuntState


class Refusal(ValueError):
    """A request that the vendor would not carry out; the text is what it says."""


class Writer:
    """Puts values into records of one workspace."""

    def __init__(self, state: NetHuntState) -> None:
        self._state = state

    def taken(self, folder: FolderSchema, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a new record as they are kept. Raises Refusal."""
        taken: dict[str, Any] = {}
        for name, value in values.items():
            schema = self._schema(folder, name)
            if schema is not None and value is not None:
                taken[name] = self._value(schema, value)
        return taken

    def applied(
        self, folder: FolderSchema, held: Mapping[str, Any], actions: Mapping[str, Any], *, overwrite: bool
    ) -> dict[str, Any]:
        """The record's fields after `fieldActions`. Raises Refusal."""
        after = dict(held)
        for name, action in actions.items():
            schema = self._schema(folder, name)
            if not isinstance(action, Mapping):
                raise Refusal(f"Field action of '{name}' must be an object")
            if schema is not None:
                whole = bool(action.get("overwrite", overwrite))
                after[name] = self._after(schema, after.get(name), action, whole=whole)
        return {name: value for name, value in after.items() if value not in (None, "", [])}

    def _after(self, schema: FieldSchema, held: Any, action: Mapping[str, Any], *, whole: bool) -> Any:
        if schema.type in SEVERAL:
            kept = [] if whole else list(held or [])
            gone = self._value(schema, action["remove"]) if action.get("remove") is not None else []
            new = self._value(schema, action["add"]) if action.get("add") is not None else []
            return [*(value for value in kept if value not in gone), *(value for value in new if value not in kept)]
        if action.get("add") is not None:
            if held not in (None, "") and not whole:
                raise Refusal(f"Field '{schema.name}' holds one value: use overwrite")
            return self._value(schema, action["add"])
        return None if whole or action.get("remove") == held else held

    def _schema(self, folder: FolderSchema, name: str) -> FieldSchema | None:
        found = folder.field(name)
        if found is None and self._state.config.unknown_field == "reject":
            raise Refusal(f"Field '{name}' is not found in folder '{folder.name}'")
        if found is not None and found.type == "formula":
            raise Refusal(f"Field '{name}' is read only")
        return found

    def _value(self, schema: FieldSchema, value: Any) -> Any:
        if schema.type in SEVERAL:
            return [self._single(schema, one) for one in self._list(schema, value)]
        if isinstance(value, list | dict):
            raise Refusal(f"Field '{schema.name}' takes one value")
        return self._single(schema, value)

    def _list(self, schema: FieldSchema, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        if self._state.config.single_for_several == "reject":
            raise Refusal(f"Field '{schema.name}' takes a list of values")
        return [value]

    def _single(self, schema: FieldSchema, value: Any) -> Any:
        match schema.type:
            case "number" if isinstance(value, bool) or not isinstance(value, int | float):
                raise Refusal(f"Field '{schema.name}' takes a number")
            case "checkbox" if not isinstance(value, bool):
                raise Refusal(f"Field '{schema.name}' takes true or false")
            case "number" | "checkbox":
                return value
        if not isinstance(value, str):
            raise Refusal(f"Field '{schema.name}' takes a text")
        self._check_text(schema, value)
        return value.lower() if schema.type == "person" else value

    def _check_text(self, schema: FieldSchema, value: str) -> None:
        config = self._state.config
        if schema.type == "date" and not _is_date(value):
            raise Refusal(f"Field '{schema.name}' takes a date")
        if schema.type == "dropdown" and config.unknown_option == "reject" and value not in schema.options:
            raise Refusal(f"Field '{schema.name}' has no option '{value}'")
        members = {email.lower() for _name, email in config.members}
        if schema.type == "person" and config.unknown_person == "reject" and value.lower() not in members:
            raise Refusal(f"Field '{schema.name}': '{value}' is no member of the workspace")
        linked = self._state.records.get(value)
        if schema.type == "link" and config.dangling_link == "reject" and (linked is None or linked.trash_id):
            raise Refusal(f"Field '{schema.name}': the linked record is not found")


def _is_date(text: str) -> bool:
    try:
        if len(text) == len("2026-11-22"):
            date.fromisoformat(text)
        else:
            datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
