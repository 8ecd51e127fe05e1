"""How far a request has come, in words: for pages, the API and the browser extension alike."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from switchhook.core.phone import display
from switchhook.dialing import words
from switchhook.dialing.models import DialRequest, DialState
from switchhook.dialing.ways import lines_of
from switchhook.dialing.words import STOPPED

_SAID: dict[DialState, str | Promise] = {
    DialState.CHECKING: _("Looking whether your phone is online…"),
    DialState.CALLING: _("Calling your phone. Pick up, then the client is called."),
    DialState.RINGING: _("You have picked up. Ringing the client…"),
    DialState.CONNECTED: _("Connected"),
    DialState.UNREPORTED: _("The telephone exchange has not reported the call. If your phone did not ring, try again."),
    DialState.ENDED: _("The call has ended."),
}

_OUTCOMES: dict[str, str | Promise] = {
    "answered": _("The call has ended."),
    "missed": _("The client did not answer."),
    "failed": _("The call did not come about."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A state's sentence and remedy in the active language; `anyway` says that the call can be made all the same.

    `lines` are the employee's other phones, where his first one is the trouble. `tone` is good, bad, warn or busy.
    """

    sentence: str
    remedy: str
    anyway: bool
    lines: tuple[str, ...]
    tone: str


def told(dial: DialRequest) -> Told:
    """What a person is told about a request as it stands."""
    state = DialState(dial.state)
    if state is DialState.FAILED:
        return _told_failure(dial)
    outcome = dial.call.status if dial.call else ""
    said = _OUTCOMES.get(outcome, _SAID[state]) if state is DialState.ENDED else _SAID[state]
    tone = "busy" if not state.is_over else "warn" if state is DialState.UNREPORTED or outcome != "answered" else "good"
    return Told(sentence=str(said), remedy="", anyway=False, lines=(), tone=tone)


def _told_failure(dial: DialRequest) -> Told:
    shown = display(dial.line) if dial.line.startswith("+") else dial.line
    is_stopped = dial.reason == STOPPED
    name = dial.detail if is_stopped else dial.employee.name
    said = words.sentence(dial.reason, {"line": shown, "number": display(dial.number), "name": name})
    sentence = f"{said} {gettext(dial.detail)}" if dial.detail and not is_stopped else said
    about_the_phone = dial.reason in {"offline", "speaking"}
    others = tuple(line for line in lines_of(dial.employee) if about_the_phone and line != dial.line)
    return Told(
        sentence=sentence,
        remedy=words.remedy(dial.reason),
        anyway=dial.reason in words.OVERRIDABLE,
        lines=others,
        tone="bad",
    )
