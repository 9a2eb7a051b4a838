-- Values that a cast or a function takes for one, or orders otherwise.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE c (id int PRIMARY KEY, x numeric, y numeric(10,2), l bigint, i int, f float8, r real, ts timestamp, tz timestamptz, d date, t text, v varchar(10), b char(6), iv interval, j jsonb, arr int[], ip inet, bo boolean);
CREATE TABLE c2 (id int PRIMARY KEY, x numeric, l bigint, i int, f float8, ts timestamp, t text, b char(6), iv interval, j jsonb);

-- ! collide order
SELECT id FROM c ORDER BY x, id;
SELECT id FROM c ORDER BY x::float8, id;
-- ! collide order
SELECT id FROM c ORDER BY l, id;
SELECT id FROM c ORDER BY l::float8, id;
-- ! collide order
SELECT id FROM c ORDER BY l DESC, id;
SELECT id FROM c ORDER BY l::real DESC, id;
-- ! collide order
SELECT id FROM c ORDER BY i, id;
SELECT id FROM c ORDER BY i::real, id;
-- ! collide order
SELECT id FROM c ORDER BY ts, id;
SELECT id FROM c ORDER BY date_trunc('second', ts), id;
-- ! collide order
SELECT id FROM c ORDER BY ts, id;
SELECT id FROM c ORDER BY ts::timestamp(3), id;
-- ! collide order
SELECT id FROM c ORDER BY ts, id;
SELECT id FROM c ORDER BY ts::date, id;
-- ! collide order
SELECT id FROM c ORDER BY ts, id;
SELECT id FROM c ORDER BY to_char(ts, 'YYYY-MM-DD HH24:MI'), id;
-- ! collide order
SELECT id FROM c ORDER BY ts, id;
SELECT id FROM c ORDER BY extract(year FROM ts), extract(month FROM ts), extract(day FROM ts), id;
-- ! collide order
SELECT id FROM c ORDER BY t, id;
SELECT id FROM c ORDER BY left(t, 5), id;
-- ! collide order
SELECT id FROM c ORDER BY t, id;
SELECT id FROM c ORDER BY t::varchar(7), id;
-- ! collide order
SELECT id FROM c ORDER BY t, id;
SELECT id FROM c ORDER BY substr(t, 1, 12), id;
-- ! collide order
SELECT id FROM c ORDER BY t, id;
SELECT id FROM c ORDER BY upper(t), id;
-- ! collide order
SELECT id FROM c ORDER BY t, id;
SELECT id FROM c ORDER BY rtrim(t), id;
-- ! collide order
SELECT id FROM c ORDER BY f, id;
SELECT id FROM c ORDER BY f::real, id;
-- ! collide order
SELECT id FROM c ORDER BY f, id;
SELECT id FROM c ORDER BY round(f), id;
-- ! collide order
SELECT id FROM c ORDER BY x, id;
SELECT id FROM c ORDER BY round(x, 3), id;
-- ! collide order
SELECT id FROM c ORDER BY x, id;
SELECT id FROM c ORDER BY x::numeric(20,6), id;
-- ! collide order
SELECT id FROM c ORDER BY x, id;
SELECT id FROM c ORDER BY trunc(x, 4), id;
-- ! collide order
SELECT id FROM c ORDER BY i, id;
SELECT id FROM c ORDER BY i::text, id;
-- ! collide order
SELECT id FROM c ORDER BY tz, id;
SELECT id FROM c ORDER BY (tz AT TIME ZONE 'Europe/Berlin')::date, id;
-- ! collide order
SELECT id FROM c ORDER BY tz, id;
SELECT id FROM c ORDER BY tz AT TIME ZONE 'Europe/Berlin', id;
-- ! collide order
SELECT id FROM c ORDER BY d, id;
SELECT id FROM c ORDER BY to_char(d, 'MM-DD'), id;
-- ! collide order
SELECT id FROM c ORDER BY d, id;
SELECT id FROM c ORDER BY to_char(d, 'IYYY-IW'), id;
-- ! collide order
SELECT id FROM c ORDER BY iv, id;
SELECT id FROM c ORDER BY extract(epoch FROM iv), id;
-- ! collide order
SELECT id FROM c ORDER BY j, id;
SELECT id FROM c ORDER BY j::text, id;
-- ! collide order
SELECT id FROM c ORDER BY ip, id;
SELECT id FROM c ORDER BY host(ip), id;
-- ! collide order
SELECT id FROM c ORDER BY ip, id;
SELECT id FROM c ORDER BY network(ip), id;
-- ! collide order
SELECT id FROM c ORDER BY x DESC, id;
SELECT id FROM c ORDER BY -x, id;
-- ! collide order
SELECT id FROM c ORDER BY x DESC NULLS LAST, id;
SELECT id FROM c ORDER BY -x, id;
-- ! collide order
SELECT id FROM c ORDER BY i, id;
SELECT id FROM c ORDER BY i / 10, id;
-- ! collide order
SELECT id FROM c ORDER BY i, id;
SELECT id FROM c ORDER BY i >> 4, id;
-- ! collide order
SELECT id FROM c ORDER BY l, id;
SELECT id FROM c ORDER BY l / 1000, id;
-- ! collide order
SELECT id FROM c ORDER BY arr, id;
SELECT id FROM c ORDER BY cardinality(arr), id;
-- ! collide order
SELECT id FROM c ORDER BY arr, id;
SELECT id FROM c ORDER BY arr::text, id;
-- = collide order
SELECT id FROM c ORDER BY bo, id;
SELECT id FROM c ORDER BY bo::text, id;
-- = collide order
SELECT id FROM c ORDER BY i, id;
SELECT id FROM c ORDER BY i::bigint, id;
-- = collide order
SELECT id FROM c ORDER BY i, id;
SELECT id FROM c ORDER BY i::float8, id;
-- = collide order
SELECT id FROM c ORDER BY r, id;
SELECT id FROM c ORDER BY r::float8, id;
-- = collide order
SELECT id FROM c ORDER BY d, id;
SELECT id FROM c ORDER BY d::timestamp, id;
-- = collide order
SELECT id FROM c ORDER BY b, id;
SELECT id FROM c ORDER BY b::text, id;
-- ! collide order
SELECT id FROM c ORDER BY coalesce(i, 2147483647), id;
SELECT id FROM c ORDER BY i NULLS LAST, id;
-- ! collide order
SELECT id FROM c ORDER BY coalesce(d, '9999-12-31'), id;
SELECT id FROM c ORDER BY d NULLS LAST, id;
-- = collide order
SELECT id FROM c ORDER BY i IS NULL, i, id;
SELECT id FROM c ORDER BY i NULLS LAST, id;
-- ! collide order
SELECT id FROM c ORDER BY i, l, id;
SELECT id FROM c ORDER BY i::text || '-' || l::text, id;
-- ! collide order
SELECT id FROM c ORDER BY t, v, id;
SELECT id FROM c ORDER BY t || v, id;
-- ! collide order
SELECT id FROM c ORDER BY t, v, id;
SELECT id FROM c ORDER BY concat_ws(' ', t, v), id;
-- ! collide order
SELECT id FROM c ORDER BY x, id LIMIT 2;
SELECT id FROM c ORDER BY x::float8, id LIMIT 2;
-- ! collide order
SELECT id, rank() OVER (ORDER BY x) AS k FROM c;
SELECT id, rank() OVER (ORDER BY x::float8) AS k FROM c;
-- ! collide order
SELECT id, row_number() OVER (PARTITION BY ts ORDER BY id) AS k FROM c;
SELECT id, row_number() OVER (PARTITION BY ts::timestamp(0) ORDER BY id) AS k FROM c;
-- ! collide order
SELECT DISTINCT ON (l) l, id FROM c ORDER BY l, id;
SELECT DISTINCT ON (l::float8) l, id FROM c ORDER BY l::float8, id;
-- ! collide order
SELECT (array_agg(id ORDER BY l, id))[1] AS a FROM c;
SELECT (array_agg(id ORDER BY l::float8, id))[1] AS a FROM c;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY x;
SELECT count(*) AS n FROM c GROUP BY x::float8;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY l;
SELECT count(*) AS n FROM c GROUP BY l::float8;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY ts;
SELECT count(*) AS n FROM c GROUP BY date_trunc('minute', ts);
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY ts;
SELECT count(*) AS n FROM c GROUP BY ts::timestamp(0);
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY t;
SELECT count(*) AS n FROM c GROUP BY left(t, 20);
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY t;
SELECT count(*) AS n FROM c GROUP BY lower(trim(t));
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY f;
SELECT count(*) AS n FROM c GROUP BY f::real;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY f;
SELECT count(*) AS n FROM c GROUP BY f::text;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY iv;
SELECT count(*) AS n FROM c GROUP BY iv::text;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY x;
SELECT count(*) AS n FROM c GROUP BY x::text;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY j;
SELECT count(*) AS n FROM c GROUP BY j::text;
-- = collide group
SELECT count(*) AS n FROM c GROUP BY b;
SELECT count(*) AS n FROM c GROUP BY b::text;
-- = collide group
SELECT count(*) AS n FROM c GROUP BY y;
SELECT count(*) AS n FROM c GROUP BY y::text;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY y;
SELECT count(*) AS n FROM c GROUP BY y::real;
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY to_char(d, 'YYYY-MM');
SELECT count(*) AS n FROM c GROUP BY to_char(d, 'MM');
-- ! collide group
SELECT count(*) AS n FROM c GROUP BY date_trunc('week', d);
SELECT count(*) AS n FROM c GROUP BY extract(year FROM d), extract(week FROM d);
-- = collide group
SELECT count(*) AS n FROM c WHERE isfinite(d) GROUP BY date_trunc('week', d);
SELECT count(*) AS n FROM c WHERE isfinite(d) GROUP BY extract(isoyear FROM d), extract(week FROM d);
-- = collide group
SELECT count(*) AS n FROM c WHERE isfinite(d) GROUP BY date_trunc('month', d);
SELECT count(*) AS n FROM c WHERE isfinite(d) GROUP BY extract(year FROM d), extract(month FROM d);
-- ! collide distinct
SELECT count(DISTINCT x) AS n FROM c;
SELECT count(DISTINCT x::float8) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT l) AS n FROM c;
SELECT count(DISTINCT l::real) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT t) AS n FROM c;
SELECT count(DISTINCT rtrim(t)) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT t) AS n FROM c;
SELECT count(DISTINCT t::char(10)) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT j) AS n FROM c;
SELECT count(DISTINCT j::text) AS n FROM c;
-- = collide distinct
SELECT count(DISTINCT arr) AS n FROM c;
SELECT count(DISTINCT arr::text) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT t) AS n FROM c;
SELECT count(DISTINCT length(t)) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT (t, v)) AS n FROM c;
SELECT count(DISTINCT t || ',' || v) AS n FROM c;
-- ! collide distinct
SELECT count(DISTINCT l) AS n FROM c;
SELECT count(DISTINCT l % 1000000007) AS n FROM c;
-- ! collide distinct
SELECT DISTINCT f FROM c;
SELECT DISTINCT f::numeric::float8 AS f FROM c;
-- ! collide distinct
SELECT x FROM c UNION SELECT x FROM c2;
SELECT x::float8::numeric AS x FROM c UNION SELECT x::float8::numeric FROM c2;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.x = c2.x;
SELECT c.id, c2.id FROM c JOIN c2 ON c.x::float8 = c2.x::float8;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.x = c2.x;
SELECT c.id, c2.id FROM c JOIN c2 ON c.x = c2.x::float8;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.l = c2.l;
SELECT c.id, c2.id FROM c JOIN c2 ON c.l::float8 = c2.l::float8;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.l = c2.x;
SELECT c.id, c2.id FROM c JOIN c2 ON c.l = c2.x::bigint;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.ts = c2.ts;
SELECT c.id, c2.id FROM c JOIN c2 ON date_trunc('hour', c.ts) = date_trunc('hour', c2.ts);
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.ts = c2.ts;
SELECT c.id, c2.id FROM c JOIN c2 ON c.ts::timestamp(0) = c2.ts::timestamp(0);
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.iv = c2.iv;
SELECT c.id, c2.id FROM c JOIN c2 ON c.iv::text = c2.iv::text;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.j = c2.j;
SELECT c.id, c2.id FROM c JOIN c2 ON c.j::text = c2.j::text;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.t = c2.t;
SELECT c.id, c2.id FROM c JOIN c2 ON lower(c.t) = lower(c2.t);
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.t = c2.b;
SELECT c.id, c2.id FROM c JOIN c2 ON c.t::char(6) = c2.b;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.t::char(20) = c2.b;
SELECT c.id, c2.id FROM c JOIN c2 ON c.t = c2.b::text;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.f = c2.f;
SELECT c.id, c2.id FROM c JOIN c2 ON c.f - c2.f = 0;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.f = c2.f;
SELECT c.id, c2.id FROM c JOIN c2 ON abs(c.f - c2.f) < 1e-9;
-- ! collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.r = c2.f;
SELECT c.id, c2.id FROM c JOIN c2 ON c.r = c2.f::real;
-- = collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.i = c2.l;
SELECT c.id, c2.id FROM c JOIN c2 ON c.i::bigint = c2.l;
-- = collide join
SELECT c.id, c2.id FROM c JOIN c2 ON c.i = c2.f;
SELECT c.id, c2.id FROM c JOIN c2 ON c.i::float8 = c2.f;
-- ! collide in
SELECT id FROM c WHERE x IN (SELECT x FROM c2);
SELECT id FROM c WHERE x::float8 IN (SELECT x::float8 FROM c2);
-- ! collide in
SELECT id FROM c WHERE NOT EXISTS (SELECT 1 FROM c2 WHERE c2.l = c.l);
SELECT id FROM c WHERE NOT EXISTS (SELECT 1 FROM c2 WHERE c2.l::float8 = c.l);
-- ! collide in
SELECT id FROM c WHERE t IN (SELECT t FROM c2);
SELECT id FROM c WHERE upper(t) IN (SELECT upper(t) FROM c2);
-- ! collide where
SELECT id FROM c WHERE x = 0.1;
SELECT id FROM c WHERE x::float8 = 0.1;
-- ! collide where
SELECT id FROM c WHERE r = 0.1;
SELECT id FROM c WHERE r::numeric = 0.1;
-- ! collide where
SELECT id FROM c WHERE l = 9007199254740993;
SELECT id FROM c WHERE l::float8 = 9007199254740993;
-- ! collide where
SELECT id FROM c WHERE ts = '2024-05-05 10:00:00';
SELECT id FROM c WHERE ts::timestamp(0) = '2024-05-05 10:00:00';
-- ! collide where
SELECT id FROM c WHERE b = 'ab';
SELECT id FROM c WHERE b LIKE 'ab';
-- = collide where
SELECT id FROM c WHERE b = 'ab';
SELECT id FROM c WHERE b::text = 'ab';
-- ! collide where
SELECT id FROM c WHERE v = 'ab';
SELECT id FROM c WHERE v::char(10) = 'ab';
-- ! collide where
SELECT id FROM c WHERE t = 'abc';
SELECT id FROM c WHERE t::varchar(3) = 'abc';
-- ! collide where
SELECT id FROM c WHERE t = 'ab';
SELECT id FROM c WHERE t ILIKE 'ab';
-- ! collide where
SELECT id FROM c WHERE x = 1;
SELECT id FROM c WHERE x::int = 1;
-- ! collide where
SELECT id FROM c WHERE iv = '1 day';
SELECT id FROM c WHERE iv::text = '1 day';
-- ! collide where
SELECT id FROM c WHERE iv = '30 days';
SELECT id FROM c WHERE extract(day FROM iv) = 30;
-- = collide where
SELECT id FROM c WHERE iv > '1 month';
SELECT id FROM c WHERE iv > '30 days';
-- ! collide where
SELECT id FROM c WHERE j = '1';
SELECT id FROM c WHERE j::text = '1';
-- ! collide where
SELECT id FROM c WHERE j->'a' = '1';
SELECT id FROM c WHERE j->>'a' = '1';
-- ! collide where
SELECT id FROM c WHERE j @> '{"a": 1}';
SELECT id FROM c WHERE j->>'a' = '1';
-- ! collide where
SELECT id FROM c WHERE j ? 'a';
SELECT id FROM c WHERE j->'a' IS NOT NULL;
-- ! collide where
SELECT id FROM c WHERE j->>'a' IS NULL;
SELECT id FROM c WHERE j->'a' IS NULL;
-- ! collide where
SELECT id FROM c WHERE f <> f;
SELECT id FROM c WHERE f = 'NaN';
-- = collide where
SELECT id FROM c WHERE f = f;
SELECT id FROM c WHERE f IS NOT NULL;
-- ! collide where
SELECT id FROM c WHERE f > 1e300;
SELECT id FROM c WHERE f = 'Infinity';
-- ! collide where
SELECT id FROM c WHERE f < 'Infinity';
SELECT id FROM c WHERE f <> 'Infinity';
-- ! collide where
SELECT id FROM c WHERE ts <= 'infinity' AND ts > '2020-01-01';
SELECT id FROM c WHERE isfinite(ts) AND ts > '2020-01-01';
-- ! collide where
SELECT id, x::text AS s FROM c;
SELECT id, trim_scale(x)::text AS s FROM c;
-- ! collide where
SELECT id, f::text AS s FROM c;
SELECT id, (f + 0)::text AS s FROM c;
-- ! collide where
SELECT id FROM c WHERE x = round(x, 2);
SELECT id FROM c WHERE scale(x) <= 2;
-- = collide where
SELECT id FROM c WHERE x = round(x, 2);
SELECT id FROM c WHERE x = trunc(x, 2);
-- ! collide where
SELECT id FROM c WHERE length(b) = 3;
SELECT id FROM c WHERE octet_length(b) = 3;
-- ! collide where
SELECT id FROM c WHERE ip = '10.0.0.1';
SELECT id FROM c WHERE host(ip) = '10.0.0.1';
-- ! collide where
SELECT id FROM c WHERE ip <<= '10.0.0.0/8';
SELECT id FROM c WHERE ip << '10.0.0.0/8';
-- ! collide where
SELECT id FROM c WHERE ts >= '2024-05-01' AND ts < '2024-05-02';
SELECT id FROM c WHERE ts::timestamp(0)::date = '2024-05-01';
-- ! collide where
SELECT id FROM c WHERE ts BETWEEN '2024-05-01' AND '2024-05-01 23:59:59';
SELECT id FROM c WHERE ts >= '2024-05-01' AND ts < '2024-05-02';
-- ! collide where
SELECT id FROM c WHERE tz::date = '2024-10-27';
SELECT id FROM c WHERE (tz AT TIME ZONE 'Europe/Berlin')::date = '2024-10-27';
-- ! collide where
SELECT id FROM c WHERE (tz AT TIME ZONE 'Europe/Berlin') >= '2024-10-27 02:00' AND (tz AT TIME ZONE 'Europe/Berlin') < '2024-10-27 03:00';
SELECT id FROM c WHERE tz >= timestamp '2024-10-27 02:00' AT TIME ZONE 'Europe/Berlin' AND tz < timestamp '2024-10-27 03:00' AT TIME ZONE 'Europe/Berlin';
