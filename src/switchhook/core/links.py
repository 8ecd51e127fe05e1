"""To which records, made for this call or already there, a new record is tied."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from switchhook.core.matrix import CARDS, MADE, Link, substitute
from switchhook.core.records import PARTIES, Capabilities, Kind, Record, Ref
from switchhook.core.situation import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A record to tie to: an existing one (`ref`) or the one that the action `use` of this plan makes."""

    kind: Kind
    ref: Ref | None = None
    use: str = ""


@dataclass(slots=True, kw_only=True)
class Ties:
    """The records of one call: those found (`verdict`), the one that takes it, those made so far in planning."""

    verdict: Verdict
    taker: Record | None
    capabilities: Capabilities
    made: list[Tie] = field(default_factory=list)

    def existing(self, kind: Kind) -> Ref | None:
        """The client's record of `kind` that is open, also where only another record of his names it."""
        record = self.verdict.first(kind, open_only=True)
        if record is not None or kind not in PARTIES:
            return record.ref if record is not None else None
        records = [self.taker, *self.verdict.matches] if self.taker else self.verdict.matches
        ids = (record.contact_id if kind is Kind.CONTACT else record.company_id for record in records)
        found = next((id_ for id_ in ids if id_), None)
        return Ref(kind, found) if found else None

    def of(self, kinds: Iterable[Kind]) -> list[Tie]:
        """For each kind the record made for this call, else the existing one, where there is either."""
        ties: list[Tie] = []
        for kind in kinds:
            made = [tie for tie in self.made if tie.kind is kind]
            ref = self.existing(kind)
            ties += made or ([Tie(kind=kind, ref=ref)] if ref else [])
        return ties

    def resolve(self, link: Link) -> Iterator[Tie]:
        """The records that `link` means here, best first."""
        if link is Link.MADE:
            yield from (tie for tie in self.made if tie.kind in MADE)
        elif link is Link.TAKER:
            yield from self._taker()
        elif link is Link.MAIN:
            yield from (tie for tie in self.made if tie.kind in CARDS)
            yield from self._taker()
            yield from self.of([Kind.CONTACT, Kind.COMPANY])
        else:
            kind = Kind(link.value)
            yield from self.of([substitute(kind, self.capabilities) or kind])

    def found(self, link: Link) -> Ref | None:
        """The existing record that `link` means, whatever is made beside it."""
        if link is Link.MADE:
            return None
        if link in {Link.TAKER, Link.MAIN}:
            return self.taker.ref if self.taker else None
        kind = Kind(link.value)
        return self.existing(substitute(kind, self.capabilities) or kind)

    def _taker(self) -> Iterator[Tie]:
        if self.taker is not None:
            yield Tie(kind=self.taker.kind, ref=self.taker.ref)


def distinct(ties: Iterable[Tie]) -> list[Tie]:
    """`ties` without repetitions, in order."""
    return list(dict.fromkeys(ties))
