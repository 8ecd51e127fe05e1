"""The job that counts calls while nobody looks at the reports."""

from procrastinate.contrib.django import app

from switchhook.engine import UNTIL_THE_DATABASE_IS_BACK
from switchhook.reports.counting import sweep


@app.periodic(cron="* * * * *")
@app.task(queue="housekeeping", name="count_calls", retry=UNTIL_THE_DATABASE_IS_BACK)
def count_calls(timestamp: int) -> None:
    """Count what changed since the last minute. Idempotent."""
    sweep()
