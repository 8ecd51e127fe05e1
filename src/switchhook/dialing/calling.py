"""Carrying a request out: is the phone there, is it free, then the exchange is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from switchhook.connections.accounts import open_telephony
from switchhook.connections.models import Connection
from switchhook.connections.services import mark_broken
from switchhook.connectors.base import TelephonyConnector
from switchhook.core.errors import AuthFailed, Misconfigured, OutcomeUnknown, RateLimited, SwitchhookError, Transient
from switchhook.dialing.models import DialRequest, DialState
from switchhook.dialing.news import move
from switchhook.dialing.refusals import DialRefused
from switchhook.dialing.ways import calling_of, lines_of, telephony_of
from switchhook.dialing.words import STOPPED
from switchhook.projects.models import Employee

LATEST = timedelta(seconds=30)
"""A phone that rings later than this after the click would surprise; the request fails instead."""


def carry_out(dial: DialRequest) -> bool:
    """Check the phone and have the exchange call; True if it was told to. Told once, however often this runs.

    Raises nothing of the telephony: what goes wrong is kept with the request.
    """
    if dial.state != DialState.CHECKING:
        return False
    try:
        return _call(dial)
    except DialRefused as refused:
        _fail(dial, refused.code, refused.values)
    return False


def _call(dial: DialRequest) -> bool:
    if timezone.now() - dial.created_at > LATEST:
        raise DialRefused("late")
    telephony = telephony_of(dial.project)
    try:
        account = open_telephony(telephony)
        line = _line(dial, account)
    except SwitchhookError as error:
        raise _refusal(telephony, error) from error
    # From here on the exchange may have been told: whoever finds the request in this state tells it nothing again.
    if not move(dial, DialState.CALLING, only_from=(DialState.CHECKING,), line=line, asked_at=timezone.now()):
        return False
    try:
        account.call_back(employee=line, client=dial.number)
    except OutcomeUnknown:
        return True
    except SwitchhookError as error:
        raise _refusal(telephony, error) from error
    return True


def _line(dial: DialRequest, account: TelephonyConnector) -> str:
    preferred = dial.line or calling_of(dial.project, dial.requested_by).line
    choice = Phones.of(dial.employee, preferred)
    if dial.anyway or not choice.sips:
        return choice.first
    try:
        online, speaking = account.online(), account.speaking()
    except Transient:
        # Presence helps and decides nothing: if the exchange cannot say, the call itself will tell.
        return choice.first
    return choice.free(online, speaking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """The lines that may ring for a request: SIP logins in order, else mobiles, of which presence tells nothing."""

    sips: Sequence[str]
    mobiles: Sequence[str]

    @classmethod
    def of(cls, employee: Employee, preferred: str = "") -> "Phones":
        """The employee's, or only the preferred one where it is his."""
        if preferred and preferred in lines_of(employee):
            is_sip = preferred in employee.sips
            return cls(sips=[preferred] if is_sip else [], mobiles=[] if is_sip else [preferred])
        if not lines_of(employee):
            raise DialRefused("no_line", name=employee.name)
        return cls(sips=employee.sips, mobiles=[] if employee.sips else employee.mobiles)

    @property
    def first(self) -> str:
        """What rings when nothing is known."""
        return next(iter((*self.sips, *self.mobiles)))

    def free(self, online: frozenset[str], speaking: frozenset[str]) -> str:
        """The first login that is online and not in a conversation. Raises DialRefused: `offline`, `speaking`."""
        if any(sip in speaking for sip in self.sips):
            raise DialRefused("speaking", line=next(sip for sip in self.sips if sip in speaking))
        found = next((sip for sip in self.sips if sip in online), None)
        if found is None:
            raise DialRefused("offline", line=self.first)
        return found


def _refusal(telephony: Connection, error: SwitchhookError) -> DialRefused:
    if isinstance(error, AuthFailed):
        mark_broken(telephony, str(error))
        return DialRefused("auth_failed")
    if isinstance(error, RateLimited):
        return DialRefused("rate_limited")
    if isinstance(error, Transient):
        return DialRefused("unreachable")
    if isinstance(error, Misconfigured):
        return DialRefused("misconfigured", said=str(error))
    return DialRefused("refused", said=str(error))


def _fail(dial: DialRequest, code: str, values: dict[str, object]) -> None:
    said = values.get("name", "") if code == STOPPED else values.get("said", "")
    shown = {"detail": str(said)[:1000]}
    if "line" in values:
        shown["line"] = str(values["line"])
    move(dial, DialState.FAILED, only_from=(DialState.CHECKING, DialState.CALLING), reason=code, **shown)
