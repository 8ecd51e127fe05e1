"""A user's calls of this moment, with everything that stands on their cards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from switchhook.calls.models import Call
from switchhook.connections.models import Connection, ConnectionState
from switchhook.core.records import Kind, Ref
from switchhook.core.situation import Channel
from switchhook.delivery.models import Effect
from switchhook.directory.models import LookUp
from switchhook.popups.asking import CHOICE, LATE, ref_of
from switchhook.popups.clients import Book, Match, is_local
from switchhook.popups.models import PopUp, Wish
from switchhook.popups.offers import creatable, may_name, named_by, takes_comments
from switchhook.projects.models import Employee, Project, User

RINGS = timedelta(minutes=3)
TALKS = timedelta(hours=4)
"""How long a call stands without any news: the event that ends it may never come."""

LINGERS = timedelta(seconds=15)
"""How long the result of a call is given; the page takes it away a little earlier."""

ASKED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A record or comment that was asked for. `state` is `waiting`, `done` or `failed`; `why` says why it failed."""

    kind: str
    text: str
    state: str
    url: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The client at one CRM. `looked` is `asking`, `unknown`, or "" where there is nothing to say.

    `only_popup` marks what the Smart Phone panel leaves out: a CRM whose contacts alone it names does not know him.
    """

    crm: Connection
    match: Match | None
    others: Sequence[Match] = ()
    chosen_late: bool = False
    looked: str = ""
    offers: Sequence[Kind] = ()
    made: Sequence[Made] = ()
    takes_comments: bool = False
    only_popup: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One call. `panels` are the project's CRMs in their order, `shown` the first that knows the client."""

    popup: PopUp
    call: Call | None
    number: str
    panels: Sequence[Panel] = ()
    shown: Panel | None = None
    last: Call | None = None
    source: str = ""

    @property
    def name(self) -> str:
        """What the client is called; "" for nobody's number."""
        return self.shown.match.name if self.shown and self.shown.match else ""

    @property
    def outcome(self) -> str:
        """`ring`, `talk`, or how the call has ended (`calls.models.Call.status`)."""
        if self.popup.ended_at and self.call:
            return self.call.status
        return "talk" if self.popup.moment == "pickup" else "ring"


@dataclass(kw_only=True)
class Desk:
    """What the cards of one user are made from. Everything is read once for all his calls."""

    project: Project
    user: User
    now: datetime = field(default_factory=timezone.now)
    may_write: bool = False
    crms: list[Connection] = field(init=False)
    wishes: dict[int, list[Wish]] = field(init=False)
    effects: dict[tuple[int, int, str], Effect] = field(init=False)
    asked: set[tuple[int, str]] = field(init=False)

    def cards(self) -> list[Card]:
        """The user's calls, the latest first."""
        popups = _of_now(self.project, self.employees(), self.user, self.now)
        if not popups:
            return []
        numbers = {popup.client for popup in popups} - {""}
        self._read(popups, numbers)
        book = Book(self.crms, numbers)
        return [self._card(popup, book) for popup in popups]

    def card(self, popup_id: int) -> Card | None:
        """One of them, None where he does not see it."""
        return next((card for card in self.cards() if card.popup.pk == popup_id), None)

    def employees(self) -> list[int]:
        """The employees the user stands for."""
        return list(Employee.objects.filter(project=self.project, user=self.user).values_list("pk", flat=True))

    def _read(self, popups: Iterable[PopUp], numbers: Iterable[str]) -> None:
        crms = Connection.objects.filter(project=self.project, role="crm").exclude(state=ConnectionState.PAUSED)
        self.crms = list(crms.order_by("rank", "pk"))
        calls = [popup.call_id for popup in popups if popup.call_id]
        self.wishes = {}
        for wish in Wish.objects.filter(call__in=calls):
            self.wishes.setdefault(wish.call_id, []).append(wish)
        made = Effect.objects.filter(call__in=calls, action__startswith="asked-") if self.wishes else ()
        self.effects = {(one.connection_id, one.call_id, one.action): one for one in made}
        recent = LookUp.objects.filter(connection__in=self.crms, e164__in=list(numbers), asked_at__gt=self.now - ASKED)
        self.asked = set(recent.values_list("connection_id", "e164"))

    def _card(self, popup: PopUp, book: Book) -> Card:
        panels = [self._panel(crm, popup, book.of(crm, popup.client)) for crm in self.crms]
        shown = next((panel for panel in panels if panel.match), panels[0] if panels else None)
        return Card(
            popup=popup,
            call=popup.call,
            number=popup.client,
            panels=panels,
            shown=shown,
            last=_last_call(popup),
            source=source_of(popup.call.state) if popup.call else "",
        )

    def _panel(self, crm: Connection, popup: PopUp, matches: Sequence[Match]) -> Panel:
        wishes = [one for one in self.wishes.get(popup.call_id or 0, ()) if one.connection_id == crm.pk]
        choice = next((one for one in wishes if one.kind == CHOICE), None)
        match = _chosen(matches, ref_of(choice) if choice else None)
        call = popup.call if self.may_write else None
        asked = {wish.kind for wish in wishes}
        return Panel(
            crm=crm,
            match=match,
            others=[one for one in matches if one is not match],
            chosen_late=bool(choice and choice.values.get(LATE)),
            looked=self._looked(crm, popup, match),
            offers=[kind for kind in creatable(crm, call, match) if kind not in asked],
            made=[made for wish in wishes if wish.kind != CHOICE and (made := self._made(wish, match))],
            takes_comments=takes_comments(crm, call),
            only_popup=bool(named_by(crm)) and not may_name(crm, match),
        )

    def _looked(self, crm: Connection, popup: PopUp, match: Match | None) -> str:
        if match or not popup.client:
            return ""
        if is_local(crm) or (crm.pk, popup.client) in self.asked or popup.call is None or popup.ended_at:
            return "unknown"
        return "asking" if crm.state == ConnectionState.ACTIVE else ""

    def _made(self, wish: Wish, match: Match | None) -> Made | None:
        """What became of a wish; None where the scenario table, or somebody else, has made the record meanwhile."""
        effect = self.effects.get((wish.connection_id, wish.call_id, wish.action))
        text = str(next((wish.values[name] for name in ("text", "name", "title") if wish.values.get(name)), ""))
        if effect is None:
            there = {match.ref.kind, *(sale.ref.kind for sale in match.sales)} if match else set()
            return None if wish.kind in there else Made(kind=wish.kind, text=text, state="waiting")
        state = {"done": "done", "refused": "failed", "blocked": "failed"}.get(effect.state, "waiting")
        return Made(kind=wish.kind, text=text, state=state, url=effect.url, why=effect.error)


def _of_now(project: Project, employees: Sequence[int], user: User, now: datetime) -> list[PopUp]:
    if not employees:
        return []
    # An outgoing call may tell of nothing between its ring and its end; a ring without an id becomes no talk.
    standing = Q(moment="ring", updated_at__gt=now - RINGS)
    standing |= Q(call__isnull=False) & (Q(moment="pickup") | Q(moment="ring", outgoing=True))
    found = PopUp.objects.filter(project=project, employees__overlap=list(employees), updated_at__gt=now - TALKS)
    found = found.filter((Q(ended_at=None) & standing) | Q(ended_at__gt=now - LINGERS))
    popups = list(found.exclude(dismissed__contains=[user.pk]).select_related("call__employee").order_by("-began_at"))
    # A ring whose call has begun meanwhile in a transaction of its own is that call.
    known = {popup.client for popup in popups if popup.call_id}
    return [popup for popup in popups if popup.call_id or popup.client not in known]


def _chosen(matches: Sequence[Match], chosen: Ref | None) -> Match | None:
    return next((one for one in matches if one.ref == chosen), matches[0] if matches else None)


def _last_call(popup: PopUp) -> Call | None:
    if not popup.client:
        return None
    earlier = Call.objects.filter(project=popup.project_id, client_number=popup.client, channel=Channel.CALL)
    return earlier.exclude(pk=popup.call_id or 0).select_related("employee").order_by("-started_at").first()


def source_of(state: Mapping[str, Any]) -> str:
    """Where the client comes from, as far as the visit tags tell: source, medium, campaign."""
    utm = state.get("utm") or {}
    where = " / ".join(utm[name] for name in ("utm_source", "utm_medium") if utm.get(name))
    return " · ".join(part for part in (where, utm.get("utm_campaign", ""), utm.get("utm_term", "")) if part)
