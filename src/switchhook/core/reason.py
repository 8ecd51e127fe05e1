"""Why something was decided or could not be done, in a sentence that is translated where it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A sentence for a person: an English message id with named `%(x)s` places, translated where it is shown."""

    text: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.params


def because(text: str, **params: str) -> Reason:
    """The reason `text`, a message id marked by `_`, with its places filled by `params`."""
    return Reason(text=text, params=params)
