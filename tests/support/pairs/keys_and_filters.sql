-- Keys of groups, joins and sorts, and filters, computed in two ways; subqueries.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE a (id int PRIMARY KEY, k int, s smallint, l bigint, n numeric(8,3), f float8, t text, c char(4), vc varchar(5), ts timestamp, tz timestamptz, d date, tm time, iv interval, u uuid, bt bytea, j jsonb, js json, ar int[], ta text[], r int4range, b boolean);
CREATE TABLE o (id int PRIMARY KEY, a_id int REFERENCES a, k int NOT NULL, n numeric, t text NOT NULL, ts timestamp NOT NULL, d date NOT NULL);

-- ! keys of groups
SELECT k, count(*) AS n FROM a GROUP BY k, f ORDER BY k, n;
SELECT k, count(*) AS n FROM a GROUP BY k, f::numeric(10,4) ORDER BY k, n;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY tm;
SELECT count(*) AS n FROM a GROUP BY date_trunc('minute', tm);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY iv;
SELECT count(*) AS n FROM a GROUP BY justify_hours(iv)::text;
-- = keys of groups
SELECT count(*) AS n FROM a GROUP BY u;
SELECT count(*) AS n FROM a GROUP BY u::text;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY bt;
SELECT count(*) AS n FROM a GROUP BY length(bt);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY bt;
SELECT count(*) AS n FROM a GROUP BY substr(bt, 1, 4);
-- = keys of groups
SELECT count(*) AS n FROM a GROUP BY bt;
SELECT count(*) AS n FROM a GROUP BY encode(bt, 'hex');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY t;
SELECT count(*) AS n FROM a GROUP BY regexp_replace(t, '\s+', ' ', 'g');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY t;
SELECT count(*) AS n FROM a GROUP BY regexp_replace(t, '[^a-z0-9]', '', 'g');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY t;
SELECT count(*) AS n FROM a GROUP BY translate(t, '-', '');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY t;
SELECT count(*) AS n FROM a GROUP BY right(t, 8);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY t;
SELECT count(*) AS n FROM a GROUP BY split_part(t, '@', 2);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY ar;
SELECT count(*) AS n FROM a GROUP BY array_to_string(ar, ',');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY ta;
SELECT count(*) AS n FROM a GROUP BY array_to_string(ta, ',');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY r;
SELECT count(*) AS n FROM a GROUP BY lower(r), upper(r);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY j;
SELECT count(*) AS n FROM a GROUP BY j->>'a';
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY j->'a';
SELECT count(*) AS n FROM a GROUP BY j->>'a';
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY js::text;
SELECT count(*) AS n FROM a GROUP BY js::jsonb;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY k, s;
SELECT count(*) AS n FROM a GROUP BY k * 10 + s;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY k, s;
SELECT count(*) AS n FROM a GROUP BY greatest(k, s), least(k, s);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY coalesce(k, 0);
SELECT count(*) AS n FROM a GROUP BY k;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY coalesce(t, 'n/a');
SELECT count(*) AS n FROM a GROUP BY t;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY k + 1;
SELECT count(*) AS n FROM a GROUP BY k::bigint;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY l % 97;
SELECT count(*) AS n FROM a GROUP BY abs(l % 97);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY n;
SELECT count(*) AS n FROM a GROUP BY round(n, 2);
-- = keys of groups
SELECT count(*) AS n FROM a GROUP BY n;
SELECT count(*) AS n FROM a GROUP BY round(n, 3);
-- = keys of groups
SELECT count(*) AS n FROM a GROUP BY n;
SELECT count(*) AS n FROM a GROUP BY n::float8;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY n;
SELECT count(*) AS n FROM a GROUP BY to_char(n, 'FM999.9');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY date_trunc('month', ts);
SELECT count(*) AS n FROM a GROUP BY to_char(ts, 'YY-MM');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY date_trunc('day', ts);
SELECT count(*) AS n FROM a GROUP BY to_char(ts, 'YYYYDDD HH12');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY to_char(ts, 'YYYY-MM-DD HH24');
SELECT count(*) AS n FROM a GROUP BY to_char(ts, 'YYYY-MM-DD HH12');
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY date_trunc('quarter', d);
SELECT count(*) AS n FROM a GROUP BY extract(quarter FROM d);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY date_bin('15 minutes', ts, '2001-01-01');
SELECT count(*) AS n FROM a GROUP BY date_trunc('hour', ts);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY floor(extract(epoch FROM ts) / 3600);
SELECT count(*) AS n FROM a GROUP BY round(extract(epoch FROM ts) / 3600);
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY width_bucket(k, 0, 100, 10);
SELECT count(*) AS n FROM a GROUP BY k / 10;
-- ! keys of groups
SELECT count(*) AS n FROM a GROUP BY tz::date;
SELECT count(*) AS n FROM a GROUP BY (tz AT TIME ZONE 'America/New_York')::date;
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.t = o.t;
SELECT a.id, o.id FROM a JOIN o ON trim(a.t) = trim(o.t);
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.t = o.t;
SELECT a.id, o.id FROM a JOIN o ON left(a.t, 10) = left(o.t, 10);
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.vc = o.t;
SELECT a.id, o.id FROM a JOIN o ON a.vc = o.t::varchar(5);
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.n = o.n;
SELECT a.id, o.id FROM a JOIN o ON a.n = o.n::numeric(8,3);
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.ts = o.ts;
SELECT a.id, o.id FROM a JOIN o ON a.ts::date = o.ts::date AND a.ts::time = date_trunc('second', o.ts)::time;
-- = keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.d = o.d;
SELECT a.id, o.id FROM a JOIN o ON a.d::timestamp = o.d::timestamp;
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.d = o.ts;
SELECT a.id, o.id FROM a JOIN o ON a.d = o.ts::date;
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON a.t || a.vc = o.t;
SELECT a.id, o.id FROM a JOIN o ON a.t = left(o.t, length(a.t)) AND a.vc = right(o.t, length(a.vc));
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON o.t LIKE a.t || '%';
SELECT a.id, o.id FROM a JOIN o ON starts_with(o.t, a.t);
-- ! keys of joins
SELECT a.id, o.id FROM a JOIN o ON o.k = ANY (a.ar);
SELECT a.id, o.id FROM a CROSS JOIN LATERAL unnest(a.ar) AS e JOIN o ON o.k = e;
-- = keys of joins
SELECT a.id, o.id FROM a JOIN o ON o.k = ANY (a.ar);
SELECT a.id, o.id FROM a CROSS JOIN LATERAL (SELECT DISTINCT e FROM unnest(a.ar) AS e) x JOIN o ON o.k = x.e;
-- ! keys of joins
SELECT a.id FROM a WHERE EXISTS (SELECT 1 FROM o WHERE o.ts BETWEEN a.d AND a.d + 1);
SELECT a.id FROM a WHERE EXISTS (SELECT 1 FROM o WHERE o.ts >= a.d AND o.ts < a.d + 1);
-- ! sorts
SELECT id FROM a ORDER BY n DESC NULLS LAST, id LIMIT 3;
SELECT id FROM a ORDER BY round(n, 1) DESC NULLS LAST, id LIMIT 3;
-- ! sorts
SELECT id FROM a ORDER BY coalesce(n, 0), id;
SELECT id FROM a ORDER BY n NULLS FIRST, id;
-- ! sorts
SELECT id FROM a ORDER BY t COLLATE "C", id;
SELECT id FROM a ORDER BY upper(t) COLLATE "C", id;
-- ! sorts
SELECT id FROM a ORDER BY length(t), t, id;
SELECT id FROM a ORDER BY t, id;
-- ! sorts
SELECT id FROM a ORDER BY CASE WHEN k > 5 THEN 0 ELSE 1 END, id;
SELECT id FROM a ORDER BY k > 5 DESC, id;
-- ! sorts
SELECT id FROM a ORDER BY k > 5 DESC, id;
SELECT id FROM a ORDER BY k >= 5 DESC, id;
-- ! sorts
SELECT id FROM a ORDER BY abs(k::bigint), id;
SELECT id FROM a ORDER BY k, id;
-- ! sorts
SELECT id FROM a ORDER BY vc, id;
SELECT id FROM a ORDER BY vc::char(5), id;
-- = sorts
SELECT id FROM a ORDER BY ts, id;
SELECT id FROM a ORDER BY ts::date, ts::time, id;
-- ! sorts
SELECT id FROM a ORDER BY extract(month FROM d), extract(day FROM d), id;
SELECT id FROM a ORDER BY extract(doy FROM d), id;
-- ! sorts
SELECT id FROM a ORDER BY j->'a', id;
SELECT id FROM a ORDER BY j->>'a', id;
-- ! sorts
SELECT id FROM a ORDER BY (j->>'a')::int, id;
SELECT id FROM a ORDER BY j->'a', id;
-- ! sorts
SELECT id FROM a ORDER BY ar[1], id;
SELECT id FROM a ORDER BY ar, id;
-- ! sorts
SELECT id FROM a ORDER BY r, id;
SELECT id FROM a ORDER BY lower(r), id;
-- = sorts
SELECT id FROM a ORDER BY k, s, id;
SELECT id FROM a ORDER BY ROW(k, s), id;
-- ! sorts
SELECT id, lag(id) OVER (ORDER BY f, id) AS p FROM a;
SELECT id, lag(id) OVER (ORDER BY f::numeric, id) AS p FROM a;
-- ! sorts
SELECT id, dense_rank() OVER (ORDER BY l) AS p FROM a;
SELECT id, dense_rank() OVER (ORDER BY l::float8) AS p FROM a;
-- ! sorts
SELECT max(t) AS m FROM a;
SELECT (array_agg(t ORDER BY lower(t) DESC NULLS LAST, t DESC))[1] AS m FROM a;
-- ! sorts
SELECT max(n)::text AS m FROM a;
SELECT max(n::text) AS m FROM a;
-- ! sorts
SELECT min(ts)::date AS m FROM a;
SELECT min(to_char(ts, 'DD-MM-YYYY'))::date AS m FROM a WHERE false;
-- ! filters
SELECT id FROM a WHERE n > 10;
SELECT id FROM a WHERE n >= 10.01;
-- = filters
SELECT id FROM a WHERE n > 10;
SELECT id FROM a WHERE n >= 10.001;
-- ! filters
SELECT id FROM a WHERE f > 10;
SELECT id FROM a WHERE f >= 10.0001;
-- ! filters
SELECT id FROM a WHERE tm < '12:00';
SELECT id FROM a WHERE extract(hour FROM tm) <= 12;
-- = filters
SELECT id FROM a WHERE tm < '12:00';
SELECT id FROM a WHERE extract(hour FROM tm) < 12;
-- ! filters
SELECT id FROM a WHERE ts > '2024-01-01 10:00';
SELECT id FROM a WHERE date_trunc('hour', ts) > '2024-01-01 10:00';
-- = filters
SELECT id FROM a WHERE ts >= '2024-01-01 11:00';
SELECT id FROM a WHERE date_trunc('hour', ts) > '2024-01-01 10:00';
-- ! filters
SELECT id FROM a WHERE extract(epoch FROM iv) > 86400;
SELECT id FROM a WHERE iv > '1 day';
-- ! filters
SELECT id FROM a WHERE to_char(d, 'YYYY-MM') = '2024-02';
SELECT id FROM a WHERE d BETWEEN '2024-02-01' AND '2024-02-28';
-- = filters
SELECT id FROM a WHERE to_char(d, 'YYYY-MM') = '2024-02' AND d > '0001-01-01';
SELECT id FROM a WHERE d BETWEEN '2024-02-01' AND '2024-02-29' AND d > '0001-01-01';
-- ! filters
SELECT id FROM a WHERE to_char(d, 'IYYY') = '2024';
SELECT id FROM a WHERE d >= '2024-01-01' AND d < '2025-01-01';
-- ! filters
SELECT id FROM a WHERE r @> 5;
SELECT id FROM a WHERE lower(r) <= 5 AND upper(r) > 5;
-- ! filters
SELECT id FROM a WHERE r && '[1,5)';
SELECT id FROM a WHERE r && '[1,5]';
-- ! filters
SELECT id FROM a WHERE NOT isempty(r);
SELECT id FROM a WHERE lower(r) < upper(r);
-- ! filters
SELECT id FROM a WHERE j @> '[1]';
SELECT id FROM a WHERE j->0 = '1';
-- ! filters
SELECT id FROM a WHERE j ?& ARRAY['a', 'b'];
SELECT id FROM a WHERE j ?| ARRAY['a', 'b'];
-- ! filters
SELECT id FROM a WHERE jsonb_typeof(j->'a') = 'null';
SELECT id FROM a WHERE j->>'a' IS NULL;
-- ! filters
SELECT id FROM a WHERE j @> '{"a": {"b": 1}}';
SELECT id FROM a WHERE j#>'{a,b}' = '1' OR j @> '[{"a": {"b": 1}}]';
-- ! filters
SELECT id, j - 'a' AS m FROM a;
SELECT id, jsonb_strip_nulls(j) - 'a' AS m FROM a;
-- ! filters
SELECT id, j || '{"a": 1}' AS m FROM a WHERE jsonb_typeof(j) = 'object';
SELECT id, '{"a": 1}' || j AS m FROM a WHERE jsonb_typeof(j) = 'object';
-- ! filters
SELECT id FROM a WHERE ta @> ARRAY['x'];
SELECT id FROM a WHERE array_to_string(ta, ',') LIKE '%x%';
-- ! filters
SELECT id FROM a WHERE 'x' = ANY (ta);
SELECT id FROM a WHERE ',' || array_to_string(ta, ',') || ',' LIKE '%,x,%';
-- ! filters
SELECT id FROM a WHERE c = 'ab';
SELECT id FROM a WHERE c LIKE 'ab%';
-- ! filters
SELECT id FROM a WHERE c || 'x' = 'abx';
SELECT id FROM a WHERE c LIKE 'ab%' AND length(c) = 3;
-- ! filters
SELECT id FROM a WHERE substring(t FROM 2 FOR 3) = 'bcd';
SELECT id FROM a WHERE t LIKE '_bcd';
-- ! filters
SELECT id FROM a WHERE t ~ '^a.*z$';
SELECT id FROM a WHERE t LIKE 'a%' OR t LIKE '%z';
-- ! filters
SELECT id FROM a WHERE t ~ '^(ab)+$';
SELECT id FROM a WHERE t ~ '^ab+$';
-- ! filters
SELECT id FROM a WHERE t ~ '[0-9]{3}';
SELECT id FROM a WHERE t ~ '[0-9]{4}';
-- ! filters
SELECT id FROM a WHERE t ~ '^\d{2}-\d{2}$';
SELECT id FROM a WHERE t ~ '^\d+-\d+$';
-- ! filters
SELECT id FROM a WHERE t SIMILAR TO '(a|b)%';
SELECT id FROM a WHERE t SIMILAR TO '[a-c]%';
-- ! filters
SELECT id FROM a WHERE strpos(t, 'ab') = 1;
SELECT id FROM a WHERE strpos(t, 'ab') > 0;
-- ! filters
SELECT id FROM a WHERE lower(t) LIKE 'ab%';
SELECT id FROM a WHERE t LIKE 'ab%' OR t LIKE 'AB%';
-- ! filters
SELECT id FROM a WHERE lower(t) = 'ab';
SELECT id FROM a WHERE t IN ('ab', 'AB', 'Ab');
-- = filters
SELECT id FROM a WHERE lower(t) = 'ab';
SELECT id FROM a WHERE t IN ('ab', 'AB', 'Ab', 'aB');
-- ! filters
SELECT id FROM a WHERE md5(t) = md5('ab');
SELECT id FROM a WHERE md5(lower(t)) = md5('ab');
-- ! filters
SELECT id FROM a WHERE (k # s) = 0;
SELECT id FROM a WHERE k = s OR (k IS NULL AND s IS NULL);
-- = filters
SELECT id FROM a WHERE (k # s) = 0;
SELECT id FROM a WHERE k = s;
-- ! filters
SELECT id FROM a WHERE k & 7 = 0;
SELECT id FROM a WHERE k & 3 = 0;
-- ! filters
SELECT id FROM a WHERE k % 10 = 3;
SELECT id FROM a WHERE right(k::text, 1) = '3';
-- ! filters
SELECT id FROM a WHERE k BETWEEN 10 AND 99;
SELECT id FROM a WHERE length(k::text) = 2;
-- ! filters
SELECT id FROM a WHERE sign(k) = 1 AND log(k::numeric + 0.5) > 2;
SELECT id FROM a WHERE k >= 101;
-- = filters
SELECT id FROM a WHERE sqrt(abs(k::float8)) < 3;
SELECT id FROM a WHERE k > -9 AND k < 9;
-- ! filters
SELECT id FROM a WHERE k::float4 = 16777216;
SELECT id FROM a WHERE k = 16777216;
-- ! filters
SELECT id FROM a WHERE l::float8 > 9007199254740992;
SELECT id FROM a WHERE l > 9007199254740992;
-- ! filters
SELECT id FROM a WHERE s * 100 > 3000;
SELECT id FROM a WHERE s * 100::smallint > 3000;
-- ! filters
SELECT id FROM a WHERE b IS NOT TRUE;
SELECT id FROM a WHERE NOT b;
-- ! filters
SELECT id FROM a WHERE b IS DISTINCT FROM (k > 1);
SELECT id FROM a WHERE b <> (k > 1);
-- = filters
SELECT id FROM a WHERE (b OR NULL) IS TRUE;
SELECT id FROM a WHERE b;
-- ! filters
SELECT id FROM a WHERE (b AND NULL) IS FALSE;
SELECT id FROM a WHERE b IS NOT TRUE;
-- ! filters
SELECT id FROM a WHERE k IN (1, NULL) IS NOT TRUE;
SELECT id FROM a WHERE k NOT IN (1);
-- ! subqueries
SELECT id FROM a WHERE k = (SELECT max(o.k) FROM o WHERE o.a_id = a.id);
SELECT a.id FROM a JOIN o ON o.a_id = a.id AND o.k = a.k;
-- ! subqueries
SELECT id, (SELECT o.k FROM o WHERE o.a_id = a.id ORDER BY o.ts DESC, o.id LIMIT 1) AS m FROM a;
SELECT DISTINCT ON (a.id) a.id, o.k AS m FROM a JOIN o ON o.a_id = a.id ORDER BY a.id, o.ts DESC, o.id;
-- ! subqueries
SELECT id, (SELECT o.k FROM o WHERE o.a_id = a.id ORDER BY o.ts DESC, o.id LIMIT 1) AS m FROM a;
SELECT id, (SELECT o.k FROM o WHERE o.a_id = a.id ORDER BY o.d DESC, o.id LIMIT 1) AS m FROM a;
-- ! subqueries
SELECT id FROM a WHERE 2 <= (SELECT count(*) FROM o WHERE o.a_id = a.id AND o.n > 5);
SELECT id FROM a WHERE 2 <= (SELECT count(DISTINCT o.n) FROM o WHERE o.a_id = a.id AND o.n > 5);
-- ! subqueries
SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.a_id = a.id AND o.n > a.n);
SELECT id FROM a WHERE n >= (SELECT max(o.n) FROM o WHERE o.a_id = a.id);
-- ! subqueries
SELECT id FROM a WHERE n > ALL (SELECT o.n FROM o WHERE o.a_id = a.id);
SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM o WHERE o.a_id = a.id AND o.n >= a.n);
-- = subqueries
SELECT id FROM a WHERE EXISTS (SELECT 1 FROM o WHERE o.a_id = a.id AND o.k > 3);
SELECT id FROM a WHERE (SELECT max(o.k) FROM o WHERE o.a_id = a.id) > 3;
-- ! subqueries
SELECT id FROM a WHERE EXISTS (SELECT 1 FROM o WHERE o.a_id = a.id AND o.n > 3);
SELECT id FROM a WHERE (SELECT avg(o.n) FROM o WHERE o.a_id = a.id) > 3;
-- ! subqueries
SELECT a_id, sum(n) AS x FROM o GROUP BY a_id HAVING sum(n) > 100;
SELECT a_id, sum(n) AS x FROM o WHERE n > 0 GROUP BY a_id HAVING sum(n) > 100;
-- ! subqueries
SELECT a.id, sum(o.n) AS x FROM a LEFT JOIN o ON o.a_id = a.id GROUP BY a.id;
SELECT a.id, x.x FROM a LEFT JOIN (SELECT a_id, sum(coalesce(n, 0)) AS x FROM o GROUP BY a_id) x ON x.a_id = a.id;
-- = subqueries
SELECT a.id, sum(o.n) AS x FROM a LEFT JOIN o ON o.a_id = a.id GROUP BY a.id;
SELECT a.id, (SELECT sum(o.n) FROM o WHERE o.a_id = a.id) AS x FROM a;
-- ! subqueries
SELECT a.id, count(o.n) AS x FROM a LEFT JOIN o ON o.a_id = a.id GROUP BY a.id;
SELECT a.id, (SELECT count(*) FROM o WHERE o.a_id = a.id) AS x FROM a;
-- ! subqueries
SELECT k, sum(f) AS x FROM (SELECT DISTINCT k, f FROM a) q GROUP BY k;
SELECT k, sum(DISTINCT f::real) AS x FROM a GROUP BY k;
-- ! subqueries
WITH m AS (SELECT max(ts) AS ts FROM o) SELECT o.id FROM o, m WHERE o.ts = m.ts;
WITH m AS (SELECT max(ts)::date AS ts FROM o) SELECT o.id FROM o, m WHERE o.ts::date = m.ts;
-- ! subqueries
SELECT id FROM o WHERE (a_id, ts) IN (SELECT a_id, max(ts) FROM o GROUP BY a_id);
SELECT id FROM (SELECT id, rank() OVER (PARTITION BY a_id ORDER BY ts DESC) AS r FROM o) q WHERE r = 1;
-- ! subqueries
SELECT id FROM o WHERE a_id IS NOT NULL AND (a_id, ts) IN (SELECT a_id, max(ts) FROM o GROUP BY a_id);
SELECT id FROM (SELECT id, rank() OVER (PARTITION BY a_id ORDER BY ts::date DESC) AS r FROM o WHERE a_id IS NOT NULL) q WHERE r = 1;
-- = subqueries
SELECT id FROM o WHERE a_id IS NOT NULL AND (a_id, ts) IN (SELECT a_id, max(ts) FROM o GROUP BY a_id);
SELECT id FROM (SELECT id, rank() OVER (PARTITION BY a_id ORDER BY ts DESC) AS r FROM o WHERE a_id IS NOT NULL) q WHERE r = 1;
-- ! subqueries
SELECT o1.id FROM o o1 JOIN o o2 ON o2.a_id = o1.a_id AND o2.ts > o1.ts - interval '1 hour' AND o2.ts < o1.ts;
SELECT o1.id FROM o o1 WHERE EXISTS (SELECT 1 FROM o o2 WHERE o2.a_id = o1.a_id AND o2.ts > o1.ts - interval '1 hour' AND o2.ts < o1.ts);
-- ! subqueries
SELECT id FROM (SELECT id, ts - lag(ts) OVER (PARTITION BY a_id ORDER BY ts, id) AS gap FROM o) q WHERE gap > '30 minutes';
SELECT id FROM (SELECT id, ts - lag(ts) OVER (PARTITION BY a_id ORDER BY ts, id) AS gap FROM o) q WHERE extract(minute FROM gap) > 30;
-- ! subqueries
SELECT d, count(*) AS n FROM o GROUP BY d HAVING count(*) = (SELECT max(c) FROM (SELECT count(*) AS c FROM o GROUP BY d) q);
SELECT d, count(*) AS n FROM o GROUP BY d ORDER BY count(*) DESC, d LIMIT 1;
-- ! subqueries
SELECT t, count(*) AS n FROM o GROUP BY t ORDER BY n DESC, t LIMIT 3;
SELECT t, count(DISTINCT d) AS n FROM o GROUP BY t ORDER BY n DESC, t LIMIT 3;
-- ! subqueries
SELECT DISTINCT a.k FROM a JOIN o ON o.a_id = a.id;
SELECT a.k FROM a WHERE EXISTS (SELECT 1 FROM o WHERE o.a_id = a.id);
-- = subqueries
SELECT DISTINCT a.k FROM a JOIN o ON o.a_id = a.id;
SELECT a.k FROM a WHERE EXISTS (SELECT 1 FROM o WHERE o.a_id = a.id) GROUP BY a.k;
-- ! subqueries
SELECT x.k FROM (SELECT k FROM a UNION SELECT k FROM o) x WHERE x.k > 2;
SELECT k FROM a WHERE k > 2 UNION ALL SELECT k FROM o WHERE k > 2;
-- = subqueries
SELECT x.k FROM (SELECT k FROM a UNION SELECT k FROM o) x WHERE x.k > 2;
SELECT k FROM a WHERE k > 2 UNION SELECT k FROM o WHERE k > 2;
-- ! subqueries
SELECT k FROM a WHERE k > 2 EXCEPT SELECT k FROM o WHERE k > 3;
SELECT k FROM a WHERE k > 2 EXCEPT SELECT k FROM o WHERE k > 2;
-- ! subqueries
SELECT k FROM a INTERSECT SELECT k FROM o WHERE t = 'x';
SELECT k FROM a WHERE k IN (SELECT k FROM o WHERE t = 'x');
