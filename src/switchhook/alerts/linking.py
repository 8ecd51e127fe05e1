"""The project's Telegram bot and the chats that have let it in."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, override

from switchhook.alerts.models import AlertMessage, TelegramBot, TelegramChat, TelegramInvitation
from switchhook.alerts.sending import deliver
from switchhook.alerts.telegram import BotApi, Start
from switchhook.core.errors import Rejected, SwitchhookError
from switchhook.core.words import _
from switchhook.projects.models import Project, User

GOOD_FOR = timedelta(minutes=30)


def set_bot(project: Project, token: str) -> TelegramBot:
    """Save the bot once Telegram knows its token. Another bot starts without chats.

    Raises AuthFailed for a token that Telegram does not know, Unreachable where it does not answer, and Rejected for
    what is no token.
    """
    if not token or any(sign in token for sign in "/?# ") or ":" not in token:
        message = _("A bot token looks like 123456:ABC-def.")
        raise Rejected(message)
    username = BotApi(token).name()
    with transaction.atomic():
        bot = TelegramBot.objects.filter(project=project).first() or TelegramBot(project=project)
        if bot.username != username:
            TelegramChat.objects.filter(project=project).delete()
            bot.offset = 0
        bot.token, bot.username, bot.error, bot.error_code = token, username, "", ""
        bot.save()
    return bot


def invite(project: Project, user: User, language: str, now: datetime) -> TelegramInvitation:
    """A fresh code; those that the same person has not used are void."""
    TelegramInvitation.objects.filter(project=project, created_by=user).delete()
    return TelegramInvitation.objects.create(
        project=project, created_by=user, language=language, expires_at=now + GOOD_FOR
    )


def open_invitation(project: Project, user: User, now: datetime) -> TelegramInvitation | None:
    """The code that this person can still use."""
    return TelegramInvitation.objects.filter(project=project, created_by=user, expires_at__gt=now).first()


def read(bot: TelegramBot, now: datetime) -> list[TelegramChat]:
    """Link the chats that have sent a good code since the last reading; returns them.

    Raises the errors of `BotApi`, with the bot's `error` saying the same.
    """
    try:
        starts, offset = BotApi(bot.token).starts(bot.offset)
    except SwitchhookError as error:
        TelegramBot.objects.filter(pk=bot.pk).update(error=str(error), error_code=error.code, read_at=now)
        raise
    linked = [chat for start in starts if (chat := _link(bot, start, now))]
    TelegramBot.objects.filter(pk=bot.pk).update(offset=offset, error="", error_code="", read_at=now)
    for chat in linked:
        _greet(bot, chat, now)
    return linked


@transaction.atomic
def _link(bot: TelegramBot, start: Start, now: datetime) -> TelegramChat | None:
    codes = TelegramInvitation.objects.select_for_update().filter(project=bot.project_id, expires_at__gt=now)
    invitation = codes.filter(code=start.code).first()
    if invitation is None:
        return None
    chat, _made = TelegramChat.objects.update_or_create(
        project=bot.project,
        chat_id=start.chat_id,
        defaults={"title": start.title, "language": invitation.language, "linked_by": invitation.created_by},
    )
    invitation.delete()
    return chat


def _greet(bot: TelegramBot, chat: TelegramChat, now: datetime) -> None:
    """The first message shows whether the bot may write there; like any other it is tried again, and listed."""
    with override(chat.language):
        text = gettext("This chat is linked. Alerts of %(project)s come here.") % {"project": bot.project.name}
    message = AlertMessage.objects.create(
        project=bot.project,
        channel="telegram",
        address=str(chat.chat_id),
        name=chat.title,
        subject=text[:250],
        text=text,
        created_at=now,
        try_at=now,
    )
    deliver(message.pk, now)
