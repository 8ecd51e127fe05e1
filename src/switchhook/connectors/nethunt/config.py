"""What a NetHunt connection is configured with: the key, and what the admin's own folders and fields are for.

Nothing in NetHunt's interface says which folder holds the contacts or what a field is for, so the settings do. A field
is known by its display name; `<kind>_<role>` is the setting that holds it (`contact_phone`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from switchhook.connectors.base import Account, CrmUser
from switchhook.core.errors import Misconfigured
from switchhook.core.records import Kind

BASE_URL = "https://nethunt.com/api/v1/zapier"
UTM_ROLES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")

FOLDER_SETTINGS = {
    Kind.CONTACT: "contacts_folder",
    Kind.COMPANY: "companies_folder",
    Kind.DEAL: "deals_folder",
    Kind.TASK: "tasks_folder",
}
ROLES = {
    Kind.CONTACT: ("name", "phone", "email", "owner", "company", "source", *UTM_ROLES, "client_id", "notes", "mark"),
    Kind.COMPANY: ("name", "phone", "owner", "notes", "mark"),
    Kind.DEAL: ("name", "stage", "owner", "contact", "company", "source", "notes", "mark"),
    Kind.TASK: ("name", "completed", "due", "text", "assignee", "links", "mark"),
}
REQUIRED = {
    Kind.CONTACT: ("name", "phone"),
    Kind.COMPANY: ("name",),
    Kind.DEAL: ("name", "contact"),
    Kind.TASK: ("name",),
}
_EMAIL = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<email>[^\s<>]+@[^\s<>]+)\s*>\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder with what it is for. `names` gives the display name of each role's field; a role without one is out."""

    kind: Kind
    id: str
    names: Mapping[str, str]

    def name(self, role: str) -> str:
        """The field of `role`, "" where the admin has chosen none."""
        return self.names.get(role, "")

    @property
    def mark_home(self) -> str:
        """The role whose field keeps the hub's mark: one of its own, else a long text; "" where there is neither."""
        homes = ("mark", "text" if self.kind is Kind.TASK else "notes")
        return next((role for role in homes if self.name(role)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Texts of the deals' stage field: where a new deal begins, and in which stages it is over."""

    new: str = ""
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def status_of(self, stage: str) -> str:
        """`won`, `lost` or `open`; labels are compared without regard to case and repeated spaces."""
        if plain(stage) in map(plain, self.won):
            return "won"
        return "lost" if plain(stage) in map(plain, self.lost) else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """`one_search` asks for all spellings of a number in one request. `monthly_calls` 0 is no cap."""

    email: str
    api_key: str = field(repr=False)
    base_url: str = BASE_URL
    folders: Mapping[Kind, Folder] = field(default_factory=dict)
    stages: Stages = field(default_factory=Stages)
    managers: tuple[CrmUser, ...] = ()
    one_search: bool = True
    due_with_time: bool = True
    monthly_calls: int = 0

    @classmethod
    def of(cls, account: Account) -> Self:
        """The configuration in `account`; folders may be missing while it is being set up. Raises Misconfigured."""
        values = {**account.settings, **account.credentials}
        return cls(
            email=_required(values, "email"),
            api_key=_required(values, "api_key"),
            base_url=_text(values.get("base_url")) or BASE_URL,
            folders=dict(_folders(values)),
            stages=Stages(
                new=_text(values.get("deal_new_stage")),
                won=tuple(lines(values.get("deal_won_stages"))),
                lost=tuple(lines(values.get("deal_lost_stages"))),
            ),
            managers=tuple(_managers(values)),
            one_search=_text(values.get("search")) != "one by one",
            due_with_time=_text(values.get("due_form")) != "date only",
            monthly_calls=_monthly(values.get("monthly_calls")),
        )

    def folder(self, kind: Kind) -> Folder:
        """The folder of `kind`, fit for use. Raises Misconfigured, naming the setting at fault."""
        found = self.folders.get(kind)
        if found is None:
            setting = FOLDER_SETTINGS[kind]
            raise Misconfigured(f"Choose the NetHunt folder of each {kind.value} first.", field=setting)
        _check(found, self.folders)
        return found

    def kind_of(self, folder_id: str) -> Kind | None:
        """What the folder is used for, None where it is not ours."""
        return next((kind for kind, folder in self.folders.items() if folder.id == folder_id), None)


def plain(text: str) -> str:
    """A label as it is compared."""
    return " ".join(text.split()).casefold()


def lines(value: Any) -> list[str]:
    """The texts of a setting of several lines, given as a list or as one text; empty ones left out."""
    parts = value if isinstance(value, list | tuple) else _text(value).splitlines()
    return [text for part in parts if (text := _text(part))]


def email_in(value: Any) -> str:
    """The e-mail address in a person's value ("anna@example.com", "Anna <anna@…>", "<anna@…>"), lower case, or ""."""
    found = _EMAIL.search(value) if isinstance(value, str) else None
    return found[0].lower() if found else ""


def user_of(line: str) -> CrmUser | None:
    """The user that "e-mail" or "Name <e-mail>" names; None for anything else."""
    named = _NAMED.fullmatch(line)
    email = named["email"].lower() if named else line.strip().lower()
    if not _EMAIL.fullmatch(email):
        return None
    name = named["name"] if named else ""
    return CrmUser(id=email, name=name or email.partition("@")[0], email=email)


def _managers(values: Mapping[str, Any]) -> Iterator[CrmUser]:
    for line in lines(values.get("managers")):
        user = user_of(line)
        if user is None:
            raise Misconfigured(f"“{line}” is neither an e-mail nor “Name <e-mail>”.", field="managers")
        yield user


def _folders(values: Mapping[str, Any]) -> Iterator[tuple[Kind, Folder]]:
    for kind, setting in FOLDER_SETTINGS.items():
        names = {role: _text(values.get(f"{kind.value}_{role}")) for role in ROLES[kind]}
        if folder_id := _text(values.get(setting)):
            yield kind, Folder(kind=kind, id=folder_id, names={role: name for role, name in names.items() if name})


def _check(folder: Folder, folders: Mapping[Kind, Folder]) -> None:
    kind = folder.kind
    for role in REQUIRED[kind]:
        if not folder.name(role):
            raise Misconfigured(f"Choose the field of a {kind.value}'s {role}.", field=f"{kind.value}_{role}")
    if [other.id for other in folders.values()].count(folder.id) > 1:
        raise Misconfigured("One folder cannot be used for two things.", field=FOLDER_SETTINGS[kind])
    taken: set[str] = set()
    for role, name in folder.names.items():
        if name in taken:
            raise Misconfigured(f"The field “{name}” is chosen for two things.", field=f"{kind.value}_{role}")
        taken.add(name)


def _monthly(value: Any) -> int:
    text = _text(value) or "0"
    if not text.removesuffix(".0").isdecimal():
        raise Misconfigured("The monthly number of requests is a whole number; 0 is no cap.", field="monthly_calls")
    return int(text.removesuffix(".0"))


def _required(values: Mapping[str, Any], name: str) -> str:
    value = _text(values.get(name))
    if not value or not value.isprintable():
        raise Misconfigured(f"NetHunt needs the setting {name}.", field=name)
    return value


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
