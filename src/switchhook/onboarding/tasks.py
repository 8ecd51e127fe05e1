"""The engine's jobs of the first run."""

from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.delivery.models import Rehearsal
from switchhook.onboarding import acting, closer
from switchhook.projects.models import Project


@app.task(queue="housekeeping", name="act_rehearsal", priority=50)
def act_rehearsal(rehearsal_id: int, address: str) -> None:
    """Send the next event of an acted call, and queue the one after it. Ends by itself."""
    rehearsal = Rehearsal.objects.select_related("telephony__project", "employee").filter(pk=rehearsal_id).first()
    if rehearsal is None or not acting.act(rehearsal, address):
        return
    # The first two tell of one moment: it rings, and on whose desk.
    soon = rehearsal.acted < 2 and rehearsal.employee_id is not None
    at = timezone.now() if soon else timezone.now() + acting.PACE
    act_rehearsal.configure(schedule_at=at).defer(rehearsal_id=rehearsal_id, address=address)


@app.task(queue="housekeeping", name="look_closer", priority=40)
def look_closer(project_id: int) -> None:
    """Look into a project's accounts, since a person has asked. Idempotent."""
    project = Project.objects.filter(pk=project_id).first()
    if project is not None:
        closer.look(project)
