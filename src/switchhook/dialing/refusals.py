"""Why a click does not become a call."""

from typing import Any

from switchhook.dialing import words


class DialRefused(Exception):
    """The call is not made. `code` is one of `words.SENTENCES`, `values` fill its sentence.

    `retry_after` is in seconds, where waiting helps. `overridable` says that a person may have it made anyway.
    """

    def __init__(self, code: str, *, retry_after: int | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.values = values

    @property
    def overridable(self) -> bool:
        """Whether the same request with `anyway` is carried out."""
        return self.code in words.OVERRIDABLE

    @property
    def sentence(self) -> str:
        """What happened, in the active language."""
        return words.sentence(self.code, self.values)

    @property
    def remedy(self) -> str:
        """What to do about it, in the active language; may be empty."""
        return words.remedy(self.code)
