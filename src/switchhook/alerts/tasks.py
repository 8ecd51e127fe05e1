"""The schedule of alerts: look, write, send, and forget."""

import logging
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from switchhook.alerts import linking
from switchhook.alerts.models import AlertMessage, AlertNotice, AlertRule, MessageState, TelegramBot, TelegramInvitation
from switchhook.alerts.sending import deliver
from switchhook.alerts.telling import tell, waiting
from switchhook.alerts.watching import notice
from switchhook.core.errors import SwitchhookError
from switchhook.engine import UNTIL_THE_DATABASE_IS_BACK

logger = logging.getLogger(__name__)

KEPT = timedelta(days=90)
ORPHANED = timedelta(minutes=3)
"""A message that has waited so long beyond its time has lost its job."""


@app.periodic(cron="* * * * * */30")
@app.task(queue="housekeeping", name="watch_for_alerts", priority=10)
def watch_for_alerts(timestamp: int = 0) -> None:
    """Look at every project with rules, write what is due, and send it. Idempotent; safe to run twice at once."""
    now = timezone.now()
    _read_bots()
    for rule in AlertRule.objects.filter(active=True).select_related("project"):
        notice(rule, now)
    for message in tell(now):
        send_alert.defer(message_id=message)
    for message in AlertMessage.objects.filter(waiting(now - ORPHANED)).values_list("pk", flat=True)[:100]:
        send_alert.defer(message_id=message)


@app.task(queue="housekeeping", name="send_alert", retry=UNTIL_THE_DATABASE_IS_BACK)
def send_alert(message_id: int) -> None:
    """Send one message; tries again later while the other side does not answer. Idempotent."""
    message = deliver(message_id, timezone.now())
    if message is not None and message.state == MessageState.WAITING and message.try_at is not None:
        send_alert.configure(schedule_at=message.try_at).defer(message_id=message_id)
    elif message is not None and message.state == MessageState.FAILED:
        logger.warning("Alert %s could not be delivered: %s", message_id, message.error)


def _read_bots() -> None:
    """While somebody is about to link a chat, his code is looked for."""
    invited = TelegramInvitation.objects.filter(expires_at__gt=timezone.now()).values("project")
    for bot in TelegramBot.objects.filter(project__in=invited).select_related("project"):
        try:
            linking.read(bot, timezone.now())
        except SwitchhookError as error:
            logger.info("The messages of a Telegram bot could not be read: %s", error)


@app.periodic(cron="41 3 * * *")
@app.task(queue="housekeeping", name="forget_alerts", priority=1)
def forget_alerts(timestamp: int) -> None:
    """Drop old messages and notices, and codes that are good no more."""
    old = timezone.now() - KEPT
    AlertMessage.objects.filter(created_at__lt=old).delete()
    AlertNotice.objects.filter(noticed_at__lt=old).delete()
    TelegramInvitation.objects.filter(expires_at__lt=timezone.now()).delete()
