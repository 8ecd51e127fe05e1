"""Employees from the telephony provider's staff list."""

from collections.abc import Iterable

from django.db import transaction

from switchhook.connectors.base import StaffMember
from switchhook.projects.models import Employee, Project


@transaction.atomic
def take_over(project: Project, staff: Iterable[StaffMember]) -> list[Employee]:
    """Create or update an employee for each member, found by staff id; returns them in the list's order. Idempotent.

    What a person has typed into an employee's empty fields stays; directions become the provider's.
    """
    people = []
    for member in staff:
        values = {"sips": list(member.sips), "mobiles": list(member.mobiles), "extension": member.ref.extension}
        person, created = Employee.objects.get_or_create(
            project=project,
            staff_id=member.ref.staff_id,
            defaults={**values, "name": member.ref.name, "email": member.ref.email},
        )
        if not created:
            Employee.objects.filter(pk=person.pk).update(**values)
            person.refresh_from_db()
        people.append(person)
    return people
