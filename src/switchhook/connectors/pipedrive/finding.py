"""Finding: a client by his number, and a record whose create lost its answer."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import phonenumbers

from switchhook.core.phone import digits_of
from switchhook.core.records import PARTIES, Draft, Kind, Record

from .activities import about
from .client import V1, V2, PipedriveApi
from .drafts import plain_title
from .note import Note
from .records import Reader, Row, instant

FEWEST_DIGITS = 7
"""Shorter national numbers are searched with the country code: they would be found in too many others."""

MOST_PEOPLE = 10
SEARCH_PAGES = 3
PAGE = 500
MOST_PAGES = 50
SKEW = timedelta(seconds=60)
"""How far the vendor's clock may be behind ours."""

STATUSES = "open,won,lost"


class Finder:
    """Looks things up in one account."""

    def __init__(self, api: PipedriveApi, reader: Reader, *, spellings: bool) -> None:
        self._api = api
        self._reader = reader
        self._spellings = spellings

    # --- by number ----------------------------------------------------------------------------------------------------

    def by_phone(self, phone: str) -> list[Record]:
        """Persons with the number, their organizations, open leads, and deals of every status.

        One search, and two lists for each person found. How the vendor compares numbers is not published, so every hit
        is compared again. Archived leads and deals are not listed: they are over.
        """
        found: dict[str, Row] = {}
        for term in terms(phone) if self._spellings else terms(phone)[:1]:
            found = {str(row["id"]): row for row in self._hits(term) if phone in self._reader.phones(row.get("phones"))}
            if found:
                break
        records: list[Record] = []
        for row in list(found.values())[:MOST_PEOPLE]:
            records += [self._reader.contact(row), *_company(self._reader, row), *self._sales(str(row["id"]))]
        return list({record.ref: record for record in records}.values())

    def _hits(self, term: str) -> Iterator[Row]:
        params: dict[str, Any] = {"term": term, "fields": "phone", "limit": 100}
        for _ in range(SEARCH_PAGES):
            page = self._api.page(f"{V2}/persons/search", params)
            items = (page.get("data") or {}).get("items") or ()
            yield from (hit["item"] for hit in items if isinstance(hit.get("item"), Mapping))
            cursor = (page.get("additional_data") or {}).get("next_cursor")
            if not cursor:
                return
            params["cursor"] = cursor

    def _sales(self, person: str) -> Iterator[Record]:
        leads = self._api.get(f"{V1}/leads", {"person_id": person, "limit": PAGE, "sort": "update_time DESC"})
        yield from (self._reader.lead(row) for row in leads or ())
        deals = self._api.get(f"{V2}/deals", {"person_id": person, "status": STATUSES, "limit": PAGE})
        yield from (self._reader.deal(row) for row in deals or ())

    # --- lost answers -------------------------------------------------------------------------------------------------

    def made(self, draft: Draft, mark: str, since: datetime) -> Record | None:
        """The record that a lost create has made, from lists, which unlike search know of it at once."""
        rows = self._candidates(draft, since - SKEW)
        return next((self._reader.read(draft.kind, row) for row in rows if self._is_made(row, draft, mark)), None)

    def _candidates(self, draft: Draft, start: datetime) -> Iterator[Row]:
        parties = about([link for link in draft.links if link.kind in PARTIES])
        match draft.kind:
            case Kind.TASK | Kind.CALL:
                return self._recent("activities", about(draft.links), start)
            case Kind.COMMENT:
                return self._recent_v1("notes", about(draft.links), start)
            case Kind.LEAD:
                whose = {name.replace("org_id", "organization_id"): value for name, value in parties.items()}
                return self._recent_v1("leads", whose, start)
            case Kind.DEAL:
                return self._recent("deals", parties | {"status": STATUSES}, start)
            case _:
                return self._recent("persons" if draft.kind is Kind.CONTACT else "organizations", {}, start)

    def _is_made(self, row: Row, draft: Draft, mark: str) -> bool:
        match draft.kind:
            case Kind.TASK | Kind.CALL | Kind.COMMENT:
                note = Note.of(row.get("content" if draft.kind is Kind.COMMENT else "note"))
                return bool(mark) and note.mark == mark
            case Kind.LEAD:
                return bool(mark) and bool(row.get("origin_id") == mark)
            case Kind.CONTACT:
                return self._is_person(row, draft)
            case _:
                wanted = draft.values.get("title", draft.values.get("name"))
                return self._reader.read(draft.kind, row).title == plain_title(wanted)

    def _is_person(self, row: Row, draft: Draft) -> bool:
        record = self._reader.contact(row)
        numbers = set(draft.values.get("phones") or ())
        same_mail = not draft.values.get("email") or record.values.get("email") == draft.values["email"]
        return record.title == plain_title(draft.values.get("name")) and numbers == set(record.phones) and same_mail

    def _recent(self, kind: str, params: Mapping[str, str], start: datetime) -> Iterator[Row]:
        query: dict[str, Any] = {**params, "sort_by": "add_time", "sort_direction": "desc", "limit": PAGE}
        for _ in range(MOST_PAGES):
            page = self._api.page(f"{V2}/{kind}", query)
            rows = page.get("data") or ()
            yield from (row for row in rows if _not_before(row, start))
            cursor = (page.get("additional_data") or {}).get("next_cursor")
            if not cursor or not rows or not _not_before(rows[-1], start):
                return
            query["cursor"] = cursor

    def _recent_v1(self, kind: str, params: Mapping[str, str], start: datetime) -> Iterator[Row]:
        at = 0
        for _ in range(MOST_PAGES):
            query = {**params, "sort": "add_time DESC", "start": at, "limit": PAGE}
            page = self._api.page(f"{V1}/{kind}", query)
            rows = page.get("data") or ()
            yield from (row for row in rows if _not_before(row, start))
            if not more_items(page) or not rows or not _not_before(rows[-1], start):
                return
            at += len(rows)


def terms(phone: str) -> list[str]:
    """What to search for a number (E.164): the national digits first, then its usual spellings."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return [digits_of(phone)]
    national = phonenumbers.national_significant_number(number)
    local = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    first = national if len(national) >= FEWEST_DIGITS else digits_of(phone)
    spaced = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    spellings = (first, phone, digits_of(phone), digits_of(local), local, spaced, _dashed(local))
    return list(dict.fromkeys(spellings))


def _dashed(local: str) -> str:
    return "-".join(part for part in local.replace("(", " ").replace(")", " ").replace("-", " ").split() if part)


def more_items(page: Mapping[str, Any]) -> bool:
    """Whether the first API has more: its `pagination` stands in `additional_data`, or is it."""
    told = page.get("additional_data") or {}
    return bool((told.get("pagination") or told).get("more_items_in_collection"))


def _company(reader: Reader, row: Row) -> list[Record]:
    company = row.get("organization")
    return [reader.company(company)] if isinstance(company, Mapping) and company.get("id") else []


def _not_before(row: Row, start: datetime) -> bool:
    added = instant(row.get("add_time"))
    return added is None or added >= start.replace(microsecond=0)
