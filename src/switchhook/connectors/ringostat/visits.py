"""Visit tags, and every other named value that travels along with an event."""

import re
from collections.abc import Collection, Mapping

from .names import UTM, UTM_STAND_INS

MOST_TAGS, LONGEST_TAG, LONGEST_NAME = 100, 1_000, 100

VISIT = frozenset({*UTM, *UTM_STAND_INS})
"""Variables that `utm_of` reads."""

MARKS = frozenset({"category_mark", "category_number", "employee_mark"})
UNTAGGED_VISIT = frozenset({"(direct)", "(none)", "(not set)", "(not provided)"})
_TOKEN_LINK = re.compile(r"https?://\S*[?&]token=", re.IGNORECASE)

Stated = Mapping[str, str | None]


def utm_of(stated: Stated) -> dict[str, str]:
    """The visit's tags under their utm names, without the words that stand for none."""
    found = {name: value for name in UTM if (value := _visit(stated.get(name)))}
    for name, utm in UTM_STAND_INS.items():
        if value := _visit(stated.get(name)):
            found.setdefault(utm, value)
    return {name: found[name] for name in UTM if name in found}


def tags_of(named: Stated, first: Collection[str]) -> dict[str, str]:
    """The values that say something and may be shown; where there are too many, names in `first` go before."""
    ranked = sorted(named, key=lambda name: (name not in first, name))
    tags = {name[:LONGEST_NAME]: value for name in ranked if (value := _tag(name, named[name])) and may_be_shown(value)}
    return dict(list(tags.items())[:MOST_TAGS])


def may_be_shown(value: str) -> bool:
    """Whether a value may travel as an ordinary text: a link with a token opens a recording for everybody."""
    return _TOKEN_LINK.match(value) is None


def _visit(value: str | None) -> str:
    return "" if not value or value.casefold() in UNTAGGED_VISIT else value[:LONGEST_TAG]


def _tag(name: str, value: str | None) -> str:
    return "" if name in MARKS and value in {"-1", "0"} else _visit(value)
