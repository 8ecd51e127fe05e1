"""Finding: a client by his number, and what a request made whose answer was lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import phonenumbers

from switchhook.core.clock import Clock
from switchhook.core.phone import display, normalize
from switchhook.core.records import Draft, Kind, Record

from .client import KeyCrmApi, PipelinesOff, Row
from .notes import carries
from .rows import BUYER, CARD, COMPANY, ORDER, Reader, moment, wall

RECENT = timedelta(hours=1)
"""Cards that are younger may have come after the directory's last look at the feed, and are looked through."""

SKEW = timedelta(minutes=5)
"""How far KeyCRM's clock may be from ours."""

AHEAD = timedelta(days=1)
MOST_RECENT_PAGES = 4


def spellings(phone: str) -> list[str]:
    """How an E.164 number may have been typed: KeyCRM compares the stored text, and takes several texts at once."""
    try:
        number = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return [phone]
    formats = phonenumbers.PhoneNumberFormat
    national = phonenumbers.format_number(number, formats.NATIONAL)
    digits = "".join(sign for sign in national if sign.isdigit())
    code, rest = str(number.country_code), phone[1 + len(str(number.country_code)) :]
    shown = display(phone)
    forms = [phone, phone[1:], digits, rest, shown, shown.replace(" ", "-"), national, f"00{phone[1:]}"]
    return list(dict.fromkeys((*forms, *_bracketed(code, rest))))


def _bracketed(code: str, rest: str) -> Iterable[str]:
    """`+38 (067) 123 45 67` and its like. Ukrainian numbers are split after 38, so that the area code keeps its 0."""
    if code == "380":
        code, rest = "38", f"0{rest}"
    if len(rest) not in {9, 10}:
        return
    cut = len(rest) - 7
    area, a, b, c = rest[:cut], rest[cut : cut + 3], rest[cut + 3 : cut + 5], rest[cut + 5 :]
    for plus in ("+", ""):
        yield f"{plus}{code} ({area}) {a} {b} {c}"
        yield f"{plus}{code} ({area}) {a}-{b}-{c}"
        yield f"{plus}{code}({area}){a}-{b}-{c}"
        yield f"{plus}{code}({area}){a}{b}{c}"
        yield f"{plus}{code}-{area}-{a}-{b}-{c}"
        yield f"{plus}{code}-{area}-{a}-{b}{c}"
        yield f"{plus}{code} {area} {a} {b} {c}"


class Finder:
    """Looks through one account."""

    def __init__(self, api: KeyCrmApi, reader: Reader, *, country: str, clock: Clock) -> None:
        self._api, self._reader, self._country, self._clock = api, reader, country, clock

    def buyers(self, phone: str) -> list[Record]:
        """Buyers with the number (E.164), the latest change first; one request."""
        asked = ",".join(spellings(phone))
        rows = self._api.rows("/buyer", filter_buyer_phone=asked, include=BUYER)
        found = [record for record in map(self._reader.buyer, rows) if phone in record.phones]
        return sorted(found, key=lambda record: (record.last_activity is None, record.last_activity), reverse=True)

    def by_phone(self, phone: str) -> list[Record]:
        """Buyers with the number and their cards.

        Cards cannot be searched by number. Those of the client's calls are told with the calls, and the young ones are
        looked through; older cards without a call are known to the directory by the feed alone. One request for a
        client whom KeyCRM does not know, two or three for one whom it does.
        """
        rows = list(self._api.rows("/buyer", filter_buyer_phone=",".join(spellings(phone)), include=BUYER))
        known = {record.id: (record, row) for row in rows if phone in (record := self._reader.buyer(row)).phones}
        if not known:
            return []
        now = self._clock()
        births = [moment(row.get("created_at")) for _record, row in known.values()]
        first = min((birth for birth in births if birth), default=now - 2 * RECENT)
        cards: dict[str, Record] = {}
        try:
            if first < now - RECENT:
                cards |= self._of_calls(phone, set(known))
            cards |= self._young(max(first, now - RECENT), phone, set(known))
        except PipelinesOff:
            cards = {}
        return [*(record for record, _row in known.values()), *cards.values()]

    def _of_calls(self, phone: str, buyers: set[str]) -> dict[str, Record]:
        asked = ",".join(spellings(phone))
        found = {}
        for row in self._api.rows("/calls", filter_client_phone=asked, include="lead", most_pages=1):
            lead, client = row.get("lead"), str(row.get("client_id") or "")
            same = normalize(row.get("external_number"), self._country) == phone
            if isinstance(lead, dict) and lead.get("id") and (same or client in buyers):
                card = self._reader.card(lead, client_id=client if client in buyers else None)
                found[card.id] = card
        return found

    def _young(self, since: datetime, phone: str, buyers: set[str]) -> dict[str, Record]:
        rows = self._api.rows(
            "/pipelines/cards", filter_created_between=self._span(since), include=CARD, most_pages=MOST_RECENT_PAGES
        )
        cards = (self._reader.card(row) for row in rows)
        return {card.id: card for card in cards if card.contact_id in buyers or phone in card.phones}

    def _span(self, since: datetime) -> str:
        return f"{wall(since - SKEW)},{wall(self._clock() + AHEAD)}"

    # --- lost answers -------------------------------------------------------------------------------------------------

    def made(self, draft: Draft, mark: str, since: datetime) -> Record | None:
        """The record that carries `mark`."""
        if draft.kind is Kind.CONTACT:
            return next(map(self._reader.buyer, self._marked(self._buyers_since(draft, since), "note", mark)), None)
        span = self._span(since)
        if draft.kind is Kind.COMPANY:
            rows = self._api.rows("/companies", filter_created_between=span, include=COMPANY)
            return next(map(self._reader.company, self._marked(rows, "notes", mark)), None)
        if draft.kind is Kind.DEAL:
            rows = self._api.rows("/pipelines/cards", filter_created_between=span, include=CARD)
            return next(map(self._reader.card, self._marked(rows, "manager_comment", mark)), None)
        rows = self._api.rows("/order", filter_source_uuid=mark, include=ORDER) if mark else iter(())
        return next((self._reader.order(row) for row in rows if row.get("source_uuid") == mark), None)

    def _buyers_since(self, draft: Draft, since: datetime) -> Iterable[Row]:
        phones: Sequence[str] = draft.values.get("phones") or ()
        if phones:
            return self._api.rows("/buyer", filter_buyer_phone=",".join(phones), include=BUYER)
        return self._api.rows("/buyer", filter_created_between=self._span(since), include=BUYER)

    def _marked(self, rows: Iterable[Row], name: str, mark: str) -> Iterable[Row]:
        return (row for row in rows if carries(str(row.get(name) or ""), mark))
