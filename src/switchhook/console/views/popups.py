"""The pop-up: a user's calls of this moment, and what he does with them."""

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.core.records import Kind, Ref
from switchhook.popups.asking import ask_for, choose
from switchhook.popups.cards import Card, Desk, Panel
from switchhook.popups.models import PopUp
from switchhook.popups.showing import tell_of
from switchhook.projects.models import Role

LONGEST_TEXT = 4000
_NAMES = {Kind.CONTACT: "name"}


@project_view(Role.VIEWER)
def cards(request: ProjectRequest) -> HttpResponse:
    """The user's calls as a fragment; empty where there are none."""
    return _cards(request)


@require_POST
@project_view(Role.MANAGER)
def ask(request: ProjectRequest, popup_id: int) -> HttpResponse:
    """Create a record of the kind `kind` at the CRM `crm`, by the name `name` where one is given."""
    _card, panel = _panel(request, popup_id)
    kind = request.POST.get("kind", "")
    if panel is None or kind not in panel.offers or _card.call is None:
        return _too_late()
    name = _typed(request, "name")[:200]
    values = {_NAMES.get(Kind(kind), "title"): name} if name else {}
    ask_for(panel.crm, _card.call, request.user, kind, values=values)
    return _cards(request)


@require_POST
@project_view(Role.MANAGER)
def comment(request: ProjectRequest, popup_id: int) -> HttpResponse:
    """Write `text` to the client's record at the CRM `crm`."""
    card, panel = _panel(request, popup_id)
    text = _typed(request, "text")
    if panel is None or not panel.takes_comments or card.call is None:
        return _too_late()
    if text:
        told = {"text": text[:LONGEST_TEXT]}
        ask_for(panel.crm, card.call, request.user, Kind.COMMENT, values=told, about=_about(panel))
    return _cards(request)


def _typed(request: ProjectRequest, name: str) -> str:
    """What a field says; NUL, which no database keeps, is left out."""
    return request.POST.get(name, "").replace("\0", "").strip()


def _about(panel: Panel) -> Ref | None:
    """What a comment is tied to: the client's open lead or deal, else himself."""
    if panel.match is None:
        return None
    return panel.match.sales[0].ref if panel.match.sales else panel.match.ref


@require_POST
@project_view(Role.MANAGER)
def choose_match(request: ProjectRequest, popup_id: int) -> HttpResponse:
    """Say which of several matches (`record` is `kind:id`) the client is."""
    card, panel = _panel(request, popup_id)
    kind, _colon, name = request.POST.get("record", "").partition(":")
    matches = {f"{one.ref.kind}:{one.ref.id}" for one in panel.others} if panel else set()
    if panel is None or card.call is None or f"{kind}:{name}" not in matches:
        return _too_late()
    choose(panel.crm, card.call, request.user, Ref(Kind(kind), name))
    return _cards(request)


@require_POST
@project_view(Role.VIEWER)
def dismiss(request: ProjectRequest, popup_id: int) -> HttpResponse:
    """Take a card from all screens of this user."""
    employees = Desk(project=request.project, user=request.user).employees()
    mine = PopUp.objects.filter(pk=popup_id, project=request.project, employees__overlap=employees)
    with transaction.atomic():
        popup = mine.select_for_update(no_key=True).first()
        if popup is None:
            raise Http404
        if request.user.pk not in popup.dismissed:
            popup.dismissed = [*popup.dismissed, request.user.pk]
            popup.save(update_fields=["dismissed"])
            tell_of(popup)
    return _cards(request)


def _desk(request: ProjectRequest) -> Desk:
    return Desk(project=request.project, user=request.user, may_write=request.role.covers(Role.MANAGER))


def _cards(request: ProjectRequest) -> HttpResponse:
    answer = render(request, "console/popup/cards.html", {"cards": _desk(request).cards()})
    answer["Cache-Control"] = "no-store"
    return answer


def _panel(request: ProjectRequest, popup_id: int) -> tuple[Card, Panel | None]:
    card = _desk(request).card(popup_id)
    if card is None:
        raise Http404
    wanted = request.POST.get("crm", "")
    return card, next((panel for panel in card.panels if str(panel.crm.pk) == wanted), None)


def _too_late() -> HttpResponse:
    return HttpResponseBadRequest(_("This cannot be done for the call any more."), content_type="text/plain")
