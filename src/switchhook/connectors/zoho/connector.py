"""Zoho CRM as one of the hub's CRMs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from switchhook.connectors.base import Account, Changes, Choice, CrmUser, Health, Pipeline
from switchhook.core.errors import TargetGone
from switchhook.core.mapping import CrmField
from switchhook.core.records import PARTIES, Capabilities, Draft, Kind, Record, Ref

from .account import AccountPages
from .client import LONGEST_SEND, PAGE, Row, ZohoApi
from .config import Config
from .details import carries
from .find import Finder
from .making import PATIENCE, Maker, rejected_kind
from .modules import LONGEST_NAME, MODULES, read_fields
from .records import Reader, moment
from .stages import Stages
from .sync import Feed
from .ties import NOTED
from .writer import Writer

_SALES = frozenset({Kind.LEAD, Kind.DEAL})
_QUERY_SETTLES = 5.0
_MOST_PAGES = 10

CAPABILITIES = Capabilities(
    kinds=frozenset(MODULES),
    updatable=frozenset(MODULES),
    task_links=PARTIES | _SALES,
    comment_links=NOTED,
    call_links=PARTIES | _SALES,
    lead_needs_party=False,
    lead_excludes_deal=False,
    traceable=frozenset(MODULES),
    settle=_QUERY_SETTLES,
    stores_phone=PARTIES | {Kind.LEAD},
    longest_request=PATIENCE + LONGEST_SEND,
    limits={
        "contact.name": LONGEST_NAME[Kind.CONTACT],
        "company.name": LONGEST_NAME[Kind.COMPANY],
        "lead.title": LONGEST_NAME[Kind.LEAD],
        "deal.title": LONGEST_NAME[Kind.DEAL],
        "task.subject": LONGEST_NAME[Kind.TASK],
        "task.text": 31_000,
        "comment.text": 65_000,
    },
    tells_gone=PARTIES | _SALES,
)


def connect(account: Account) -> "ZohoCrm":
    """Open an account. Sends nothing. Raises Misconfigured."""
    return ZohoCrm(Config.of(account), account)


class ZohoCrm:
    """One Zoho CRM account."""

    def __init__(self, config: Config, account: Account) -> None:
        self._config = config
        self._api = ZohoApi(config, account)
        self._account = account
        self._stages = Stages(config, self._api)
        self._reader = Reader(config, account, self._stages)
        self._writer = Writer(config, account, self._reader, self._stages)

    @property
    def capabilities(self) -> Capabilities:
        """All kinds but orders; leads stand alone. With the search index, `settle` is the delay that is set."""
        if self._config.look_up == "search":
            return replace(CAPABILITIES, settle=max(self._config.search_delay, _QUERY_SETTLES))
        return CAPABILITIES

    def check(self) -> Health:
        """See `AccountPages.check`."""
        return self._pages.check()

    def users(self) -> Sequence[CrmUser]:
        """The users of the account, those who were deleted apart."""
        return self._pages.users()

    def fields(self, kind: Kind) -> Sequence[CrmField]:
        """The account's own fields of a module; type `text` for single lines that can be written."""
        return self._pages.fields(kind)

    def pipelines(self) -> Sequence[Pipeline]:
        """The pipelines of the chosen layout; their ids name the stage in which deals enter, too."""
        return self._stages.pipelines

    def choices(self, setting: str) -> Sequence[Choice]:
        """Layouts, stages, statuses, sources and phone fields of this account."""
        return self._pages.choices(setting)

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """See `find`: three requests for a number nobody has, four for a client who may have deals."""
        return Finder(self._config, self._api, self._reader).by_phone(phone)

    def get(self, ref: Ref) -> Record:
        """The record, read live. Raises TargetGone."""
        return self._reader.record(ref.kind, self._api.one(self._module(ref.kind), ref.id))

    def create(self, draft: Draft, *, mark: str) -> Record:
        """Make the record, the mark at the end of its description or note. Not idempotent."""
        self._module(draft.kind)
        return self._maker.create(draft, mark)

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """Change the named values only; `phones` is the whole list, `utm` and `custom` add to what is there.

        Of a task, call or note only what was sent is in the record that is given back.
        """
        self._module(ref.kind)
        return self._maker.update(ref, dict(values))

    def find_made(self, draft: Draft, mark: str, *, since: datetime) -> Record | None:
        """The record with the mark, among those made since; lists have no lag."""
        place, field = f"/{self._module(draft.kind)}", "Description"
        if draft.kind is Kind.COMMENT:
            field = "Note_Content"
            parent = next((ref for ref in draft.links if ref.kind in NOTED), None)
            # All notes are for administrators only; those of a record are for everybody who sees it.
            place = f"/{MODULES[parent.kind]}/{parent.id}/Notes" if parent else place
        row = self._newest(place, draft.kind, lambda row: carries(row.get(field), mark), since)
        return self._reader.record(draft.kind, row) if row else None

    def changes(self, cursor: str) -> Changes:
        """One page of what changed; see `sync`."""
        return Feed(self._config, self._api, self._reader, self._account.clock).changes(cursor)

    def _newest(self, place: str, kind: Kind, is_it: Callable[[Row], bool], since: datetime) -> Row | None:
        names = read_fields(kind, self._config.phones.get(kind, ()), description=kind is not Kind.COMMENT)
        order = {"sort_by": "Created_Time", "sort_order": "desc", "per_page": PAGE}
        for number in range(1, _MOST_PAGES + 1):
            try:
                page = self._api.page(place, {"fields": ",".join(names), "page": number, **order})
            except TargetGone:  # the record that was noted on is no more, and its notes with it
                return None
            found = next((row for row in page.rows if is_it(row)), None)
            made = moment(page.rows[-1].get("Created_Time")) if page.rows else None
            if found or not page.more or (made and made < since):
                return found
        return None

    def _module(self, kind: Kind) -> str:
        if kind not in MODULES:
            raise rejected_kind(kind)
        return MODULES[kind]

    @cached_property
    def _pages(self) -> AccountPages:
        return AccountPages(self._config, self._api, self._stages)

    @cached_property
    def _maker(self) -> Maker:
        return Maker(self._config, self._api, self._reader, self._writer)
