"""One of everything about working time and alerts, for tests that open every address."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from tests.factories import CLIENT, Desk

from switchhook.alerts.models import AlertMessage, AlertRule, TelegramBot, TelegramChat
from switchhook.projects.models import Role
from switchhook.working_time.models import Absence, EmployeeHours, Holiday, ProjectHours

BOT_TOKEN = "7000:token-of-the-bot"


def fill_working_time(desk: Desk, text: str = "Anna Kovalenko") -> dict[str, Any]:
    """Hours, a holiday, an absence, a rule with a chat, and a message that was not delivered."""
    now, today = timezone.now(), timezone.localdate()
    ProjectHours.objects.create(project=desk.project, for_deadlines=True)
    EmployeeHours.objects.create(employee=desk.piotr)
    owner = desk.members[Role.OWNER]
    chat = TelegramChat.objects.create(project=desk.project, chat_id=501, title=text, linked_by=owner)
    _a_bot(desk, text)
    rule = AlertRule.objects.create(project=desk.project, kind="missed", since=now)
    rule.users.add(owner)
    rule.chats.add(chat)
    Holiday.objects.create(project=desk.project, name=text, first=date(2000, 1, 1), last=date(2000, 1, 2), yearly=True)
    return {
        "holiday": Holiday.objects.create(project=desk.project, name=text, first=today, last=today),
        "absence": Absence.objects.create(
            project=desk.project,
            employee=desk.olena,
            substitute=desk.piotr,
            note=text,
            starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=9),
        ),
        "rule": rule,
        "chat": chat,
        "message": AlertMessage.objects.create(
            project=desk.project,
            rule=rule,
            channel="email",
            address="owner@example.com",
            name=text,
            subject=f"Acme: {text}",
            text=f"{text}\n{CLIENT}",
            state="failed",
            error_code="rejected",
            error=text,
            created_at=now,
        ),
    }


def _a_bot(desk: Desk, error: str) -> None:
    bot = TelegramBot(project=desk.project, username="acme_alerts_bot", error=error)
    bot.token = BOT_TOKEN
    bot.save()
