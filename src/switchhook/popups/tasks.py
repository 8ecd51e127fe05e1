"""The pop-ups' housekeeping."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.popups.models import PopUp

KEPT = timedelta(days=1)


@app.periodic(cron="17 * * * *")
@app.task(queue="housekeeping", name="sweep_popups", priority=-10)
def sweep_popups(timestamp: int = 0) -> None:
    """Forget what nobody has on the screen any more."""
    PopUp.objects.filter(updated_at__lt=timezone.now() - KEPT).delete()
