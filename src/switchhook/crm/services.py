"""What can be done with records beyond editing them. All of it is safe to repeat and to do twice at once.

Functions take a row (re-read under its lock), change it in one transaction and return it as it then stands. They raise
ValidationError, by field, with the remedy. `now` is aware.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from switchhook.core import phone
from switchhook.core.records import Kind, Ref
from switchhook.crm.kinds import MODELS, plain_rows, row_id
from switchhook.crm.models import Company, Contact, Deal, Lead, LeadStatus, Outcome, Pipeline, Stage, Task, TaskLink
from switchhook.projects.models import Project

_Named = TypeVar("_Named", Pipeline, Stage)


class ConvertedLead(ValidationError):
    """A converted lead is read only: its life goes on in the deal."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            _("This lead was converted to the deal %(deal)s. Change the deal instead."),
            params={"deal": lead.converted_deal_id or "—"},
        )


# --- leads ------------------------------------------------------------------------------------------------------------


def convert_lead(lead: Lead, *, now: datetime, stage: Stage | None = None) -> Deal:
    """Make a deal of an open lead: in `stage`, else in the first open stage of the default pipeline.

    The deal takes over title, people, source, UTM tags and own fields, and the lead's open tasks are tied to it too. A
    lead that is converted already gives its deal. Raises ValidationError for a lost lead.
    """
    with transaction.atomic():
        # Nothing is joined to a row that is being locked: what is joined would be older than the lock.
        held = Lead.objects.select_for_update().get(pk=lead.pk)
        if held.converted_deal is not None:
            return held.converted_deal
        if held.status != LeadStatus.OPEN:
            raise ValidationError({"status": _("Only an open lead can be converted. Open it again first.")})
        chosen = stage or first_stage(default_pipeline(held.project))
        deal = Deal(project=held.project, title=held.title, pipeline=chosen.pipeline, stage=chosen)
        for name in ("owner", "contact", "company", "source", "utm", "fields"):
            setattr(deal, name, getattr(held, name))
        deal.clean()
        deal.last_activity_at = now
        deal.save()
        held.converted_deal, held.status, held.closed_at = deal, LeadStatus.CONVERTED, now
        held.save()
        _carry_open_tasks(held, deal)
    return deal


def _carry_open_tasks(lead: Lead, deal: Deal) -> None:
    about = TaskLink.objects.filter(project=lead.project, kind=Kind.LEAD, record_id=lead.pk, task__done=False)
    links = [
        TaskLink(project=lead.project, task_id=task, kind=Kind.DEAL, record_id=deal.pk)
        for task in about.values_list("task_id", flat=True)
    ]
    TaskLink.objects.bulk_create(links, ignore_conflicts=True)


def set_lead_status(lead: Lead, status: str, *, now: datetime) -> Lead:
    """Lose a lead or open it again; the status that it has already changes nothing.

    Raises ConvertedLead, and ValidationError for any status but `open` and `lost`.
    """
    with transaction.atomic():
        held = Lead.objects.select_for_update().get(pk=lead.pk)
        if held.status == LeadStatus.CONVERTED:
            raise ConvertedLead(held)
        settle_lead(held, status, now)
        held.save()
    return held


def settle_lead(lead: Lead, status: str, now: datetime) -> None:
    """Set status and closing time on a row that its caller saves. Raises ValidationError."""
    if status not in {LeadStatus.OPEN, LeadStatus.LOST}:
        raise ValidationError({"status": _("A lead can be set to open or lost. To convert it, make a deal of it.")})
    lead.closed_at = None if status == LeadStatus.OPEN else lead.closed_at or now
    lead.status = status


# --- pipelines and deals ----------------------------------------------------------------------------------------------


def default_pipeline(project: Project) -> Pipeline:
    """The project's first pipeline; made, with four stages, where the project has none."""
    found = Pipeline.objects.filter(project=project).first()
    if found is not None:
        return found
    with transaction.atomic(), override(project.language):
        # The project's row is the lock: two first deals at once must not make two pipelines.
        Project.objects.select_for_update().get(pk=project.pk)
        found = Pipeline.objects.filter(project=project).first()
        return found or _new_pipeline(project)


def _new_pipeline(project: Project) -> Pipeline:
    pipeline = Pipeline.objects.create(project=project, name=_("Sales"))
    stages = [
        (_("New"), Outcome.OPEN),
        (pgettext("a deal", "In progress"), Outcome.OPEN),
        (_("Won"), Outcome.WON),
        (pgettext("a deal", "Lost"), Outcome.LOST),
    ]
    Stage.objects.bulk_create(
        Stage(project=project, pipeline=pipeline, name=name, kind=kind, position=position)
        for position, (name, kind) in enumerate(stages)
    )
    return pipeline


def find_pipeline(project: Project, name: str) -> Pipeline:
    """A pipeline by id or by name, case and outer spaces apart; "" gives the default. Raises ValidationError."""
    if not name.strip():
        return default_pipeline(project)
    found = _named(Pipeline.objects.filter(project=project), name)
    if found is None:
        raise ValidationError(
            {"pipeline": _("There is no pipeline “%(name)s”. Add it or choose another.") % {"name": name}}
        )
    return found


def find_stage(pipeline: Pipeline, name: str) -> Stage:
    """A stage of the pipeline by id or by name, as `find_pipeline`; "" gives the first open one."""
    if not name.strip():
        return first_stage(pipeline)
    found = _named(Stage.objects.filter(pipeline=pipeline).select_related("pipeline"), name)
    if found is None:
        sentence = _("The pipeline “%(pipeline)s” has no stage “%(name)s”. Add it or choose another.")
        raise ValidationError({"stage": sentence % {"pipeline": pipeline.name, "name": name}})
    return found


def first_stage(pipeline: Pipeline, kind: str = Outcome.OPEN) -> Stage:
    """The first stage of a kind. Raises ValidationError where the pipeline has none."""
    found = pipeline.stages.filter(kind=kind).select_related("pipeline").first()
    if found is None:
        sentence = _("The pipeline “%(pipeline)s” has no stage of the kind “%(kind)s”. Add one.")
        raise ValidationError({"stage": sentence % {"pipeline": pipeline.name, "kind": kind}})
    return found


def _named(found: QuerySet[_Named], name: str) -> _Named | None:
    wanted = name.strip()
    return found.filter(pk=row_id(wanted) or 0).first() or found.filter(name__iexact=wanted).first()


def move_deal(deal: Deal, stage: Stage, *, now: datetime) -> Deal:
    """Put a deal into a stage, of its own or of another pipeline; its status follows."""
    with transaction.atomic():
        held = Deal.objects.select_for_update().get(pk=deal.pk)
        stand_in(held, stage, now)
        held.clean()
        held.save()
    return held


def stand_in(deal: Deal, stage: Stage, now: datetime) -> None:
    """Set stage, pipeline and closing time on a row that its caller saves."""
    deal.stage, deal.pipeline = stage, stage.pipeline
    if stage.kind == Outcome.OPEN:
        deal.closed_at = None
    elif deal.closed_at is None or deal.status != stage.kind:
        deal.closed_at = now


# --- tasks ------------------------------------------------------------------------------------------------------------


def set_task_done(task: Task, *, done: bool, now: datetime) -> Task:
    """Finish a task or open it again; `done_at` keeps the first time."""
    with transaction.atomic():
        held = Task.objects.select_for_update().get(pk=task.pk)
        if held.done != done:
            held.done, held.done_at = done, now if done else None
            held.save()
    return held


# --- telephone numbers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypedPhone:
    """A number as a person or program wrote it."""

    raw: str
    label: str = ""


def set_phones(party: Contact | Company, typed: Iterable[TypedPhone]) -> None:
    """Make `typed` the party's whole list of numbers; a number that stays keeps its row, two spellings are one.

    The same number may stand on several parties. Raises ValidationError (`phones`) for what cannot be dialled.
    """
    wanted: dict[str, TypedPhone] = {}
    for entry in typed:
        wanted.setdefault(_e164(party, entry.raw), entry)
    with transaction.atomic():
        party.phones.exclude(e164__in=wanted).delete()
        kept = set(party.phones.values_list("e164", flat=True))
        for e164, entry in wanted.items():
            if e164 not in kept:
                party.phones.create(project=party.project, e164=e164, raw=entry.raw[:60], label=entry.label[:40])
            elif entry.label:
                party.phones.filter(e164=e164).update(label=entry.label[:40])


def _e164(party: Contact | Company, raw: str) -> str:
    number = phone.normalize(raw, party.project.country)
    if number is None:
        sentence = _("“%(number)s” is not a telephone number. Write it with its country code, such as +380671234567.")
        raise ValidationError({"phones": sentence % {"number": raw}})
    return number


# --- activity ---------------------------------------------------------------------------------------------------------


def touch(project: Project, refs: Iterable[Ref], *, now: datetime) -> list[Ref]:
    """Note activity on the records; gives those that are not there.

    The records stay locked till the transaction ends, so that none is deleted before it is linked. They are taken in a
    fixed order: two calls of one client at once must not wait for each other.
    """
    return [ref for ref in sorted(set(refs)) if not _touched(project, ref, now)]


def _touched(project: Project, ref: Ref, now: datetime) -> bool:
    row = plain_rows(project, ref.kind).filter(pk=row_id(ref.id) or 0)
    if hasattr(MODELS[ref.kind], "last_activity_at"):
        return bool(row.update(last_activity_at=now))
    return row.exists()
