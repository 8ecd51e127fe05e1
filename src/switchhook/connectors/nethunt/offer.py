"""What the settings' forms offer: folders, fields, users, and a check of what was chosen."""

import re
from collections.abc import Iterator
from functools import cached_property

from switchhook.connectors.base import Choice, CrmUser, Health, Pipeline, Stage
from switchhook.core.mapping import CrmField
from switchhook.core.phone import normalize
from switchhook.core.records import Kind

from .client import NetHuntApi
from .config import FOLDER_SETTINGS, ROLES, Config, Folder, plain, user_of
from .finding import any_of, spellings
from .records import fields_of, id_of, owner_of
from .sync import BEGINNING
from .values import texts

SAMPLE = 50
"""Records looked at to tell what a field holds: its type is told nowhere."""
_NO_TEXT = re.compile(r"\d{4}-\d\d-\d\d(T.*)?|[^\s<>]+@[^\s<>]+|<[^\s<>]+@[^\s<>]+>")


class Offer:
    """Reads an account's folders and samples of what is in them. Only pages with settings ask for it.

    One page asks for the choices of many fields, so folders and names of fields are read once.
    """

    def __init__(self, api: NetHuntApi, config: Config, country: str) -> None:
        self._api = api
        self._config = config
        self._country = country
        self._names: dict[str, list[str]] = {}

    def choices(self, setting: str) -> list[Choice]:
        """Folders for a folder's setting, the chosen folder's fields for a field's; else nothing."""
        if setting in FOLDER_SETTINGS.values():
            return self._folders
        kind = next((kind for kind in ROLES if setting.removeprefix(f"{kind.value}_") in ROLES[kind]), None)
        folder = self._config.folders.get(kind) if kind else None
        return [Choice(value=name, label=name) for name in self._fields_of(folder)] if folder else []

    def _fields_of(self, folder: Folder) -> list[str]:
        if folder.id not in self._names:
            self._names[folder.id] = list(dict.fromkeys(self._api.field_names(folder.id)))
        return self._names[folder.id]

    @cached_property
    def _folders(self) -> list[Choice]:
        readable = {str(item.get("id")) for item in self._api.folders("readable")}
        found = {str(item.get("id")): str(item.get("name") or item.get("id")) for item in self._api.folders("writable")}
        return [Choice(value=name, label=label) for name, label in found.items() if name in readable]

    def fields(self, kind: Kind) -> list[CrmField]:
        """The folder's fields that have no use of their own and have never been seen to hold anything but text."""
        folder = self._config.folders.get(kind)
        if folder is None or kind is Kind.TASK:
            return []
        names = self._fields_of(folder)
        other = set(self._held_otherwise(folder)) if names else set()
        free = [name for name in names if name not in folder.names.values() and name not in other]
        return [CrmField(kind=kind, name=name, label=name) for name in free]

    def _held_otherwise(self, folder: Folder) -> Iterator[str]:
        for item in self._api.feed("new-record", folder.id, since=BEGINNING, limit=SAMPLE):
            for name, value in fields_of(item).items():
                if value is not None and not (isinstance(value, str) and not _NO_TEXT.fullmatch(value.strip())):
                    yield name

    def users(self) -> list[CrmUser]:
        """Those typed in the settings, the key's owner, and whoever is responsible for one of some contacts."""
        key_owner = self._api.user()
        named = user_of(f"{key_owner.get('personalName') or ''} <{key_owner.get('emailAddress') or ''}>")
        found = {user.id: user for user in [*self._responsible(), *([named] if named else [])]}
        return list((found | {user.id: user for user in self._config.managers}).values())

    def _responsible(self) -> Iterator[CrmUser]:
        folder = self._config.folders.get(Kind.CONTACT)
        if folder is None or not folder.name("owner"):
            return
        for item in self._api.feed("new-record", folder.id, since=BEGINNING, limit=SAMPLE):
            if user := user_of(owner_of(folder, fields_of(item))):
                yield user

    def pipelines(self) -> list[Pipeline]:
        """The folder of deals with the stages that the settings name; none where they name none."""
        folder, stages = self._config.folders.get(Kind.DEAL), self._config.stages
        if folder is None or not folder.name("stage") or not stages.new:
            return []
        names = {str(item.get("id")): str(item.get("name") or "") for item in self._api.folders("readable")}
        ended = dict.fromkeys([*stages.won, *stages.lost])
        steps = [Stage(id=stages.new, name=stages.new), *(Stage(id=name, name=name, closed=True) for name in ended)]
        return [Pipeline(id=folder.id, name=names.get(folder.id) or folder.id, stages=tuple(steps))]

    def check(self) -> Health:
        """Prove the key, then look whether what was chosen is still there and works."""
        user = self._api.user()
        name = str(user.get("personalName") or user.get("emailAddress") or self._config.email)
        remarks = list(self._of_folders())
        if Kind.CONTACT in self._config.folders and not remarks:
            remarks += self._of_numbers(self._config.folder(Kind.CONTACT))
        return Health(account_name=f"NetHunt CRM ({name})", remarks=tuple(remarks))

    def _of_folders(self) -> Iterator[str]:
        if not self._config.folders:
            return
        writable = {choice.value: choice.label for choice in self._folders}
        for kind, folder in self._config.folders.items():
            if folder.id not in writable:
                yield f"The folder of each {kind.value} is not there, or the key's owner may not write to it."
                continue
            there = {plain(name) for name in self._fields_of(folder)}
            lost = [name for name in folder.names.values() if plain(name) not in there]
            if lost:
                yield f"The folder “{writable[folder.id]}” has no field {', '.join(lost)}: choose it anew."

    def _of_numbers(self, folder: Folder) -> Iterator[str]:
        sample = self._api.feed("new-record", folder.id, since=BEGINNING, limit=SAMPLE)
        # The oldest first: of what was written a moment ago the search may not know yet.
        items = sorted(sample, key=lambda item: str(item.get("createdAt") or ""))
        spelled = {text: item for item in items for text in texts(fields_of(item).get(folder.name("phone")))}
        local = [text for text in spelled if not text.startswith("+") and normalize(text, self._country)]
        if local:
            yield (
                f"{len(local)} of {len(spelled)} numbers looked at are not written with + and the country code: "
                "NetHunt's own search and telephony do not find them."
            )
        known = next((text for text in spelled if text == normalize(text, self._country)), "")
        if known and self._config.one_search and not self._is_found(folder, known, id_of(spelled[known])):
            yield "The search does not take several spellings at once here: set “Search” to “one by one”."

    def _is_found(self, folder: Folder, phone: str, record: str) -> bool:
        hits = self._api.find(folder.id, query=any_of(folder.name("phone"), spellings(phone)))
        return record in map(id_of, hits)
