"""The governor: what accounts have used of their vendors' allowances, and the functions that book a request.

They run in the database so that booking is one statement, in order for all workers.
"""

from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_ROLLED = """
CREATE FUNCTION connections_rolled(slices float8[], shift bigint, keep integer) RETURNS float8[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN shift <= 0 THEN slices
        WHEN shift >= keep THEN array_fill(0::float8, ARRAY[keep])
        ELSE array_fill(0::float8, ARRAY[shift::integer]) || slices[1:(keep - shift)::integer]
    END
$$
"""

_READ = """
CREATE FUNCTION connections_use(account bigint, at float8, called text, the_most float8, the_per float8)
RETURNS connections_allowanceuse
LANGUAGE plpgsql AS $$
DECLARE
    keep CONSTANT integer := 13;
    found_use connections_allowanceuse;
    present bigint := CASE WHEN the_per > 0 THEN floor(at / (the_per / (keep - 1))) ELSE 0 END;
BEGIN
    SELECT * INTO found_use FROM connections_allowanceuse u
        WHERE u.connection_id = account AND u.name = called FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO connections_allowanceuse (connection_id, name, most, per, slices, newest, booked_at)
            VALUES (account, called, the_most, the_per, array_fill(0::float8, ARRAY[keep]), present, 0)
            ON CONFLICT (connection_id, name) DO UPDATE SET most = EXCLUDED.most
            RETURNING * INTO found_use;
    END IF;
    IF found_use.per <> the_per THEN
        -- The vendor's rule has changed: all that counted in the old window counts as used just now.
        found_use.slices := array_fill(0::float8, ARRAY[keep]);
        found_use.slices[1] := (SELECT coalesce(sum(s), 0) FROM connections_allowanceuse u, unnest(u.slices) s
                                WHERE u.id = found_use.id);
        found_use.newest := present;
    END IF;
    found_use.slices := connections_rolled(found_use.slices, present - found_use.newest, keep);
    found_use.newest := greatest(present, found_use.newest);
    found_use.most := the_most;
    found_use.per := the_per;
    RETURN found_use;
END
$$
"""

_WAIT = """
CREATE FUNCTION connections_wait(use connections_allowanceuse, at float8, cost float8, cap float8) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
    keep CONSTANT integer := 13;
    used float8 := (SELECT coalesce(sum(s), 0) FROM unnest(use.slices) s);
BEGIN
    IF used + cost <= cap + 1e-9 THEN
        RETURN 0;
    END IF;
    FOR place IN REVERSE keep .. 1 LOOP
        used := used - use.slices[place];
        IF used + cost <= cap + 1e-9 THEN
            RETURN greatest((use.newest + keep + 1 - place) * (use.per / (keep - 1)) - at, 0.001);
        END IF;
    END LOOP;
    RETURN use.per;
END
$$
"""

_GO_ON = """
CREATE FUNCTION connections_go_on(account bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    renewed boolean;
BEGIN
    DELETE FROM connections_requeststop s WHERE s.connection_id = account RETURNING s.renews INTO renewed;
    IF renewed THEN
        -- In the order in which requests are booked, so that nobody waits in a circle.
        PERFORM FROM connections_allowanceuse u WHERE u.connection_id = account ORDER BY u.name COLLATE "C" FOR UPDATE;
        -- The vendor has said when it lets us go on: what was used up of a long window is there again.
        UPDATE connections_allowanceuse u SET slices = array_fill(0::float8, ARRAY[cardinality(u.slices)])
            WHERE u.connection_id = account AND u.per >= 3600
            AND (SELECT sum(s) FROM unnest(u.slices) s) >= 0.9 * u.most;
    END IF;
END
$$
"""

_ADMIT = """
CREATE FUNCTION connections_admit(
    account bigint, at float8, names text[], mosts float8[], pers float8[], costs float8[],
    reserve float8, hold float8,
    OUT wait float8, OUT cause text, OUT booked bigint[], OUT used_before float8[]
)
LANGUAGE plpgsql AS $$
DECLARE
    long CONSTANT float8 := 3600;
    probe_every CONSTANT float8 := 600;
    use connections_allowanceuse;
    uses connections_allowanceuse[] := '{}';
    cost float8;
    cap float8;
    needed float8;
    before float8;
    slot bigint;
BEGIN
    wait := 0; cause := ''; booked := '{}'; used_before := '{}';
    SELECT extract(epoch FROM s.until)::float8 - at INTO needed
        FROM connections_requeststop s WHERE s.connection_id = account;
    IF needed > 0 THEN
        wait := needed; cause := 'stop';
        RETURN;
    ELSIF needed <= 0 THEN
        PERFORM connections_go_on(account);
    END IF;
    FOR i IN 1 .. coalesce(array_length(names, 1), 0) LOOP
        use := connections_use(account, at, names[i], mosts[i], pers[i]);
        uses := array_append(uses, use);
        cost := least(costs[i], mosts[i]);
        cap := greatest(mosts[i] * (1 - reserve), cost);
        IF pers[i] > 0 THEN
            needed := connections_wait(use, at, cost, cap);
            before := (SELECT coalesce(sum(s), 0) FROM unnest(use.slices) s);
            IF needed > 0 AND pers[i] >= long AND before + cost > mosts[i] THEN
                -- Vendors begin a new day at an hour of their own: one request now and then finds out.
                needed := least(needed, greatest(use.booked_at + probe_every - at, 0));
            END IF;
        ELSE
            DELETE FROM connections_requestslot s
                WHERE s.connection_id = account AND s.name = names[i] AND s.until <= to_timestamp(at);
            before := (SELECT coalesce(sum(s.units), 0) FROM connections_requestslot s
                       WHERE s.connection_id = account AND s.name = names[i]);
            needed := CASE WHEN before + cost > cap + 1e-9 THEN 1 ELSE 0 END;
        END IF;
        used_before := array_append(used_before, before);
        IF needed > wait THEN
            wait := needed; cause := names[i];
        END IF;
    END LOOP;
    IF wait > 0 THEN
        RETURN;
    END IF;
    FOR i IN 1 .. coalesce(array_length(names, 1), 0) LOOP
        use := uses[i];
        cost := least(costs[i], mosts[i]);
        IF pers[i] > 0 THEN
            UPDATE connections_allowanceuse u
                SET most = use.most, per = use.per, newest = use.newest, booked_at = at,
                    slices = ARRAY[use.slices[1] + cost] || use.slices[2:]
                WHERE u.id = use.id;
        ELSE
            INSERT INTO connections_requestslot (connection_id, name, units, until)
                VALUES (account, names[i], cost, to_timestamp(at + hold)) RETURNING id INTO slot;
            booked := array_append(booked, slot);
        END IF;
    END LOOP;
END
$$
"""

_LEARN = """
CREATE FUNCTION connections_learn(
    account bigint, at float8, called text, the_most float8, the_per float8, spent float8, may_fall boolean
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    use connections_allowanceuse := connections_use(account, at, called, the_most, the_per);
    used float8 := (SELECT coalesce(sum(s), 0) FROM unnest(use.slices) s);
BEGIN
    IF spent > used THEN
        use.slices := ARRAY[use.slices[1] + spent - used] || use.slices[2:];
    ELSIF spent < used AND may_fall THEN
        use.slices := (SELECT array_agg(s * spent / used ORDER BY place)
                       FROM unnest(use.slices) WITH ORDINALITY AS t (s, place));
    END IF;
    UPDATE connections_allowanceuse u
        SET most = use.most, per = use.per, newest = use.newest, slices = use.slices WHERE u.id = use.id;
END
$$
"""

_DROP = """
DROP FUNCTION connections_learn; DROP FUNCTION connections_admit; DROP FUNCTION connections_go_on;
DROP FUNCTION connections_wait;
DROP FUNCTION connections_use; DROP FUNCTION connections_rolled;
"""


def _account(name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=name, to="connections.connection"
    )


class Migration(migrations.Migration):
    dependencies = [("connections", "0003_access_tokens_and_sign_ins")]

    operations = [
        migrations.CreateModel(
            name="AllowanceUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("most", models.FloatField()),
                ("per", models.FloatField()),
                (
                    "slices",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None),
                ),
                ("newest", models.BigIntegerField(default=0)),
                ("booked_at", models.FloatField(default=0)),
                ("connection", _account("allowance_uses")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("connection", "name"), name="one_allowance_use")]},
        ),
        migrations.CreateModel(
            name="RequestSlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("units", models.FloatField(default=1)),
                ("until", models.DateTimeField()),
                ("connection", _account("+")),
            ],
            options={"indexes": [models.Index(fields=["connection", "name"], name="request_slots")]},
        ),
        migrations.CreateModel(
            name="RequestStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateTimeField()),
                ("renews", models.BooleanField(default=False)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connections.connection"
                    ),
                ),
            ],
        ),
        migrations.RunSQL([_ROLLED, _READ, _WAIT, _GO_ON, _ADMIT, _LEARN], _DROP),
    ]
