"""A journal of years, made by the database itself in a minute: for figures about large tables.

    fill_calls(project, 1_000_000)

About every fifth call is of another client; a few clients call often, most once or twice. Days have their hours, lines
and sources their shares, a third of the clients stand in the directory, three answered calls of four have a recording.
Deterministic for a project: the same seed gives the same shares, not the same times.
"""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.projects.models import Employee, Number, Project

LINES = tuple(f"+38044123{number:04d}" for number in range(1, 9))
PEOPLE = 12
CLIENTS_PER_CALL = 0.2
YEARS = 2

# A client is a number from 0 on: his phone and his name follow from it.
_PHONE = """
    CREATE OR REPLACE FUNCTION pg_temp.phone(client int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT '+380' || (ARRAY['50','63','66','67','68','73','93','95','96','97','98','99'])[1 + client % 12]
               || lpad(((client::bigint * 7919 + 1234567) % 10000000)::text, 7, '0')
    $$
"""

_CALLS = """
    INSERT INTO calls_call
        (project_id, connection_id, external_id, channel, direction, status, client_number, project_number, employee_id,
         started_at, answered_at, ended_at, talk_seconds, wait_seconds, source, campaign, state, facts_seen, stopped,
         journal_only, created_at, updated_at)
    SELECT %(project)s, %(connection)s, 'many-' || n, 'call', direction, status,
           CASE WHEN direction = 'internal' OR hidden THEN '' ELSE pg_temp.phone(client) END,
           (%(lines)s::text[])[1 + floor(power(l, 2) * %(line_count)s)::int],
           CASE WHEN direction <> 'in' OR status = 'answered' THEN (%(people)s::bigint[])[person] END,
           at, CASE WHEN status = 'answered' THEN at + make_interval(secs => wait) END,
           at + make_interval(secs => wait + CASE WHEN status = 'answered' THEN talk ELSE 0 END),
           CASE WHEN status = 'answered' THEN talk ELSE 0 END, wait, source, campaign,
           jsonb_build_object(
               'status', status, 'direction', direction, 'reached',
               CASE WHEN status = 'answered' THEN '["end", "pickup", "ring"]' ELSE '["end", "ring"]' END::jsonb,
               'disposition', CASE WHEN status = 'answered' THEN 'ANSWERED' ELSE 'NO ANSWER' END, 'ended', true,
               'tags', jsonb_build_object('pool_name', 'Context ads', 'page', 'https://shop.example.com/' || n %% 99))
           || CASE WHEN source = '' THEN '{}'::jsonb ELSE jsonb_build_object('utm', jsonb_build_object(
               'utm_source', source, 'utm_medium', 'cpc', 'utm_campaign', campaign)) END,
           2, false, false, at, at
    FROM (
        SELECT *,
            CASE WHEN d < 0.62 THEN 'in' WHEN d < 0.97 THEN 'out' ELSE 'internal' END AS direction,
            CASE WHEN o < 0.74 THEN 'answered' WHEN o < 0.97 THEN 'missed' WHEN o < 0.99 THEN 'failed' ELSE 'other' END
                AS status,
            CASE WHEN d >= 0.62 OR u < 0.35 THEN ''
                 ELSE (ARRAY['google','facebook','instagram','bing','newsletter'])[1 + floor(power(s, 2) * 5)::int] END
                AS source,
            CASE WHEN d >= 0.62 OR u < 0.5 THEN '' ELSE 'campaign-' || (1 + floor(power(c, 2) * 60))::int END
                AS campaign,
            1 + floor(p * %(people_count)s)::int AS person,
            floor(power(k, 3) * %(clients)s)::int AS client,
            (20 + power(t, 3) * 1500)::int AS talk, (3 + w * 40)::int AS wait
        FROM (
            SELECT n, random() AS d, random() AS o, random() AS u, random() AS s, random() AS c, random() AS p,
                   random() AS k, random() AS t, random() AS w, random() AS l, random() < 0.01 AS hidden,
                   date_trunc('day', %(now)s::timestamptz) - make_interval(days => 1 + floor(random() * %(days)s)::int)
                   + make_interval(secs => 25200 + (random() + random()) / 2 * 46800) AS at
            FROM generate_series(%(first)s::int, %(last)s::int) AS n
        ) AS dice
    ) AS drawn
"""

_RECORDINGS = """
    INSERT INTO calls_recording (call_id, public_id, sealed_url, state, file, content_type, size, attempts,
                                 signed_in_only)
    SELECT id, 'many-' || id, '', 'stored', 'ma/many-' || id || '.wav', 'audio/wav', 480000, 0, false
    FROM calls_call WHERE project_id = %s AND status = 'answered' AND id %% 4 <> 0 AND external_id LIKE 'many-%%'
    ON CONFLICT DO NOTHING
"""

_DIRECTORY = """
    INSERT INTO directory_directoryentry
        (connection_id, e164, kind, record_id, title, owner, status, contact_id, company_id, url, confirmed_at,
         inherited)
    SELECT %(crm)s, pg_temp.phone(client), 'contact', client::text,
           (ARRAY['Анна','Олена','Іван','Piotr','Maria','Тарас','Oksana','Jan','Юлія','Adam'])[1 + client %% 10] || ' '
           || (ARRAY['Коваленко','Nowak','Шевченко','Kowalski','Бондар','Wójcik','Мельник'])[1 + client %% 7]
           || ' ' || client,
           (%(people)s::bigint[])[1 + client %% %(people_count)s]::text, 'open', '', '', '', %(now)s, false
    FROM generate_series(0, %(clients)s::int - 1, 3) AS client
    ON CONFLICT DO NOTHING
"""


def fill_calls(project: Project, calls: int) -> None:
    """Gives the project `calls` calls over two years, and telephony, a CRM, lines and employees where it has none."""
    telephony = _connection(project, "telephony", "ringostat")
    crm = _connection(project, "crm", "builtin")
    people = _people(project)
    for line in LINES:
        Number.objects.get_or_create(project=project, e164=line)
    values: dict[str, Any] = {
        "project": project.pk,
        "connection": telephony.pk,
        "crm": crm.pk,
        "lines": list(LINES),
        "line_count": len(LINES),
        "people": people,
        "people_count": len(people),
        "clients": max(int(calls * CLIENTS_PER_CALL), 1),
        "now": timezone.now(),
        "days": 365 * YEARS,
        "first": 1,
        "last": calls,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_PHONE)
        cursor.execute(_CALLS, values)
        cursor.execute(_RECORDINGS, [project.pk])
        cursor.execute(_DIRECTORY, values)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) calls_call, calls_recording, calls_clientnumber, directory_directoryentry")


def _connection(project: Project, role: str, connector: str) -> Connection:
    found = Connection.objects.filter(project=project, role=role).first()
    return found or add(project, connector)


def _people(project: Project) -> list[int]:
    known = list(Employee.objects.filter(project=project).values_list("pk", flat=True))
    new = [Employee(project=project, name=f"Employee {n}", sips=[f"acme_{n}"]) for n in range(PEOPLE - len(known))]
    return known + [person.pk for person in Employee.objects.bulk_create(new)]
