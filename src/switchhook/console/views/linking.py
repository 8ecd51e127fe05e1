"""Whose number is it: a call that no CRM knows is tied to a contact, or a contact is made for it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from switchhook.calls.linking import candidates
from switchhook.calls.models import Call, LinkedByHand
from switchhook.calls.queries import known_clients
from switchhook.connections.models import Connection
from switchhook.connectors.registry import manifest
from switchhook.console.access import ProjectRequest, project_view
from switchhook.core.errors import OutcomeUnknown, SwitchhookError
from switchhook.core.records import PARTIES, Kind, Ref
from switchhook.crm.queries import Search, page
from switchhook.delivery.by_hand import crms_for, link, make_contact, makes_contacts
from switchhook.delivery.trace import worded
from switchhook.projects.models import AuditEntry, Role

_SHOWN = 20
_FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A contact or company that could be meant."""

    connection: Connection
    kind: str
    record_id: str
    title: str
    number: str


class NewContact(forms.Form):
    """Name and CRM of a contact to be made."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=200)
    connection = forms.ModelChoiceField(Connection.objects.none(), label=gettext_lazy("CRM"), empty_label=None)

    def __init__(self, crms: list[Connection], data: Any = None) -> None:
        super().__init__(data, initial={"connection": crms[0] if crms else None})
        choice: Any = self.fields["connection"]
        choice.queryset = Connection.objects.filter(pk__in=[crm.pk for crm in crms])
        if len(crms) == 1:
            choice.widget = forms.HiddenInput()
            choice.initial = crms[0].pk


@project_view(Role.MANAGER)
def link_call(request: ProjectRequest, call_id: int) -> HttpResponse:
    """The page that asks; posted, it links to `record` (`<connection>:<kind>:<id>`) or makes a contact of `name`."""
    call = _call(request, call_id)
    crms = crms_for(call)
    makers = [crm for crm in crms if makes_contacts(crm)]
    form = NewContact(makers, request.POST if "name" in request.POST else None)
    if request.method == "POST":
        done = _linked(request, call, crms, form)
        if done is not None:
            _tell(request, done)
            return redirect(_back(request, call))
    text = request.GET.get("q", "").strip()[:100]
    context = {
        "call": call,
        "client": known_clients(request.project, {call.client_number}).get(call.client_number),
        "crms": crms,
        "makers": makers,
        "form": form,
        "q": text,
        "found": _found(request, crms, text),
        "back": _back(request, call),
    }
    return render(request, "console/calls/link.html", context)


@project_view(Role.MANAGER)
def link_candidates(request: ProjectRequest, call_id: int) -> HttpResponse:
    """The list of who could be meant, for the text `q` as it is typed."""
    text = request.GET.get("q", "").strip()[:100]
    call = _call(request, call_id)
    context = {"call": call, "q": text, "found": _found(request, crms_for(call), text), "back": _back(request, call)}
    return render(request, "console/calls/link_found.html", context)


def _linked(request: ProjectRequest, call: Call, crms: list[Connection], form: NewContact) -> LinkedByHand | None:
    try:
        if "record" in request.POST:
            connection, ref = _chosen(request.POST["record"], crms)
            return link(call, connection, ref, request.user)
        if form.is_valid():
            return make_contact(call, form.cleaned_data["connection"], form.cleaned_data["name"], request.user)
    except OutcomeUnknown:
        messages.error(
            request, _("The CRM's answer was lost. Look there whether the contact was made, before you retry.")
        )
    except SwitchhookError as error:
        messages.error(request, worded(str(error)))
    return None


def _chosen(text: str, crms: list[Connection]) -> tuple[Connection, Ref]:
    name, _colon, rest = text.partition(":")
    kind, _colon, record_id = rest.partition(":")
    connection = next((crm for crm in crms if str(crm.pk) == name), None)
    if connection is None or kind not in {party.value for party in PARTIES} or not record_id:
        raise Http404
    return connection, Ref(Kind(kind), record_id)


def _found(request: ProjectRequest, crms: list[Connection], text: str) -> list[Found]:
    if len(text) < _FEWEST_LETTERS or "\0" in text:
        return []
    known = [
        Found(one.connection, one.kind, one.record_id, one.title, one.e164)
        for one in candidates(request.project, text, crms=[crm.pk for crm in crms], most=_SHOWN)
    ]
    seen = {(one.connection.pk, one.kind, one.record_id) for one in known}
    own = [one for one in _own(request, crms, text) if (one.connection.pk, one.kind, one.record_id) not in seen]
    return [*known, *own][:_SHOWN]


def _own(request: ProjectRequest, crms: list[Connection], text: str) -> list[Found]:
    """Contacts of the built-in CRM: those without any number are in no directory."""
    local = next((crm for crm in crms if manifest(crm.connector).local), None)
    if local is None:
        return []
    try:
        rows = page(request.project, Kind.CONTACT, Search(text=text), limit=_SHOWN).rows
    except ValidationError:
        return []
    return [Found(local, Kind.CONTACT, str(row.pk), row.name, "") for row in rows]


def _tell(request: ProjectRequest, done: LinkedByHand) -> None:
    changes = {"call": done.call_id, "kind": done.kind, "record": done.record_id, "outcome": done.outcome}
    action = "calls.contact_made" if done.made else "calls.linked"
    AuditEntry.objects.create(
        project=request.project, user=request.user, action=action, target=done.title[:200], changes=changes
    )
    if done.outcome == LinkedByHand.Outcome.REFUSED:
        text = _("Linked with “%(name)s” in the hub only: %(error)s")
        messages.warning(request, text % {"name": done.title, "error": worded(done.error)})
    elif done.outcome == LinkedByHand.Outcome.HUB:
        text = _("Linked with “%(name)s” in the hub. This CRM keeps no numbers on such a record.")
        messages.success(request, text % {"name": done.title})
    else:
        text = _("“%(name)s” was made and linked.") if done.made else _("Linked with “%(name)s”.")
        messages.success(request, text % {"name": done.title})


def _back(request: ProjectRequest, call: Call) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or request.headers.get("Referer", "")
    inside = f"/p/{request.project.pk}/calls/"
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) and inside in wanted and "/link" not in wanted:
        return wanted
    return f"{inside}{call.pk}/"


def _call(request: ProjectRequest, call_id: int) -> Call:
    calls = Call.objects.select_related("employee", "connection").exclude(client_number="")
    return get_object_or_404(calls, pk=call_id, project=request.project)
