"""Lists of the built-in CRM's records, and the picker of forms."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render

from switchhook.console.access import ProjectRequest, project_view
from switchhook.console.crm_forms import picked
from switchhook.console.sections import FOLDERS, SECTIONS
from switchhook.core.records import Kind
from switchhook.crm.queries import Page, Search, desk, page
from switchhook.projects.models import Employee, Role

_PICKED = 12


@project_view(Role.VIEWER)
def records(request: ProjectRequest, section: str) -> HttpResponse:
    """A list with search (`q`), `status` and `owner`, a keyset page at a time (`after`)."""
    shown = SECTIONS[section]
    status = request.GET.get("status", "open" if shown.kind is Kind.TASK else "")
    search = Search(text=request.GET.get("q", "").strip()[:200], status=status, owner=request.GET.get("owner", ""))
    found, refusal = _page(request, shown.kind, search)
    kept = urlencode([(key, value) for key, value in request.GET.items() if value and key != "after"])
    context: dict[str, Any] = {
        "section": shown,
        "page": found,
        "refusal": refusal,
        "search": search,
        "kept": kept,
        "is_filtered": bool(search.text or request.GET.get("status") or search.owner),
        "is_first": "after" not in request.GET,
        "people": Employee.objects.filter(project=request.project, active=True),
        "folders": FOLDERS,
    }
    template = "console/crm/table.html" if request.htmx.target == "records" else "console/crm/list.html"
    return render(request, template, context)


def _page(request: ProjectRequest, kind: Kind, search: Search) -> tuple[Page, str]:
    cursor = request.GET.get("after", "")
    try:
        # Open tasks are read as a desk: what is due first stands first.
        if kind is Kind.TASK and search == Search(status="open"):
            return desk(request.project, cursor=cursor), ""
        return page(request.project, kind, search, cursor=cursor), ""
    except ValidationError as error:
        return Page([], None), " ".join(error.messages)


@project_view(Role.VIEWER)
def pick(request: ProjectRequest, kind: str) -> HttpResponse:
    """Options of a picker: contacts or companies whose name, number or e-mail begins as typed."""
    typed = next((value for key, value in request.GET.items() if key in {"q", "contact", "company"}), "")
    try:
        found = page(request.project, Kind(kind), Search(text=str(typed).strip()[:200]), limit=_PICKED).rows
    except ValidationError:
        found = []
    return render(request, "console/crm/options.html", {"options": [picked(row) for row in found]})
