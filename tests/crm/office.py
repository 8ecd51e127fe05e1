"""A project with two people, to test the built-in CRM with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from switchhook.core.records import Draft, Kind, Record, Ref
from switchhook.crm.store import ProjectStore
from switchhook.projects.models import Employee, Project

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PHONE = "+380671234567"


@dataclass(frozen=True)
class Office:
    """A project, two of its people, and its records."""

    project: Project
    anna: Employee
    boris: Employee

    @property
    def store(self) -> ProjectStore:
        return ProjectStore(self.project, clock=lambda: NOW)

    def contact(self, name: str = "Ivan", *phones: str, mark: str = "", **values: Any) -> Record:
        return self.make(Kind.CONTACT, mark=mark, name=name, phones=list(phones or (PHONE,)), **values)

    def lead(self, contact: Record | None = None, *, mark: str = "", **values: Any) -> Record:
        return self.make(Kind.LEAD, (contact or self.contact()).ref, mark=mark, **{"title": "A lead", **values})

    def deal(self, contact: Record | None = None, **values: Any) -> Record:
        return self.make(Kind.DEAL, (contact or self.contact()).ref, **{"title": "A deal", **values})

    def make(self, kind: Kind, *links: Ref, mark: str = "", **values: Any) -> Record:
        return self.store.create(Draft(kind=kind, values=values, links=links), mark=mark)


def open_office(name: str = "Ours") -> Office:
    project = Project.objects.create(name=name, country="UA", time_zone="Europe/Kyiv")
    return Office(
        project,
        Employee.objects.create(project=project, name="Anna", email=f"anna@{name.lower()}.example"),
        Employee.objects.create(project=project, name="Boris", email=f"boris@{name.lower()}.example"),
    )
