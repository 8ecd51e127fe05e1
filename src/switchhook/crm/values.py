"""Reading canonical values: what a program or a person wrote becomes what a row holds.

Every reader takes the project and the raw value and returns the value to store. It raises ValidationError with a
sentence that says what to do; `fill` puts the field's name to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from switchhook.core.records import Kind
from switchhook.crm.kinds import row_id
from switchhook.crm.models import Company, Contact, RecordRow
from switchhook.projects.models import Employee, Project

Reader = Callable[[Project, Any], Any]


def text(project: Project, value: Any) -> str:
    """Any scalar as text that the database can hold: without NUL and without halves of surrogate pairs."""
    return "" if value is None else str(value).replace("\0", "").encode(errors="replace").decode().strip()


def employees(project: Project, value: str) -> QuerySet[Employee]:
    """The project's employees with this id or e-mail (normally one), active or not."""
    wanted = text(project, value)
    people = Employee.objects.filter(project=project)
    return people.filter(email__iexact=wanted) if "@" in wanted else people.filter(pk=row_id(wanted) or 0)


def employee(project: Project, value: Any) -> Employee | None:
    """An active employee by id or e-mail; None and "" mean nobody."""
    wanted = text(project, value)
    if not wanted:
        return None
    found = employees(project, wanted).filter(active=True).first()
    if found is None:
        sentence = _("No active employee of this project is “%(value)s”. Give the id or e-mail of one.")
        raise ValidationError(sentence % {"value": wanted})
    return found


def contact(project: Project, value: Any) -> Contact | None:
    """A contact of the project by id; None and "" mean none."""
    found = Contact.objects.filter(project=project, pk=row_id(value) or 0).first()
    _refuse_unknown(value, found)
    return found


def company(project: Project, value: Any) -> Company | None:
    """A company of the project by id; None and "" mean none."""
    found = Company.objects.filter(project=project, pk=row_id(value) or 0).first()
    _refuse_unknown(value, found)
    return found


def _refuse_unknown(value: Any, found: RecordRow | None) -> None:
    if found is None and value not in (None, ""):
        raise ValidationError(_("There is no record with the id “%(value)s” in this project.") % {"value": value})


def moment(project: Project, value: Any) -> datetime | None:
    """An aware datetime from ISO 8601; a time without a zone is the project's."""
    if value in (None, ""):
        return None
    try:
        read = value if isinstance(value, datetime) else parse_datetime(str(value))
    except ValueError:
        read = None
    if read is None:
        raise ValidationError(_("Write the time as ISO 8601, for example 2026-11-21T14:30:00Z."))
    try:
        return (read if read.tzinfo else read.replace(tzinfo=project.zone)).astimezone(UTC)
    except OverflowError:
        raise ValidationError(_("This time is too far away.")) from None


def flag(project: Project, value: Any) -> bool:
    """True or False; a word is not taken for either."""
    if isinstance(value, bool):
        return value
    raise ValidationError(_("Give true or false."))


def seconds(project: Project, value: Any) -> int | None:
    """Whole seconds."""
    if value is None:
        return None
    if isinstance(value, int) and 0 <= value < 2**31:
        return value
    raise ValidationError(_("Give a whole number of seconds."))


def money(project: Project, value: Any) -> Decimal | None:
    """An amount with at most two decimals."""
    if value in (None, ""):
        return None
    try:
        amount = Decimal(str(value))
        if amount.is_finite() and abs(amount) < Decimal(10) ** 12:
            return amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        pass
    raise ValidationError(_("Give an amount such as 1200.50."))


def names(project: Project, value: Any) -> dict[str, str]:
    """Named texts, such as UTM tags; empty values are left out."""
    if not isinstance(value, Mapping):
        raise ValidationError(_("Give names and texts."))
    read = {text(project, name): text(project, item) for name, item in value.items()}
    return {name: item for name, item in read.items() if name and item}


def free(project: Project, value: Any) -> dict[str, Any]:
    """The customer's own fields: each a text, number, true or false, nothing, or a list of texts."""
    if not isinstance(value, Mapping):
        raise ValidationError(_("Give field names and values."))
    return {text(project, name): _free_value(project, item) for name, item in value.items()}


def _free_value(project: Project, item: Any) -> Any:
    if item is None or isinstance(item, bool | int) or (isinstance(item, float) and isfinite(item)):
        return item
    if isinstance(item, list | tuple):
        return [text(project, part) for part in item]
    if isinstance(item, Mapping):
        raise ValidationError(_("A field holds one value or a list, not other fields."))
    return text(project, item)


@dataclass(frozen=True, slots=True)
class Column:
    """Where a canonical value is kept. `merged` values add to what is there instead of replacing it."""

    attribute: str
    read: Reader = text
    merged: bool = False


_OWNED = {
    "owner": Column("owner", employee),
    "source": Column("source"),
    "utm": Column("utm", names, merged=True),
}
_TIED = {"contact_id": Column("contact", contact), "company_id": Column("company", company)}
_PRICED = {"amount": Column("amount", money), "currency": Column("currency")}
_CALLED = {"recording_url": Column("recording_url"), "call_id": Column("call_id")}
_ANY = {"custom": Column("fields", free, merged=True)}

COLUMNS: Mapping[Kind, Mapping[str, Column]] = {
    Kind.CONTACT: {
        **_OWNED,
        "name": Column("name"),
        "email": Column("email"),
        "company_id": Column("company", company),
        **_ANY,
    },
    Kind.COMPANY: {**_OWNED, "name": Column("name"), "email": Column("email"), **_ANY},
    Kind.LEAD: {**_OWNED, "title": Column("title"), **_TIED, **_ANY},
    Kind.DEAL: {**_OWNED, "title": Column("title"), **_TIED, **_PRICED, **_ANY},
    Kind.ORDER: {
        **_OWNED,
        "title": Column("title"),
        "number": Column("number"),
        "status": Column("status"),
        **_TIED,
        **_PRICED,
        **_ANY,
    },
    Kind.TASK: {
        "subject": Column("subject"),
        "text": Column("text"),
        "kind": Column("kind"),
        "assignee": Column("assignee", employee),
        "due_at": Column("due_at", moment),
        "done": Column("done", flag),
        **_CALLED,
        **_ANY,
    },
    Kind.COMMENT: {"text": Column("text"), "author": Column("author", employee), "call_id": Column("call_id"), **_ANY},
    Kind.CALL: {
        "direction": Column("direction"),
        "status": Column("status"),
        "client_number": Column("client_number"),
        "project_number": Column("project_number"),
        "started_at": Column("started_at", moment),
        "talk_seconds": Column("talk_seconds", seconds),
        "wait_seconds": Column("wait_seconds", seconds),
        "employee": Column("employee", employee),
        **_CALLED,
        **_ANY,
    },
}

BESIDE = frozenset({"phones", "pipeline", "stage", "status"})
"""Values that are more than a column of their row; `crm.writing` sees to them."""

VOCABULARY = BESIDE.union(*COLUMNS.values())
"""Every value of the canonical vocabulary. One that a kind has no room for is passed over, any other is an error."""


def fill(row: RecordRow, values: Mapping[str, Any]) -> None:
    """Set the row's columns from canonical values, without saving. Raises ValidationError by value name."""
    errors: dict[str, Any] = {}
    for name, value in values.items():
        if name not in VOCABULARY:
            errors[name] = _("There is no value of this name. Own fields go into “custom”.")
            continue
        column = COLUMNS[row.KIND].get(name)
        if column is None:
            continue
        try:
            read = column.read(row.project, value)
        except ValidationError as error:
            errors[name] = error.messages
        else:
            setattr(row, column.attribute, {**getattr(row, column.attribute), **read} if column.merged else read)
    if errors:
        raise ValidationError(errors)


def named(error: ValidationError, kind: Kind) -> dict[str, list[str]]:
    """The messages by canonical value name (rows call `contact_id` just `contact`)."""
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    known = {column.attribute: name for name, column in COLUMNS[kind].items()}
    return {known.get(field, field): messages for field, messages in error.message_dict.items()}
