"""Who has this number: one request for each module that holds numbers, one more for the deals of whom it found.

The default is a query, which knows what was written a moment ago. It compares letter by letter, so it is asked for all
usual spellings. The search index is the other way: it lags, and how it compares numbers is not published, so it too is
asked for the spellings, and for the number itself only where they find nothing. Either way the number is read again
here: what only looks alike is dropped.
"""

from collections.abc import Callable, Iterable, Sequence

from switchhook.core.records import Kind, Record

from .answers import ColumnRefused
from .client import PAGE, Row, ZohoApi
from .config import Config
from .modules import MODULES, read_fields
from .records import Reader
from .spellings import spellings

_SEARCHED = (Kind.CONTACT, Kind.LEAD, Kind.COMPANY)
_MOST_IDS = 50
_MOST_RELATED = 5
_LONGEST_CRITERIA = 3000
_NEEDED = frozenset({"Last_Name", "Account_Name", "Deal_Name", "Owner", "Stage"})


class Finder:
    """Looks numbers up in one account."""

    def __init__(self, config: Config, api: ZohoApi, reader: Reader) -> None:
        self._config = config
        self._api = api
        self._reader = reader

    def by_phone(self, phone: str) -> list[Record]:
        """Contacts, leads and companies with the number, and the deals of these contacts and companies."""
        look = self._queried if self._config.look_up == "coql" else self._searched
        kinds = [kind for kind in _SEARCHED if self._config.phones[kind]]
        found = [record for kind in kinds for record in look(kind, phone) if phone in record.phones]
        parties = [record for record in found if record.kind is not Kind.LEAD]
        return found + (self._deals(parties) if parties else [])

    def _queried(self, kind: Kind, phone: str) -> list[Record]:
        values = ", ".join(f"'{text}'" for text in spellings(phone))

        def where(phones: Sequence[str]) -> str:
            return joined([f"{name} in ({values})" for name in phones])

        rows = self._select(kind, self._config.phones[kind], where)
        return [self._reader.record(kind, row) for row in rows]

    def _deals(self, parties: Sequence[Record]) -> list[Record]:
        if self._config.look_up == "search":
            return list(self._related(parties))
        ids = {
            "Contact_Name": [party.id for party in parties if party.kind is Kind.CONTACT],
            "Account_Name": [party.id for party in parties if party.kind is Kind.COMPANY],
        }
        where = joined([f"{name} in ({_quoted(some[:_MOST_IDS])})" for name, some in ids.items() if some])
        return [self._reader.record(Kind.DEAL, row) for row in self._select(Kind.DEAL, (), lambda _phones: where)]

    def _select(self, kind: Kind, phones: Sequence[str], where: Callable[[Sequence[str]], str]) -> list[Row]:
        """A query's rows; a column that the account has not is left out and the query sent again."""
        columns = [name for name in read_fields(kind) if name != "Created_Time"]
        asked = list(phones)
        while True:
            names = ", ".join(dict.fromkeys(["id", *columns, *asked]))
            select = f"select {names} from {MODULES[kind]}"  # noqa: S608 - names and digits of ours, and Zoho's own ids
            order = f"order by Modified_Time desc limit 0, {PAGE}"
            try:
                return self._api.query(f"{select} where {where(asked)} {order}")
            except ColumnRefused as error:
                if error.column in _NEEDED or error.column not in {*columns, *asked} or asked == [error.column]:
                    raise
                columns = [name for name in columns if name != error.column]
                asked = [name for name in asked if name != error.column]

    def _searched(self, kind: Kind, phone: str) -> list[Record]:
        module = MODULES[kind]
        params = {"fields": ",".join(read_fields(kind, self._config.phones[kind]))}
        if kind is Kind.LEAD:
            params["converted"] = "both"
        for way in ({"criteria": criteria(self._config.phones[kind], phone)}, {"phone": phone}):
            rows = self._api.search(module, {**params, **way})
            records = [self._reader.record(kind, row) for row in rows]
            if any(phone in record.phones for record in records):
                return records
        return []

    def _related(self, parties: Sequence[Record]) -> Iterable[Record]:
        """The deals of each party by its own list, which has no lag."""
        fields = ",".join(read_fields(Kind.DEAL))
        seen = set()
        for party in parties[:_MOST_RELATED]:
            page = self._api.page(f"/{MODULES[party.kind]}/{party.id}/Deals", {"fields": fields, "per_page": PAGE})
            for row in page.rows:
                if row.get("id") not in seen:
                    seen.add(row.get("id"))
                    yield self._reader.record(Kind.DEAL, row)


def joined(conditions: Sequence[str]) -> str:
    """Any of the conditions: a query takes more than two of them in brackets only, two by two."""
    if len(conditions) < 2:
        return conditions[0]
    whole = f"({conditions[0]} or {conditions[1]})"
    for condition in conditions[2:]:
        whole = f"({whole} or {condition})"
    return whole


def criteria(phones: Sequence[str], phone: str) -> str:
    """A search for the spellings of a number in any of the fields, as many of them as a search takes."""
    texts = list(spellings(phone))
    while True:
        values = ",".join(_escaped(text) for text in texts)
        whole = "or".join(f"({name}:in:{values})" for name in phones)
        if len(whole) + 2 <= _LONGEST_CRITERIA or len(texts) == 1:
            return f"({whole})"
        texts = texts[: len(texts) * 3 // 4 or 1]


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "(),\\" else sign for sign in text)


def _quoted(ids: Sequence[str]) -> str:
    return ", ".join(f"'{id_}'" for id_ in ids)
