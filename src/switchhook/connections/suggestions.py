"""Who is who: employees of the project and users of a CRM, paired by e-mail, else by name."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from switchhook.connectors.base import CrmUser
from switchhook.projects.models import Employee

_SPELLING = (
    "а=a б=b в=v г=h ґ=h д=d е=e є=ie ж=zh з=z и=y і=i ї=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts "
    "ч=ch ш=sh щ=shch ю=iu я=ia ё=e ы=y э=e ь= ъ="
)
_LETTERS = {pair[0]: pair[2:] for pair in _SPELLING.split()}
"""One Latin spelling of Ukrainian and Russian letters; it need not be the official one, only the same for all."""

_SPELT_ALIKE = (
    ("shch", "sh"),
    ("zh", "z"),
    ("kh", "h"),
    ("ts", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("x", "ks"),
    ("w", "v"),
)
_SOUNDS_ALIKE = str.maketrans({"g": "h", "y": "i", "j": "i", "q": "k"})
_VOWELS = re.compile(r"i+(?=[aeou])|(?<=[aeou])i+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A user who is likely to be the employee; `by` is `email` or `name`."""

    user_id: str
    by: str


def suggest(employees: Iterable[Employee], users: Sequence[CrmUser], mapped: dict[int, str]) -> dict[int, Suggestion]:
    """A suggestion for each employee who is not in `mapped` (employee id → user id) and for whom there is just one.

    Only active users who are nobody's yet; the e-mail wins over the name.
    """
    free = [user for user in users if user.active and user.id not in mapped.values()]
    waiting = [person for person in employees if person.pk not in mapped]
    found: dict[int, Suggestion] = {}
    for by in ("email", "name"):
        left = [user for user in free if user.id not in {one.user_id for one in found.values()}]
        for person in waiting:
            same = [user for user in left if _alike(person, user, by)]
            if person.pk not in found and len(same) == 1:
                found[person.pk] = Suggestion(user_id=same[0].id, by=by)
    return _unambiguous(found)


def _alike(person: Employee, user: CrmUser, by: str) -> bool:
    if by == "email":
        return bool(person.email) and person.email.strip().casefold() == user.email.strip().casefold()
    return bool(plain(person.name)) and plain(person.name) == plain(user.name)


def _unambiguous(found: dict[int, Suggestion]) -> dict[int, Suggestion]:
    """Without users who are suggested for two employees."""
    users = [one.user_id for one in found.values()]
    return {person: one for person, one in found.items() if users.count(one.user_id) == 1}


def plain(name: str) -> frozenset[str]:
    """The parts of a name as they are compared: in any order, whatever the alphabet and its spelling in Latin."""
    text = "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", name.casefold()))
    text = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return frozenset(_sounded(part) for part in re.findall(r"[a-zł]+", text))


def _sounded(part: str) -> str:
    part = part.replace("ł", "l")
    for spelling, sound in _SPELT_ALIKE:
        part = part.replace(spelling, sound)
    part = _VOWELS.sub("", part.translate(_SOUNDS_ALIKE))
    return re.sub(r"(.)\1+", r"\1", part)
