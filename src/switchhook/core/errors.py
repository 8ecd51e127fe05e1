"""What can go wrong, and what then becomes of the work.

    SwitchhookError
    ├── Transient                 the lane waits and tries again with backoff
    │   ├── Unreachable           no connection, time-out before an answer, 5xx before anything was sent
    │   ├── RateLimited           `retry_after` seconds
    │   └── OutcomeUnknown        the request may have been carried out: look before doing it again
    ├── AuthFailed                the connection is paused, its work held, until somebody reconnects it
    ├── Misconfigured             held until a setting changes; names the `field` and the remedy
    ├── Rejected                  this effect is dead, what depends on it is blocked, the rest goes on
    │   └── RecordFails           so is one on which the other side breaks down every time, while others succeed
    ├── TargetGone                the record was deleted, merged, closed or converted meanwhile: look and plan again
    ├── BadSecret                 answered like an unknown address, and counted
    └── Unusable                  acknowledged, stored and flagged
        ├── UnsupportedEvent      a real event that the hub has no use for
        └── AnomalousPayload      a body that cannot be read

Every class has a stable `code` (for the API and the journal) and a fate given by its place in this tree.
"""

from typing import ClassVar


class SwitchhookError(Exception):
    """Root of the tree. `str()` is one sentence for a person; it never holds a secret."""

    code: ClassVar[str] = "error"


class Transient(SwitchhookError):
    """The same request may succeed later. `retry_after` is in seconds, None where the vendor named no time."""

    code = "transient"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(Transient):
    """The other side did not take the request; nothing was done there."""

    code = "unreachable"


class RateLimited(Transient):
    """The vendor asks to slow down; nothing was done there."""

    code = "rate_limited"


class OutcomeUnknown(Transient):
    """The request was sent and its answer lost; it may have been carried out."""

    code = "outcome_unknown"


class AuthFailed(SwitchhookError):
    """The vendor no longer accepts the connection's credentials."""

    code = "auth_failed"


class Misconfigured(SwitchhookError):
    """A setting makes the work impossible. `field` names it as the settings page does."""

    code = "misconfigured"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Rejected(SwitchhookError):
    """The vendor understood the request and refused it; sending it again unchanged is useless."""

    code = "rejected"


class RecordFails(Rejected):
    """The other side breaks down on this record every time, while it takes others."""

    code = "record_fails"


class TargetGone(SwitchhookError):
    """The record that was to be changed is no longer there or no longer open."""

    code = "target_gone"


class BadSecret(SwitchhookError):
    """The address is known, its secret is not."""

    code = "bad_secret"


class Unusable(SwitchhookError):
    """An event that was stored but yields no fact."""

    code = "unusable"


class UnsupportedEvent(Unusable):
    """A genuine event the hub has no use for."""

    code = "unsupported_event"


class AnomalousPayload(Unusable):
    """A body that cannot be read. `field` names the part at fault where it is known."""

    code = "anomalous_payload"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
