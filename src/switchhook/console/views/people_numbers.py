"""The project's lines with the stop list, and the clients it ignores."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.people_forms import IgnoredForm, ManyIgnoredForm, NumberForm
from switchhook.core.phone import digits_of
from switchhook.projects.audit import difference, note
from switchhook.projects.models import IgnoredClient, Number, Role

_LISTS: dict[str, tuple[Any, Any]] = {"number": (Number, NumberForm), "ignored": (IgnoredClient, IgnoredForm)}
MOST_SHOWN = 200


@project_view(Role.VIEWER)
def numbers(request: ProjectRequest) -> HttpResponse:
    """The project's lines and the ignored clients; `q` searches in both."""
    return render(request, "console/connections/numbers.html", _numbers(request))


@require_POST
@project_view(Role.ADMIN)
def add_to_list(request: ProjectRequest, kind: str) -> HttpResponse:
    """Add a line or an ignored client."""
    form = _LISTS[kind][1](request.project, request.POST)
    if not form.is_valid():
        context = _numbers(request) | {f"{kind}_form": form}
        return render(request, "console/connections/numbers.html", context, status=422)
    with transaction.atomic():
        saved = form.save()
        if kind == "number":
            _follow_the_pair(saved)
        note(request.project, request.user, "number.add" if kind == "number" else "ignored.add", saved.e164)
    messages.success(request, _("Added."))
    return redirect("numbers", request.project.pk)


def _follow_the_pair(line: Number) -> None:
    """A line that shares its SIP pair with a stopped one is stopped too: telephony cannot tell them apart."""
    others = Number.objects.filter(project=line.project_id, sip_pair=line.sip_pair, stopped=True).exclude(pk=line.pk)
    if line.sip_pair and others.exists() and not line.stopped:
        line.stopped = True
        line.save(update_fields=["stopped"])


@require_POST
@project_view(Role.ADMIN)
def ignore_many(request: ProjectRequest) -> HttpResponse:
    """Let many clients be ignored at once; those in the list already get the new note, if there is one."""
    form = ManyIgnoredForm(request.project, request.POST)
    if not form.is_valid():
        context = _numbers(request) | {"many_form": form}
        return render(request, "console/connections/numbers.html", context, status=422)
    said = form.cleaned_data["lines"]
    held = set(IgnoredClient.objects.filter(project=request.project).values_list("e164", flat=True))
    added = [number for number, _note in said if number not in held]
    with transaction.atomic():
        for number, text in said:
            kept = {"note": text} if text else {}
            IgnoredClient.objects.update_or_create(project=request.project, e164=number, defaults=kept)
        if added:
            shown = {"count": len(added), "numbers": added[:20]}
            note(request.project, request.user, "ignored.add_many", "", **shown)
    told = ngettext("%(n)s client is added.", "%(n)s clients are added.", len(added)) % {"n": len(added)}
    messages.success(request, told)
    return redirect("numbers", request.project.pk)


@require_POST
@project_view(Role.ADMIN)
def change_list(request: ProjectRequest, kind: str, row_id: int) -> HttpResponse:
    """Take a row out of its list (`do=remove`), or put a line on the stop list or off it (`do=stop`, `do=release`)."""
    row: Any = get_object_or_404(_LISTS[kind][0], pk=row_id, project=request.project)
    do = request.POST.get("do", "")
    if do == "remove":
        row.delete()
        note(request.project, request.user, "number.remove" if kind == "number" else "ignored.remove", row.e164)
        messages.success(request, _("%(number)s is removed.") % {"number": row.e164})
    elif do in {"stop", "release"} and kind == "number":
        messages.success(request, _stopped(request, row, on=do == "stop"))
    return redirect("numbers", request.project.pk)


@transaction.atomic
def _stopped(request: ProjectRequest, line: Number, *, on: bool) -> str:
    # Lines that share one SIP pair cannot be told apart by telephony, so they are stopped and released together.
    together = {"sip_pair": line.sip_pair} if line.sip_pair else {"pk": line.pk}
    found = Number.objects.filter(project=request.project, **together)
    others = [one.e164 for one in found if one.pk != line.pk]
    found.update(stopped=on)
    changes = {"together": others} if others else {}
    note(request.project, request.user, "number.stop" if on else "number.release", line.e164, **changes)
    count = len(others) + 1
    if on:
        text = ngettext("%(n)s line is on the stop list.", "%(n)s lines are on the stop list.", count)
    else:
        text = ngettext("%(n)s line is off the stop list.", "%(n)s lines are off the stop list.", count)
    return text % {"n": count}


@project_view(Role.ADMIN)
def line(request: ProjectRequest, row_id: int) -> HttpResponse:
    """One line's number, label and SIP pair."""
    found = get_object_or_404(Number, pk=row_id, project=request.project)
    before = {name: getattr(found, name) for name in ("e164", "label", "sip_pair")}
    form = NumberForm(request.project, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved: Number = form.save()
            _follow_the_pair(saved)
            changed = difference(before, {name: getattr(saved, name) for name in before})
            if changed:
                note(request.project, request.user, "number.change", saved.e164, **changed)
        messages.success(request, _("Saved."))
        return redirect("numbers", request.project.pk)
    context = {"form": form, "line": found, "before": before}
    return render(request, "console/connections/line.html", context, status=422 if form.errors else 200)


def _numbers(request: ProjectRequest) -> dict[str, Any]:
    text = request.GET.get("q", "").replace("\0", "").strip()
    lines = list(Number.objects.filter(project=request.project))
    pairs: dict[str, list[str]] = {}
    for one in lines:
        pairs.setdefault(one.sip_pair, []).append(one.e164)
    shown = [one for one in lines if _has(text, one.e164, one.label, one.sip_pair)]
    ignored = _ignored(request, text)
    total = ignored.count()
    return {
        "q": text,
        "lines": [(one, [e164 for e164 in pairs[one.sip_pair] if one.sip_pair and e164 != one.e164]) for one in shown],
        "ignored": ignored[:MOST_SHOWN],
        "ignored_total": total,
        "more": max(total - MOST_SHOWN, 0),
        "number_form": NumberForm(request.project),
        "ignored_form": IgnoredForm(request.project),
        "many_form": ManyIgnoredForm(request.project),
    }


def _has(text: str, number: str, *words: str) -> bool:
    digits = digits_of(text).lstrip("0")
    return not text or (bool(digits) and digits in number) or any(text.casefold() in word.casefold() for word in words)


def _ignored(request: ProjectRequest, text: str) -> QuerySet[IgnoredClient]:
    found = IgnoredClient.objects.filter(project=request.project).order_by("e164")
    if not text:
        return found
    digits = digits_of(text).lstrip("0")
    return found.filter(Q(note__icontains=text) | (Q(e164__contains=digits) if digits else Q(pk__in=[])))
