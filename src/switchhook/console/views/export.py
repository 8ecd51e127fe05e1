"""The journal as a table for spreadsheets: every row of the filter, written as it is read."""

from collections.abc import Iterable, Iterator

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation

from switchhook.calls.export import rows_of
from switchhook.calls.queries import journal
from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.journal_form import FilterForm
from switchhook.projects.models import AuditEntry, Role

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Tells spreadsheets that the file is UTF-8."""


@project_view(Role.MANAGER)
def export_calls(request: ProjectRequest) -> HttpResponse:
    """The filtered calls as CSV, in the user's language and the project's zone.

    Needs the role manager: a list of all clients' numbers is more than reading the journal a page at a time, and the
    audit trail keeps who has taken one.
    """
    form = FilterForm(request.project, request.GET)
    found = journal(request.project, form.chosen(timezone.localdate()))
    AuditEntry.objects.create(
        project=request.project, user=request.user, action="calls.exported", changes={"filter": form.kept()}
    )
    language = translation.get_language() or "en"
    lines = _in_language(rows_of(request.project, found), language, request)
    answer: HttpResponseBase = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"calls-{timezone.localdate():%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


def _in_language(rows: Iterable[str], language: str, request: ProjectRequest) -> Iterator[str]:
    """The view has returned long before the last row is made, and its language and zone are no longer in force."""
    yield BOM
    lines = iter(rows)
    while True:
        with translation.override(language), timezone.override(request.project.zone):
            line = next(lines, None)
        if line is None:
            return
        yield line
