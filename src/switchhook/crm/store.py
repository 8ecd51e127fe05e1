"""The built-in CRM's side of its connector: `connectors.builtin.store.RecordStore` on the rows of one project."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.utils.translation import gettext as _

from switchhook.connectors.base import Changes, CrmUser, Pipeline, Stage
from switchhook.core.clock import Clock, utc_now
from switchhook.core.errors import OutcomeUnknown, Rejected, TargetGone, Unreachable
from switchhook.core.records import Draft, Kind, Record, Ref
from switchhook.crm import feed, queries, writing
from switchhook.crm.kinds import row_id, rows
from switchhook.crm.models import Outcome
from switchhook.crm.models import Pipeline as PipelineRow
from switchhook.crm.models.base import TITLE_LENGTH
from switchhook.crm.records import record_of
from switchhook.crm.services import ConvertedLead, default_pipeline
from switchhook.crm.values import named
from switchhook.projects.models import Employee, Project

_CUT = ("name", "title", "subject", "source")
_ROLLED_BACK = frozenset({"40001", "40P01", "55P03", "57014"})


class ProjectStore:
    """The records of one project. Users are its active employees, ids are row ids as text."""

    def __init__(self, project: Project, *, clock: Clock = utc_now) -> None:
        self._project = project
        self._clock = clock

    @property
    def account_name(self) -> str:
        """The project's name."""
        return self._project.name

    def users(self) -> Sequence[CrmUser]:
        """The project's active employees."""
        active = Employee.objects.filter(project=self._project, active=True)
        return [CrmUser(id=str(person.pk), name=person.name, email=person.email) for person in active]

    def pipelines(self) -> Sequence[Pipeline]:
        """The project's pipelines with their stages, the default first."""
        default_pipeline(self._project)
        rows_ = PipelineRow.objects.filter(project=self._project).prefetch_related("stages")
        return [Pipeline(id=str(row.pk), name=row.name, stages=_stages(row)) for row in rows_]

    def find_by_phone(self, phone: str) -> Sequence[Record]:
        """Contacts, companies and their leads and deals, open and closed, in this order and newest first."""
        with _told():
            return [record_of(row) for row in queries.of_phone(self._project, phone)]

    def get(self, ref: Ref) -> Record:
        """The record. Raises TargetGone."""
        with _told(ref.kind):
            return record_of(rows(self._project, ref.kind).get(pk=row_id(ref.id) or 0))

    def create(self, draft: Draft, *, mark: str) -> Record:
        """Make the record, or give the one that carries `mark` already: twenty at once make one.

        Raises Rejected with the field and the remedy, TargetGone where a linked record is not there any more.
        """
        with _told(draft.kind):
            found = self.find_by_mark(draft.kind, mark)
            return found or self._create(draft, mark)

    def _create(self, draft: Draft, mark: str) -> Record:
        try:
            row = writing.create(
                self._project, draft.kind, _cut(draft.values), now=self._clock(), links=draft.links, mark=mark
            )
        except IntegrityError:
            found = self.find_by_mark(draft.kind, mark)
            if found is None:
                raise
            return found
        return self.get(Ref(draft.kind, str(row.pk)))

    def update(self, ref: Ref, values: Mapping[str, Any]) -> Record:
        """Change the named values. Raises TargetGone (also for a converted lead) and Rejected."""
        with _told(ref.kind):
            writing.change(self._project, ref, _cut(values), now=self._clock())
            return self.get(ref)

    def find_by_mark(self, kind: Kind, mark: str) -> Record | None:
        """The record that carries `mark`."""
        if not mark:
            return None
        row = rows(self._project, kind).filter(mark=mark).first()
        return None if row is None else record_of(row)

    def changes(self, cursor: str) -> Changes:
        """What changed in contacts, companies, leads and deals (see `crm.feed`)."""
        with _told():
            page = feed.changes(self._project, cursor)
        return Changes(records=page.records, gone=page.gone, cursor=page.cursor, more=page.more)


def _stages(row: PipelineRow) -> tuple[Stage, ...]:
    return tuple(Stage(id=str(s.pk), name=s.name, closed=s.kind != Outcome.OPEN) for s in row.stages.all())


def _cut(values: Mapping[str, Any]) -> dict[str, Any]:
    # A program's title is cut where a person's would be refused: a long template must not cost a record.
    return {name: _shortened(value) if name in _CUT else value for name, value in values.items()}


def _shortened(value: Any) -> Any:
    return value[: TITLE_LENGTH - 1] + "…" if isinstance(value, str) and len(value) > TITLE_LENGTH else value


@contextmanager
def _told(kind: Kind | None = None) -> Iterator[None]:
    """Say what went wrong in the words of `core.errors`."""
    try:
        yield
    except ObjectDoesNotExist as error:
        raise TargetGone(_("This record is not there any more.")) from error
    except (ConvertedLead, writing.MissingTarget) as error:
        raise TargetGone(" ".join(error.messages)) from error
    except ValidationError as error:
        raise Rejected(_sentence(error, kind)) from error
    except (IntegrityError, DataError) as error:
        raise Rejected(_("The database refuses these values.")) from error
    except (OperationalError, InterfaceError) as error:
        if getattr(error.__cause__, "sqlstate", None) in _ROLLED_BACK:
            raise Unreachable(_("The database was busy; nothing was written.")) from error
        raise OutcomeUnknown(_("The database did not answer.")) from error


def _sentence(error: ValidationError, kind: Kind | None) -> str:
    if kind is None:
        return " ".join(error.messages)
    fields = named(error, kind).items()
    return " ".join(f"{field}: {' '.join(messages)}" if field else " ".join(messages) for field, messages in fields)
