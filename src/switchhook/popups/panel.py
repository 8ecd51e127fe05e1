"""What stands in the Smart Phone panel below the calls of the moment: the user's own calls, the contact book, chats."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchhook.calls.linking import candidates
from switchhook.calls.models import Call
from switchhook.connections.models import Connection
from switchhook.core.situation import Channel
from switchhook.directory.models import DirectoryEntry
from switchhook.popups.clients import Book, Match
from switchhook.popups.models import PopUp
from switchhook.popups.offers import may_name, named_by
from switchhook.projects.models import Project

LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A call with its client as the panel may name him; `creates` where a record can be made of an unknown one."""

    call: Call
    match: Match | None
    creates: bool


def own_calls(project: Project, employees: Sequence[int]) -> list[Call]:
    """The latest calls that the employees took or made, and of the last day those that rang at their phones."""
    if not employees:
        return []
    of_project = Call.objects.filter(project=project, channel=Channel.CALL).select_related("employee")
    spoken = of_project.filter(employee__in=employees).order_by("-started_at", "-pk")[:LENGTH]
    rang = PopUp.objects.filter(project=project, employees__overlap=list(employees)).exclude(call=None)
    heard = of_project.filter(pk__in=list(rang.order_by("-updated_at").values_list("call", flat=True)[:LENGTH]))
    once = {call.pk: call for call in (*spoken, *heard)}
    return sorted(once.values(), key=lambda call: (call.started_at, call.pk), reverse=True)[:LENGTH]


def lines(project: Project, calls: Sequence[Call]) -> list[Line]:
    """The calls with their clients: the first CRM that knows the number and may name him."""
    crms = list(Connection.objects.filter(project=project, role="crm").order_by("rank", "pk"))
    book = Book(crms, {call.client_number for call in calls} - {""})
    creates = any(not named_by(crm) for crm in crms)
    return [_line(call, crms, book, creates=creates) for call in calls]


def _line(call: Call, crms: Sequence[Connection], book: Book, *, creates: bool) -> Line:
    known = ((crm, book.of(crm, call.client_number)) for crm in crms)
    first = ((crm, matches[0]) for crm, matches in known if matches)
    match = next((match for crm, match in first if may_name(crm, match)), None)
    return Line(call=call, match=match, creates=creates and match is None and bool(call.client_number))


def book_of(project: Project, text: str) -> Sequence[DirectoryEntry]:
    """People and companies by the beginnings of words of their names, or by digits of their numbers."""
    named = {crm.pk: named_by(crm) for crm in Connection.objects.filter(project=project, role="crm")}
    found = candidates(project, text, most=LENGTH)
    return [one for one in found if not named[one.connection_id] or one.kind in named[one.connection_id]]


def chats(project: Project) -> Sequence[Call]:
    """The latest dialogues of the project's messengers."""
    told = Call.objects.filter(project=project, channel=Channel.DIALOGUE).select_related("employee")
    return list(told.order_by("-started_at", "-pk")[:LENGTH])
