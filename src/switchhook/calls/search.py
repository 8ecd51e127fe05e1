"""Searching the journal: a client by name or by any part of his number, over millions of calls without extensions.

A part of a number is looked for among the numbers, each of which stands once, and a name in the directory; the calls
are then found by their numbers. Where so many numbers match that naming them all would be slow, the newest calls are
gone through instead: among them the matching ones come soon.
"""

from collections.abc import Sequence

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from psycopg import sql

from switchhook.calls.models import ClientNumber
from switchhook.connections.models import Connection
from switchhook.core.phone import digits_of, normalize
from switchhook.directory.models import DirectoryEntry
from switchhook.projects.models import Project

_FEWEST_DIGITS = 3
_WHOLE_NUMBER = 10
_MOST_NUMBERS = 500
_NOTHING = Q(pk__in=[])

_SEEN = sql.SQL("""
    WITH RECURSIVE seen AS (
        (SELECT {column} AS value FROM calls_call WHERE project_id = %(project)s AND {column} <> '' ORDER BY 1 LIMIT 1)
        UNION ALL
        SELECT (SELECT {column} FROM calls_call
                WHERE project_id = %(project)s AND {column} <> '' AND {column} > seen.value
                ORDER BY 1 LIMIT 1)
        FROM seen WHERE seen.value IS NOT NULL
    ) SELECT value FROM seen WHERE strpos(value, %(part)s) > 0 LIMIT %(most)s
""")
"""Each value once, by as many steps through the index as there are values, however many calls have them."""


def seen(project: Project, column: str, *, part: str = "", most: int = 200) -> list[str]:
    """The values of `project_number`, `source` or `campaign` in the project's calls that hold `part`.

    Sorted, at most so many.
    """
    values: dict[str, str | int] = {"project": project.pk, "part": part, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN.format(column=sql.Identifier(column)).as_string(), values)
        return [row[0] for row in cursor.fetchall()]


def known_entries(project: Project) -> QuerySet[DirectoryEntry]:
    """What the directory knows for the CRMs of a project."""
    # Named one by one: through a join the database cannot tell how many entries to expect, and takes the long way.
    crms = Connection.objects.filter(project=project, role="crm").values_list("pk", flat=True)
    return DirectoryEntry.objects.filter(connection__in=list(crms))


def found_by(project: Project, text: str) -> Q:
    """Calls of clients whose name has words that begin so, or that have such a number."""
    if any(letter.isalpha() for letter in text):
        return of_name(project, text)
    return of_number(project, text)


def of_name(project: Project, text: str) -> Q:
    """Calls of clients whom a CRM knows by words that begin as those of `text`, in any order."""
    named = known_entries(project).annotate(words=SearchVector("title", config="simple"))
    named = named.filter(words=words_query(text))
    numbers = list(named.exclude(e164="").values_list("e164", flat=True)[: _MOST_NUMBERS + 1])
    if len(numbers) > _MOST_NUMBERS:
        return Q(Exists(named.filter(e164=OuterRef("client_number"))))
    return Q(client_number__in=set(numbers)) if numbers else _NOTHING


def words_query(text: str) -> SearchQuery:
    """Asks the index of names for words that begin as those of `text`, in any order."""
    words = text.replace("\0", "").split()
    return SearchQuery(" & ".join(map(_beginning, words)), config="simple", search_type="raw")


def _beginning(word: str) -> str:
    # Quoted, a word goes through the parser that made the index, so that hyphens and addresses are cut alike.
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}':*"


def of_number(project: Project, text: str) -> Q:
    """Calls from or to a client or on a line with this number, in any spelling, or a part of one."""
    e164, digits = normalize(text, project.country), digits_of(text)
    exact = Q(client_number=e164) | Q(project_number=e164) if e164 else _NOTHING
    if len(digits) < _FEWEST_DIGITS or (e164 and len(digits) >= _WHOLE_NUMBER):
        return exact
    lines = seen(project, "project_number", part=digits, most=_MOST_NUMBERS + 1)
    clients = _clients_with(project, digits)
    return exact | _among("project_number", lines, digits) | _among("client_number", clients, digits)


def _among(column: str, numbers: Sequence[str], digits: str) -> Q:
    if len(numbers) > _MOST_NUMBERS:
        return Q((f"{column}__contains", digits))
    return Q((f"{column}__in", numbers)) if numbers else _NOTHING


def _clients_with(project: Project, digits: str) -> Sequence[str]:
    found = ClientNumber.objects.filter(project=project, e164__contains=digits)
    return list(found.values_list("e164", flat=True).distinct()[: _MOST_NUMBERS + 1])
