"""Sending one message. What has gone out is not sent again; a worker killed just then may send it a second time."""

from datetime import datetime, timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

from django.conf import settings
from django.core.mail import EmailMessage

from switchhook.alerts.models import AlertMessage, MessageState, TelegramBot, TelegramChat
from switchhook.alerts.telegram import BotApi, ChatMoved
from switchhook.alerts.telling import waiting
from switchhook.core.errors import AuthFailed, Misconfigured, Rejected, SwitchhookError, Transient, Unreachable
from switchhook.core.words import _

LEASE = timedelta(minutes=2)
MOST_TRIES = 19
"""After so many tries, over about half a day, nobody needs the message any more."""

LONGEST_PAUSE = timedelta(hours=1)


def deliver(message_id: int, now: datetime) -> AlertMessage | None:
    """Try to send a message that waits; None where it does not, or another worker has it. The state tells the outcome.

    A Transient error lets it wait for the next try, others end it. Must not run inside a transaction.
    """
    claimed = AlertMessage.objects.filter(waiting(now), pk=message_id).update(leased_until=now + LEASE)
    message = AlertMessage.objects.filter(pk=message_id).first() if claimed else None
    if message is None:
        return None
    message.attempts += 1
    try:
        _send(message)
    except SwitchhookError as error:
        _note(message, error, now)
    else:
        message.state, message.sent_at, message.error, message.error_code = MessageState.SENT, now, "", ""
    message.leased_until = None
    message.save()
    return message


def _note(message: AlertMessage, error: SwitchhookError, now: datetime) -> None:
    message.error, message.error_code = str(error), error.code
    if isinstance(error, Transient) and message.attempts < MOST_TRIES:
        pause = timedelta(seconds=error.retry_after or min(30 * 2 ** (message.attempts - 1), 3600))
        message.try_at = now + min(pause, LONGEST_PAUSE)
    else:
        message.state = MessageState.FAILED


def _send(message: AlertMessage) -> None:
    if message.channel == "telegram":
        _send_telegram(message)
    else:
        _send_email(message)


def _send_telegram(message: AlertMessage) -> None:
    bot = TelegramBot.objects.filter(project=message.project_id).first()
    if bot is None:
        text = _("The project has no Telegram bot any more.")
        raise Misconfigured(text, field="telegram")
    api = BotApi(bot.token)
    try:
        api.send(int(message.address), message.text)
    except ChatMoved as moved:
        chats = TelegramChat.objects.filter(project=message.project_id)
        if not chats.filter(chat_id=moved.chat_id).exists():
            chats.filter(chat_id=int(message.address)).update(chat_id=moved.chat_id)
        message.address = str(moved.chat_id)
        api.send(moved.chat_id, message.text)


def sends_email() -> bool:
    """Whether the hub has a mail server; without one mail goes to its log only."""
    return not settings.EMAIL_BACKEND.endswith(("console.EmailBackend", "dummy.EmailBackend"))


def _send_email(message: AlertMessage) -> None:
    if not sends_email():
        text = _("This hub has no mail server. Its operator sets EMAIL_URL.")
        raise Misconfigured(text, field="EMAIL_URL")
    try:
        EmailMessage(message.subject, message.text, to=[message.address]).send()
    except SMTPAuthenticationError as error:
        raise AuthFailed(_("The mail server refuses the user name or password in EMAIL_URL.")) from error
    except SMTPRecipientsRefused as error:
        code = max((code for code, _text in error.recipients.values()), default=550)
        raise _refused(code, _("The mail server does not take this address.")) from error
    except (SMTPSenderRefused, SMTPDataError) as error:
        raise _refused(error.smtp_code, _("The mail server does not take the message. Look at EMAIL_FROM.")) from error
    except SMTPNotSupportedError as error:
        raise Misconfigured(_("The mail server offers no secure connection or sign-in."), field="EMAIL_URL") from error
    except (SMTPException, OSError) as error:
        raise Unreachable(_("The mail server does not answer.")) from error


def _refused(code: int, text: str) -> SwitchhookError:
    return Rejected(text) if code >= 500 else Unreachable(text)
