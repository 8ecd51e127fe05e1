"""What a record is tied to: Zoho has a place for a contact and one for another record, and nothing for more."""

from collections.abc import Callable, Sequence

from switchhook.core.records import Kind, Ref
from switchhook.core.words import _

from .client import Row
from .modules import MODULES
from .records import Reader

Remark = Callable[..., None]
_BESIDE = (Kind.DEAL, Kind.LEAD, Kind.COMPANY)
"""What an activity is about beside its contact, the most telling first."""

NOTED = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL, Kind.TASK, Kind.CALL})
_PLACES = {
    Kind.CONTACT: {Kind.COMPANY: "Account_Name"},
    Kind.DEAL: {Kind.CONTACT: "Contact_Name", Kind.COMPANY: "Account_Name"},
}


class Ties:
    """Finds the places of links, and says which have none."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, kind: Kind, links: Sequence[Ref], remark: Remark) -> tuple[dict[str, str], Row]:
        """Lines for the description, and fields."""
        match kind:
            case Kind.TASK | Kind.CALL:
                return {}, self._activity(kind, links, remark)
            case Kind.COMMENT:
                return {}, self._note(links, remark)
            case Kind.LEAD:
                return self._lead(links, remark), {}
            case _:
                return {}, self._party_or_deal(kind, links, remark)

    def _activity(self, kind: Kind, links: Sequence[Ref], remark: Remark) -> Row:
        contact = next((ref for ref in links if ref.kind is Kind.CONTACT), None)
        beside = next((ref for wanted in _BESIDE for ref in links if ref.kind is wanted), None)
        if beside and beside.kind is Kind.LEAD:
            contact = None  # a lead has no contact yet: Zoho takes the one or the other
        for ref in links:
            if ref not in (contact, beside):
                self._left_out(kind, ref, remark)
        fields: Row = {"Who_Id": {"id": contact.id}} if contact else {}
        return fields | ({"What_Id": {"id": beside.id}, "$se_module": MODULES[beside.kind]} if beside else {})

    def _note(self, links: Sequence[Ref], remark: Remark) -> Row:
        parent = next((ref for ref in links if ref.kind in NOTED), None)
        for ref in links:
            if ref != parent:
                self._left_out(Kind.COMMENT, ref, remark)
        if parent is None:
            return {}
        return {"Parent_Id": {"module": {"api_name": MODULES[parent.kind]}, "id": parent.id}}

    def _lead(self, links: Sequence[Ref], remark: Remark) -> dict[str, str]:
        lines = {}
        for ref in links:
            if ref.kind in (Kind.CONTACT, Kind.COMPANY) and ref.kind.value not in lines:
                lines[ref.kind.value] = self._reader.address(ref)
                text = _("A lead of Zoho CRM cannot be tied to a %(other)s: its address stands in the description.")
                remark(text, other=ref.kind.value)
            else:
                self._left_out(Kind.LEAD, ref, remark)
        return lines

    def _party_or_deal(self, kind: Kind, links: Sequence[Ref], remark: Remark) -> Row:
        places, fields = _PLACES.get(kind, {}), {}
        for ref in links:
            place = places.get(ref.kind, "")
            if place and place not in fields:
                fields[place] = {"id": ref.id}
            elif (kind, ref.kind) != (Kind.COMPANY, Kind.CONTACT):
                self._left_out(kind, ref, remark)
        return fields

    @staticmethod
    def _left_out(kind: Kind, ref: Ref, remark: Remark) -> None:
        text = _("Zoho CRM has no place in a %(kind)s for one more link: %(other)s %(id)s is left out.")
        remark(text, kind=kind.value, other=ref.kind.value, id=ref.id)
