"""Employees from the telephony provider's staff list."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from switchhook.connectors.base import StaffMember
from switchhook.projects.models import Employee, Project


@transaction.atomic
def take_over(project: Project, staff: Iterable[StaffMember]) -> list[Employee]:
    """Create or update an employee for each member; returns them in the list's order. Idempotent.

    A member is found by staff id; an employee without one, whom a person has typed in, by login, mobile or e-mail.
    What a person has typed into an employee's empty fields stays; directions become the provider's.
    """
    people = []
    for member in staff:
        values = {"sips": list(member.sips), "mobiles": list(member.mobiles), "extension": member.ref.extension}
        _recognise(project, member)
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


def _recognise(project: Project, member: StaffMember) -> None:
    """Give the staff id to the employee who was typed in without it, if the member has none yet."""
    people = Employee.objects.filter(project=project)
    if people.filter(staff_id=member.ref.staff_id).exists():
        return
    same = Q(sips__overlap=list(member.sips)) | Q(mobiles__overlap=list(member.mobiles))
    if member.ref.email:
        same |= Q(email__iexact=member.ref.email)
    typed = people.filter(same, staff_id="").order_by("-active", "id").first()
    if typed:
        Employee.objects.filter(pk=typed.pk).update(staff_id=member.ref.staff_id)
