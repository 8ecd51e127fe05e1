"""Changing the scenario table: rows, their order, their actions, and how calls find their record."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.matrix_desk import Desk, desk_of, frame
from switchhook.console.matrix_forms import ActionForm, HeadForm, SituationForm, situation_initial
from switchhook.console.matrix_preview import places, preview
from switchhook.console.matrix_table import Line, is_stock
from switchhook.console.matrix_words import DOINGS, in_words
from switchhook.console.views.scenarios import after_edit
from switchhook.core.matrix import ActionSpec, Do, Matrix, Role, Row, TaskState, substitute
from switchhook.core.matrix_edit import (
    action_of,
    fresh_action_id,
    fresh_row_id,
    moved,
    row_of,
    with_action,
    with_row,
    without_action,
    without_row,
)
from switchhook.core.matrix_shape import overlapping
from switchhook.projects.models import Role as Rank
from switchhook.scenarios import drafts


@project_view(Rank.ADMIN)
def scenario_row(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The panel of one row (`?row=`): its actions, its order among others, what can be added."""
    desk = desk_of(request, connection_id)
    return _row_panel(request, desk, _row(desk, request.GET).id)


@project_view(Rank.ADMIN)
def scenario_situation(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The situations of a row (`?row=`), or of a new one; a new row's may be proposed by the address."""
    desk = desk_of(request, connection_id)
    row = _row(desk, request.GET) if "row" in request.GET else None
    form = SituationForm(request.POST) if request.method == "POST" else SituationForm(initial=_proposed(request, row))
    if request.method == "POST" and form.is_valid():
        saved = _save_situation(request, desk, row, form)
        return _row_done(request, connection_id, saved)
    context = {"form": form, "row": row, "words": in_words(row.when) if row else ""}
    return _panel(request, desk, "situation", context, invalid=form.is_bound)


def _proposed(request: ProjectRequest, row: Row | None) -> dict[str, Any]:
    if row is not None:
        title = row.title if row.title and not is_stock(row.title) else ""
        return situation_initial(row.when) | {"title": title, "note": _(row.note) if row.note else ""}
    several = {name: request.GET.getlist(name) for name in ("outcome", "answered_by", "step")}
    one = {name: request.GET.get(name, "") for name in ("direction", "client")}
    about = "analysis" if "analysed" in several["outcome"] else request.GET.get("channel", "call")
    return {**several, **one, "about": about}


def _save_situation(request: ProjectRequest, desk: Desk, row: Row | None, form: SituationForm) -> str:
    when, title, note = form.when(), form.cleaned_data["title"].strip(), form.cleaned_data["note"].strip()
    if not title:
        # Traces name the row by it; a preset's own name stays, which is translated, as long as it is true.
        with override(desk.connection.project.language):
            title = row.title if row and is_stock(row.title) and row.when == when else in_words(when)
    if row and row.note and note == _(row.note):
        note = row.note
    row_id = row.id if row else fresh_row_id(desk.matrix, when)

    def edit(matrix: Matrix) -> Matrix:
        held = row_of(matrix, row_id) or Row(id=row_id, when=when)
        stays = held.when == when and row is not None
        return with_row(
            matrix, replace(held, when=when, title=title, note=note, unstated=held.unstated if stays else False)
        )

    drafts.change(desk.connection, request.user, edit)
    return row_id


@require_POST
@project_view(Rank.ADMIN)
def change_scenario_row(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Move a row (`before` or `after` another), or take it out (`to=remove`)."""
    desk = desk_of(request, connection_id)
    row = _row(desk, request.POST)
    if request.POST.get("to") == "remove":
        drafts.change(desk.connection, request.user, lambda matrix: without_row(matrix, row.id))
        return after_edit(request, desk_of(request, connection_id))
    before, after = request.POST.get("before", ""), request.POST.get("after", "")
    drafts.change(desk.connection, request.user, lambda matrix: moved(matrix, row.id, before=before, after=after))
    return _row_done(request, connection_id, row.id)


@project_view(Rank.ADMIN)
def scenario_action(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The form of an action (`?row=&action=`), or of a new one that does `?do=`."""
    desk = desk_of(request, connection_id)
    row = _row(desk, request.GET)
    spec = _spec(desk, row, request)
    form = ActionForm(spec, row.when, desk.settings, desk.capabilities, request.POST or None)
    if request.method == "POST" and form.is_valid():
        edited = form.edited()

        def edit(matrix: Matrix) -> Matrix:
            held = row_of(matrix, row.id)
            return matrix if held is None else with_row(matrix, replace(with_action(held, edited), unstated=False))

        drafts.change(desk.connection, request.user, edit)
        return _row_done(request, connection_id, row.id)
    context = {
        "form": form,
        "row": row,
        "spec": spec,
        "is_new": action_of(row, spec.id) is None,
        "doing": DOINGS[spec.do],
        "words": in_words(row.when),
        "places": places(desk.connection.project),
        "sample": preview(desk, row, spec),
        "instead": _instead(desk, spec.do),
    }
    return _panel(request, desk, "action", context, invalid=form.is_bound)


def _spec(desk: Desk, row: Row, request: ProjectRequest) -> ActionSpec:
    if "action" in request.GET:
        found = action_of(row, request.GET["action"])
        if found is None:
            raise Http404
        return found
    if request.GET.get("do") not in set(Do):
        raise Http404
    do = Do(request.GET["do"])
    asks_nobody = do in {Do.UPDATE, Do.COMMENT, Do.AI_COMMENT, Do.LOG_CALL}
    who = Role.NOBODY if asks_nobody else Role.SENIOR
    return ActionSpec(id=fresh_action_id(desk.matrix, row, do), do=do, who=who, state=TaskState.OPEN)


@require_POST
@project_view(Rank.ADMIN)
def change_scenario_action(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Take an action out (`to=remove`), or switch it on or off (`to=switch`)."""
    desk = desk_of(request, connection_id)
    row, to = _row(desk, request.POST), request.POST.get("to")
    action_id = request.POST.get("action", "")

    def edit(matrix: Matrix) -> Matrix:
        held = row_of(matrix, row.id)
        spec = action_of(held, action_id) if held else None
        if held is None or spec is None:
            return matrix
        turned = replace(spec, enabled=not spec.enabled, unstated=False)
        wanted = with_action(held, turned) if to == "switch" else without_action(held, action_id)
        return with_row(matrix, replace(wanted, unstated=False))

    drafts.change(desk.connection, request.user, edit)
    return _row_done(request, connection_id, row.id)


@require_POST
@project_view(Rank.ADMIN)
def scenario_preview(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """How the texts of the form that is being filled in would read in the CRM. Saves nothing."""
    desk = desk_of(request, connection_id)
    row = _row(desk, request.GET)
    spec = _spec(desk, row, request)
    form = ActionForm(spec, row.when, desk.settings, desk.capabilities, request.POST)
    shown = preview(desk, row, form.edited() if form.is_valid() else spec)
    return render(request, "console/scenarios/preview.html", {"sample": shown})


@project_view(Rank.ADMIN)
def scenario_head(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """Which record takes a call, who is known, and to whom a ringing caller is sent."""
    desk = desk_of(request, connection_id)
    form = HeadForm(desk.matrix, desk.capabilities, request.POST or None)
    if request.method == "POST" and form.is_valid():
        drafts.change(desk.connection, request.user, form.edited)
        return after_edit(request, desk_of(request, connection_id))
    return _panel(request, desk, "head", {"form": form}, invalid=form.is_bound)


def _row(desk: Desk, said: QueryDict) -> Row:
    found = row_of(desk.matrix, said.get("row", ""))
    if found is None:
        raise Http404
    return found


def _row_done(request: ProjectRequest, connection_id: int, row_id: str) -> HttpResponse:
    """After a change of a row: its panel again, which shows what it has come to."""
    if not request.htmx:
        address = reverse("scenario_row", args=(request.project.pk, connection_id))
        return redirect(f"{address}?{_query(row_id)}")
    desk = desk_of(request, connection_id)
    return after_edit(request, desk, _row_panel(request, desk, row_id))


def _query(row_id: str) -> str:
    said = QueryDict(mutable=True)
    said["row"] = row_id
    return said.urlencode()


def _row_panel(request: ProjectRequest, desk: Desk, row_id: str) -> HttpResponse:
    row = row_of(desk.matrix, row_id)
    line = next((line for part in desk.parts() for line in part.lines if line.row.id == row_id), None)
    if row is None or line is None:
        raise Http404
    above, below = overlapping(desk.matrix, row_id)
    context = {
        "row": row,
        "line": line,
        "earlier": _named(desk, above),
        "later": _named(desk, below),
        "offers": _offers(desk, row, line),
    }
    return _panel(request, desk, "row", context)


def _named(desk: Desk, ids: list[str]) -> list[dict[str, str]]:
    return [{"id": row.id, "words": in_words(row.when)} for row in desk.matrix.rows if row.id in ids]


def _offers(desk: Desk, row: Row, line: Line) -> list[dict[str, Any]]:
    """What can be added to the row; what cannot says why."""
    calls_only = {Do.LOG_CALL, Do.AI_COMMENT}
    offers = []
    for do, words in DOINGS.items():
        if do in calls_only and row.when.channel != "call":
            continue
        offers.append({"do": do.value, "words": words, "why_not": _why_not(desk, row, do), "note": _instead(desk, do)})
    return sorted(offers, key=lambda offer: bool(offer["why_not"]))


def _why_not(desk: Desk, row: Row, do: Do) -> str:
    kind, can = do.kind, desk.capabilities
    if kind is not None and substitute(kind, can) is None:
        return _("This CRM has no such records, and nothing stands in for them.")
    there = {spec.do for spec in row.actions if spec.enabled}
    if can.lead_excludes_deal and {do, *there} >= {Do.CREATE_LEAD, Do.CREATE_DEAL} and do not in there:
        return _("This CRM turns leads into deals, so a call makes one of the two.")
    once = {Do.CREATE_CONTACT, Do.CREATE_COMPANY, Do.CREATE_LEAD, Do.CREATE_DEAL, Do.LOG_CALL}
    if do in once and any(spec.do is do for spec in row.actions):
        return _("The row does this already.")
    return ""


def _instead(desk: Desk, do: Do) -> str:
    from switchhook.console.wording import KINDS

    kind = do.kind
    instead = substitute(kind, desk.capabilities) if kind else None
    if instead is None or instead is kind:
        return ""
    return _("This CRM has none, so it makes another record instead: %(instead)s.") % {"instead": KINDS[instead]}


def _panel(
    request: ProjectRequest, desk: Desk, name: str, context: dict[str, Any], *, invalid: bool = False
) -> HttpResponse:
    """A panel: alone where a page asked for it into its dialog, else as a page of its own."""
    context |= {"connection": desk.connection, "desk": desk, "panel": f"console/scenarios/{name}.html"}
    if request.htmx:
        return render(request, context["panel"], context)
    return render(request, "console/scenarios/panel_page.html", frame(desk) | context, status=422 if invalid else 200)
