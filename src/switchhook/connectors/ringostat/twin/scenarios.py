"""The calls, forms and chats that can be played: one entry each, data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from . import events, visitors
from .events import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A script: its steps in order, and the call they tell of. `wait` and `talk` in seconds.

    `rings` is how many destinations are tried; `by` who takes the call: the employee of the play (or of the forwarding
    answer), nobody, or a SIP login tied to no one. `chat` says how a chat goes otherwise than `visitors.CHAT`.
    """

    description: str
    steps: tuple[Step, ...]
    call_type: Literal["in", "out", "callback"] = "in"
    made_by: Literal["client", "employee", "api", "colleague"] = "client"
    disposition: str = "PROPER"
    wait: int = 14
    talk: int = 83
    rings: int = 1
    by: Literal["employee", "stranger"] = "employee"
    transfers: bool = False
    hidden: bool = False
    is_call: bool = True
    ends: bool = True
    chat: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self, name: str) -> dict[str, Any]:
        """For `GET /__twin__/scenarios`."""
        return {"name": name, "description": self.description}


_INCOMING = (events.before, events.forwarding, events.taking, events.after)
_UNANSWERED = (events.before, events.forwarding, events.after)
_OUTGOING = (events.before, events.after)
_CHAT = (
    visitors.dialogue_start,
    visitors.dialogue_taken,
    visitors.contact_given,
    visitors.dialogue_released,
    visitors.dialogue_end,
)

SCENARIOS: dict[str, Scenario] = {
    "incoming-answered": Scenario(description="A client calls and an employee answers.", steps=_INCOMING),
    "incoming-missed": Scenario(
        description="A client calls and nobody answers.", steps=_UNANSWERED, disposition="NO ANSWER", wait=27, talk=0
    ),
    "incoming-busy": Scenario(
        description="A client calls and all directions are busy.", steps=_UNANSWERED, disposition="BUSY", wait=4, talk=0
    ),
    "incoming-transferred": Scenario(
        description="One employee answers and passes the call on to another, who ends it.",
        steps=(events.before, events.forwarding, events.taking, events.transfer, events.after),
        talk=140,
        transfers=True,
    ),
    "incoming-queue": Scenario(
        description="The call rings at two employees in vain before the third answers.",
        steps=_INCOMING,
        rings=3,
        wait=41,
    ),
    "incoming-voicemail": Scenario(
        description="Nobody answers; the client leaves a message, which has talk seconds and a recording.",
        steps=_UNANSWERED,
        disposition="VOICEMAIL",
        wait=30,
        talk=21,
    ),
    "incoming-unknown-employee": Scenario(
        description="The call is answered on a SIP login that is in no employee's profile.",
        steps=_INCOMING,
        by="stranger",
    ),
    "incoming-hidden": Scenario(
        description="The client withholds the number; an employee answers.", steps=_INCOMING, hidden=True
    ),
    "callback": Scenario(
        description="The site's callback widget connects an employee with the client.",
        steps=(events.before, events.taking, events.after),
        call_type="callback",
    ),
    "callback-missed": Scenario(
        description="A callback was ordered and the client did not pick up.",
        steps=(events.before, events.after),
        call_type="callback",
        disposition="CLIENT NO ANSWER",
        wait=20,
        talk=0,
    ),
    "outgoing-answered": Scenario(
        description="An employee dials a client, who answers.",
        steps=_OUTGOING,
        call_type="out",
        made_by="employee",
        wait=9,
    ),
    "outgoing-missed": Scenario(
        description="An employee dials a client, who does not answer.",
        steps=_OUTGOING,
        call_type="out",
        made_by="employee",
        disposition="NO ANSWER",
        wait=27,
        talk=0,
    ),
    "outgoing-api": Scenario(
        description="A call started by the API (click-to-call): the called side shows the project number.",
        steps=_OUTGOING,
        call_type="out",
        made_by="api",
        wait=12,
    ),
    "outgoing-no-id-before": Scenario(
        description="An answered outgoing call whose first event has no call id yet.",
        steps=(events.before_without_id, events.after),
        call_type="out",
        made_by="employee",
        wait=9,
    ),
    "late-recording": Scenario(
        description="The after-call event comes without a recording, and once more with it, the rest null.",
        steps=(events.before, events.forwarding, events.taking, events.after_without_recording, events.late_recording),
    ),
    "ai-analysis": Scenario(
        description="An answered call, then the machine's analysis of it.", steps=(*_INCOMING, events.analysis)
    ),
    "rating": Scenario(
        description="An answered call, then the mark the client gave it.", steps=(*_INCOMING, events.rating)
    ),
    "form": Scenario(description="A visitor sends a form of the site.", steps=(visitors.form,), is_call=False),
    "chat": Scenario(
        description="A client writes in a messenger; an employee takes the chat into work, asks for the phone number, "
        "sends the client's data to the CRM and closes the chat. Told by the start and the end.",
        steps=_CHAT,
        is_call=False,
    ),
    "chat-steps": Scenario(
        description="The same chat, each of its steps told by an event of its own.",
        steps=_CHAT,
        chat={"told_by": "events"},
        is_call=False,
    ),
    "chat-not-sent": Scenario(
        description="The client gives the phone number, and nobody sends the data to the CRM.",
        steps=_CHAT,
        chat={"released": False},
        is_call=False,
    ),
    "chat-without-contact": Scenario(
        description="The client's data are sent to the CRM without a phone number or an e-mail.",
        steps=_CHAT,
        chat={"phone_at": "never"},
        is_call=False,
    ),
    "chat-unanswered": Scenario(
        description="A chat is opened and closed, and nobody took it into work.",
        steps=_CHAT,
        chat={"phone_at": "never", "taken": False, "released": False},
        is_call=False,
    ),
    "internal": Scenario(
        description="One employee calls another.",
        steps=_OUTGOING,
        call_type="out",
        made_by="colleague",
        disposition="ANSWERED",
        wait=5,
        talk=40,
        transfers=True,
    ),
    "test-webhook": Scenario(
        description="The cabinet's test delivery: every variable with a placeholder.",
        steps=(visitors.test_delivery,),
        is_call=False,
    ),
    "ring-only": Scenario(
        description="A client's call has reached the PBX and is still ringing.",
        steps=(events.before,),
        disposition="NO ANSWER",
        wait=0,
        talk=0,
        ends=False,
    ),
}
