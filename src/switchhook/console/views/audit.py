"""The audit trail: who changed what and when, in words; filtered, page by page, or as a file."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from switchhook.calls.export import safe
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.audit_wording import AREAS, Change, changes, sentence
from switchhook.console.views.export import BOM
from switchhook.projects.models import AuditEntry, Employee, Project, Role, User
from switchhook.projects.trail import TrailFilter, entries, page_of

MOST_EXPORTED = 100_000


class TrailForm(forms.Form):
    """The filters, as they stand in the address."""

    person = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    area = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, project: Project, data: Any) -> None:
        super().__init__(data)
        wrote = User.objects.filter(pk__in=AuditEntry.objects.filter(project=project).values("user")).order_by("email")
        people: Any = self.fields["person"]
        people.choices = [
            ("", _("Everybody")),
            *((str(user.pk), str(user)) for user in wrote),
            ("0", _("The hub or a program")),
        ]
        areas: Any = self.fields["area"]
        areas.choices = [("", _("Everything")), *((name, title) for name, (title, _words) in AREAS.items())]

    def chosen(self) -> TrailFilter:
        """The filter; what makes no sense counts as not said."""
        self.is_valid()
        said = self.cleaned_data
        person, area = said.get("person"), said.get("area")
        since: date | None = said.get("since")
        return TrailFilter(
            person=int(person) if person else None,
            areas=AREAS[area][1] if area else (),
            since=since,
            until=said.get("until"),
        )


@project_view(Role.ADMIN)
def audit(request: ProjectRequest) -> HttpResponse:
    """One page of the trail."""
    form = TrailForm(request.project, request.GET)
    page = page_of(entries(request.project, form.chosen()), request.GET.get("after", ""))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "entries": _worded(request.project, page.items),
        "next": page.next,
        "later": bool(request.GET.get("after")),
        "query": query.urlencode(),
        "filtered": any(query.values()),
    }
    return render(request, "console/audit/list.html", context)


def _worded(project: Project, found: list[AuditEntry]) -> list[dict[str, Any]]:
    people = _people(project)
    return [{"entry": one, "sentence": sentence(one), "changes": changes(one, people)} for one in found]


def _people(project: Project) -> dict[int, str]:
    return dict(Employee.objects.filter(project=project).values_list("pk", "name"))


@project_view(Role.ADMIN)
def export(request: ProjectRequest) -> HttpResponse:
    """What is filtered, as a CSV file: times in the project's zone."""
    found = entries(request.project, TrailForm(request.project, request.GET).chosen())[:MOST_EXPORTED]
    lines = _lines(request.project, found.iterator(chunk_size=500), get_language() or "en")
    answer: HttpResponseBase = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]  # every response passes the gate


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(project: Project, found: Iterator[AuditEntry], language: str) -> Iterator[str]:
    """The file's lines. They are made after the view has returned, so each is put into the reader's language anew."""
    writer, people = csv.writer(_Line()), _people(project)
    yield BOM
    with override(language):
        head = [_("When"), _("Who"), _("What"), _("Changes")]
    yield writer.writerow(head)
    for one in found:
        with override(language):
            row = [f"{one.at.astimezone(project.zone):%Y-%m-%d %H:%M:%S}", str(one.user or ""), sentence(one)]
            row.append(_told(changes(one, people)))
        yield writer.writerow([safe(cell) for cell in row])


def _told(made: list[Change]) -> str:
    return "; ".join(
        f"{one.label}: {one.after}" if one.before is None else f"{one.label}: {one.before} → {one.after}"
        for one in made
    )
