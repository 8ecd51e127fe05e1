"""The call journal: filters in the address, keyset pages, rows that renew themselves."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from switchhook.calls.models import Call, Recording
from switchhook.calls.queries import JournalFilter, journal, known_clients, page_of
from switchhook.console.access import ProjectRequest, project_view
from switchhook.core.clock import utc_now
from switchhook.core.situation import Channel
from switchhook.core.ticket import issue
from switchhook.projects.models import Employee, Project, Role

_PERIODS = (
    ("", _("Any time")),
    ("today", _("Today")),
    ("yesterday", _("Yesterday")),
    ("week", _("Last 7 days")),
    ("month", _("Last 30 days")),
    ("days", _("Chosen days")),
)
_MOST_AT_ONCE = 100


class FilterForm(forms.Form):
    """The journal's filters as they stand in the address; what does not fit is ignored."""

    number = forms.CharField(label=_("Number"), required=False, max_length=40)
    period = forms.ChoiceField(label=_("Period"), required=False, choices=_PERIODS)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    channel = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("Calls")), ("form", _("Forms")), ("dialogue", _("Chats")), ("all", _("Everything"))],
    )
    direction = forms.ChoiceField(
        label=_("Direction"),
        required=False,
        choices=[("", _("Any")), ("in", _("Incoming")), ("out", _("Outgoing")), ("internal", _("Internal"))],
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("Any")),
            ("answered", _("Answered")),
            ("missed", _("Missed")),
            ("failed", _("Failed")),
            ("active", _("In progress")),
            ("other", _("Other")),
        ],
    )
    employee = forms.ModelChoiceField(
        Employee.objects.none(), label=_("Employee"), required=False, empty_label=_("Anyone")
    )
    linked = forms.ChoiceField(
        label=_("In the CRM"),
        required=False,
        choices=[("", _("Any")), ("yes", _("Linked")), ("no", _("Not linked"))],
    )

    def __init__(self, project: Project, data: Any) -> None:
        super().__init__(data)
        choice: Any = self.fields["employee"]
        choice.queryset = Employee.objects.filter(project=project)

    def chosen(self, today: date) -> JournalFilter:
        """The filter, with named periods as days."""
        self.is_valid()
        values = self.cleaned_data
        employee = values.get("employee")
        return replace(
            self._days(today),
            channel={"": Channel.CALL, "all": ""}.get(values.get("channel", ""), values.get("channel", "")),
            direction=values.get("direction", ""),
            status=values.get("status", ""),
            employee=employee.pk if employee else None,
            number=values.get("number", ""),
            linked=values.get("linked", ""),
        )

    def _days(self, today: date) -> JournalFilter:
        values = self.cleaned_data
        back = {"today": 0, "week": 6, "month": 29}.get(values.get("period", ""))
        if back is not None:
            return JournalFilter(since=today - timedelta(days=back), until=today)
        if values.get("period") == "yesterday":
            return JournalFilter(since=today - timedelta(days=1), until=today - timedelta(days=1))
        return JournalFilter(since=values.get("since"), until=values.get("until"))


@project_view(Role.VIEWER)
def calls(request: ProjectRequest) -> HttpResponse:
    """The journal page; asked by htmx, only its table."""
    form = FilterForm(request.project, request.GET)
    chosen = form.chosen(timezone.localdate())
    try:
        page = page_of(journal(request.project, chosen), cursor=request.GET.get("after", ""))
    except ValueError:
        raise Http404 from None
    kept = urlencode([(key, value) for key, value in request.GET.items() if value and key != "after"])
    context = _with_clients(request.project, page.items) | {
        "form": form,
        "page": page,
        "kept": kept,
        "is_filtered": bool(kept),
        "is_first": "after" not in request.GET,
        "is_new_project": not page.items and not Call.objects.filter(project=request.project).exists(),
    }
    template = "console/calls/table.html" if request.htmx.target == "journal" else "console/calls/journal.html"
    return render(request, template, context)


@project_view(Role.VIEWER)
def rows(request: ProjectRequest) -> HttpResponse:
    """Rows named by `ids` for a journal that is open with the same filters.

    A row the page has already (`have`) is replaced in place; one it has not is put on top if it passes the filters.
    """
    ids, have = _ids(request.GET.get("ids", "")), set(_ids(request.GET.get("have", "")))
    if len(ids) > _MOST_AT_ONCE:
        return HttpResponseBadRequest()
    chosen = FilterForm(request.project, request.GET).chosen(timezone.localdate())
    passing = set(journal(request.project, chosen).filter(pk__in=ids).values_list("pk", flat=True))
    found = journal(request.project, JournalFilter(channel="")).filter(pk__in=ids)
    shown = [call for call in found if call.pk in have or call.pk in passing]
    return render(request, "console/calls/rows.html", _with_clients(request.project, shown) | {"have": have})


@project_view(Role.VIEWER)
def recording(request: ProjectRequest, call_id: int) -> HttpResponse:
    """To the hub's link of a call's recording, with a fresh ticket for links that ask for one."""
    found = get_object_or_404(Recording, call_id=call_id, call__project=request.project)
    answer = redirect(f"/r/{found.public_id}?{urlencode({'ticket': _ticket(request)})}")
    answer["Cache-Control"] = "no-store"
    return answer


@project_view(Role.VIEWER)
def live_ticket(request: ProjectRequest) -> HttpResponse:
    """A ticket of a minute with which this page may listen to the project's live path."""
    answer = HttpResponse(_ticket(request), content_type="text/plain")
    answer["Cache-Control"] = "no-store"
    return answer


def _ticket(request: ProjectRequest) -> str:
    return issue(settings.SECRET_KEY, request.user.pk, request.project.pk, now=utc_now())


def _with_clients(project: Project, calls: Iterable[Call]) -> dict[str, Any]:
    listed = list(calls)
    return {"calls": listed, "clients": known_clients(project, {call.client_number for call in listed})}


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 19]
