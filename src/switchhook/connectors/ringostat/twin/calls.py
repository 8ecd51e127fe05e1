"""A call as the PBX knows it, and the values of the webhook and export variables that follow from it.

Variables carry Ringostat's "2.0" names; how a body spells them is the business of `bodies`.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from .config import TwinConfig, TwinEmployee

ANSWERED = frozenset({"ANSWERED", "PROPER", "REPEATED"})

RowState = Literal["mature", "running", "in_progress", "calling", "twice", "absent"]

UNASSIGNED_SIP = "acme_unassigned"
"""A SIP login in no employee's profile."""

_INTERNATIONAL = re.compile(r"\+?([1-9]\d{8,14})")

UTM_DEFAULT = {
    "utm_source": "google",
    "utm_medium": "cpc",
    "utm_campaign": "brand",
    "utm_term": "switchboard",
    "utm_content": "(not set)",
}


@dataclass(slots=True, kw_only=True)
class Call:
    """One call. `client` is spelled as asked for (empty: hidden); `started_at` is aware; `wait` and `talk` are seconds.

    `employee` took the call on `connected_with` (or made it) and may have passed it on to `transferred_to`. `made_by`
    says how an outgoing call came about. `ended` is False while the player has not hung up; the export row
    is final from `matures_at` on (None: not before `finish`).
    """

    call_id: str
    call_type: str
    client: str
    project_number: str
    started_at: datetime
    disposition: str
    wait: int
    talk: int = 0
    employee: TwinEmployee | None = None
    connected_with: str = ""
    transferred_to: TwinEmployee | None = None
    made_by: Literal["client", "employee", "api", "colleague"] = "client"
    utm: dict[str, str] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    recorded: bool = False
    counter: int = 1
    row: RowState = "mature"
    ended: bool = False
    matures_at: datetime | None = None

    @property
    def duration(self) -> int:
        """The whole call with ringing, in seconds."""
        return self.wait + self.talk

    @property
    def last_employee(self) -> TwinEmployee | None:
        """Whose call it was in the end."""
        return self.transferred_to or self.employee

    @property
    def last_direction(self) -> str:
        """The direction that was talked on in the end."""
        return self.transferred_to.direction if self.transferred_to else self.connected_with

    @property
    def ends_at(self) -> datetime:
        """When it is hung up."""
        return self.started_at + timedelta(seconds=self.duration)

    def running(self, now: datetime) -> bool:
        """Whether the export still shows the call as not answered."""
        return not self.ended or self.matures_at is None or now < self.matures_at

    @property
    def recording_token(self) -> str:
        """The 32 hexadecimal digits that open the recording without login; the same for the same id."""
        return hashlib.sha256(f"recording {self.call_id}".encode()).hexdigest()[:32]

    def recording_url(self, base: str, suffix: str = "wav") -> str:
        """The link to the audio (`wav`) or the transcript (`vtt`)."""
        return f"{base}/recordings/{self.call_id}.{suffix}?token={self.recording_token}"


def spellings(client: str) -> tuple[str, str]:
    """How E164 and the other number fields show the client: `+digits` and digits for an international number.

    Anything else (a local number, one with brackets) stands in both as it was given.
    """
    match = _INTERNATIONAL.fullmatch(client)
    return (f"+{match[1]}", match[1]) if match else (client, client)


def identity(call: Call, config: TwinConfig) -> dict[str, Any]:
    """Id, time and kind: known in every event. `calldate` stays a datetime until a body formats it."""
    return {
        "uniqueid": call.call_id,
        "calldate": call.started_at.astimezone(config.zone),
        "calldate_timestamp_micros": str(int(call.started_at.timestamp() * 1_000_000)),
        "call_type": call.call_type,
        "project_id": config.project_id,
    }


def parties(call: Call) -> dict[str, Any]:
    """Who calls whom, in the fields Ringostat uses for the direction and for the way the call was started."""
    e164, digits = spellings(call.client)
    known = {"E164": e164 or None, "userfield": digits or None}
    if call.made_by == "client":
        caller = digits or "anonymous"
        return {"caller": caller, "caller_number": digits or None, **known, "dst": call.project_number}
    outgoing = {**known, "caller": call.employee.sip_display if call.employee else "", "outbound_number": None}
    if call.made_by == "colleague":
        return {**outgoing, "E164": None, "userfield": None, "dst": call.client}
    outgoing["outbound_number"] = call.project_number
    if call.made_by == "api":
        return {**outgoing, "dst": call.project_number}
    return {**outgoing, "dst": digits, "full_num": digits}


def marketing(call: Call) -> dict[str, Any]:
    """Visit tags, pool, scheme, counters."""
    seed = int(hashlib.sha256(call.client.encode()).hexdigest()[:8], 16)
    visit = {
        "client_id": f"{1_000_000_000 + seed % 1_000_000_000}.{int(call.started_at.timestamp()) - 3600}",
        "remote_ip": "192.0.2.10",
        "landing": "https://shop.example.com/",
        "refferrer": "https://www.google.com/",
        "pool_name": "Context ads",
        "scheme_name": "Main scheme",
        "insertion_type": "callback" if call.call_type == "callback" else "dynamic",
    }
    counted = {"call_counter": call.counter, "unique_call": "1" if call.counter == 1 else "0"}
    return {**(visit if call.made_by == "client" else {}), **counted, **call.utm, **call.tags}


def staff(employee: TwinEmployee | None, connected_with: str = "") -> dict[str, Any]:
    """Who took the call. Nobody in the project: `connected_with` alone."""
    if employee is None:
        return {"connected_with": connected_with or None, **dict.fromkeys(STAFF_NAMES)}
    return {
        "connected_with": connected_with or employee.direction,
        "employee_fio": employee.name,
        "employee_number": employee.staff_id,
        "employee_email": employee.email,
        "extension_number": employee.extension or None,
        "department": employee.departments[0] if employee.departments else None,
    }


STAFF_NAMES = ("employee_fio", "employee_number", "employee_email", "extension_number", "department")

OUTCOME_NAMES = ("disposition", "billsec", "duration", "duration_ms", "waittime", "has_recording", "recording_wav")

OUTCOME_UNKNOWN: dict[str, Any] = dict.fromkeys(OUTCOME_NAMES)
"""What events before the hang-up say about the result: the keys are there, the values are null."""


def outcome(call: Call, base: str, project_id: str) -> dict[str, Any]:
    """The result, as the after-call event states it."""
    link = call.recording_url(base) if call.recorded else None
    return {
        "disposition": call.disposition,
        "billsec": call.talk,
        "duration": call.duration,
        "duration_ms": str(call.duration * 1000),
        "waittime": str(call.wait),
        "has_recording": "1" if call.recorded else "0",
        "recording_wav": link,
        "recording": link,
        "proper_flag": int(call.disposition == "PROPER"),
        "repeated_flag": int(call.disposition == "REPEATED"),
        "call_card": call_card(call, base, project_id),
    }


def call_card(call: Call, base: str, project_id: str) -> str:
    """The link to the call's page in the cabinet."""
    return f"{base}/project/callcards/card/{call.call_id}/?project_id={project_id}"


def call_id_for(node: str, started_at: datetime, sequence: int) -> str:
    """`<node>_-<epoch>.<sequence>`."""
    return f"{node}_-{int(started_at.astimezone(UTC).timestamp())}.{sequence}"
