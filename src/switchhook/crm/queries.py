"""Reading lists of records: by words, telephone number, status, people and links, a page at a time.

Every query is an index scan: words by a GIN index of word beginnings, numbers by E.164 or by their last digits, pages
by keyset (the id below the last one seen) instead of an offset.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower, Reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from switchhook.core.phone import digits_of, normalize
from switchhook.core.records import PARTIES, Kind, Ref
from switchhook.crm.kinds import LINKS, row_id, rows
from switchhook.crm.models import (
    CompanyPhone,
    ContactPhone,
    LeadStatus,
    Outcome,
    RecordRow,
    Task,
)
from switchhook.crm.values import employees, text
from switchhook.projects.models import Employee, Project

SHORTEST_ENDING = 4
MOST_PARTIES = 500
LONGEST_PAGE = 200
NOBODY = "nobody"

_STATUSES = {
    Kind.LEAD: LeadStatus.values,
    Kind.DEAL: Outcome.values,
    Kind.ORDER: Outcome.values,
    Kind.TASK: ["open", "done"],
}
_TEXT = {
    Kind.CONTACT: "name",
    Kind.COMPANY: "name",
    Kind.LEAD: "title",
    Kind.DEAL: "title",
    Kind.ORDER: "title",
    Kind.TASK: "subject",
}
_PEOPLE = {Kind.TASK: "assignee", Kind.COMMENT: "author", Kind.CALL: "employee"}
_SALE_KINDS = (Kind.LEAD, Kind.DEAL, Kind.ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for; empty values are no condition.

    text     beginnings of words of the name, title or subject; an e-mail address; or digits of a number
    phone    a number in any spelling, or at least its last four digits
    status   of a lead, deal or order; `open` or `done` for a task
    owner    the responsible, assignee or author: id or e-mail of an employee, or `nobody`
    about    records: the leads, deals and orders of a contact and company, the activities linked to all of these
    call_id  the hub's call, for tasks, comments and calls
    """

    text: str = ""
    phone: str = ""
    status: str = ""
    owner: str = ""
    about: tuple[Ref, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of the next page (None on the last)."""

    rows: Sequence[Any]
    next: str | None


def page(project: Project, kind: Kind, search: Search, *, cursor: str = "", limit: int = 50) -> Page:
    """The newest records of a kind that match, from `cursor` on. Raises ValidationError by parameter name."""
    found = matching(project, kind, search)
    if cursor:
        before = row_id(cursor)
        if before is None:
            raise _bad_cursor()
        found = found.filter(pk__lt=before)
    size = min(max(limit, 1), LONGEST_PAGE)
    listed = list(found.order_by("-pk")[: size + 1])
    return Page(listed[:size], str(listed[size - 1].pk) if len(listed) > size else None)


def matching(project: Project, kind: Kind, search: Search) -> QuerySet[Any]:
    """All matching records, unordered. Raises ValidationError by parameter name."""
    found = rows(project, kind)
    if search.status:
        found = found.filter(_status(kind, search.status))
    if search.owner:
        found = found.filter(_person(project, kind, search.owner))
    if search.phone:
        found = found.filter(_by_phone(project, kind, search.phone))
    if search.call_id:
        found = found.filter(_call(kind, text(project, search.call_id)))
    for ref in search.about:
        found = found.filter(_about(project, kind, ref))
    wanted = text(project, search.text)
    return _with_text(project, kind, found, wanted) if wanted else found


def desk(project: Project, assignee: Employee | None = None, *, cursor: str = "", limit: int = 50) -> Page:
    """Open tasks, the most urgent first, those without a time last; of one assignee, or of everybody."""
    found = rows(project, Kind.TASK).filter(done=False)
    if assignee is not None:
        found = found.filter(assignee=assignee)
    if cursor:
        found = found.filter(_later(cursor))
    size = min(max(limit, 1), LONGEST_PAGE)
    listed: list[Task] = list(found.order_by("due_at", "pk")[: size + 1])
    return Page(listed[:size], _desk_cursor(listed[size - 1]) if len(listed) > size else None)


def _desk_cursor(task: Task) -> str:
    return f"{task.due_at.isoformat() if task.due_at else ''},{task.pk}"


def _later(cursor: str) -> Q:
    due_text, _comma, last = cursor.rpartition(",")
    try:
        due = parse_datetime(due_text) if due_text else None
    except ValueError:
        raise _bad_cursor() from None
    last_id = row_id(last)
    if last_id is None or bool(due_text) != bool(due and due.tzinfo):
        raise _bad_cursor()
    if due is None:
        return Q(due_at=None, pk__gt=last_id)
    return Q(due_at__gt=due) | Q(due_at=due, pk__gt=last_id) | Q(due_at=None)


def _bad_cursor() -> ValidationError:
    return ValidationError({"cursor": _("Give back the “next” of the page before, unchanged.")})


# --- conditions -------------------------------------------------------------------------------------------------------


def _status(kind: Kind, status: str) -> Q:
    if status not in _STATUSES.get(kind, ()):
        names = ", ".join(_STATUSES.get(kind, ())) or "—"
        raise ValidationError({"status": _("Choose one of: %(names)s.") % {"names": names}})
    return Q(done=status == "done") if kind is Kind.TASK else Q(status=status)


def _person(project: Project, kind: Kind, owner: str) -> Q:
    field = _PEOPLE.get(kind, "owner")
    if owner == NOBODY:
        return Q(**{f"{field}__isnull": True})
    return Q(**{f"{field}__in": [person.pk for person in employees(project, owner)]})


def _call(kind: Kind, call_id: str) -> Q:
    if kind not in LINKS:
        raise ValidationError({"call_id": _("Only tasks, comments and calls know their call.")})
    return Q(call_id=call_id) & ~Q(call_id="")


def _about(project: Project, kind: Kind, ref: Ref) -> Q:
    record = row_id(ref.id) or 0
    if kind in LINKS:
        return Q(links__kind=ref.kind, links__record_id=record, links__project=project)
    if kind in _SALE_KINDS and ref.kind in PARTIES:
        return Q(**{ref.kind.value: record})
    if kind is Kind.CONTACT and ref.kind is Kind.COMPANY:
        return Q(company=record)
    raise ValidationError({"about": _("These records are not linked to a %(kind)s.") % {"kind": ref.kind}})


# --- telephone numbers ------------------------------------------------------------------------------------------------


def of_phone(project: Project, phone: str) -> list[RecordRow]:
    """Contacts and companies with exactly this number, and their leads and deals, each newest first."""
    e164 = normalize(phone, project.country)
    if e164 is None:
        return []
    holders = _holders(project, Q(e164=e164))
    found: list[RecordRow] = []
    for kind in (Kind.CONTACT, Kind.COMPANY):
        if holders[kind]:
            found += rows(project, kind).filter(pk__in=holders[kind]).order_by("-pk")
    if found:
        for kind in (Kind.LEAD, Kind.DEAL):
            found += rows(project, kind).filter(_of_holders(kind, holders)).order_by("-pk")[:MOST_PARTIES]
    return found


def _by_phone(project: Project, kind: Kind, typed: str) -> Q:
    """Of whom the number is, or on what he is the client; the condition never matches where nobody has it."""
    e164, digits = normalize(typed, project.country), digits_of(typed)
    known = Q(e164=e164) if e164 else Q(pk__in=[])
    if len(digits) >= SHORTEST_ENDING:
        known |= Q(backwards__startswith=digits[::-1])
    return _of_holders(kind, _holders(project, known))


def _holders(project: Project, condition: Q) -> dict[Kind, list[int]]:
    return {
        Kind.CONTACT: _holder_ids(ContactPhone.objects.filter(project=project), condition, "contact_id"),
        Kind.COMPANY: _holder_ids(CompanyPhone.objects.filter(project=project), condition, "company_id"),
    }


def _holder_ids(phones: QuerySet[Any], condition: Q, holder: str) -> list[int]:
    # Ids are fetched first: an OR over two subqueries would be answered by reading the whole table.
    found = phones.annotate(backwards=Reverse("e164")).filter(condition).order_by(f"-{holder}")
    return list(found.values_list(holder, flat=True)[:MOST_PARTIES])


def _of_holders(kind: Kind, holders: dict[Kind, list[int]]) -> Q:
    if kind in PARTIES:
        return Q(pk__in=holders[kind])
    if kind in _SALE_KINDS:
        return Q(contact__in=holders[Kind.CONTACT]) | Q(company__in=holders[Kind.COMPANY])
    raise ValidationError({"phone": _("Only contacts, companies, leads, deals and orders are found by number.")})


# --- words ------------------------------------------------------------------------------------------------------------


def _with_text(project: Project, kind: Kind, found: QuerySet[Any], wanted: str) -> QuerySet[Any]:
    if kind in PARTIES and "@" in wanted:
        addressed: QuerySet[Any] = found.annotate(address=Lower("email"))
        return addressed.filter(address=wanted.lower()).exclude(email="")
    digits = digits_of(wanted)
    if len(digits) >= SHORTEST_ENDING and not re.search(r"[^\W\d_]", wanted) and kind not in LINKS:
        condition = _by_phone(project, kind, wanted)
        return found.filter(condition | Q(number=wanted) if kind is Kind.ORDER else condition)
    return _with_words(kind, found, wanted)


def _beginning(word: str) -> str:
    # Quoted, a word goes through the parser that made the index, so that numbers and hyphens are cut alike.
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}':*"


def _with_words(kind: Kind, found: QuerySet[Any], wanted: str) -> QuerySet[Any]:
    if kind not in _TEXT:
        raise ValidationError({"q": _("These records are found by call or by what they are about.")})
    query = SearchQuery(" & ".join(map(_beginning, wanted.split())), search_type="raw", config="simple")
    worded: QuerySet[Any] = found.annotate(words=SearchVector(_TEXT[kind], config="simple"))
    return worded.filter(Q(words=query) | Q(number=wanted) if kind is Kind.ORDER else Q(words=query))
