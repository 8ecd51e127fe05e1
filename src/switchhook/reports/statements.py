"""The statements that count calls. All take the parameters `project` and, where days are made, `zone`.

They are SQL by hand because a million calls must be counted where they lie. A statement for some calls only takes
their ids as `calls` (or clients, or days); with null it does all of the project.
"""

TAKE = """
    DELETE FROM reports_change WHERE id IN (
        SELECT id FROM reports_change WHERE project_id = %(project)s ORDER BY id LIMIT %(limit)s
    ) RETURNING call_id
"""

FORGET = """
    DELETE FROM reports_entry e
    WHERE e.call_id = ANY(%(calls)s::bigint[])
      AND NOT EXISTS (SELECT 1 FROM calls_call c WHERE c.id = e.call_id AND c.project_id = %(project)s)
"""

NOTE = """
    INSERT INTO reports_entry AS e (
        call_id, project_id, client, started_at, day, hour, direction, status, employee_id, line,
        source, medium, campaign, pool, talk, wait, rung, fresh, first_missed
    )
    SELECT c.id, c.project_id, c.client_number, c.started_at, (c.started_at AT TIME ZONE %(zone)s)::date,
           extract(hour FROM c.started_at AT TIME ZONE %(zone)s), c.direction, c.status, c.employee_id,
           c.project_number, c.source,
           left(coalesce(nullif(c.state #>> '{utm,utm_medium}', ''), c.state #>> '{utm,medium}', ''), 200), c.campaign,
           left(coalesce(c.state #>> '{tags,pool_name}', ''), 200), c.talk_seconds, c.wait_seconds, '{}', false, false
    FROM calls_call c -- without calls that the hub has acted out itself (core.rehearsed)
    WHERE c.project_id = %(project)s AND c.channel = 'call' AND c.external_id NOT LIKE 'switchhook-rehearsal-%%'
      AND (%(calls)s::bigint[] IS NULL OR c.id = ANY(%(calls)s::bigint[]))
    ON CONFLICT (call_id) DO UPDATE SET
        client = excluded.client, started_at = excluded.started_at, day = excluded.day, hour = excluded.hour,
        direction = excluded.direction, status = excluded.status, employee_id = excluded.employee_id,
        line = excluded.line, source = excluded.source, medium = excluded.medium, campaign = excluded.campaign,
        pool = excluded.pool, talk = excluded.talk, wait = excluded.wait, rung = '{}',
        fresh = false, first_missed = false, reached_after = NULL
"""

_RUNG = """
    FROM calls_call c
    CROSS JOIN LATERAL (
        SELECT jsonb_array_elements(coalesce(c.state->'ringing', '[]')) AS person
        UNION
        SELECT leg->'employee' FROM jsonb_array_elements(coalesce(c.state->'legs', '[]')) AS leg
    ) AS tried
"""
_MISSED = """
    c.project_id = %(project)s AND c.channel = 'call' AND c.direction = 'in' AND c.status = 'missed'
    AND (%(calls)s::bigint[] IS NULL OR c.id = ANY(%(calls)s::bigint[]))
"""

TRIED = f"SELECT DISTINCT person {_RUNG} WHERE {_MISSED} AND jsonb_typeof(person) = 'object'"

RING = f"""
    UPDATE reports_entry e SET rung = found.employees
    FROM (
        SELECT c.id, array_agg(DISTINCT who.employee) AS employees {_RUNG}
        JOIN unnest(%(people)s::jsonb[], %(employees)s::bigint[]) AS who (person, employee)
          ON who.person = tried.person
        WHERE {_MISSED} GROUP BY c.id
    ) AS found
    WHERE e.call_id = found.id
"""  # noqa: S608 - put together from the constants above

FOLLOW = """
    WITH told AS (
        SELECT call_id, client, started_at, direction = 'in' AND status = 'missed' AS lost,
               direction <> 'internal' AND status = 'answered' AS spoke
        FROM reports_entry
        WHERE project_id = %(project)s AND client <> ''
          AND (%(clients)s::text[] IS NULL OR client = ANY(%(clients)s::text[]))
    ), paced AS (
        SELECT *, row_number() OVER forth = 1 AS is_fresh, count(*) FILTER (WHERE spoke) OVER forth AS spoken,
               min(started_at) FILTER (WHERE spoke) OVER back AS next_spoken
        FROM told
        WINDOW forth AS (PARTITION BY client ORDER BY started_at, call_id),
               back AS (PARTITION BY client ORDER BY started_at DESC, call_id DESC)
    ), followed AS (
        SELECT call_id, is_fresh, next_spoken - started_at AS later,
               lost AND row_number() OVER (PARTITION BY client, spoken, lost ORDER BY started_at, call_id) = 1 AS begins
        FROM paced
    )
    UPDATE reports_entry e
    SET fresh = f.is_fresh, first_missed = f.begins,
        reached_after = CASE WHEN f.begins THEN extract(epoch FROM f.later)::integer END
    FROM followed f
    WHERE e.call_id = f.call_id
      AND (e.fresh, e.first_missed, e.reached_after) IS DISTINCT FROM
          (f.is_fresh, f.begins, CASE WHEN f.begins THEN extract(epoch FROM f.later)::integer END)
    RETURNING e.day
"""

DROP = """
    DELETE FROM reports_tally
    WHERE project_id = %(project)s AND (%(days)s::date[] IS NULL OR day = ANY(%(days)s::date[]))
"""

REACHED = """CASE
        WHEN NOT e.first_missed THEN NULL
        WHEN e.reached_after IS NULL THEN ''
        WHEN e.reached_after <= 7200 THEN ceil(e.reached_after / 60.0)::text
        WHEN e.reached_after <= 172800 THEN (60 * ceil(e.reached_after / 3600.0))::text
        ELSE (1440 * ceil(e.reached_after / 86400.0))::text
    END"""
"""Minutes: to the minute within two hours, to the hour within two days, else to the day. So the keys stay few."""

WAITED = "e.direction = 'in' AND e.status = 'answered' AND e.wait IS NOT NULL"

SUM = f"""
    INSERT INTO reports_tally (
        project_id, facet, day, key, direction, total, answered, missed, fresh, talk_seconds, waits, wait_seconds
    )
    SELECT e.project_id, said.facet, e.day, said.key, e.direction, count(*),
           count(*) FILTER (WHERE e.status = 'answered'), count(*) FILTER (WHERE e.status = 'missed'),
           count(*) FILTER (WHERE e.fresh), coalesce(sum(e.talk), 0),
           count(*) FILTER (WHERE {WAITED}), coalesce(sum(e.wait) FILTER (WHERE {WAITED}), 0)
    FROM reports_entry e
    CROSS JOIN LATERAL (
        VALUES ('hour', e.hour::text), ('employee', coalesce(e.employee_id::text, '')), ('line', e.line),
               ('source', e.source), ('medium', e.medium), ('campaign', e.campaign), ('pool', e.pool),
               ('wait', CASE WHEN {WAITED} THEN e.wait::text END),
               ('reached', {REACHED})
        UNION ALL
        SELECT 'rung', unnest(e.rung)::text
    ) AS said (facet, key)
    WHERE e.project_id = %(project)s AND said.key IS NOT NULL
      AND (%(days)s::date[] IS NULL OR e.day = ANY(%(days)s::date[]))
    GROUP BY e.project_id, said.facet, e.day, said.key, e.direction
"""  # noqa: S608 - put together from the constants above
