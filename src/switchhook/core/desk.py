"""One plan in the making."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from switchhook.core.call import CallState, Moment
from switchhook.core.drafts import Clerk
from switchhook.core.links import Tie, Ties, distinct
from switchhook.core.mapping import choose_pipeline
from switchhook.core.matrix import CARDS, MADE, ActionSpec, Condition, Do, Link, Role, Row, TaskState, substitute
from switchhook.core.planned import Action, PlanSettings, Skip
from switchhook.core.reason import Reason, because
from switchhook.core.records import PARTIES, Capabilities, Draft, Kind, Ref
from switchhook.core.roles import Roles
from switchhook.core.situation import Channel, Inquiry, Outcome, Situation, Verdict
from switchhook.core.words import _

NOTHING_TO_UPDATE = _("Nothing to update: no open record of this client was found.")
"""The text of a skipped update; a caller may look the client up again and plan anew."""

_WHY = {
    Role.ANSWERER: _("The row “%(row)s” wants it, for the employee who was on the line."),
    Role.RESPONSIBLE: _("The row “%(row)s” wants it, for the responsible manager."),
    Role.SENIOR: _("The row “%(row)s” wants it, for the senior manager."),
    Role.TOP: _("The row “%(row)s” wants it, for the top manager."),
    Role.NOBODY: _("The row “%(row)s” wants it."),
}
_PARTIES = (Kind.COMPANY, Kind.CONTACT)


class _NotDone(Exception):
    """An action of the row is not to be done; carries the reason."""

    def __init__(self, text: str, **params: str) -> None:
        super().__init__(text)
        self.reason = because(text, **params)


@dataclass(slots=True)
class Desk:
    """One plan in the making: considers action after action, those that others are tied to first."""

    call: CallState | Inquiry
    verdict: Verdict
    settings: PlanSettings
    capabilities: Capabilities
    situation: Situation
    roles: Roles
    actions: dict[str, Action] = field(default_factory=dict)
    skipped: dict[str, Skip] = field(default_factory=dict)
    notes: dict[str, Reason] = field(default_factory=dict)
    clerk: Clerk = field(init=False)
    ties: Ties = field(init=False)

    def __post_init__(self) -> None:
        self.clerk = Clerk.of(self.call, self.settings, self.capabilities.limits, self.roles.answerer)
        self.ties = Ties(verdict=self.verdict, taker=self.roles.taker, capabilities=self.capabilities)
        if isinstance(self.call, CallState) and not self.call.legs_ordered:
            self.note(_("Several employees took the call, and the events do not tell who was last."))

    def has_come_to(self, row: Row, spec: ActionSpec) -> bool:
        """Whether it is time for `spec`; before that, nothing is planned and nothing said."""
        return isinstance(self.call, Inquiry) or self.moment(row, spec) in self.call.reached

    def consider(self, row: Row, spec: ActionSpec) -> None:
        """Plan `spec`, or say why it is not done."""
        try:
            self.decide(row, spec)
        except _NotDone as refusal:
            self.skipped[spec.id] = Skip(id=spec.id, reason=refusal.reason)

    def moment(self, row: Row, spec: ActionSpec) -> Moment:
        """When `spec` is done: what hangs on the pick-up of a call that nobody picked up is done at its end."""
        wanted = spec.moment or spec.do.moment
        if spec.do is Do.TASK:
            return wanted if wanted in {Moment.RECORDING, Moment.ANALYSIS} else Moment.END
        if wanted is not Moment.PICKUP:
            return wanted
        if Outcome.RINGING in row.when.outcome:
            return Moment.RING
        if self.situation.outcome is not Outcome.ANSWERED:
            return Moment.END
        return self.settings.parties_at if spec.do.kind in MADE else wanted

    def decide(self, row: Row, spec: ActionSpec) -> None:
        if not spec.enabled:
            raise _NotDone(_("The action is not ticked in the matrix."))
        kind = self.kind(spec)
        if self.settings.update_only and kind in MADE:
            raise _NotDone(_("Another program makes the records of this connection: it only adds to them."))
        self.gate(spec, kind)
        if kind is None:
            self.update(row, spec)
        elif kind in MADE:
            self.make(row, spec, kind)
        elif kind is Kind.COMMENT:
            self.comment(row, spec)
        else:
            self.log_or_task(row, spec, kind)

    def gate(self, spec: ActionSpec, kind: Kind | None) -> None:
        """Lets pass what the connection's settings and the client's records allow."""
        if self.situation.channel is Channel.CALL:
            if kind is Kind.CONTACT and not self.makes_contacts():
                raise _NotDone(_("The connection makes no contacts for such calls."))
            if kind in CARDS and self.situation.direction.value not in self.settings.cards_for:
                raise _NotDone(_("The connection makes no cards for calls of this direction."))
        if kind in PARTIES and (there := self.ties.existing(kind)):
            raise _NotDone(_("The client's %(kind)s %(id)s is already there."), kind=kind.value, id=there.id)
        refusal = self.condition(spec, kind).refusal(self.verdict.matches)
        if refusal is not None:
            raise _NotDone(refusal.text, **refusal.params)

    def kind(self, spec: ActionSpec) -> Kind | None:
        """The kind of record that `spec` makes in this CRM."""
        wanted = spec.do.kind
        if wanted is None:
            return None
        kind = substitute(wanted, self.capabilities)
        if kind is None:
            raise _NotDone(_("This CRM has no %(kind)s records, and nothing stands in for them."), kind=wanted.value)
        return kind

    def condition(self, spec: ActionSpec, kind: Kind | None) -> Condition:
        """The condition of `spec`, asked of the kind of record that is really made."""
        if kind is Kind.DEAL and spec.condition is Condition.NO_OPEN_LEAD:
            return Condition.NO_OPEN_DEAL
        if kind is Kind.LEAD and spec.condition is Condition.NO_OPEN_DEAL:
            return Condition.NO_OPEN_LEAD
        return spec.condition

    def makes_contacts(self) -> bool:
        outcome = Outcome.MISSED if self.situation.outcome is Outcome.MISSED else Outcome.ANSWERED
        return f"{self.situation.direction.value}-{outcome.value}" in self.settings.create_contacts

    def make(self, row: Row, spec: ActionSpec, kind: Kind) -> None:
        """A contact, company, lead, deal or order, tied to the client's contact and company."""
        if kind in CARDS:
            self.allow_card(spec, kind)
            self.introduce_client(row, spec, kind)
        with_phone = kind in self.capabilities.stores_phone or kind in {*PARTIES, Kind.LEAD}
        values = self.clerk.record(spec, kind, self.user(spec.who), with_phone=with_phone)
        if kind is Kind.DEAL:
            values |= self.pipeline()
        tied = self.ties.of({Kind.CONTACT: [Kind.COMPANY], Kind.COMPANY: [Kind.CONTACT]}.get(kind, list(_PARTIES)))
        self.add(row, spec, Draft(kind=kind, values=values), tied)
        self.ties.made.append(Tie(kind=kind, use=spec.id))
        self.write_id_into_title(spec, kind)

    def write_id_into_title(self, spec: ActionSpec, kind: Kind) -> None:
        """Where the title is to carry the record's own id, one update after the create puts it there."""
        values = self.clerk.title_with_id(spec, kind)
        if values and kind not in self.capabilities.updatable:
            self.note(
                _("A %(kind)s of this CRM cannot be changed, so its title does not carry its id."), kind=kind.value
            )
        elif values:
            made, id_ = self.actions[spec.id], f"{spec.id}-id"
            reason = because(_("The title is to carry the record's id, which is known once it is made."))
            draft = Draft(kind=kind, values=values)
            self.actions[id_] = Action(
                id=id_, moment=made.moment, draft=draft, reason=reason, uses=(spec.id,), amends=spec.id
            )

    def allow_card(self, spec: ActionSpec, kind: Kind) -> None:
        made = {tie.kind for tie in self.ties.made}
        if kind is not spec.do.kind and kind in made:
            raise _NotDone(_("A %(kind)s is made for this call already."), kind=kind.value)
        if self.capabilities.lead_excludes_deal and {kind, *made} >= {Kind.LEAD, Kind.DEAL}:
            raise _NotDone(_("This CRM turns leads into deals: a lead is made for this call, so no deal is."))

    def introduce_client(self, row: Row, spec: ActionSpec, kind: Kind) -> None:
        """Gives the card a contact where it needs one: for the CRM, or because nobody would find it by the number."""
        if self.ties.of(_PARTIES):
            return
        required = kind is Kind.LEAD and self.capabilities.lead_needs_party
        if not required and kind in self.capabilities.stores_phone:
            return
        allowed = self.situation.channel is not Channel.CALL or self.makes_contacts()
        if allowed and Kind.CONTACT in self.capabilities.kinds:
            text = _("A contact is made too: a %(kind)s of this CRM cannot carry the number alone.")
            self.note(text, kind=kind.value)
            contact = ActionSpec(id=f"{spec.id}-contact", do=Do.CREATE_CONTACT, who=spec.who)
            self.make(row, contact, Kind.CONTACT)
        elif required:
            raise _NotDone(_("A lead of this CRM needs a contact or a company, and none is made for this call."))

    def pipeline(self) -> dict[str, str]:
        chosen, why = choose_pipeline(self.settings.pipelines, self.clerk.words, self.settings.default_pipeline)
        if why is not None:
            self.note(why.text, **why.params)
        return {"pipeline": chosen} if chosen else {}

    def update(self, row: Row, spec: ActionSpec) -> None:
        """Adds the event's data to the first record that `links` names (else to the one that takes the call)."""
        links = spec.links or (Link.TAKER,)
        target = next((ref for link in links if (ref := self.ties.found(link))), None)
        if target is None and any(True for link in links for _tie in self.ties.resolve(link)):
            raise _NotDone(_("The record is new and has the event's data already."))
        if target is None:
            raise _NotDone(NOTHING_TO_UPDATE)
        record = next((match for match in self.verdict.matches if match.ref == target), None)
        values = self.clerk.update(record) if record else {}
        if not values:
            raise _NotDone(_("The event has nothing to add to the record."))
        self.add(row, spec, Draft(kind=target.kind, values=values), (), target=target)

    def bring_the_visit(self, row: Row) -> None:
        """Where another program makes the records: adds the visit's data to what takes the call, and to the contact."""
        self.consider(row, ActionSpec(id="visit", do=Do.UPDATE, moment=Moment.RING))
        contact = self.ties.found(Link.CONTACT)
        if contact is not None and contact != self.ties.found(Link.TAKER):
            spec = ActionSpec(id="visit-contact", do=Do.UPDATE, moment=Moment.RING, links=(Link.CONTACT,))
            self.consider(row, spec)

    def log_or_task(self, row: Row, spec: ActionSpec, kind: Kind) -> None:
        """A call record or task, tied to everything that it is about."""
        possible = self.capabilities.call_links if kind is Kind.CALL else self.capabilities.task_links
        found = distinct(tie for link in spec.links or (Link.TAKER, Link.MADE) for tie in self.ties.resolve(link))
        if not found:
            self.refuse_unlinked(spec)
            self.refuse_where_only_updating()
        for tie in found:
            if tie.kind not in possible:
                text = _("A %(kind)s of this CRM cannot be tied to a %(other)s.")
                self.note(text, kind=kind.value, other=tie.kind.value)
        who = self.user(spec.who)
        if kind is Kind.TASK and spec.state is not TaskState.DONE:
            who = self.present(who)
        values = self.clerk.call(who) if kind is Kind.CALL else self.clerk.task(spec, who)
        if not values:
            raise _NotDone(_("There was no call to record."))
        self.add(row, spec, Draft(kind=kind, values=values), [tie for tie in found if tie.kind in possible])
        self.ties.made.append(Tie(kind=kind, use=spec.id))

    def comment(self, row: Row, spec: ActionSpec) -> None:
        """One comment for each link that is named: most CRMs tie a comment to one record."""
        text = self.clerk.comment(spec)
        if not text:
            raise _NotDone(_("There is nothing to write."))
        links = spec.links or (Link.MAIN,)
        targets = {tie: link for link in reversed(links) if (tie := self.commentable(spec, link))}
        if not targets:
            self.refuse_where_only_updating()
            raise _NotDone(_("There is no record to comment on."))
        for tie, link in reversed(targets.items()):
            own = spec if len(links) == 1 else replace(spec, id=f"{spec.id}-{link.value}")
            self.add(row, own, Draft(kind=Kind.COMMENT, values={"text": text}), [tie])

    def commentable(self, spec: ActionSpec, link: Link) -> Tie | None:
        """The record of `link` that can take the comment; where there is none, a note says so."""
        for tie in self.ties.resolve(link):
            if tie.kind not in self.capabilities.comment_links:
                self.note(_("A comment of this CRM cannot be tied to a %(other)s."), other=tie.kind.value)
            elif spec.do is Do.AI_COMMENT and self.lonely_deal(tie):
                self.note(_("The deal is not linked to a contact, so the analysis is not written to it."))
            else:
                return tie
        self.note(_("Nothing of the kind “%(link)s” is there to take the comment."), link=link.value)
        return None

    def lonely_deal(self, tie: Tie) -> bool:
        record = next((match for match in self.verdict.matches if match.ref == tie.ref), None)
        return record is not None and record.kind is Kind.DEAL and record.contact_id is None

    def refuse_unlinked(self, spec: ActionSpec) -> None:
        if spec.links and not {Link.MADE, Link.TAKER, Link.MAIN} & set(spec.links):
            raise _NotDone(_("There is no %(kinds)s to tie it to."), kinds=", ".join(link.value for link in spec.links))

    def refuse_where_only_updating(self) -> None:
        if self.settings.update_only:
            raise _NotDone(NOTHING_TO_UPDATE)

    def user(self, role: Role) -> str | None:
        """The user of `role`; a vacancy or a stand-in is noted."""
        if role in self.roles.remarks:
            self.note(self.roles.remarks[role].text, **self.roles.remarks[role].params)
        return self.roles.users[role]

    def present(self, user: str | None) -> str | None:
        """Who gets an open task of `user`: whoever stands in while he is away."""
        absence = self.settings.away.get(user) if user else None
        if absence is None:
            return user
        said = {"absent": absence.absent, "until": absence.until, "name": absence.name}
        if absence.user is None or not self.settings.may_work(absence.user):
            self.note(_("%(absent)s is away until %(until)s, and nobody stands in: the task waits for him."), **said)
            return user
        if self.roles.answerer is not None and self.roles.answerer.user == absence.user:
            text = _("%(absent)s is away until %(until)s; %(name)s, who stands in, was on the line: the task waits.")
            self.note(text, **said)
            return user
        self.note(_("%(absent)s is away until %(until)s; %(name)s stands in."), **said)
        return absence.user

    def add(
        self,
        row: Row,
        spec: ActionSpec,
        draft: Draft,
        ties: Iterable[Tie],
        *,
        target: Ref | None = None,
    ) -> None:
        """The action, with the reason that the trace shows."""
        ties = list(ties)
        if spec.do.kind and draft.kind is not spec.do.kind:
            text = _("This CRM has no %(kind)s records: a %(instead)s is made instead.")
            self.note(text, kind=spec.do.kind.value, instead=draft.kind.value)
        self.actions[spec.id] = Action(
            id=spec.id,
            moment=Moment.END if isinstance(self.call, Inquiry) else self.moment(row, spec),
            draft=replace(draft, links=tuple(tie.ref for tie in ties if tie.ref)),
            reason=because(_WHY[spec.who], row=row.title or row.id),
            condition=self.condition(spec, draft.kind),
            target=target,
            uses=tuple(tie.use for tie in ties if tie.use),
        )

    def note(self, text: str, **params: str) -> None:
        """A remark for the trace, once."""
        reason = because(text, **params)
        self.notes.setdefault(str(reason), reason)
