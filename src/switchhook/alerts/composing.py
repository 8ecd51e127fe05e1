"""What a message says, in its reader's language and the project's time zone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, override

from switchhook.alerts.models import AlertKind, AlertNotice, AlertRule
from switchhook.core.phone import display
from switchhook.delivery.trace import worded
from switchhook.projects.models import Project

LINES = 15
"""How many of many things are named one by one."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message: its subject, and its text with the subject as first line."""

    subject: str
    text: str


def compose(rule: AlertRule, notices: Sequence[AlertNotice], language: str) -> Words:
    """One message about all of `notices` (at least one), however many."""
    with override(language), timezone.override(rule.project.zone):
        head, lines, path = _TEXTS[AlertKind(rule.kind)](rule, [notice.data for notice in notices])
        return _words(rule.project, head, lines, path)


def trial(rule: AlertRule, language: str) -> Words:
    """The message that the button "send a test" sends."""
    with override(language):
        head = gettext("This is a test: alerts arrive here.")
        return _words(rule.project, head, [AlertKind(rule.kind).label], _page("alerts", rule.project))


def _words(project: Project, head: str, lines: Sequence[Any], path: str) -> Words:
    named = [str(line) for line in lines[:LINES]]
    if len(lines) > LINES:
        rest = len(lines) - LINES
        named.append(ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": rest})
    parts = [head, "\n".join(named), f"{settings.PUBLIC_URL}{path}"]
    # A subject is one line, whatever a name holds.
    return Words(" ".join(f"{project.name}: {head}".split())[:200], "\n\n".join(part for part in parts if part))


def _page(name: str, project: Project, *args: Any) -> str:
    return reverse(name, args=(project.pk, *args))


def _moment(iso: str) -> str:
    local = timezone.localtime(datetime.fromisoformat(iso))
    return date_format(local, "H:i") if local.date() == timezone.localdate() else date_format(local, "j E, H:i")


def _client(data: Mapping[str, Any]) -> str:
    number = display(data["number"]) if data.get("number") else gettext("hidden number")
    who = f"{data['name']}, {number}" if data.get("name") else number
    return f"{_moment(data['at'])}  {who}"


_Told = tuple[str, list[str], str]


def _call_page(rule: AlertRule, told: Sequence[Mapping[str, Any]]) -> str:
    if len(told) == 1:
        return _page("call", rule.project, told[0]["call"])
    return f"{_page('calls', rule.project)}?status=missed"


def _missed(rule: AlertRule, told: list[Any]) -> _Told:
    n = len(told)
    return ngettext("%(n)s missed call", "%(n)s missed calls", n) % {"n": n}, _clients(told), _call_page(rule, told)


def _overdue(rule: AlertRule, told: list[Any]) -> _Told:
    n = len(told)
    head = ngettext("%(n)s client waits to be called back", "%(n)s clients wait to be called back", n) % {"n": n}
    return head, _clients(told), _page("missed", rule.project)


def _digest(rule: AlertRule, told: list[Any]) -> _Told:
    return _overdue(rule, told[-1]["clients"])


def _clients(told: Sequence[Mapping[str, Any]]) -> list[str]:
    return [_client(one) for one in told]


def _connection(rule: AlertRule, told: list[Any]) -> _Told:
    names = ", ".join(dict.fromkeys(one["name"] for one in told))
    back = all(one.get("mended") for one in told)
    head = gettext("%(names)s: works again") if back else gettext("%(names)s: does not work")
    lines = [_trouble(one) for one in told]
    return head % {"names": names}, lines, _page("connection", rule.project, told[-1]["connection"])


def _trouble(data: Mapping[str, Any]) -> str:
    values = {"name": data["name"], "at": _moment(data["at"]), "why": worded(data["why"])}
    if data.get("mended"):
        return gettext("%(name)s works again. What was held is sent by itself.") % values
    return gettext("%(name)s does not work since %(at)s. %(why)s") % values


def _work(rule: AlertRule, told: list[Any]) -> _Told:
    stuck, held = told[-1]["stuck"], told[-1]["held"]
    lines = [
        ngettext("%(n)s thing was refused and needs a person", "%(n)s things were refused and need a person", stuck)
        % {"n": stuck},
        ngettext("%(n)s call waits to be sent to a CRM", "%(n)s calls wait to be sent to a CRM", held) % {"n": held},
    ]
    shown = [line for line, count in zip(lines, (stuck, held), strict=True) if count]
    return gettext("Work has piled up"), shown, _page("deliveries", rule.project)


def _silence(rule: AlertRule, told: list[Any]) -> _Told:
    hours, at = told[-1]["hours"], told[-1]["at"]
    head = ngettext(
        "No events have come in for %(n)s working hour", "No events have come in for %(n)s working hours", hours
    )
    lines = [gettext("The last one came %(at)s.") % {"at": _moment(at)}] if at else []
    lines.append(gettext("Look whether telephony still sends its webhooks to the hub."))
    return head % {"n": hours}, lines, _page("events", rule.project)


def _recordings(rule: AlertRule, told: list[Any]) -> _Told:
    n = len(told)
    head = ngettext("%(n)s recording cannot be fetched", "%(n)s recordings cannot be fetched", n) % {"n": n}
    return head, _clients(told), _call_page(rule, told)


_TEXTS: dict[AlertKind, Callable[[AlertRule, list[Any]], _Told]] = {
    AlertKind.MISSED: _missed,
    AlertKind.OVERDUE: _overdue,
    AlertKind.DIGEST: _digest,
    AlertKind.CONNECTION: _connection,
    AlertKind.WORK: _work,
    AlertKind.SILENCE: _silence,
    AlertKind.RECORDINGS: _recordings,
}
