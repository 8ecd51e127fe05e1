"""Fields and pipelines: what goes into which field of the CRM, and into which pipeline deals go."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from pydantic import TypeAdapter

from switchhook.calls.queries import tags_seen
from switchhook.connections.accounts import open_crm
from switchhook.connections.governor import Urgency
from switchhook.connections.joining import keep_settings
from switchhook.connections.models import Connection
from switchhook.connectors.base import CrmConnector, Pipeline
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.connection_head import head
from switchhook.console.mapping_forms import DefaultPipelineForm, field_rows, parameter_choices, pipeline_rows
from switchhook.console.real_calls import last_calls
from switchhook.console.views.mapping_preview import MAPPED, keep_labels
from switchhook.console.wording import KINDS, told
from switchhook.core.errors import SwitchhookError
from switchhook.core.mapping import CrmField, FieldRule, check_fields, offered
from switchhook.core.records import Kind
from switchhook.delivery.trace import sentence
from switchhook.projects.models import Role

_RULES = TypeAdapter(tuple[FieldRule, ...])


@dataclass(kw_only=True)
class _Account:
    """What the CRM says: its kinds, the fields of each, its pipelines; or why it cannot be read."""

    kinds: frozenset[Kind] = frozenset()
    fields: dict[Kind, list[CrmField]] = field(default_factory=dict)
    pipelines: list[Pipeline] = field(default_factory=list)
    problem: str = ""


@project_view(Role.ADMIN)
def connection_fields(request: ProjectRequest, connection_id: int) -> HttpResponse:
    """The page; its tables are fetched after it, since the CRM has to be asked."""
    found = get_object_or_404(
        Connection.objects.select_related("project"), pk=connection_id, project=request.project, role="crm"
    )
    context = head(found)
    if request.method == "POST":
        context |= _forms(found, request.POST)
        if not context["problem"] and _save(request, found, context):
            messages.success(request, _("Saved."))
            return redirect("connection_fields", request.project.pk, found.pk)
        return render(request, "console/connections/fields.html", context, status=422)
    if request.htmx or "load" in request.GET:
        context |= _forms(found)
    page = "fields_form.html" if request.htmx else "fields.html"
    return render(request, f"console/connections/{page}", context)


def _forms(found: Connection, data: Any = None) -> dict[str, Any]:
    account = _read(found)
    if account.problem:
        return {"problem": account.problem}
    tags = tags_seen(found.project)
    field_rules = found.setting("field_rules", [])
    rules = found.setting("pipeline_rules", [])
    parameters = parameter_choices(tags, [rule["parameter"] for rule in (*field_rules, *rules)])
    kinds = [kind for kind in MAPPED if kind in account.kinds]
    tables = [
        {
            "kind": kind.value,
            "title": KINDS[kind],
            "offered": account.fields[kind],
            "rows": field_rows(kind.value, account.fields[kind], parameters, field_rules, data),
        }
        for kind in kinds
    ]
    _remember(found, account)
    names = DefaultPipelineForm(found.settings, account.pipelines, data)
    pipelines = pipeline_rows(account.pipelines, parameters, rules, data) if account.pipelines else None
    return {
        "problem": "",
        "account": account,
        "tables": tables,
        "names": names,
        "pipelines": pipelines,
        "bare": [table["title"] for table in tables if not table["offered"] and not table["rows"].initial_form_count()],
        "calls": last_calls(found.project),
    }


def _remember(found: Connection, account: _Account) -> None:
    fields = {f"{kind}.{one.name}": one.label or one.name for kind, held in account.fields.items() for one in held}
    keep_labels(found, fields | {f"pipeline.{one.id}": one.name for one in account.pipelines})


def _read(found: Connection) -> _Account:
    try:
        crm: CrmConnector = open_crm(found, urgency=Urgency.LIVE)
        can = crm.capabilities
        return _Account(
            kinds=can.kinds,
            fields={kind: offered(crm.fields(kind), kind) for kind in MAPPED if kind in can.kinds},
            pipelines=list(crm.pipelines()) if Kind.DEAL in can.kinds else [],
        )
    except SwitchhookError as error:
        return _Account(problem=told(error, found.name))


def _save(request: ProjectRequest, found: Connection, forms: dict[str, Any]) -> bool:
    """Save what is valid; else the forms hold their errors."""
    tables, names, pipelines = forms["tables"], forms["names"], forms["pipelines"]
    valid = [table["rows"].is_valid() for table in tables]
    valid += [names.is_valid(), pipelines.is_valid() if pipelines else True]
    if not all(valid):
        return False
    shown = {table["kind"] for table in tables}
    rules = [rule for rule in found.setting("field_rules", []) if rule["kind"] not in shown]
    rules += [{"kind": table["kind"], **said} for table in tables for said in _said(table["rows"])]
    fields = [one for kind in forms["account"].fields.values() for one in kind]
    of_shown = _RULES.validate_python([rule for rule in rules if rule["kind"] in shown])
    wrong = [sentence({"text": one.text, "params": one.params}) for one in check_fields(of_shown, fields)]
    if wrong:
        forms["wrong"] = wrong
        return False
    changes: dict[str, Any] = {"field_rules": rules}
    if pipelines:
        changes |= {
            "pipeline_rules": list(_said(pipelines, ordered=True)),
            "default_pipeline": names.cleaned_data["default_pipeline"],
        }
    keep_settings(found, changes, request.user, "connection.fields")
    return True


def _said(rows: Any, *, ordered: bool = False) -> list[dict[str, Any]]:
    """The rows that say something, without the table's own columns."""
    forms = rows.ordered_forms if ordered else [row for row in rows if row not in rows.deleted_forms]
    own = {"DELETE", "ORDER"}
    said = [{name: value for name, value in row.cleaned_data.items() if name not in own} for row in forms]
    return [row for row in said if row.get("parameter")]
