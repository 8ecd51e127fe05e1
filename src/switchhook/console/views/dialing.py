"""Calling from a page: the click, what became of it, and how a person wants to call."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from switchhook.calls.queries import known_clients
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.dialing_forms import DefaultForm, PreferenceForm
from switchhook.core.phone import normalize
from switchhook.dialing.models import DialDefaults, DialPreference, DialRequest, Via
from switchhook.dialing.placing import Order, place
from switchhook.dialing.refusals import DialRefused
from switchhook.dialing.showing import told
from switchhook.dialing.ways import calling_of, employee_of, employees_of
from switchhook.projects.models import AuditEntry, Role

_LONGEST = 60


@project_view(Role.MANAGER)
def dial(request: ProjectRequest) -> HttpResponse:
    """Call a `number`: asked for with GET it is shown first; POST has it called. htmx gets the card alone.

    `employee` chooses among several that the user stands for, `line` where the phone rings; `anyway` follows a warning.
    """
    number = (request.POST.get("number") or request.GET.get("number") or "")[:_LONGEST]
    if request.method != "POST":
        return _card(request, number)
    wanted = request.POST.get("employee", "")
    try:
        made = place(
            Order(
                project=request.project,
                employee=employee_of(request.project, request.user, int(wanted) if wanted.isdecimal() else None),
                number=number,
                requested_by=request.user,
                via=Via.PAGE,
                line=request.POST.get("line", "")[:120],
                anyway=request.POST.get("anyway") == "1",
            )
        )
    except DialRefused as refused:
        return _card(request, number, refused=refused)
    if request.htmx:
        return _card(request, made.number, made=made)
    return redirect("dialed", request.project.pk, made.pk)


@project_view(Role.MANAGER)
def dialed(request: ProjectRequest, dial_id: int) -> HttpResponse:
    """How far a click of this user, or one that rings at him, has come."""
    mine = DialRequest.objects.filter(project=request.project, employee__in=employees_of(request.project, request.user))
    found = get_object_or_404(mine.select_related("employee", "call"), pk=dial_id)
    return _card(request, found.number, made=found)


def _card(
    request: ProjectRequest, number: str, *, made: DialRequest | None = None, refused: DialRefused | None = None
) -> HttpResponse:
    e164 = normalize(number, request.project.country) or ""
    context: dict[str, Any] = {
        "number": number,
        "shown_number": e164 or number,
        "client": known_clients(request.project, {e164}).get(e164),
        "dial": made,
        "told": told(made) if made else None,
        "refused": refused,
        "link": calling_of(request.project, request.user).link(e164) if e164 else "",
        "people": employees_of(request.project, request.user) if refused else (),
    }
    template = "console/dialing/card.html" if request.htmx else "console/dialing/dial.html"
    return render(request, template, context, status=422 if refused and not request.htmx else 200)


@project_view(Role.MANAGER)
def calling(request: ProjectRequest) -> HttpResponse:
    """How this user calls, with a preview; admins set the project's default below it."""
    found = DialPreference.objects.filter(project=request.project, user=request.user).first()
    kept = found or DialPreference(project=request.project, user=request.user)
    people = employees_of(request.project, request.user)
    form = PreferenceForm(request.project, people, request.POST or None, instance=kept)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("calling", request.project.pk)
    return _calling(request, form=form)


@require_POST
@project_view(Role.ADMIN)
def calling_default(request: ProjectRequest) -> HttpResponse:
    """The project's default way of calling."""
    found = DialDefaults.objects.filter(project=request.project).first() or DialDefaults(project=request.project)
    form = DefaultForm(request.POST, instance=found, prefix="default")
    if not form.is_valid():
        return _calling(request, default_form=form)
    saved = form.save()
    changes = {"way": saved.way, "scheme": saved.scheme}
    AuditEntry.objects.create(project=request.project, user=request.user, action="dialing.default", changes=changes)
    messages.success(request, _("Saved."))
    return redirect("calling", request.project.pk)


def _calling(
    request: ProjectRequest, *, form: PreferenceForm | None = None, default_form: DefaultForm | None = None
) -> HttpResponse:
    people = employees_of(request.project, request.user)
    kept = DialPreference.objects.filter(project=request.project, user=request.user).first()
    default = DialDefaults.objects.filter(project=request.project).first() or DialDefaults()
    context = {
        "form": form or PreferenceForm(request.project, people, instance=kept),
        "default_form": default_form or DefaultForm(instance=default, prefix="default"),
        "people": people,
        "calling": calling_of(request.project, request.user),
        "sample": normalize("380671234567", "UA"),
    }
    bad = any(one is not None and one.errors for one in (form, default_form))
    return render(request, "console/dialing/calling.html", context, status=422 if bad else 200)
