"""Which row stands for which canonical kind, and how its rows are read in one go."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from switchhook.core.records import Kind
from switchhook.crm.models import CallEntry, Comment, Company, Contact, Deal, Lead, Order, RecordRow, Task
from switchhook.projects.models import Project

MODELS: Mapping[Kind, type[RecordRow]] = {
    model.KIND: model for model in (Contact, Company, Lead, Deal, Order, Task, Comment, CallEntry)
}

TASK_LINKS = frozenset({Kind.CONTACT, Kind.COMPANY, Kind.LEAD, Kind.DEAL, Kind.ORDER})
CALL_LINKS = TASK_LINKS
COMMENT_LINKS = TASK_LINKS | {Kind.TASK, Kind.CALL}
LINKS: Mapping[Kind, frozenset[Kind]] = {Kind.TASK: TASK_LINKS, Kind.COMMENT: COMMENT_LINKS, Kind.CALL: CALL_LINKS}

_PARTIES = ("owner", "contact", "company")
_PHONES = ("contact__phones", "company__phones")
_JOINED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONTACT: ("owner", "company"),
    Kind.COMPANY: ("owner",),
    Kind.LEAD: _PARTIES,
    Kind.DEAL: (*_PARTIES, "pipeline", "stage"),
    Kind.ORDER: _PARTIES,
    Kind.TASK: ("assignee",),
    Kind.COMMENT: ("author",),
    Kind.CALL: ("employee",),
}
_FETCHED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONTACT: ("phones",),
    Kind.COMPANY: ("phones",),
    Kind.LEAD: _PHONES,
    Kind.DEAL: _PHONES,
    Kind.ORDER: _PHONES,
    Kind.TASK: ("links",),
    Kind.COMMENT: ("links",),
    Kind.CALL: ("links",),
}
_BIGGEST_ID = 2**63 - 1


def plain_rows(project: Project, kind: Kind) -> QuerySet[Any]:
    """The project's records of a kind, their own columns only."""
    # An abstract model's manager is not public, and a query set of one of several models has no type of its own.
    found: QuerySet[Any] = MODELS[kind]._default_manager.filter(project=project)  # noqa: SLF001
    return found


def joined_rows(project: Project, kind: Kind) -> QuerySet[Any]:
    """The project's records of a kind with the rows to which they refer."""
    return plain_rows(project, kind).select_related(*_JOINED[kind])


def rows(project: Project, kind: Kind) -> QuerySet[Any]:
    """The project's records of a kind, with everything that a list or a record shows of them."""
    return joined_rows(project, kind).prefetch_related(*_FETCHED[kind])


def row_id(text: object) -> int | None:
    """A record id as it stands in addresses and links, as a number; None where it cannot be one."""
    digits = str(text)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(_BIGGEST_ID))):
        return None
    number = int(digits)
    return number if number <= _BIGGEST_ID else None


_FOLDERS = {Kind.COMPANY: "companies"}


def address(kind: Kind, record_id: object) -> str:
    """The page of a record, absolute."""
    return f"{settings.PUBLIC_URL}/crm/{_FOLDERS.get(kind, kind.value + 's')}/{record_id}/"
