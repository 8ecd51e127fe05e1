"""The project's Telegram bot: its token, and the chats that are linked to it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.alerts import linking
from switchhook.alerts.models import TelegramBot, TelegramChat
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.alert_forms import BotForm
from switchhook.console.views.alerts import page
from switchhook.core.errors import SwitchhookError
from switchhook.delivery.trace import worded
from switchhook.projects.models import AuditEntry, Role


@require_POST
@project_view(Role.ADMIN)
def telegram(request: ProjectRequest) -> HttpResponse:
    """Save the bot once Telegram knows its token, or take it away (`do=remove`)."""
    if request.POST.get("do") == "remove":
        TelegramBot.objects.filter(project=request.project).delete()
        TelegramChat.objects.filter(project=request.project).delete()
        _note(request, "telegram.remove", "")
        messages.success(request, _("Removed."))
        return redirect("alerts", request.project.pk)
    form = BotForm(request.POST)
    if form.is_valid():
        try:
            bot = linking.set_bot(request.project, form.cleaned_data["token"].strip())
        except SwitchhookError as error:
            form.add_error("token", worded(str(error)))
        else:
            _note(request, "telegram.save", bot.username)
            linking.invite(request.project, request.user, get_language() or "en", timezone.now())
            messages.success(request, _("The bot is connected. Now link a chat."))
            return redirect("alerts", request.project.pk)
    return render(request, "console/alerts/alerts.html", page(request) | {"bot_form": form}, status=422)


@require_POST
@project_view(Role.ADMIN)
def invite(request: ProjectRequest) -> HttpResponse:
    """Make a fresh link by which a chat is linked."""
    get_object_or_404(TelegramBot, project=request.project)
    linking.invite(request.project, request.user, get_language() or "en", timezone.now())
    return redirect("alerts", request.project.pk)


@require_POST
@project_view(Role.ADMIN)
def check(request: ProjectRequest) -> HttpResponse:
    """Look now whether a chat has used its link; the hub looks by itself every half minute."""
    bot = get_object_or_404(TelegramBot.objects.select_related("project"), project=request.project)
    try:
        linked = linking.read(bot, timezone.now())
    except SwitchhookError as error:
        messages.error(request, worded(str(error)))
    else:
        if linked:
            messages.success(request, _("Linked: %(names)s") % {"names": ", ".join(chat.title for chat in linked)})
        else:
            messages.info(request, _("No chat has pressed Start yet."))
    return redirect("alerts", request.project.pk)


@require_POST
@project_view(Role.ADMIN)
def remove_chat(request: ProjectRequest, chat_id: int) -> HttpResponse:
    """Tell a chat nothing any more."""
    chat = get_object_or_404(TelegramChat, pk=chat_id, project=request.project)
    _note(request, "telegram.unlink", chat.title)
    chat.delete()
    messages.success(request, _("Removed."))
    return redirect("alerts", request.project.pk)


def _note(request: ProjectRequest, action: str, target: str) -> None:
    AuditEntry.objects.create(project=request.project, user=request.user, action=action, target=target)
