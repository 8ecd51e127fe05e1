"""Alerts: who is told of what, where messages go, and what became of the last ones."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.alerts.composing import trial
from switchhook.alerts.linking import open_invitation
from switchhook.alerts.models import AlertKind, AlertMessage, AlertRule, MessageState, TelegramBot, TelegramChat
from switchhook.alerts.sending import deliver, sends_email
from switchhook.alerts.telling import recipients, write
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.alert_forms import EXPLAINED, SYMBOLS, AlertForm, BotForm
from switchhook.projects.models import AuditEntry, Role

SHOWN = 20
_WAITING_FOR_NOBODY = (AlertKind.CONNECTION, AlertKind.WORK)
"""Kinds that are told at once, whatever the hour, unless somebody wants otherwise."""


@project_view(Role.ADMIN)
def alerts(request: ProjectRequest) -> HttpResponse:
    """Rules, ways and the latest messages."""
    return render(request, "console/alerts/alerts.html", page(request))


def page(request: ProjectRequest) -> dict[str, Any]:
    """What the page of alerts shows."""
    project = request.project
    bot = TelegramBot.objects.filter(project=project).first()
    rules = AlertRule.objects.filter(project=project).select_related("project")
    return {
        "rules": [_shown(rule) for rule in rules],
        "kinds": [(kind, EXPLAINED[kind], SYMBOLS[kind]) for kind in AlertKind],
        "sends_email": sends_email(),
        "sender": settings.DEFAULT_FROM_EMAIL,
        "bot": bot,
        "bot_form": BotForm(),
        "chats": TelegramChat.objects.filter(project=project),
        "invitation": open_invitation(project, request.user, timezone.now()) if bot else None,
        "sent": AlertMessage.objects.filter(project=project)[:SHOWN],
    }


def _shown(rule: AlertRule) -> dict[str, Any]:
    return {
        "rule": rule,
        "symbol": SYMBOLS[AlertKind(rule.kind)],
        "told": recipients(rule),
        "last": rule.messages.filter(state=MessageState.SENT).order_by("-id").first(),
    }


@project_view(Role.ADMIN)
def new_alert(request: ProjectRequest, kind: str) -> HttpResponse:
    """The form of a new rule."""
    if kind not in AlertKind.values:
        raise Http404
    waits = AlertKind(kind) not in _WAITING_FOR_NOBODY
    return _form(request, AlertRule(project=request.project, kind=kind, since=timezone.now(), waits=waits))


@project_view(Role.ADMIN)
def alert(request: ProjectRequest, rule_id: int) -> HttpResponse:
    """A rule's form."""
    return _form(request, _rule(request, rule_id))


def _form(request: ProjectRequest, rule: AlertRule) -> HttpResponse:
    form = AlertForm(rule, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        _note(request, "alert.save", rule)
        messages.success(request, _("Saved."))
        return redirect("alerts", request.project.pk)
    kind = AlertKind(rule.kind)
    context = {
        "form": form,
        "rule": rule,
        "title": kind.label,
        "explained": EXPLAINED[kind],
        "sends_email": sends_email(),
        "has_bot": TelegramBot.objects.filter(project=request.project).exists(),
    }
    return render(request, "console/alerts/alert.html", context, status=422 if form.errors else 200)


@require_POST
@project_view(Role.ADMIN)
def change_alert(request: ProjectRequest, rule_id: int) -> HttpResponse:
    """Switch a rule on or off (`do=on`, `do=off`), take it away (`do=remove`), or send a test (`do=test`)."""
    rule, do = _rule(request, rule_id), request.POST.get("do", "")
    match do:
        case "test":
            _try(request, rule)
        case "remove":
            _note(request, "alert.remove", rule)
            rule.delete()
            messages.success(request, _("Removed."))
        case "on" | "off":
            rule.active, rule.since = do == "on", timezone.now()
            rule.save(update_fields=["active", "since"])
            rule.notices.filter(told_at=None).delete()
            _note(request, f"alert.{do}", rule)
            messages.success(request, _("Switched on.") if rule.active else _("Switched off."))
    return redirect("alerts", request.project.pk)


def _try(request: ProjectRequest, rule: AlertRule) -> None:
    now = timezone.now()
    told = [(one, trial(rule, one.language)) for one in recipients(rule)]
    tried = [deliver(message.pk, now) for message in write(rule, told, now)]
    sent = sum(1 for one in tried if one and one.state == MessageState.SENT)
    if not told:
        messages.warning(request, _("Nobody is left to be told. Choose recipients."))
    elif sent == len(tried):
        text = ngettext("A test is sent to %(n)s recipient.", "A test is sent to %(n)s recipients.", sent)
        messages.success(request, text % {"n": sent})
    else:
        messages.error(request, _("Not every test went out. The list of messages says why."))


@require_POST
@project_view(Role.ADMIN)
def send_again(request: ProjectRequest, message_id: int) -> HttpResponse:
    """Try a message that was not delivered once more."""
    found = get_object_or_404(AlertMessage, pk=message_id, project=request.project)
    now = timezone.now()
    unsent = AlertMessage.objects.filter(pk=found.pk).exclude(state=MessageState.SENT)
    if unsent.update(state=MessageState.WAITING, try_at=now, attempts=0):
        tried = deliver(found.pk, now)
        if tried and tried.state == MessageState.SENT:
            messages.success(request, _("Sent."))
        else:
            messages.error(request, _("It could not be delivered."))
    return redirect("alerts", request.project.pk)


def _rule(request: ProjectRequest, rule_id: int) -> AlertRule:
    return get_object_or_404(AlertRule.objects.select_related("project"), pk=rule_id, project=request.project)


def _note(request: ProjectRequest, action: str, rule: AlertRule) -> None:
    target = str(AlertKind(rule.kind).label)
    AuditEntry.objects.create(project=request.project, user=request.user, action=action, target=target)
