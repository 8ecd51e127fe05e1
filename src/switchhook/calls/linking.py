"""Who a number may be, as people say it by hand (`delivery.by_hand` writes it into the CRM)."""

from collections.abc import Collection, Sequence

from django.contrib.postgres.search import SearchVector

from switchhook.calls.models import Call, LinkedByHand
from switchhook.calls.search import known_entries, words_query
from switchhook.core.phone import digits_of
from switchhook.core.records import PARTIES
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

_FEWEST_DIGITS = 4


def candidates(
    project: Project, text: str, *, crms: Collection[int] | None = None, most: int = 20
) -> list[DirectoryEntry]:
    """Contacts and companies of the directory whose name has such words, or one of whose numbers has such digits.

    `crms` are ids of connections: only what these know.
    """
    parties = known_entries(project).filter(kind__in=sorted(PARTIES)).select_related("connection")
    if crms is not None:
        parties = parties.filter(connection__in=crms)
    digits, found = digits_of(text), parties
    if any(letter.isalpha() for letter in text):
        found = parties.alias(words=SearchVector("title", config="simple")).filter(words=words_query(text))
    elif len(digits) >= _FEWEST_DIGITS:
        found = parties.filter(e164__contains=digits)
    else:
        return []
    once = {(one.connection_id, one.kind, one.record_id): one for one in reversed(found[: most * 3])}
    ranked = sorted(once.values(), key=lambda one: (one.connection.rank, one.title.casefold(), one.pk))
    return ranked[:most]


def linked_before(call: Call) -> Sequence[LinkedByHand]:
    """What people have tied this call to, the latest first."""
    return list(call.links_by_hand.select_related("connection", "user"))
