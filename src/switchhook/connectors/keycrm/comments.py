"""Comments, which KeyCRM has only for people: added to the buyer's note, or to the manager's comment of the card.

Both are read, added to, and written back whole, so nothing that stands there is lost.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from switchhook.core.clock import Clock
from switchhook.core.errors import Rejected, TargetGone
from switchhook.core.reason import Reason, because
from switchhook.core.records import Draft, Kind, Record, Ref
from switchhook.core.words import _

from . import recent
from .bodies import links_left, remarks_on
from .client import KeyCrmApi, Row
from .config import Config
from .notes import block, carries, joined, text_of
from .rows import links, wall

LINKS = frozenset({Kind.CONTACT, Kind.DEAL})
_ON_BUYER = _("KeyCRM has no comments for programs: the text was added to the note of the card's buyer.")
_ON_NOTE = _("KeyCRM has no comments for programs: the text was added to the buyer's note.")
_ON_CARD = _("KeyCRM has no comments for programs: the text was added to the manager's comment of the card.")
_AHEAD = timedelta(days=1)
_BEHIND = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A text in KeyCRM that takes comments: `body` is what a change of it must name besides."""

    key: recent.Key
    path: str
    name: str
    held: str
    body: Row
    remark: str


class Comments:
    """Comments of one account. The id of a comment is `kind-id-mark`: what it is about, and where it ends."""

    def __init__(self, api: KeyCrmApi, config: Config, *, zone: ZoneInfo, clock: Clock) -> None:
        self._api, self._config, self._zone, self._clock = api, config, zone, clock

    def create(self, draft: Draft, mark: str) -> Record:
        """Add the text to what is there: a read and a write."""
        text = str(draft.values.get("text") or "").strip("\n")
        about = next((link for link in draft.links if link.kind in LINKS), None)
        if not text.strip():
            raise Rejected("KeyCRM takes no comment without a text.")
        if about is None:
            raise Rejected("KeyCRM keeps a comment only with a buyer or a card, and none is known here.")
        mark = mark or f"swh-{hashlib.sha256(f'{about} {text}'.encode()).hexdigest()[:12]}"
        now = self._clock()
        place = self._place(about)
        if not carries(place.held, mark):
            added = block(text, mark, now.astimezone(self._zone))
            body = {**place.body, place.name: joined(place.held, added)}
            self._api.still(now)
            self._api.change(place.path, body, repeatable=False)
            recent.remember(place.key, added, now)
        others = [link for link in draft.links if link != about]
        left = [*remarks_on(Draft(kind=draft.kind, values=draft.values)), *links_left(draft.kind, others, ())]
        return self._record(about, mark, text, (because(place.remark), *left))

    def get(self, id_: str) -> Record:
        """A comment by id. Raises TargetGone where its text, or what it is about, is no more."""
        kind, _dash, rest = id_.partition("-")
        owner, _dash, mark = rest.partition("-")
        if kind not in {Kind.CONTACT, Kind.DEAL} or not owner.isdecimal():
            raise TargetGone("The comment is no longer in KeyCRM.")
        about = Ref(Kind(kind), owner)
        text = text_of(self._place(about).held, mark)
        if text is None:
            raise TargetGone("The comment is no longer in KeyCRM.")
        return self._record(about, mark, text, ())

    def made(self, draft: Draft, mark: str, since: datetime) -> Record | None:
        """The comment that ends with `mark`, looked for in what was changed since."""
        about = next((link for link in draft.links if link.kind in LINKS), None)
        if about is not None:
            text = text_of(self._place(about).held, mark)
            return None if text is None else self._record(about, mark, text, ())
        for ref, held in self._changed(since):
            text = text_of(held, mark)
            if text is not None:
                return self._record(ref, mark, text, ())
        return None

    def _changed(self, since: datetime) -> Iterator[tuple[Ref, str]]:
        span = f"{wall(since - _BEHIND)},{wall(self._clock() + _AHEAD)}"
        if self._config.comments_to == "card":
            for row in self._api.rows("/pipelines/cards", filter_updated_between=span):
                yield Ref(Kind.DEAL, str(row["id"])), str(row.get("manager_comment") or "")
        for row in self._api.rows("/buyer", filter_updated_between=span):
            yield Ref(Kind.CONTACT, str(row["id"])), str(row.get("note") or "")

    def _place(self, about: Ref) -> _Place:
        if about.kind is Kind.CONTACT:
            return self._of_buyer(self._api.one(f"/buyer/{about.id}"), _ON_NOTE)
        card = self._api.one(f"/pipelines/cards/{about.id}", "contact.client")
        if self._config.comments_to == "card":
            path = f"/pipelines/cards/{about.id}"
            return self._known(path, "manager_comment", card, {}, _ON_CARD)
        contact = card.get("contact") or {}
        client = contact.get("client") or {}
        if client.get("id") and client.get("full_name") and "note" in client:
            return self._of_buyer(client, _ON_BUYER)
        buyer = client.get("id") or contact.get("client_id")
        if not buyer:
            raise Rejected("The card has no buyer in KeyCRM, so there is no note to add the comment to.")
        return self._of_buyer(self._api.one(f"/buyer/{buyer}"), _ON_BUYER)

    def _of_buyer(self, row: Row, remark: str) -> _Place:
        return self._known(f"/buyer/{row['id']}", "note", row, {"full_name": row["full_name"]}, remark)

    def _known(self, path: str, name: str, row: Row, body: Row, remark: str) -> _Place:
        key = (self._config.digest, path, str(row.get("created_at") or ""))
        whole = recent.restored(key, str(row.get(name) or ""), self._clock())
        return _Place(key=key, path=path, name=name, held=whole, body=body, remark=remark)

    def _record(self, about: Ref, mark: str, text: str, remarks: tuple[Reason, ...]) -> Record:
        values = {"text": text, "links": links((about.kind, about.id))}
        id_ = f"{about.kind.value}-{about.id}-{mark}"
        return Record(kind=Kind.COMMENT, id=id_, values=values, remarks=remarks)
