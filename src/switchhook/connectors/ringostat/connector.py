"""Ringostat as the hub's telephony."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from switchhook.connectors.base import (
    Account,
    Health,
    Meaning,
    RawEvent,
    RehearsedCall,
    RehearsedEvent,
    SampleReading,
    StaffMember,
)
from switchhook.connectors.http import download
from switchhook.core.call import CallFact
from switchhook.core.errors import Misconfigured, Rejected, TargetGone
from switchhook.core.inquiry import InquiryFact

from . import events, rehearsal, sample
from .client import RingostatApi
from .config import Config
from .export import calls_between
from .staff import staff_members


class Ringostat:
    """One Ringostat project. Reading events needs no credentials, so an event can be read before they are entered."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def check(self) -> Health:
        """Two requests: SIP presence proves the key, the staff list proves the project."""
        online = self.online()
        try:
            members = self.staff()
        except (Rejected, TargetGone) as error:
            raise Misconfigured(f"The project id is not accepted: {error}", field="project_id") from error
        remarks = [f"{len(members)} employees, {len(online)} SIP logins online."]
        without = [member.ref.name for member in members if not member.sips and not member.mobiles]
        if without:
            remarks.append(f"No SIP login and no mobile number: {', '.join(sorted(without))}.")
        return Health(account_name=f"Ringostat {self._config.project_id}", remarks=tuple(remarks))

    def read(self, event: RawEvent) -> Sequence[CallFact | InquiryFact]:
        """See `events.read`."""
        return events.read(event, self._account)

    def explain(self, event: RawEvent) -> SampleReading:
        """See `sample.explain`."""
        return sample.explain(event, self._account)

    def meanings(self) -> Sequence[Meaning]:
        """See `sample.MEANINGS`."""
        return sample.MEANINGS

    def rehearse(self, call: RehearsedCall) -> Sequence[RehearsedEvent]:
        """See `rehearsal.rehearse`."""
        return rehearsal.rehearse(call, self._account)

    def calls(self, since: datetime, until: datetime) -> Iterator[CallFact]:
        """See `export.calls_between`."""
        return calls_between(self._api, self._account, since, until)

    def staff(self) -> Sequence[StaffMember]:
        """The project's employees with their SIP logins and mobiles."""
        return staff_members(self._api.staff(), self._account.country)

    def online(self) -> frozenset[str]:
        """SIP logins that are registered now."""
        return self._api.sip_logins("online")

    def speaking(self) -> frozenset[str]:
        """SIP logins that are in a conversation now."""
        return self._api.sip_logins("speaking")

    def call_back(self, *, employee: str, client: str) -> None:
        """Ring the employee, then the client. Not idempotent: raises OutcomeUnknown when the answer was lost."""
        self._api.call_back(employee=employee.removeprefix("+"), client=client.removeprefix("+"))

    def open_recording(self, url: str) -> Iterator[bytes]:
        """The audio or transcript behind a link of this project, in chunks."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError as error:
            raise Rejected("The recording's address cannot be read.") from error
        if parts.scheme != "https" and not (parts.scheme == "http" and host in self._config.plain_hosts):
            raise Misconfigured(
                f"Recordings on {host or 'this address'} are not fetched without TLS. "
                "Name the host in the connection's setting “Recording hosts” to allow it.",
                field="recording_hosts",
            )
        return download(url)

    @cached_property
    def _config(self) -> Config:
        return Config.of(self._account)

    @cached_property
    def _api(self) -> RingostatApi:
        return RingostatApi(self._config, zone=self._account.zone, clock=self._account.clock)


def connect(account: Account) -> Ringostat:
    """Open an account. Sends nothing."""
    return Ringostat(account)
