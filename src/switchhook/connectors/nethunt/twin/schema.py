"""Folders and their fields, as an admin would have made them: the templates' names, and a Ukrainian workspace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

Type = Literal[
    "text", "number", "checkbox", "date", "phone", "email", "several", "dropdown", "person", "link", "formula"
]
TYPES = get_args(Type)
SEVERAL = frozenset({"phone", "email", "several", "link"})
"""Types whose values are lists."""
_STAGES = ("New", "Presentation", "Negotiating", "Won", "Lost")
_UKRAINIAN = {
    "contacts": "Контакти",
    "companies": "Компанії",
    "deals": "Угоди",
    "tasks": "Завдання",
    "Name": "Ім'я",
    "Phone number": "Телефон",
    "Email": "Email адреса",
    "Manager": "Відповідальний",
    "Company": "Компанія",
    "Source": "Джерело",
    "Visit source": "Джерело візиту",
    "Channel": "Канал",
    "Campaign": "Кампанія",
    "Keyword": "Ключове слово",
    "Client id": "Ідентифікатор клієнта",
    "Notes": "Нотатки",
    "Switchhook": "Позначка",
    "City": "Місто",
    "Landing page": "Сторінка входу",
    "Birthday": "День народження",
    "Stage": "Етап",
    "Deal amount": "Бюджет",
    "Contact person": "Контактна особа",
    "Completed": "Виконано",
    "Due date": "Термін",
    "Description": "Опис",
    "Assignee": "Виконавець",
    "Record links": "Пов'язані записи",
    "Website": "Сайт",
}
_STAGES_UK = ("Нова", "Презентація", "Перемовини", "Виграна", "Втрачена")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchema:
    """A field by its display name. `role` is what the connection's settings call it ("phone"), "" for none."""

    name: str
    type: Type = "text"
    role: str = ""
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.type not in TYPES:
            raise ValueError(f"type is one of {', '.join(TYPES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSchema:
    """A folder. `key` is how the twin's pages call it, whatever the workspace's language."""

    key: str
    id: str
    name: str
    fields: tuple[FieldSchema, ...]
    writable: bool = True

    def field(self, name: str) -> FieldSchema | None:
        """The field with this display name."""
        return next((one for one in self.fields if one.name == name), None)

    def named(self, role: str) -> str:
        """The display name of the field for `role`. Raises KeyError."""
        found = next((one.name for one in self.fields if one.role == role), None)
        if found is None:
            raise KeyError(role)
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The folder that `dataclasses.asdict` wrote."""
        made = (FieldSchema(**{**one, "options": tuple(one.get("options", ()))}) for one in data["fields"])
        return cls(**{**data, "fields": tuple(made)})


def english() -> tuple[FolderSchema, ...]:
    """A workspace from the English template, with the fields of the help-centre's recipe added."""
    return (
        _folder("contacts", "65f0000000000000000000c1", "Contacts", _contacts()),
        _folder("companies", "65f0000000000000000000c2", "Companies", _companies()),
        _folder("deals", "65f0000000000000000000c3", "Deals", _deals()),
        _folder("tasks", "65f0000000000000000000c4", "Tasks", _tasks()),
    )


def ukrainian() -> tuple[FolderSchema, ...]:
    """The same workspace with the names that a Ukrainian team gives, spaces and an apostrophe among them."""
    stages = dict(zip(_STAGES, _STAGES_UK, strict=True))
    return tuple(
        FolderSchema(
            key=folder.key,
            id=folder.id,
            name=_UKRAINIAN[folder.key],
            fields=tuple(
                FieldSchema(
                    name=_UKRAINIAN.get(one.name, one.name),
                    type=one.type,
                    role=one.role,
                    options=tuple(stages.get(option, option) for option in one.options),
                )
                for one in folder.fields
            ),
        )
        for folder in english()
    )


def _folder(key: str, folder_id: str, name: str, made: tuple[FieldSchema, ...]) -> FolderSchema:
    return FolderSchema(key=key, id=folder_id, name=name, fields=made)


def _field(name: str, type_: Type = "text", role: str = "", options: tuple[str, ...] = ()) -> FieldSchema:
    return FieldSchema(name=name, type=type_, role=role, options=options)


def _contacts() -> tuple[FieldSchema, ...]:
    return (
        _field("Name", "text", "name"),
        _field("Phone number", "phone", "phone"),
        _field("Email", "email", "email"),
        _field("Manager", "person", "owner"),
        _field("Company", "link", "company"),
        _field("Source", "text", "source"),
        _field("Visit source", "text", "utm_source"),
        _field("Channel", "text", "utm_medium"),
        _field("Campaign", "text", "utm_campaign"),
        _field("Keyword", "text", "utm_term"),
        _field("Client id", "text", "client_id"),
        _field("Notes", "text", "notes"),
        _field("Switchhook", "text", "mark"),
        _field("Landing page"),
        _field("City"),
        _field("Birthday", "date"),
        _field("Deals won", "formula"),
    )


def _companies() -> tuple[FieldSchema, ...]:
    return (
        _field("Name", "text", "name"),
        _field("Phone number", "phone", "phone"),
        _field("Manager", "person", "owner"),
        _field("Switchhook", "text", "mark"),
        _field("Website"),
        _field("Industry", "several"),
    )


def _deals() -> tuple[FieldSchema, ...]:
    return (
        _field("Name", "text", "name"),
        _field("Stage", "dropdown", "stage", _STAGES),
        _field("Manager", "person", "owner"),
        _field("Contact person", "link", "contact"),
        _field("Company", "link", "company"),
        _field("Source", "text", "source"),
        _field("Notes", "text", "notes"),
        _field("Switchhook", "text", "mark"),
        _field("Campaign"),
        _field("Deal amount", "number"),
        _field("Close date", "date"),
    )


def _tasks() -> tuple[FieldSchema, ...]:
    return (
        _field("Name", "text", "name"),
        _field("Completed", "checkbox", "completed"),
        _field("Due date", "date", "due"),
        _field("Priority", "dropdown", "", ("Low", "Medium", "High")),
        _field("Description", "text", "text"),
        _field("Assignee", "person", "assignee"),
        _field("Record links", "link", "links"),
    )
