"""From what was noticed to messages: held until the project opens, grouped, each thing told once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from switchhook.alerts.composing import Words, compose
from switchhook.alerts.models import AlertMessage, AlertNotice, AlertRule
from switchhook.alerts.watching import outdated
from switchhook.projects.models import Project
from switchhook.working_time import services as working_time

GROUPED = timedelta(minutes=5)
"""After a message of a rule, what it notices in this time goes into one further message."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where a message goes: an e-mail address, or a Telegram chat's id; `name` is for the list of messages."""

    channel: str
    address: str
    name: str
    language: str


def recipients(rule: AlertRule) -> list[Recipient]:
    """Whom `rule` tells, each address once. Who is no member or active employee any more is left out."""
    project = rule.project
    found: dict[tuple[str, str], Recipient] = {}
    for one in (*_people(rule, project), *_chats(rule)):
        found.setdefault((one.channel, one.address.lower()), one)
    return list(found.values())


def _people(rule: AlertRule, project: Project) -> Iterator[Recipient]:
    for user in rule.users.filter(is_active=True, memberships__project=project):
        yield Recipient("email", user.email, str(user), user.language or project.language)
    for employee in rule.employees.filter(active=True).exclude(email="").select_related("user"):
        language = (employee.user.language if employee.user else "") or project.language
        yield Recipient("email", employee.email, employee.name, language)


def _chats(rule: AlertRule) -> Iterator[Recipient]:
    # A group (its id is negative) is the business's own; a private chat goes with the membership of who linked it.
    member = Q(linked_by__is_active=True, linked_by__memberships__project=rule.project_id)
    for chat in rule.chats.filter(Q(chat_id__lt=0) | member).distinct():
        yield Recipient("telegram", str(chat.chat_id), chat.title, chat.language)


def tell(now: datetime) -> list[int]:
    """Make the messages that are due now; returns their ids, to be queued. Safe to run twice at once."""
    rules = AlertRule.objects.filter(active=True, notices__told_at=None, notices__isnull=False).distinct()
    made = []
    for rule in rules.select_related("project"):
        if rule.waits and not working_time.is_open(rule.project, now):
            continue
        if not rule.messages.filter(created_at__gt=now - GROUPED, created_at__lte=now).exists():
            made += _tell(rule, now)
    return made


@transaction.atomic
def _tell(rule: AlertRule, now: datetime) -> list[int]:
    # Only one worker tells what a rule has noticed; another finds nothing left.
    notices = list(rule.notices.select_for_update().filter(told_at=None))
    old = outdated(rule, notices)
    AlertNotice.objects.filter(pk__in=old).delete()
    fresh = [one for one in notices if one.pk not in old]
    if not fresh:
        return []
    AlertNotice.objects.filter(pk__in=[one.pk for one in fresh]).update(told_at=now)
    return [message.pk for message in write(rule, _composed(rule, fresh), now)]


def _composed(rule: AlertRule, notices: list[AlertNotice]) -> Iterable[tuple[Recipient, Words]]:
    texts: dict[str, Words] = {}
    for one in recipients(rule):
        if one.language not in texts:
            texts[one.language] = compose(rule, notices, one.language)
        yield one, texts[one.language]


def write(rule: AlertRule, addressed: Iterable[tuple[Recipient, Words]], now: datetime) -> list[AlertMessage]:
    """Save messages of `rule` that are to be sent at once."""
    return [
        AlertMessage.objects.create(
            project=rule.project,
            rule=rule,
            channel=one.channel,
            address=one.address,
            name=one.name,
            subject=words.subject,
            text=words.text,
            created_at=now,
            try_at=now,
        )
        for one, words in addressed
    ]


def waiting(now: datetime) -> Q:
    """Messages that should be sent by now and are in nobody's hand."""
    return Q(state="waiting", try_at__lte=now) & (Q(leased_until=None) | Q(leased_until__lt=now))
