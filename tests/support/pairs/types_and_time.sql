-- Padding, rounding, scales, signs of zero, clocks of two zones, weeks, spans, documents.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE c (id int PRIMARY KEY, ch char(5), vc varchar(5), t text, i int, s smallint, b bigint, n numeric, n2 numeric(8,2), f float8, r real, ts timestamp, tz timestamptz, d date, iv interval, j jsonb, js json, a int[], rg int4range, bo boolean);

-- ! padding
SELECT id FROM c WHERE ch = 'ab';
SELECT id FROM c WHERE ch LIKE 'ab';
-- ! padding
SELECT id, length(ch) AS n FROM c;
SELECT id, octet_length(ch) AS n FROM c;
-- ! padding
SELECT id, ch || 'x' AS x FROM c WHERE ch IS NOT NULL;
SELECT id, concat(ch, 'x') AS x FROM c WHERE ch IS NOT NULL;
-- = padding
SELECT count(*) AS n FROM c GROUP BY ch;
SELECT count(*) AS n FROM c GROUP BY ch::text;
-- ! padding
SELECT id FROM c WHERE vc = 'ab';
SELECT id FROM c WHERE rtrim(vc) = 'ab';
-- ! padding
SELECT id FROM c WHERE trim(t) = 'x';
SELECT id FROM c WHERE btrim(t, E' \t') = 'x';
-- ! rounding
SELECT id FROM c WHERE n2 = 1.005;
SELECT id FROM c WHERE n2 = 1.005::numeric(8,2);
-- ! rounding
SELECT id, f::int AS x FROM c WHERE abs(f) < 1000;
SELECT id, f::numeric::int AS x FROM c WHERE abs(f) < 1000;
-- ! rounding
SELECT id, f::int AS x FROM c WHERE abs(f) < 1000;
SELECT id, floor(f + 0.5)::int AS x FROM c WHERE abs(f) < 1000;
-- ! rounding
SELECT id FROM c WHERE r = 0.1;
SELECT id FROM c WHERE r = 0.1::real;
-- = rounding
SELECT id FROM c WHERE n2 / 3 = round(n2 / 3, 2);
SELECT id FROM c WHERE n2 / 3 * 3 = n2;
-- ! rounding
SELECT id, extract(epoch FROM ts)::bigint AS e FROM c WHERE isfinite(ts);
SELECT id, floor(extract(epoch FROM ts))::bigint AS e FROM c WHERE isfinite(ts);
-- ! rounding
SELECT id FROM c WHERE n % 1 = 0;
SELECT id FROM c WHERE n = trunc(n);
-- ! rounding
SELECT id, i / 10 AS x FROM c;
SELECT id, floor(i / 10.0)::int AS x FROM c;
-- = rounding
SELECT id, i / 10 AS x FROM c;
SELECT id, trunc(i / 10.0)::int AS x FROM c;
-- ! signs
SELECT id, f::text AS x FROM c WHERE f = 0;
SELECT id, '0'::text AS x FROM c WHERE f = 0;
-- = signs
SELECT id FROM c WHERE f > 5;
SELECT id FROM c WHERE NOT (f <= 5);
-- = signs
SELECT id FROM c WHERE f BETWEEN 1 AND 'NaN';
SELECT id FROM c WHERE f >= 1;
-- ! signs
SELECT id FROM c WHERE abs(f) <= 1e308;
SELECT id FROM c WHERE f IS NOT NULL;
-- = signs
SELECT id FROM c WHERE i / 2 * 2 = i;
SELECT id FROM c WHERE i % 2 = 0;
-- ! signs
SELECT id FROM c WHERE s * s > 100;
SELECT id FROM c WHERE s::int * s > 100;
-- ! signs
SELECT id FROM c WHERE i % 3 = 1;
SELECT id FROM c WHERE (i % 3 + 3) % 3 = 1;
-- ! spans of numbers
SELECT id FROM c WHERE i BETWEEN SYMMETRIC 10 AND 1;
SELECT id FROM c WHERE i BETWEEN 10 AND 1;
-- = spans of numbers
SELECT id FROM c WHERE i BETWEEN SYMMETRIC 10 AND 1;
SELECT id FROM c WHERE i BETWEEN 1 AND 10;
-- ! spans of numbers
SELECT id FROM c WHERE i BETWEEN SYMMETRIC s AND b;
SELECT id FROM c WHERE i BETWEEN s AND b;
-- ! spans of numbers
SELECT id FROM c WHERE i BETWEEN SYMMETRIC s AND b;
SELECT id FROM c WHERE i BETWEEN least(s, b) AND greatest(s, b);
-- = spans of numbers
SELECT id FROM c WHERE i BETWEEN SYMMETRIC s AND b;
SELECT id FROM c WHERE i BETWEEN s AND b OR i BETWEEN b AND s;
-- = spans of numbers
SELECT id FROM c WHERE i IN (1, 2, 3);
SELECT id FROM c WHERE i BETWEEN 1 AND 3;
-- ! spans of numbers
SELECT id FROM c WHERE n IN (1, 2, 3);
SELECT id FROM c WHERE n BETWEEN 1 AND 3;
-- ! spans of numbers
SELECT id FROM c WHERE n > 1 AND n < 3;
SELECT id FROM c WHERE n = 2;
-- ! spans of numbers
SELECT id FROM c WHERE rg @> i;
SELECT id FROM c WHERE i >= lower(rg) AND i <= upper(rg);
-- ! spans of numbers
SELECT id FROM c WHERE rg @> i;
SELECT id FROM c WHERE i >= lower(rg) AND i < upper(rg);
-- ! spans of numbers
SELECT id FROM c WHERE isempty(rg);
SELECT id FROM c WHERE lower(rg) IS NULL AND rg IS NOT NULL;
-- = spans of numbers
SELECT id FROM c WHERE rg @> i;
SELECT id FROM c WHERE i <@ rg;
-- ! spans of numbers
SELECT id FROM c WHERE i::text < '5';
SELECT id FROM c WHERE i < 5;
-- ! spans of numbers
SELECT id FROM c WHERE nullif(i, 0) IS NULL;
SELECT id FROM c WHERE i IS NULL;
-- ! days and zones
SELECT id FROM c WHERE ts BETWEEN '2024-03-01' AND '2024-03-31';
SELECT id FROM c WHERE ts::date BETWEEN '2024-03-01' AND '2024-03-31';
-- ! days and zones
SELECT id, (tz AT TIME ZONE 'Europe/Berlin' + interval '1 day') AT TIME ZONE 'Europe/Berlin' AS x FROM c;
SELECT id, tz + interval '24 hours' AS x FROM c;
-- ! days and zones
SELECT id FROM c WHERE (tz AT TIME ZONE 'Europe/Berlin')::date = '2024-03-31';
SELECT id FROM c WHERE (tz AT TIME ZONE 'CET')::date = '2024-03-31' AND (tz AT TIME ZONE '+01')::date = '2024-03-31';
-- ! days and zones
SELECT id FROM c WHERE (tz AT TIME ZONE 'Asia/Kolkata')::date = '2024-03-31';
SELECT id FROM c WHERE (tz AT TIME ZONE 'Asia/Karachi')::date = '2024-03-31';
-- = days and zones
SELECT id FROM c WHERE (tz AT TIME ZONE 'Asia/Kolkata')::date = '2024-03-31';
SELECT id FROM c WHERE tz >= '2024-03-30 18:30:00+00' AND tz < '2024-03-31 18:30:00+00';
-- = days and zones
SELECT id FROM c WHERE extract(dow FROM d) IN (0, 6);
SELECT id FROM c WHERE extract(isodow FROM d) IN (6, 7);
-- ! days and zones
SELECT id FROM c WHERE extract(dow FROM d) IN (6, 7);
SELECT id FROM c WHERE extract(isodow FROM d) IN (6, 7);
-- ! days and zones
SELECT id FROM c WHERE extract(year FROM d) = 2024 AND extract(week FROM d) = 1;
SELECT id FROM c WHERE extract(isoyear FROM d) = 2024 AND extract(week FROM d) = 1;
-- = days and zones
SELECT id FROM c WHERE d + 30 > '2024-03-30';
SELECT id FROM c WHERE d + interval '1 month' > '2024-03-30';
-- ! days and zones
SELECT id, date_trunc('week', d)::date AS w FROM c WHERE d BETWEEN '2024-01-01' AND '2024-12-31';
SELECT id, d - extract(dow FROM d)::int AS w FROM c WHERE d BETWEEN '2024-01-01' AND '2024-12-31';
-- = days and zones
SELECT id, date_trunc('week', d)::date AS w FROM c WHERE d BETWEEN '2024-01-01' AND '2024-12-31';
SELECT id, d - extract(isodow FROM d)::int + 1 AS w FROM c WHERE d BETWEEN '2024-01-01' AND '2024-12-31';
-- ! days and zones
SELECT id FROM c WHERE date_trunc('quarter', ts) = '2024-04-01';
SELECT id FROM c WHERE extract(quarter FROM ts) = 2;
-- ! days and zones
SELECT id FROM c WHERE ts > timestamp '2024-03-31' - interval '1 month';
SELECT id FROM c WHERE ts + interval '1 month' > '2024-03-31';
-- = days and zones
SELECT id FROM c WHERE iv > '24 hours';
SELECT id FROM c WHERE iv > '1 day';
-- ! days and zones
SELECT id FROM c WHERE iv >= '1 day';
SELECT id FROM c WHERE extract(day FROM iv) >= 1;
-- ! days and zones
SELECT id FROM c WHERE iv = '1 month';
SELECT id FROM c WHERE timestamp '2024-02-01' + iv = '2024-03-01';
-- ! days and zones
SELECT id FROM c WHERE tz > now() - interval '1 day';
SELECT id FROM c WHERE tz > clock_timestamp() - interval '1 day';
-- ! documents
SELECT id FROM c WHERE j = 'null';
SELECT id FROM c WHERE j IS NULL;
-- ! documents
SELECT id FROM c WHERE jsonb_typeof(j->'a') = 'null';
SELECT id FROM c WHERE j->>'a' IS NULL;
-- ! documents
SELECT id, js->>'a' AS x FROM c;
SELECT id, js::jsonb->>'a' AS x FROM c;
-- ! documents
SELECT id, coalesce(j->'a', '0') AS x FROM c;
SELECT id, coalesce((j->>'a')::jsonb, '0') AS x FROM c WHERE jsonb_typeof(j->'a') = 'number' OR j->'a' IS NULL;
-- ! documents
SELECT id FROM c WHERE j->>'a' IN ('1', '2');
SELECT id FROM c WHERE j->'a' IN ('1', '2');
-- ! documents
SELECT id FROM c WHERE j @> '[1]';
SELECT id FROM c WHERE j = '[1]';
-- = documents
SELECT id FROM c WHERE j @> '[1]';
SELECT id FROM c WHERE jsonb_typeof(j) = 'array' AND j @> '[1]';
-- = arrays
SELECT id FROM c WHERE a @> ARRAY[1, 1];
SELECT id FROM c WHERE a @> ARRAY[1];
-- ! arrays
SELECT id FROM c WHERE a = ARRAY[2, 1];
SELECT id FROM c WHERE a @> ARRAY[1, 2] AND cardinality(a) = 2;
-- ! arrays
SELECT id, array_remove(a, NULL) AS x FROM c;
SELECT id, ARRAY(SELECT e FROM unnest(a) WITH ORDINALITY AS u(e, o) WHERE e IS NOT NULL ORDER BY o) AS x FROM c;
-- ! arrays
SELECT id FROM c WHERE i <> ALL (a);
SELECT id FROM c WHERE NOT EXISTS (SELECT 1 FROM unnest(a) AS e WHERE e = i);
-- ! arrays
SELECT id, a[array_length(a, 1)] AS x FROM c;
SELECT id, a[cardinality(a)] AS x FROM c WHERE cardinality(a) > 0;
-- ! truth
SELECT id FROM c WHERE bo IS NOT TRUE;
SELECT id FROM c WHERE NOT bo;
-- = truth
SELECT id FROM c WHERE bo IS NOT FALSE;
SELECT id FROM c WHERE coalesce(bo, true);
-- ! truth
SELECT id FROM c WHERE bo OR i > 3;
SELECT id FROM c WHERE bo IS TRUE OR (bo IS FALSE AND i > 3);
-- = truth
SELECT id FROM c WHERE bo OR i > 3;
SELECT id FROM c WHERE bo IS TRUE OR (bo IS NOT TRUE AND i > 3);
-- ! texts
SELECT id FROM c WHERE t LIKE 'a_b';
SELECT id FROM c WHERE t = 'a_b';
-- = texts
SELECT id FROM c WHERE t LIKE 'a\_b';
SELECT id FROM c WHERE t = 'a_b';
-- = texts
SELECT id FROM c WHERE t ~ '^ab$';
SELECT id FROM c WHERE t = 'ab';
-- = texts
SELECT id FROM c WHERE substr(t, 0, 3) = 'ab';
SELECT id FROM c WHERE left(t, 2) = 'ab';
-- ! texts
SELECT id FROM c WHERE substr(t, 0, 3) = 'ab';
SELECT id FROM c WHERE left(t, 3) = 'ab';
-- = texts
SELECT id, split_part(t, '-', 1) AS x FROM c;
SELECT id, regexp_replace(t, '-.*', '') AS x FROM c;
-- ! texts
SELECT id, split_part(t, '-', 2) AS x FROM c;
SELECT id, substring(t FROM '-(.*)') AS x FROM c;
-- ! texts
SELECT id, lpad(i::text, 3, '0') AS x FROM c;
SELECT id, to_char(i, 'FM000') AS x FROM c WHERE i BETWEEN -999 AND 999 OR i IS NULL OR i NOT BETWEEN -999 AND 999;
-- ! texts
SELECT id, concat_ws(',', t, vc) AS x FROM c;
SELECT id, t || ',' || vc AS x FROM c;
-- ! texts
SELECT id FROM c WHERE lower(t) = 'é';
SELECT id FROM c WHERE lower(t COLLATE "C") = 'é';
-- ! texts
SELECT id, initcap(t) AS x FROM c;
SELECT id, upper(left(t, 1)) || substr(t, 2) AS x FROM c;
-- ! texts
SELECT id FROM c WHERE t IN ('a', 'b') IS NOT TRUE;
SELECT id FROM c WHERE t NOT IN ('a', 'b');
-- ! sets of rows
SELECT id, unnest(a) AS e FROM c;
SELECT c.id, e FROM c LEFT JOIN LATERAL unnest(a) AS e ON true;
-- = sets of rows
SELECT id, unnest(a) AS e FROM c;
SELECT c.id, e FROM c CROSS JOIN LATERAL unnest(a) AS e;
-- ! sets of rows
SELECT id, unnest(a) AS e, unnest(ARRAY[1, 2]) AS z FROM c;
SELECT c.id, e, z FROM c, unnest(a) AS e, unnest(ARRAY[1, 2]) AS z;
-- = sets of rows
SELECT id, unnest(a) AS e, unnest(ARRAY[1, 2]) AS z FROM c;
SELECT c.id, e, z FROM c, LATERAL ROWS FROM (unnest(a), unnest(ARRAY[1, 2])) AS x(e, z);
-- ! sets of rows
SELECT id, generate_series(1, s) AS k FROM c WHERE s BETWEEN 0 AND 5;
SELECT c.id, k FROM c JOIN generate_series(1, 4) AS k ON k <= s WHERE s BETWEEN 0 AND 5;
-- ! sets of rows
SELECT DISTINCT id, unnest(a) AS e FROM c;
SELECT c.id, e FROM c CROSS JOIN LATERAL unnest(a) AS e;
-- ! chance
SELECT id FROM c WHERE random() < 0.5;
SELECT id FROM c WHERE (SELECT random()) < 0.5;
-- ! chance
WITH x AS MATERIALIZED (SELECT id, random() AS r FROM c) SELECT a.id FROM x a JOIN x b ON a.r = b.r AND a.id = b.id;
WITH x AS NOT MATERIALIZED (SELECT id, random() AS r FROM c) SELECT a.id FROM x a JOIN x b ON a.r = b.r AND a.id = b.id;
