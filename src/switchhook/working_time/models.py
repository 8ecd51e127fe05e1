"""Working hours, holidays and absences."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from switchhook.core.working_hours import Closure, Week, week_of
from switchhook.projects.models import Employee, Project, User


def usual_week() -> list[list[list[int]]]:
    """Monday to Friday, 9:00 to 18:00, as `week` columns keep it: seven lists of [start, end] in minutes."""
    return [[[540, 1080]] for _day in range(5)] + [[], []]


class ProjectHours(models.Model):
    """A project's week. `for_deadlines` lets deadlines of tasks and call-backs count working time only."""

    project = models.OneToOneField(Project, models.CASCADE, related_name="hours")
    week = models.JSONField(default=usual_week)
    for_deadlines = models.BooleanField(_("deadlines count working time only"), default=False)


class EmployeeHours(models.Model):
    """The week of an employee who works other hours than his project; its holidays are his too."""

    employee = models.OneToOneField(Employee, models.CASCADE, related_name="hours")
    week = models.JSONField(default=usual_week)


class Holiday(models.Model):
    """Days on which the project is closed, from `first` to `last` (both included); `yearly` ones come back."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="holidays")
    name = models.CharField(_("name"), max_length=120, blank=True)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    yearly = models.BooleanField(_("every year"), default=False)

    class Meta:
        ordering = ["first", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="holiday_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name or str(self.first)

    @property
    def closure(self) -> Closure:
        return Closure(first=self.first, last=self.last, yearly=self.yearly)


class Absence(models.Model):
    """An employee is away from `starts_at` until `ends_at` (UTC); `substitute`, if any, does his work meanwhile."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="absences")
    employee = models.ForeignKey(Employee, models.CASCADE, related_name="absences")
    substitute = models.ForeignKey(Employee, models.SET_NULL, null=True, blank=True, related_name="stands_in")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="absence_lasts"),
            models.CheckConstraint(
                condition=~models.Q(substitute=models.F("employee")), name="nobody_stands_in_for_himself"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "ends_at"], name="absence_now"),
            models.Index(fields=["employee", "ends_at"], name="absence_of_employee"),
        ]

    def clean(self) -> None:
        """Everybody concerned is of one project."""
        if self.employee.project_id != self.project_id or (
            self.substitute is not None and self.substitute.project_id != self.project_id
        ):
            raise ValidationError(_("This employee is of another project."))

    def covers(self, moment: datetime) -> bool:
        """Whether he is away at `moment`."""
        return self.starts_at <= moment < self.ends_at


def to_week(data: Any) -> Week:
    """A `week` column as hours. Raises ValueError on what is none."""
    try:
        return week_of([[(int(start), int(end)) for start, end in day] for day in data])
    except TypeError as error:
        raise ValueError(str(error)) from error


def from_week(week: Week) -> list[list[list[int]]]:
    """Hours as a `week` column."""
    return [[[one.start, one.end] for one in day] for day in week]
