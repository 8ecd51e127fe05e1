"""The audit trail in words: a sentence for every action, names for what was changed and for its values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from switchhook.console.wording import MOMENTS, PARAMETERS
from switchhook.core.redaction import MASK, is_secret_name
from switchhook.projects.models import AuditEntry, Role

ACTIONS: dict[str, str | Promise] = {
    "project.create": _("Made the project %(target)s"),
    "project.change": _("Changed the project's settings"),
    "member.invite": _("Invited %(target)s"),
    "member.withdraw": _("Withdrew the invitation of %(target)s"),
    "member.join": _("%(target)s joined"),
    "member.role": _("Changed the role of %(target)s"),
    "member.link": _("Changed who %(target)s is on the phone"),
    "member.remove": _("Removed the member %(target)s"),
    "employee.fetch": _("Took employees over from %(target)s"),
    "employee.add": _("Added the employee %(target)s"),
    "employee.change": _("Changed the employee %(target)s"),
    "employee.save": _("Changed the employee %(target)s"),
    "employee.activate": _("Made the employee %(target)s active again"),
    "employee.deactivate": _("Made the employee %(target)s inactive"),
    "number.add": _("Added the line %(target)s"),
    "number.change": _("Changed the line %(target)s"),
    "number.remove": _("Removed the line %(target)s"),
    "number.stop": _("Put the line %(target)s on the stop list"),
    "number.release": _("Took the line %(target)s off the stop list"),
    "ignored.add": _("Let the client %(target)s be ignored"),
    "ignored.add_many": _("Let several clients be ignored"),
    "ignored.remove": _("No longer ignores the client %(target)s"),
    "connection.add": _("Connected %(target)s"),
    "connection.settings": _("Changed the settings of %(target)s"),
    "connection.rules": _("Changed the rules of %(target)s"),
    "connection.fields": _("Changed the fields and pipelines of %(target)s"),
    "connection.titles": _("Changed the default names of %(target)s"),
    "connection.names": _("Changed the parameter names of %(target)s"),
    "connection.forwarding": _("Changed the forwarding of %(target)s"),
    "connection.people": _("Changed who is who in %(target)s"),
    "connection.move": _("Moved %(target)s in the order of CRMs"),
    "connection.pause": _("Paused %(target)s"),
    "connection.activate": _("Switched on %(target)s"),
    "connection.broken": _("%(target)s refused the credentials; its work was held"),
    "connection.rotate_secret": _("Made new addresses for %(target)s"),
    "connection.renew_credentials": _("Renewed the credentials of %(target)s"),
    "connection.keep_held": _("Kept back the calls that %(target)s had held"),
    "connection.send_skipped": _("Sent the calls that %(target)s had kept back"),
    "connection.read_log": _("Had the call log of %(target)s read"),
    "connection.send_observed": _("Sent the calls that %(target)s had only observed"),
    "connection.observe": _("Let %(target)s observe: plans are made, nothing is written"),
    "connection.observe_end": _("Ended the observing of %(target)s"),
    "matrix.save": _("Put another scenario table in force for %(target)s"),
    "working_time.save": _("Changed the working hours of %(target)s"),
    "working_time.clear": _("Took the working hours of %(target)s back to the usual"),
    "holiday.add": _("Added the holiday %(target)s"),
    "holiday.take_over": _("Took over the public holidays %(target)s"),
    "holiday.remove": _("Removed the holiday %(target)s"),
    "absence.save": _("Changed an absence of %(target)s"),
    "absence.remove": _("Removed an absence of %(target)s"),
    "alert.save": _("Changed the alert %(target)s"),
    "alert.remove": _("Removed the alert %(target)s"),
    "telegram.save": _("Connected the Telegram bot %(target)s for alerts"),
    "telegram.remove": _("Removed the Telegram bot of the alerts"),
    "telegram.unlink": _("Removed the Telegram chat %(target)s from the alerts"),
    "dialing.default": _("Changed how numbers are dialled"),
    "browser.pair": _("Connected the browser of %(target)s"),
    "browser.revoke": _("Disconnected the browser of %(target)s"),
    "popup.show_to": _("Changed who sees a call that rings for nobody"),
    "first_run.call": _("Made a test call"),
    "first_run.finish": _("Finished the first steps"),
    "view.made": _("Saved the journal's view %(target)s for everybody"),
    "view.changed": _("Changed the journal's view %(target)s"),
    "view.deleted": _("Removed the journal's view %(target)s"),
    "calls.exported": _("Saved calls as a file"),
    "calls.linked": _("Linked a call with %(target)s"),
    "calls.contact_made": _("Made the contact %(target)s for a call"),
    "missed.assigned": _("Gave the missed call of %(target)s to somebody else"),
    "missed.closed": _("Closed the missed call of %(target)s"),
    "missed.reopened": _("Opened the missed call of %(target)s again"),
    "effect.resend": _("Sent records again that had been refused"),
    "token.issue": _("Issued the API token %(target)s"),
    "token.revoke": _("Revoked the API token %(target)s"),
}
"""What each action says on the page; every action that the hub writes has one (tested)."""

AREAS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "project": (_("Project"), ("project", "first_run")),
    "members": (_("Members"), ("member",)),
    "employees": (_("Employees"), ("employee",)),
    "lines": (_("Lines and stop list"), ("number", "ignored")),
    "connections": (_("Connections"), ("connection",)),
    "scenarios": (_("Scenarios"), ("matrix",)),
    "time": (_("Working time and absences"), ("working_time", "holiday", "absence")),
    "alerts": (_("Alerts"), ("alert", "telegram")),
    "calls": (_("Calls"), ("calls", "view", "missed", "dialing", "effect", "popup")),
    "tokens": (_("API tokens and browsers"), ("token", "browser")),
}
"""By what the trail can be filtered: area → its name, and the first words of its actions."""

LABELS: dict[str, str | Promise] = {
    "name": _("Name"),
    "email": _("E-mail"),
    "label": _("Label"),
    "note": _("Note"),
    "active": pgettext_lazy("of a person", "Active"),
    "role": _("Role"),
    "employee": _("On the phone"),
    "time_zone": _("Time zone"),
    "country": _("Country"),
    "language": _("Language"),
    "sips": _("SIP logins"),
    "mobiles": _("Mobile (FMC) numbers"),
    "extension": _("Extension"),
    "staff_id": _("Staff id"),
    "sip_pair": _("SIP pair"),
    "stopped": _("On the stop list"),
    "together": _("Stopped together"),
    "senior_employee": _("Senior manager"),
    "top_employee": _("Top manager"),
    "task_due_minutes": _("Minutes for an open task"),
    "parties_at": _("Records of answered calls"),
    "create_contacts": _("Contacts for"),
    "cards_for": _("Leads and deals for"),
    "channels": _("Written into this CRM"),
    "update_only": _("Update only"),
    "send_on_contact": _("Dialogues at once"),
    "field_rules": _("Fields"),
    "pipeline_rules": _("Pipeline rules"),
    "default_pipeline": _("Default pipeline"),
    "titles": _("Default names"),
    "names": _("Parameter names"),
    "forward_order": _("Who is asked for"),
    "forward_mobiles": _("Answer with mobile numbers"),
    "forward_fields": _("Names of the question's fields"),
    "forward_state": _("Value that marks a question"),
    "forward_answer": _("Form of the answer"),
    "forward_answer_field": _("Field of the answer"),
    "forward_nobody": _("Answer for nobody"),
    "forward_nobody_status": _("Its HTTP status"),
    "forward_skip_absent": _("Skip who is absent"),
    "connector": _("Kind of account"),
    "preset": _("Preset"),
    "fields": _("Fields"),
    "calls": _("Calls"),
    "held": _("Chosen"),
    "ranked": pgettext_lazy("rank", "Order"),
    "count": _("How many"),
    "numbers": _("Numbers"),
    "program": _("Program"),
    "version": _("Version"),
    "changed_rows": _("Changed rows"),
    "owner": _("Responsible"),
    "reason": _("Reason"),
    "filter": _("Filter"),
    "query": _("Filter"),
    "week": _("Week"),
    "observe_until": _("Until"),
}

_VALUES: dict[str, str | Promise] = {
    "in-answered": _("answered incoming calls"),
    "in-missed": _("missed incoming calls"),
    "out-answered": _("answered outgoing calls"),
    "out-missed": _("unanswered outgoing calls"),
    "in": _("incoming calls"),
    "out": _("outgoing calls"),
    "call": _("calls"),
    "form": _("site forms"),
    "dialogue": _("messenger dialogues"),
    **MOMENTS,
    **{role.value: role.label for role in Role},
}
_WORDED = {"parties_at", "create_contacts", "cards_for", "channels", "role"}
_PEOPLE = {"senior_employee", "top_employee"}
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed, in words; `before` is None where only what came of it is known."""

    label: str
    before: str | None
    after: str


def sentence(entry: AuditEntry) -> str:
    """What was done, in the active language."""
    text = ACTIONS.get(entry.action)
    return str(text) % {"target": entry.target} if text else f"{entry.action} {entry.target}".strip()


def changes(entry: AuditEntry, people: Mapping[int, str]) -> list[Change]:
    """What was changed; `people` are the employees' names by id."""
    return [_change(name, value, people) for name, value in entry.changes.items() if value not in (None, "", [], {})]


def _change(name: str, value: Any, people: Mapping[int, str]) -> Change:
    label = str(LABELS.get(name, name))
    if isinstance(value, dict) and value.keys() == {"from", "to"}:
        return Change(label, _word(name, value["from"], people), _word(name, value["to"], people))
    return Change(label, None, _word(name, value, people))


def _word(name: str, value: Any, people: Mapping[int, str]) -> str:
    if is_secret_name(name):
        return MASK
    if value is None or value in ("", [], {}):
        return pgettext("nothing set", "none")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name in _PEOPLE:
        return people.get(int(value), str(value)) if str(value).isdecimal() else str(value)
    text = _joined(value, worded=name in _WORDED)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _joined(value: Any, *, worded: bool) -> str:
    if isinstance(value, Mapping):
        return _rule(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        between = "; " if any(isinstance(one, Mapping) for one in value) else ", "
        return between.join(_joined(one, worded=worded) for one in value)
    return str(_VALUES.get(str(value), value)) if worded else str(value)


def _rule(value: Mapping[str, Any]) -> str:
    if {"parameter", "field"} <= value.keys():
        return f"{PARAMETERS.get(value['parameter'], value['parameter'])} → {value['field']}"
    if {"parameter", "pipeline"} <= value.keys():
        named = PARAMETERS.get(value["parameter"], value["parameter"])
        return f"{named} = {value.get('value', '')} → {value['pipeline']}"
    shown = ((name, MASK if is_secret_name(str(name)) else said) for name, said in value.items())
    return ", ".join(f"{name} = {said}" for name, said in shown)
