"""Creating and changing records from canonical values: the one way in for the store and the API.

Values are those of `switchhook.core.records`, and besides them: `contact_id` and `company_id` (lead, deal, order;
company also on a contact), `kind` and `custom` on a task, `call_id` on a comment. `utm` and `custom` add to what is
there; every other value replaces. `phones` is the whole list.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from switchhook.core.records import Kind, Ref
from switchhook.crm import services
from switchhook.crm.kinds import LINKS, MODELS, joined_rows, plain_rows, row_id
from switchhook.crm.models import (
    CallEntry,
    Comment,
    Company,
    Contact,
    Deal,
    Lead,
    LeadStatus,
    Order,
    Outcome,
    RecordRow,
    Task,
)
from switchhook.crm.values import fill, text
from switchhook.projects.models import Project

MOST_PHONES = 50


class MissingTarget(ValidationError):
    """A record that was to be linked is not there (any more)."""


def create(
    project: Project,
    kind: Kind,
    values: Mapping[str, Any],
    *,
    now: datetime,
    links: Sequence[Ref] = (),
    mark: str = "",
) -> RecordRow:
    """Make a record in one transaction.

    Raises ValidationError by value name, MissingTarget, and IntegrityError on the constraint `crm_<kind>_mark` where a
    record with this mark exists.
    """
    with transaction.atomic():
        row = MODELS[kind](project=project, mark=mark)
        fill(row, values)
        _tie_parties(row, links)
        if hasattr(row, "last_activity_at"):
            row.last_activity_at = now
        if isinstance(row, Task) and "kind" not in values and row.done and row.call_id:
            row.kind = Task.TaskKind.CALL
        _settle(row, values, now)
        _check(row)
        row.save()
        _write_phones(row, values)
        _write_links(row, links, now)
    return row


def change(project: Project, ref: Ref, values: Mapping[str, Any], *, now: datetime) -> RecordRow:
    """Change the named values of a record under its lock; repeating it changes nothing more.

    Raises the model's DoesNotExist, ConvertedLead, and ValidationError by value name.
    """
    with transaction.atomic():
        # Locked first and read after: rows joined to the one being locked would be older than the lock.
        held = plain_rows(project, ref.kind).select_for_update().only("pk").get(pk=row_id(ref.id) or 0)
        row: RecordRow = joined_rows(project, ref.kind).get(pk=held.pk)
        row.project = project
        if isinstance(row, Lead) and row.status == LeadStatus.CONVERTED:
            raise services.ConvertedLead(row)
        fill(row, values)
        _settle(row, values, now)
        _check(row)
        row.save()
        _write_phones(row, values)
    return row


def _tie_parties(row: RecordRow, links: Sequence[Ref]) -> None:
    if row.KIND in LINKS:
        return
    for ref in links:
        name = ref.kind.value
        if ref.kind not in {Kind.CONTACT, Kind.COMPANY} or not hasattr(row, f"{name}_id"):
            continue
        party = plain_rows(row.project, ref.kind).filter(pk=row_id(ref.id) or 0).first()
        if party is None:
            raise _missing([ref])
        setattr(row, name, party)


def _missing(refs: Sequence[Ref]) -> MissingTarget:
    named = ", ".join(f"{ref.kind} {ref.id}" for ref in refs)
    return MissingTarget({"links": _("These records are not there any more: %(records)s.") % {"records": named}})


# --- what a kind needs beyond its columns -----------------------------------------------------------------------------


def _settle(row: RecordRow, values: Mapping[str, Any], now: datetime) -> None:
    if isinstance(row, Lead):
        services.settle_lead(row, text(row.project, values.get("status")) or row.status, now)
    elif isinstance(row, Deal):
        _place(row, values, now)
    elif isinstance(row, Order):
        row.closed_at = None if row.status == Outcome.OPEN else row.closed_at or now
    elif isinstance(row, Task):
        row.done_at = (row.done_at or now) if row.done else None


def _place(deal: Deal, values: Mapping[str, Any], now: datetime) -> None:
    pipeline_name, stage_name, status = (
        text(deal.project, values.get(name)) for name in ("pipeline", "stage", "status")
    )
    if status and status not in Outcome.values:
        raise ValidationError({"status": _("A deal is open, won or lost.")})
    new = deal.pipeline_id is None
    pipeline = services.find_pipeline(deal.project, pipeline_name) if pipeline_name or new else deal.pipeline
    stands_right = not new and deal.pipeline_id == pipeline.pk and (not status or deal.status == status)
    if stage_name:
        services.stand_in(deal, services.find_stage(pipeline, stage_name), now)
    elif not stands_right:
        services.stand_in(deal, services.first_stage(pipeline, status or deal.status), now)


def _check(row: RecordRow) -> None:
    # Foreign keys were found by project just now; asking the database for each of them again would say nothing new.
    row.clean_fields(exclude=row.references())
    row.clean()
    if isinstance(row, Order) and row.number:
        row.validate_constraints(exclude={"mark"})


def _write_phones(row: RecordRow, values: Mapping[str, Any]) -> None:
    if not isinstance(row, Contact | Company) or "phones" not in values:
        return
    listed = values["phones"]
    if not isinstance(listed, list | tuple) or len(listed) > MOST_PHONES:
        raise ValidationError({"phones": _("Give a list of at most %(most)s numbers.") % {"most": MOST_PHONES}})
    services.set_phones(row, [_typed(row.project, item) for item in listed])


def _typed(project: Project, item: Any) -> services.TypedPhone:
    if isinstance(item, Mapping):
        return services.TypedPhone(text(project, item.get("number")), text(project, item.get("label")))
    return services.TypedPhone(text(project, item))


def _write_links(row: RecordRow, links: Sequence[Ref], now: datetime) -> None:
    if not isinstance(row, Task | Comment | CallEntry) or not links:
        return
    odd = sorted({ref.kind for ref in links} - LINKS[row.KIND])
    if odd:
        sentence = _("A %(kind)s cannot be linked to: %(kinds)s.")
        raise ValidationError({"links": sentence % {"kind": row.KIND, "kinds": ", ".join(odd)}})
    missing = services.touch(row.project, links, now=now)
    if missing:
        raise _missing(missing)
    for ref in dict.fromkeys(links):
        row.links.create(project=row.project, kind=ref.kind, record_id=int(ref.id))
