"""What a call (form, chat) amounts to for the rules.

`Verdict` is what was known of the client when the first plan of a call was made. It is stored and reused for all later
moments of that call and connection, so that what the hub itself made for the call never makes its client "known".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from switchhook.core.call import Direction
from switchhook.core.records import Kind, Record


class Channel(StrEnum):
    CALL = "call"
    FORM = "form"
    DIALOGUE = "dialogue"


class Outcome(StrEnum):
    """How far and how well a call went; forms and dialogues have none."""

    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"


class Client(StrEnum):
    NEW = "new"
    KNOWN = "known"
    HIDDEN = "hidden"


class AnsweredBy(StrEnum):
    """Who spoke with the client, seen from this connection: `unknown` is nobody, or an employee without a user here."""

    RESPONSIBLE = "responsible"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A sentence for a person: an English message id with named `%(x)s` places, translated where it is shown."""

    text: str
    params: Mapping[str, str]

    def __str__(self) -> str:
        return self.text % self.params


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the connection knew of the client when the call was first planned.

    `matches` are all records found for the number, open and closed, best first by the match policy. `taker` is the
    record that takes the call (open lead, else open deal, else contact … as the matrix's mode says) and `responsible`
    the CRM user id of its owner (None: nobody, unmapped or deactivated; `reasons` then says so).
    """

    client: Client
    matches: tuple[Record, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def first(self, kind: Kind, *, open_only: bool = False) -> Record | None:
        """The best match of a kind."""
        return next((m for m in self.matches if m.kind is kind and (m.is_open or not open_only)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The coordinates by which a matrix row is found. `moment_name` names the form or dialogue moment, "" for calls."""

    channel: Channel
    direction: Direction = Direction.IN
    outcome: Outcome = Outcome.RINGING
    client: Client = Client.NEW
    answered_by: AnsweredBy | None = None
    step: str = ""
