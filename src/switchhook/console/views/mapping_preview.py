"""What rules would do on a real call, before they are saved: nothing is asked of the CRM, nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.connections.models import Connection
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.mapping_forms import OTHER
from switchhook.console.real_calls import chosen_call, last_calls, words_of
from switchhook.console.wording import KINDS, PARAMETERS
from switchhook.core.mapping import FieldRule, PipelineRule, WritePolicy, choose_pipeline, mapped, same
from switchhook.core.records import Kind
from switchhook.projects.models import Role

MAPPED = (Kind.CONTACT, Kind.LEAD, Kind.DEAL, Kind.COMPANY)
MOST_ROWS = 300
LABELS_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class FieldLine:
    """What one rule does: `good` where its value would be written."""

    kind: str
    parameter: str
    value: str
    field: str
    outcome: str
    good: bool


@dataclass(frozen=True, slots=True)
class PipelineLine:
    """Whether one pipeline rule holds."""

    parameter: str
    value: str
    wanted: str
    pipeline: str
    outcome: str
    good: bool


def keep_labels(connection: Connection, labels: Mapping[str, str]) -> None:
    """Keep what fields (`kind.name`) and pipelines (`pipeline.id`) are called, so that a try need not ask the CRM."""
    cache.set(_key(connection), dict(labels), LABELS_SECONDS)


def _key(connection: Connection) -> str:
    return f"mapping-labels:{connection.pk}"


@require_POST
@project_view(Role.ADMIN)
def preview_mapping(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The rules in the form as it stands, on the call `call` (else the newest)."""
    found = get_object_or_404(
        Connection.objects.select_related("project"), pk=connection_id, project=request.project, role="crm"
    )
    return render(request, "console/connections/mapping_preview.html", preview(found, request.POST))


def preview(found: Connection, form: QueryDict) -> dict[str, Any]:
    """What the preview shows of a posted form."""
    call = chosen_call(found.project, form.get("call", ""))
    context: dict[str, Any] = {"connection": found, "calls": last_calls(found.project), "chosen": call}
    if call is None:
        return context
    words = words_of(call, found)
    labels: dict[str, str] = cache.get(_key(found)) or {}
    rules = [rule for kind in MAPPED for rule in _field_rules(form, kind)]
    pipelines = _pipeline_rules(form)
    default = form.get("names-default_pipeline", "")
    pipeline, _reason = choose_pipeline(pipelines, words, default)
    return context | {
        "fields": [_field_line(rule, rules[:place], words, labels) for place, rule in enumerate(rules)],
        "pipelines": _pipeline_lines(pipelines, words, labels),
        "pipeline": labels.get(f"pipeline.{pipeline}", pipeline) if pipeline else _("the CRM's own default"),
        "others": _others(rules, pipelines, words),
    }


def _rows(form: QueryDict, prefix: str) -> list[dict[str, str]]:
    total = form.get(f"{prefix}-TOTAL_FORMS", "")
    count = min(int(total), MOST_ROWS) if total.isdecimal() else 0
    names = ("parameter", "other", "field", "policy", "value", "pipeline", "ORDER", "DELETE")
    rows = [{name: form.get(f"{prefix}-{n}-{name}", "").strip() for name in names} for n in range(count)]
    for row in rows:
        row["parameter"] = same(row["other"] if row["parameter"] == OTHER else row["parameter"])
    return [row for row in rows if row["parameter"] and not row["DELETE"]]


def _field_rules(form: QueryDict, kind: Kind) -> list[FieldRule]:
    policies = {policy.value: policy for policy in WritePolicy}
    return [
        FieldRule(
            kind=kind,
            parameter=row["parameter"],
            field=row["field"],
            policy=policies.get(row["policy"], WritePolicy.ALWAYS),
        )
        for row in _rows(form, kind.value)
    ]


def _pipeline_rules(form: QueryDict) -> list[PipelineRule]:
    rows = _rows(form, "pipelines")
    rows.sort(key=lambda row: int(row["ORDER"]) if row["ORDER"].isdecimal() else MOST_ROWS)
    return [PipelineRule(pipeline=row["pipeline"], parameter=row["parameter"], value=row["value"]) for row in rows]


def _field_line(
    rule: FieldRule, before: list[FieldRule], words: Mapping[str, str], labels: Mapping[str, str]
) -> FieldLine:
    value = mapped([rule], rule.kind, words).get(rule.field, "")
    good = bool(value and rule.field)
    if not rule.field:
        outcome, good = _("No field is chosen."), False
    elif not value:
        outcome = _("Nothing is written: this call has no such value, and what the field holds stays.")
    elif any(other.kind is rule.kind and other.field == rule.field for other in before):
        outcome, good = _("Not written: another rule fills this field already."), False
    elif rule.policy is WritePolicy.IF_EMPTY:
        outcome = _("Written if the field is empty; what stands there stays.")
    else:
        outcome = _("Written.")
    return FieldLine(
        kind=str(KINDS[rule.kind]),
        parameter=str(PARAMETERS.get(rule.parameter, rule.parameter)),
        value=value,
        field=labels.get(f"{rule.kind.value}.{rule.field}", rule.field),
        outcome=outcome,
        good=good,
    )


def _pipeline_lines(
    rules: list[PipelineRule], words: Mapping[str, str], labels: Mapping[str, str]
) -> list[PipelineLine]:
    lines, decided = [], False
    for rule in rules:
        value = words.get(same(rule.parameter), "")
        holds = choose_pipeline([rule], words, "")[1] is not None
        if holds and not decided:
            outcome = _("This rule decides.")
        elif holds:
            outcome = _("Would hold too, but the one above decides.")
        elif not value:
            outcome = _("This call has no such value.")
        else:
            outcome = _("The value is another one.")
        lines.append(
            PipelineLine(
                parameter=str(PARAMETERS.get(rule.parameter, rule.parameter)),
                value=value,
                wanted=rule.value,
                pipeline=labels.get(f"pipeline.{rule.pipeline}", rule.pipeline),
                outcome=outcome,
                good=holds and not decided,
            )
        )
        decided = decided or holds
    return lines


def _others(rules: list[FieldRule], pipelines: list[PipelineRule], words: Mapping[str, str]) -> list[tuple[str, str]]:
    """What else the call says: parameters that no rule uses."""
    used = {same(rule.parameter) for rule in rules} | {same(rule.parameter) for rule in pipelines}
    return sorted((str(PARAMETERS.get(name, name)), value) for name, value in words.items() if name not in used)
