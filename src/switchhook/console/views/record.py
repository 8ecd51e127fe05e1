"""One record of the built-in CRM: its page, its form, and what can be done with it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.crm_forms import FORMS, RecordForm, picked
from switchhook.console.sections import FOLDERS, SECTIONS
from switchhook.console.timeline import related, timeline
from switchhook.core.records import Kind, Ref
from switchhook.crm import services, writing
from switchhook.crm.kinds import MODELS, plain_rows, rows
from switchhook.crm.models import Lead, LeadStatus, RecordRow, Stage, Task
from switchhook.projects.models import Employee, Project, Role


@project_view(Role.VIEWER)
def record(request: ProjectRequest, section: str, record_id: str) -> HttpResponse:
    """A record with what belongs to it and what happened."""
    shown = SECTIONS[section]
    row = _row(request.project, shown.kind, record_id)
    context = {
        "section": shown,
        "row": row,
        "ref": Ref(shown.kind, str(row.pk)),
        "timeline": timeline(request.project, Ref(shown.kind, str(row.pk))),
        "related": related(request.project, row),
        "stages": Stage.objects.filter(pipeline=row.pipeline) if shown.kind is Kind.DEAL else (),
        "folders": FOLDERS,
        "is_read_only": isinstance(row, Lead) and row.status == LeadStatus.CONVERTED,
    }
    return render(request, "console/crm/record.html", context)


@project_view(Role.MANAGER)
def new(request: ProjectRequest, section: str) -> HttpResponse:
    """An empty form; `contact`, `company` and `about` in the address fill it in."""
    shown = SECTIONS[section]
    form = FORMS[shown.kind](request.project, None, request.POST or None, _prefilled(request))
    about = _about(request)
    if request.method == "POST" and form.is_valid():
        made = _create(request, form, about)
        if made:
            messages.success(request, _("Saved."))
            return redirect("record", request.project.pk, section, made.pk)
    context = {"section": shown, "form": form, "row": None, "about": about}
    return render(request, "console/crm/form.html", context, status=422 if form.errors else 200)


def _create(request: ProjectRequest, form: RecordForm, about: Ref | None) -> RecordRow | None:
    links = [about] if about and form.KIND is Kind.TASK else []
    try:
        return writing.create(request.project, form.KIND, form.values(), now=timezone.now(), links=links)
    except ValidationError as error:
        form.refuse(error)
        return None


@project_view(Role.MANAGER)
def edit(request: ProjectRequest, section: str, record_id: str) -> HttpResponse:
    """The filled form of a record."""
    shown = SECTIONS[section]
    row = _row(request.project, shown.kind, record_id)
    form = FORMS[shown.kind](request.project, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            writing.change(request.project, Ref(shown.kind, str(row.pk)), form.values(), now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("record", request.project.pk, section, row.pk)
    context = {"section": shown, "form": form, "row": row}
    return render(request, "console/crm/form.html", context, status=422 if form.errors else 200)


@require_POST
@project_view(Role.MANAGER)
def comment(request: ProjectRequest, section: str, record_id: str) -> HttpResponse:
    """Say something about a record."""
    shown = SECTIONS[section]
    row = _row(request.project, shown.kind, record_id)
    author = Employee.objects.filter(project=request.project, user=request.user, active=True).first()
    values = {"text": request.POST.get("text", "")[:20_000], "author": str(author.pk) if author else ""}
    if values["text"].strip():
        about = [Ref(shown.kind, str(row.pk))]
        writing.create(request.project, Kind.COMMENT, values, now=timezone.now(), links=about)
    return redirect("record", request.project.pk, section, row.pk)


@require_POST
@project_view(Role.MANAGER)
def lead_status(request: ProjectRequest, record_id: int) -> HttpResponse:
    """Convert a lead to a deal (`to=deal`), lose it (`to=lost`) or open it again (`to=open`)."""
    lead = _row(request.project, Kind.LEAD, record_id)
    to = request.POST.get("to", "")
    try:
        if to == "deal":
            deal = services.convert_lead(lead, now=timezone.now())
            messages.success(request, _("The lead is a deal now."))
            return redirect("record", request.project.pk, "deals", deal.pk)
        services.set_lead_status(lead, to, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("record", request.project.pk, "leads", lead.pk)


@require_POST
@project_view(Role.MANAGER)
def task_done(request: ProjectRequest, record_id: int) -> HttpResponse:
    """Tick a task (`done=1`) or untick it; htmx gets the button, a plain form goes back to its page."""
    task: Task = _row(request.project, Kind.TASK, record_id)
    task = services.set_task_done(task, done=request.POST.get("done") == "1", now=timezone.now())
    if request.htmx:
        return render(request, "console/crm/done.html", {"task": task})
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("record", request.project.pk, "tasks", task.pk)


@login_required
def anywhere(request: HttpRequest, section: str, record_id: str) -> HttpResponse:
    """The address that records carry outside (`crm.kinds.address`): to the page in the record's own project."""
    model: Any = MODELS[SECTIONS[section].kind]
    row = model.objects.filter(pk=int(record_id), project__memberships__user_id=request.user.pk).first()
    if row is None:
        raise Http404
    return redirect("record", row.project_id, section, row.pk)


def _row(project: Project, kind: Kind, record_id: str | int) -> Any:
    found = rows(project, kind).filter(pk=int(record_id)).first()
    if found is None:
        raise Http404
    return found


def _prefilled(request: ProjectRequest) -> dict[str, str]:
    given: dict[str, str] = {}
    for kind in (Kind.CONTACT, Kind.COMPANY):
        wanted = request.GET.get(kind.value, "")
        found = plain_rows(request.project, kind).filter(pk=int(wanted)).first() if _is_id(wanted) else None
        if found:
            given[kind.value] = picked(found)
    return given | {"phones": request.GET.get("phone", "")}


def _about(request: ProjectRequest) -> Ref | None:
    folder, _slash, wanted = (request.POST.get("about") or request.GET.get("about", "")).partition("/")
    section = SECTIONS.get(folder)
    return Ref(section.kind, wanted) if section and section.kind is not Kind.TASK and _is_id(wanted) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
