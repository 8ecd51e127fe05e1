"""What a check finds: a plain sentence, why it matters, and the page on which it is mended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from switchhook.onboarding.facts import Facts


class Urgency(StrEnum):
    """`stops`: calls do not come in or nothing is written · `loses`: some work goes astray · `hinders`: the rest."""

    STOPS = "stops"
    LOSES = "loses"
    HINDERS = "hinders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A button: its label, and the console's address by its name, with what follows the project."""

    label: str
    page: str
    args: tuple[object, ...] = ()
    query: str = ""
    fragment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. `names` are whom or what it concerns. Texts are in the language that was active."""

    check: str
    urgency: Urgency
    title: str
    why: str
    remedy: Remedy | None = None
    names: tuple[str, ...] = ()


Check = Callable[["Facts"], Iterator[Problem]]
"""Pure: it looks at nothing but the facts."""
