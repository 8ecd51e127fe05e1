"""The Smart Phone panel: a narrow page that stays open beside a softphone; and to whom calls are shown."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from switchhook.console.access import ProjectRequest, project_view
from switchhook.popups import panel as panels
from switchhook.popups.models import PopUpSettings
from switchhook.projects.models import AuditEntry, Employee, Project, Role

VIEWS = ("calls", "contacts", "chats")


class ShowTo(forms.Form):
    """Who sees a call of which nobody knows yet whose phone it rings."""

    show_to = forms.ModelMultipleChoiceField(
        Employee.objects.none(), label=gettext_lazy("Show to"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, project: Project, data: Any, initial: list[int]) -> None:
        super().__init__(data, initial={"show_to": initial})
        choice: Any = self.fields["show_to"]
        choice.queryset = Employee.objects.filter(project=project, active=True).select_related("user")
        choice.label_from_instance = _with_sign_in


def _with_sign_in(person: Employee) -> str:
    return person.name if person.user else _("%(name)s (cannot sign in yet)") % {"name": person.name}


@project_view(Role.VIEWER)
def panel(request: ProjectRequest) -> HttpResponse:
    """The panel, or by htmx its list alone: `view` is calls, contacts (found by `q`) or chats."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else VIEWS[0]
    employees = list(Employee.objects.filter(project=request.project, user=request.user))
    context: dict[str, Any] = {"view": view, "employees": employees, "q": request.GET.get("q", "").strip()[:100]}
    if view == "calls":
        own = panels.own_calls(request.project, [one.pk for one in employees])
        context["lines"] = panels.lines(request.project, own)
    elif view == "contacts":
        context["found"] = panels.book_of(request.project, context["q"]) if context["q"] else []
    else:
        context["chats"] = panels.chats(request.project)
    template = "console/panel/list.html" if request.htmx.target == "panel-list" else "console/panel/panel.html"
    return render(request, template, context)


@project_view(Role.ADMIN)
def popup_settings(request: ProjectRequest) -> HttpResponse:
    """To whom an incoming call is shown as long as the telephony names nobody."""
    held = PopUpSettings.objects.filter(project=request.project).first()
    before = held.show_to if held else []
    form = ShowTo(request.project, request.POST if request.method == "POST" else None, before)
    if request.method == "POST" and form.is_valid():
        chosen = sorted(person.pk for person in form.cleaned_data["show_to"])
        if chosen != sorted(before):
            PopUpSettings.objects.update_or_create(project=request.project, defaults={"show_to": chosen})
            changes = {"show_to": [sorted(before), chosen]}
            AuditEntry.objects.create(
                project=request.project, user=request.user, action="popup.show_to", changes=changes
            )
        messages.success(request, _("Saved."))
        return redirect("show_to", request.project.pk)
    context = {"form": form, "employees": Employee.objects.filter(project=request.project, user=request.user)}
    return render(request, "console/popup/settings.html", context)
