"""Deals as a board: one column a stage, moved by a select, so that the keyboard does it too."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from switchhook.console.access import ProjectRequest, project_view
from switchhook.core.records import Kind
from switchhook.crm import services
from switchhook.crm.kinds import row_id, rows
from switchhook.crm.models import Deal, Pipeline, Stage
from switchhook.projects.models import Role

MOST_IN_A_COLUMN = 50


@project_view(Role.VIEWER)
def board(request: ProjectRequest) -> HttpResponse:
    """The deals of one pipeline (`pipeline`, else the default) by stage."""
    wanted = row_id(request.GET.get("pipeline", ""))
    return render(request, "console/crm/board.html", _board(request, wanted))


@require_POST
@project_view(Role.MANAGER)
def move(request: ProjectRequest, record_id: int) -> HttpResponse:
    """Put a deal into the stage `stage`; htmx gets the board anew, a plain form goes back to it."""
    deal = Deal.objects.filter(project=request.project, pk=record_id).first()
    stage = (
        Stage.objects.select_related("pipeline")
        .filter(project=request.project, pk=row_id(request.POST.get("stage", "")) or 0)
        .first()
    )
    if deal is None or stage is None:
        raise Http404
    try:
        deal = services.move_deal(deal, stage, now=timezone.now())
    except ValidationError as error:
        return trigger_client_event(
            HttpResponse(status=204), "toast", {"text": " ".join(error.messages), "tone": "error"}
        )
    if not request.htmx:
        return redirect("record", request.project.pk, "deals", deal.pk)
    answer = render(request, "console/crm/columns.html", _board(request, stage.pipeline_id) | {"moved": deal.pk})
    text = _("“%(title)s” stands in “%(stage)s” now.") % {"title": deal.title, "stage": stage.name}
    return trigger_client_event(answer, "toast", {"text": text})


def _board(request: ProjectRequest, wanted: int | None) -> dict[str, Any]:
    default = services.default_pipeline(request.project)
    pipeline = get_object_or_404(Pipeline, pk=wanted, project=request.project) if wanted else default
    stages = list(pipeline.stages.all())
    sums = {
        row["stage"]: row
        for row in Deal.objects.filter(project=request.project, pipeline=pipeline)
        .order_by()
        .values("stage")
        .annotate(count=Count("pk"), amount=Sum("amount"))
    }
    columns = []
    for stage in stages:
        deals = rows(request.project, Kind.DEAL).filter(stage=stage).order_by("-pk")[:MOST_IN_A_COLUMN]
        total = sums.get(stage.pk, {"count": 0, "amount": None})
        columns.append(
            {"stage": stage, "deals": deals, "count": total["count"], "amount": total["amount"] or Decimal(0)}
        )
    pipelines = Pipeline.objects.filter(project=request.project)
    return {"pipeline": pipeline, "pipelines": pipelines, "columns": columns, "stages": stages}
