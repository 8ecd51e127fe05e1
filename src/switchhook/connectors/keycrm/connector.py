"""KeyCRM as the hub's CRM."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from switchhook.connectors.base import Account, Changes, Choice, CrmUser, Health, Pipeline
from switchhook.core.errors import Misconfigured, Rejected, TargetGone
from switchhook.core.mapping import CrmField
from switchhook.core.records import Capabilities, Draft, Kind, Record, Ref

from .calls import Calls
from .client import Forbidden, KeyCrmApi, PipelinesOff
from .comments import LINKS, Comments
from .config import Config
from .finding import Finder
from .rows import BUYER, CARD, COMPANY, ORDER, Reader
from .setup import Setup
from .sync import Feed
from .writing import PATHS, Writer

SETTLE = 10.0
"""Seconds after which an accepted change has been carried out, and a reported call shows: a few were observed."""

LONGEST = 60.0
"""One request, and what is read before it (`client.READ_FIRST`)."""

_INCLUDES = {Kind.CONTACT: BUYER, Kind.COMPANY: COMPANY, Kind.DEAL: CARD, Kind.ORDER: ORDER}
_CHANGED = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.DEAL})


class KeyCrm:
    """One KeyCRM account. Safe to use from several threads."""

    def __init__(self, account: Account) -> None:
        self._config = config = Config.of(account)
        api = KeyCrmApi(config, governor=account.governor, clock=account.clock)
        setup = Setup(api)
        reader = Reader(country=account.country, page_url=config.page_url, is_final=setup.is_final)
        self._api, self._setup, self._reader = api, setup, reader
        self._finder = Finder(api, reader, country=account.country, clock=account.clock)
        self._writer = Writer(api, config, reader, setup, self._finder, account.clock)
        self._comments = Comments(api, config, zone=account.zone, clock=account.clock)
        self._calls = Calls(api, config, reader, clock=account.clock)
        self._feed = Feed(api, reader, clock=account.clock)

    @property
    def capabilities(self) -> Capabilities:
        """Calls only where a telephony service is linked, orders only where a source is chosen; no leads, no tasks."""
        kinds = {Kind.CONTACT, Kind.COMPANY, Kind.DEAL, Kind.COMMENT}
        kinds |= {Kind.CALL} if self._config.service_link else set()
        kinds |= {Kind.ORDER} if self._config.source_id is not None else set()
        return Capabilities(
            kinds=frozenset(kinds),
            updatable=_CHANGED,
            comment_links=LINKS,
            traceable=frozenset(kinds),
            settle=SETTLE,
            stores_phone=frozenset({Kind.CONTACT, Kind.DEAL}),
            longest_request=LONGEST,
            partly_found=frozenset({Kind.DEAL}),
        )

    def check(self) -> Health:
        """Three requests at most: the users prove the key, then funnels and sources are looked at."""
        try:
            users = self._setup.users()
        except (Forbidden, TargetGone) as error:
            raise Misconfigured(f"The key opens no account here: {error}", field="api_key") from error
        active = sum(user.active for user in users)
        remarks = [f"{active} active users.", *self._lacking()]
        return Health(account_name=f"KeyCRM {self._config.account}".strip(), remarks=tuple(remarks))

    def _lacking(self) -> list[str]:
        config, remarks = self._config, []
        if not config.service_link:
            remarks.append("No webhook link of a telephony service: calls are told in the buyer's note.")
        elif not config.fallback_internal_number:
            remarks.append("No internal number for calls that reached nobody: KeyCRM will not take those.")
        try:
            next(self._api.rows("/pipelines", most_pages=1), None)
        except PipelinesOff as error:
            remarks.append(str(error))
        if config.source_id is not None and str(config.source_id) not in {s.value for s in self._setup.sources()}:
            remarks.append(f"The source {config.source_id} is no longer in KeyCRM. Choose another.")
        return remarks

    def users(self) -> Sequence[CrmUser]:
        """The account's users; who is pending or blocked is not active."""
        return self._setup.users()

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """The account's own fields of a kind."""
        return self._setup.fields(kind)

    def pipelines(self) -> Sequence[Pipeline]:
        """The sales funnels with their stages: one request, and one for each funnel."""
        return self._setup.pipelines()

    def choices(self, setting: str) -> Sequence[Choice]:
        """The sources."""
        return self._setup.sources() if setting == "source_id" else ()

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """See `Finder.by_phone`. Companies have no numbers in KeyCRM, so none are found."""
        return self._finder.by_phone(phone)

    def get(self, ref: Ref) -> Record:
        """The record, one request. Raises TargetGone."""
        if ref.kind is Kind.CALL:
            return self._calls.get(ref.id)
        if ref.kind is Kind.COMMENT:
            return self._comments.get(ref.id)
        if ref.kind not in _INCLUDES or not ref.id.isdecimal():
            raise TargetGone("The record is no longer in KeyCRM.")
        row = self._api.one(f"{PATHS[ref.kind]}/{ref.id}", _INCLUDES[ref.kind])
        read = {
            Kind.CONTACT: self._reader.buyer,
            Kind.COMPANY: self._reader.company,
            Kind.DEAL: self._reader.card,
            Kind.ORDER: self._reader.order,
        }
        return read[ref.kind](row)

    def create(self, draft: Draft, *, mark: str) -> Record:
        """One request; two for a comment and an order, and for a card that is to begin in a stage of its own."""
        if draft.kind not in self.capabilities.kinds:
            raise Rejected(f"KeyCRM has no {draft.kind.value} records that a program could make.")
        if draft.kind is Kind.CALL:
            return self._calls.create(draft, mark)
        if draft.kind is Kind.COMMENT:
            return self._comments.create(draft, mark)
        return self._writer.create(draft, mark)

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """A read and a write. KeyCRM carries it out seconds later; what is given is how the record will stand."""
        if ref.kind not in _CHANGED:
            raise Rejected(f"KeyCRM lets no program change a {ref.kind.value}.")
        if not ref.id.isdecimal():
            raise TargetGone("The record is no longer in KeyCRM.")
        return self._writer.update(ref, values)

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """By the mark in note or comment, an order's number in its source, a call's id: one request, or a few pages."""
        if draft.kind is Kind.CALL:
            return self._calls.made(draft, mark)
        if draft.kind is Kind.COMMENT:
            return self._comments.made(draft, mark, since)
        return self._finder.made(draft, mark, since)

    def changes(self, cursor: str) -> Changes:
        """See `sync`."""
        return self._feed.changes(cursor)


def connect(account: Account) -> KeyCrm:
    """Open an account. Sends nothing. Raises Misconfigured."""
    return KeyCrm(account)
