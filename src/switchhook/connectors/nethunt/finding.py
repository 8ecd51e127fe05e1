"""Finding a client by his number, and a record whose create was never answered.

The search is a text query: it finds a number only as it was typed, and gives near hits too. So it is asked for the
spellings that people use, and every hit is compared by its number.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import phonenumbers

from switchhook.core.phone import digits_of
from switchhook.core.records import Draft, Kind, Record, Ref

from .activities import call_record, comment_record, is_marked
from .client import Feed, Item, NetHuntApi
from .config import Config, Folder, email_in
from .records import Glasses, fields_of, id_of, is_deleted
from .sheet import party_kinds
from .texts import has_mark
from .values import texts

MOST_PARTIES = 3
"""Parties whose deals are looked for: each costs a request."""
PLAIN_SPELLINGS = 3
"""How many spellings are asked for where each costs a request."""
_ENTRIES: dict[Kind, Feed] = {Kind.COMMENT: "new-comment", Kind.CALL: "new-call-log"}


def spellings(phone: str) -> list[str]:
    """How an E.164 number may have been typed, the likeliest first; the first three are the plain ones."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return [phone]
    styles = phonenumbers.PhoneNumberFormat
    international = phonenumbers.format_number(number, styles.INTERNATIONAL)
    national = phonenumbers.format_number(number, styles.NATIONAL)
    grouped = [international, international.replace(" ", "-"), national, national.replace(" ", "-")]
    found = [phone, phone.removeprefix("+"), digits_of(national), *grouped, *_split_before_trunk(number, national)]
    return list(dict.fromkeys(found))


def _split_before_trunk(number: phonenumbers.PhoneNumber, national: str) -> Iterator[str]:
    # In +380 the last digit of the country code is the national trunk digit too: people write +38 067, +38 (067).
    code, digits = str(number.country_code), digits_of(national)
    if not (code.endswith("0") and digits.startswith("0")):
        return
    area, *rest = national.split()
    halved = [rest[0], rest[1][:2], rest[1][2:]] if len(rest) == 2 else rest
    for gap, groups in (("-", rest), ("-", halved), (" ", rest), (" ", halved)):
        yield f"+{code[:-1]}{gap}{area}{gap}{gap.join(groups)}"
        yield f"+{code[:-1]} ({area}) {gap.join(groups)}"
        yield f"({area}) {gap.join(groups)}"


def any_of(field: str, values: Iterable[str]) -> str:
    """The query for records whose field holds one of the values."""
    quoted = [_quoted(value) for value in values]
    return f"{_quoted(field)}:{quoted[0]}" if len(quoted) == 1 else f"{_quoted(field)}:({' OR '.join(quoted)})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', " ") + '"'


class Finder:
    """Searches of one account."""

    def __init__(self, api: NetHuntApi, config: Config, glasses: Glasses) -> None:
        self._api = api
        self._config = config
        self._glasses = glasses

    def by_phone(self, phone: str) -> list[Record]:
        """The parties that carry the number, then their deals, open and closed."""
        parties = [
            self._glasses.record(item, kind)
            for kind in sorted(party_kinds(self._config), reverse=True)
            for item in self._parties(self._config.folder(kind), phone)
        ]
        return [*parties, *self._deals(parties)]

    def _parties(self, folder: Folder, phone: str) -> list[Item]:
        spelled, name = spellings(phone), folder.name("phone")
        asked = [spelled] if self._config.one_search else [[text] for text in spelled[:PLAIN_SPELLINGS]]
        hits = [hit for values in asked for hit in self._api.find(folder.id, query=any_of(name, values))]
        return [item for item in _unique(hits) if phone in self._glasses.phones(folder, fields_of(item))]

    def _deals(self, parties: list[Record]) -> Iterator[Record]:
        folder = self._config.folders.get(Kind.DEAL)
        if folder is None:
            return
        roles = {kind: folder.name(kind.value) for kind in (Kind.CONTACT, Kind.COMPANY)}
        told: set[str] = set()
        for party in [party for party in parties if roles[party.kind]][:MOST_PARTIES]:
            for item in _unique(self._api.find(folder.id, query=party.id)):
                tied = party.id in texts(fields_of(item).get(roles[party.kind]))
                if tied and id_of(item) not in told:
                    told.add(id_of(item))
                    yield self._glasses.record(item, Kind.DEAL)

    def made(self, draft: Draft, mark: str, since: datetime) -> Record | None:
        """What a create of `draft` has made after `since`, by the feeds, which show it sooner than the search."""
        if draft.kind in _ENTRIES:
            return self._entry(draft, mark, since)
        folder = self._config.folder(draft.kind)
        items = _unique(self._api.feed("new-record", folder.id, since=since))
        is_it = self._by_mark(folder, mark) if folder.mark_home else self._by_number(folder, draft)
        found = next((item for item in items if is_it(item)), None)
        return self._glasses.record(found, draft.kind) if found else None

    def _entry(self, draft: Draft, mark: str, since: datetime) -> Record | None:
        tied = [link.kind for link in draft.links if link.kind in self._config.folders]
        for kind in dict.fromkeys(tied or self._config.folders):
            items = self._api.feed(_ENTRIES[draft.kind], self._config.folder(kind).id, since=since)
            found = next((item for item in items if is_marked(item, mark)), None)
            if found:
                about = Ref(kind, str(found.get("recordId") or ""))
                read = comment_record if draft.kind is Kind.COMMENT else call_record
                return read(found, about, self._glasses.words)
        return None

    def _by_mark(self, folder: Folder, mark: str) -> Callable[[Item], bool]:
        home = folder.name(folder.mark_home)
        return lambda item: any(has_mark(text, mark) for text in texts(fields_of(item).get(home)))

    def _by_number(self, folder: Folder, draft: Draft) -> Callable[[Item], bool]:
        # A second party of the same name and number is never wanted, whichever call it was made for.
        name, phones = draft.values.get("name"), set(draft.values.get("phones") or ())
        email = email_in(draft.values.get("email")) if folder.name("email") else ""

        def is_it(item: Item) -> bool:
            fields = fields_of(item)
            same_name = texts(fields.get(folder.name("name"))) == [name]
            known = phones <= set(self._glasses.phones(folder, fields)) if folder.name("phone") else True
            return (
                same_name and known and (not email or email in map(email_in, texts(fields.get(folder.name("email")))))
            )

        return is_it


def _unique(items: Iterable[Item]) -> list[Item]:
    """Records that are there, each once, the oldest first: of several, the first one made is the client's."""
    there = {id_of(item): item for item in items if id_of(item) and not is_deleted(item)}
    return sorted(there.values(), key=lambda item: (str(item.get("createdAt") or ""), id_of(item)))
