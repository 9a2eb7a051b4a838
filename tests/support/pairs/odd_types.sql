-- Networks, bytes, bits, spans, ranges, documents, arrays, patterns, numbers, clocks.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE x (id int PRIMARY KEY, ip inet, by bytea, flags int, big bigint, small smallint, num numeric, cents numeric(6,2), f float8, r real, t text, c char(4), v varchar(8), d date, tm time, ts timestamp, tz timestamptz, iv interval, j jsonb, js json, a int[], ta text[], rg int4range, mr int4multirange, ok boolean, u uuid, bt bit(4));
CREATE TABLE y (id int PRIMARY KEY, k int NOT NULL, t text NOT NULL, d date NOT NULL, num numeric(8,2) NOT NULL, f float8 NOT NULL);

-- ! networks
SELECT id FROM x WHERE ip << '10.0.0.0/8';
SELECT id FROM x WHERE ip <<= '10.0.0.0/8';
INSERT INTO x (id, ip) VALUES (1, '10.0.0.0/8');
-- ! networks
SELECT id FROM x WHERE ip = '10.0.0.1';
SELECT id FROM x WHERE host(ip) = '10.0.0.1';
INSERT INTO x (id, ip) VALUES (1, '10.0.0.1/24');
-- ! networks
SELECT id FROM x WHERE ip <<= '10.0.0.0/8';
SELECT id FROM x WHERE ip << '10.0.0.0/8' OR ip = '10.0.0.0/8';
INSERT INTO x (id, ip) VALUES (1, '10.0.0.5/8');
-- = networks
SELECT id FROM x WHERE ip <<= '10.0.0.0/8';
SELECT id FROM x WHERE ip << '10.0.0.0/8' OR network(ip) = '10.0.0.0/8';
-- ! networks
SELECT id FROM x WHERE ip <<= '10.0.0.0/8';
SELECT id FROM x WHERE ip >= '10.0.0.0/8' AND ip < '10.255.255.255';
INSERT INTO x (id, ip) VALUES (1, '10.255.255.255');
-- ! bytes
SELECT id FROM x WHERE substring(by FROM 1 FOR 2) = '\x0102';
SELECT id FROM x WHERE by >= '\x0102' AND by <= '\x0103';
INSERT INTO x (id, by) VALUES (1, '\x0103');
-- = bytes
SELECT id FROM x WHERE substring(by FROM 1 FOR 2) = '\x0102';
SELECT id FROM x WHERE by >= '\x0102' AND by < '\x0103';
-- ! bytes
SELECT id FROM x WHERE length(by) = 2;
SELECT id FROM x WHERE length(encode(by, 'escape')) = 2;
INSERT INTO x (id, by) VALUES (1, '\x00ff');
-- = bytes
SELECT id, length(encode(by, 'hex')) AS n FROM x;
SELECT id, 2 * length(by) AS n FROM x;
-- ! bytes
SELECT id, octet_length(t) AS n FROM x;
SELECT id, char_length(t) AS n FROM x;
INSERT INTO x (id, t) VALUES (1, 'é');
-- ! bits
SELECT id FROM x WHERE flags & 6 > 0;
SELECT id FROM x WHERE flags & 6 = 6;
INSERT INTO x (id, flags) VALUES (1, 2);
-- ! bits
SELECT id FROM x WHERE flags & (-2147483648) > 0;
SELECT id FROM x WHERE flags & (-2147483648) <> 0;
INSERT INTO x (id, flags) VALUES (1, -1);
-- = bits
SELECT id FROM x WHERE flags & 4 = 4;
SELECT id FROM x WHERE flags & 4 <> 0;
-- ! bits
SELECT id FROM x WHERE flags % 8 >= 4;
SELECT id FROM x WHERE flags & 4 = 4;
INSERT INTO x (id, flags) VALUES (1, -1);
-- = bits
SELECT id FROM x WHERE bt & B'0100' = B'0100';
SELECT id FROM x WHERE get_bit(bt, 1) = 1;
-- ! bits
SELECT id, flags >> 1 AS h FROM x;
SELECT id, flags / 2 AS h FROM x;
INSERT INTO x (id, flags) VALUES (1, -1);
-- ! bits
SELECT id, flags << 1 AS h FROM x WHERE flags > 0;
SELECT id, (flags::bigint * 2)::int AS h FROM x WHERE flags BETWEEN 1 AND 1073741823;
INSERT INTO x (id, flags) VALUES (1, 2147483647);
-- ! integers
SELECT id FROM x WHERE abs(flags) % 2 = 1;
SELECT id FROM x WHERE flags % 2 = 1;
INSERT INTO x (id, flags) VALUES (1, -1);
-- ! integers
SELECT id, round(flags / 2.0)::int AS h FROM x;
SELECT id, (flags::bigint + 1)::int / 2 AS h FROM x WHERE flags < 2147483647 UNION ALL SELECT id, 1073741824 FROM x WHERE flags = 2147483647 UNION ALL SELECT id, NULL FROM x WHERE flags IS NULL;
INSERT INTO x (id, flags) VALUES (1, -1);
-- ! integers
SELECT id, div(num, 3) AS q FROM x WHERE num BETWEEN -100 AND 100;
SELECT id, floor(num / 3) AS q FROM x WHERE num BETWEEN -100 AND 100;
INSERT INTO x (id, num) VALUES (1, -1);
-- ! integers
SELECT id, mod(flags, 7) AS q FROM x;
SELECT id, (flags - floor(flags / 7.0) * 7)::int AS q FROM x;
INSERT INTO x (id, flags) VALUES (1, -1);
-- ! integers
SELECT id FROM x WHERE small + 1 > 5;
SELECT id FROM x WHERE small + 1::smallint > 5;
INSERT INTO x (id, small) VALUES (1, 32767);
-- = integers
SELECT id FROM x WHERE small BETWEEN 3 AND 5;
SELECT id FROM x WHERE (small - 3)::bigint * (small - 5)::bigint <= 0;
-- ! integers
SELECT id FROM x WHERE width_bucket(flags, 0, 100, 10) = 10;
SELECT id FROM x WHERE flags BETWEEN 90 AND 100;
INSERT INTO x (id, flags) VALUES (1, 100);
-- = integers
SELECT id FROM x WHERE width_bucket(flags, 0, 100, 10) = 10;
SELECT id FROM x WHERE flags BETWEEN 90 AND 99;
-- ! scales
SELECT id, cents / 3 AS q FROM x WHERE cents <> 'NaN';
SELECT id, round(cents / 3, 2) AS q FROM x WHERE cents <> 'NaN';
INSERT INTO x (id, cents) VALUES (1, 1);
-- ! scales
SELECT id, num::text AS q FROM x;
SELECT id, trim_scale(num)::text AS q FROM x;
INSERT INTO x (id, num) VALUES (1, 1.50);
-- ! scales
SELECT id, round(num, 1) AS q FROM x;
SELECT id, trunc(num + 0.05, 1) AS q FROM x;
INSERT INTO x (id, num) VALUES (1, -0.06);
-- ! scales
SELECT id, round(f) AS q FROM x WHERE abs(f) < 1e6;
SELECT id, round(f::numeric)::float8 AS q FROM x WHERE abs(f) < 1e6;
INSERT INTO x (id, f) VALUES (1, 2.5);
-- ! scales
SELECT id FROM x WHERE cents = 0.1 + 0.2;
SELECT id FROM x WHERE cents::float8 = 0.1::float8 + 0.2::float8;
INSERT INTO x (id, cents) VALUES (1, 0.3);
-- ! scales
SELECT id FROM x WHERE r = cents;
SELECT id FROM x WHERE r = cents::real;
INSERT INTO x (id, r, cents) VALUES (1, 0.1, 0.1);
-- ! scales
SELECT id FROM x WHERE f * 10 / 10 = f;
SELECT id FROM x WHERE f IS NOT NULL AND abs(f) < 1e300;
INSERT INTO x (id, f) VALUES (1, 0.11);
-- = padding
SELECT id FROM x WHERE c = 'ab';
SELECT id FROM x WHERE rtrim(c::text) = 'ab';
-- ! padding
SELECT id FROM x WHERE c || v = 'abcd';
SELECT id FROM x WHERE concat(c, v) = 'abcd';
INSERT INTO x (id, c, v) VALUES (1, 'ab', 'cd');
-- ! padding
SELECT id FROM x WHERE c = v;
SELECT id FROM x WHERE c::text = v;
INSERT INTO x (id, c, v) VALUES (1, 'ab', 'ab ');
-- ! padding
SELECT min(c) AS c, count(*) AS n FROM x GROUP BY c;
SELECT min(c) AS c, count(*) AS n FROM x GROUP BY lower(c);
INSERT INTO x (id, c) VALUES (1, 'ab'), (2, 'AB');
-- ! emptiness
SELECT id FROM x WHERE coalesce(t, '') = '';
SELECT id FROM x WHERE t IS NULL;
INSERT INTO x (id, t) VALUES (1, '');
-- = emptiness
SELECT id FROM x WHERE coalesce(t, '') = '';
SELECT id FROM x WHERE nullif(t, '') IS NULL;
-- ! emptiness
SELECT id, concat(t, v) AS q FROM x;
SELECT id, coalesce(t || v, t, v) AS q FROM x;
INSERT INTO x (id) VALUES (1);
-- ! emptiness
SELECT id, cardinality(string_to_array(t, ',')) AS n FROM x;
SELECT id, length(t) - length(replace(t, ',', '')) + 1 AS n FROM x;
INSERT INTO x (id, t) VALUES (1, '');
-- ! emptiness
SELECT id, string_to_array(t, ',') AS q FROM x;
SELECT id, regexp_split_to_array(t, ',') AS q FROM x;
INSERT INTO x (id, t) VALUES (1, '');
-- ! emptiness
SELECT id, string_to_array(t, ',', '') AS q FROM x;
SELECT id, string_to_array(t, ',') AS q FROM x;
INSERT INTO x (id, t) VALUES (1, 'a,,b');
-- ! spans
SELECT id FROM x WHERE iv > '23:59:59';
SELECT id FROM x WHERE extract(hour FROM iv) >= 24;
INSERT INTO x (id, iv) VALUES (1, '1 day');
-- ! spans
SELECT id FROM x WHERE iv = '1 month';
SELECT id FROM x WHERE iv::text = '1 mon';
INSERT INTO x (id, iv) VALUES (1, '30 days');
-- ! spans
SELECT id, date '2024-01-31' + iv AS q FROM x WHERE iv BETWEEN '-1 year' AND '1 year';
SELECT id, date '2024-01-31' + justify_days(iv) AS q FROM x WHERE iv BETWEEN '-1 year' AND '1 year';
INSERT INTO x (id, iv) VALUES (1, '31 days');
-- ! spans
SELECT id, extract(epoch FROM iv) AS q FROM x WHERE iv BETWEEN '-1 year' AND '2 years';
SELECT id, extract(day FROM iv) * 86400 + extract(epoch FROM iv - extract(day FROM iv) * interval '1 day' - extract(month FROM iv) * interval '1 month' - extract(year FROM iv) * interval '1 year') + (extract(month FROM iv) + 12 * extract(year FROM iv)) * 2592000 AS q FROM x WHERE iv BETWEEN '-1 year' AND '2 years';
INSERT INTO x (id, iv) VALUES (1, '1 year');
-- ! spans
SELECT id, ts + iv + interval '1 day' AS q FROM x WHERE iv BETWEEN '0' AND '1 year' AND ts BETWEEN '2000-01-01' AND '2100-01-01';
SELECT id, ts + interval '1 day' + iv AS q FROM x WHERE iv BETWEEN '0' AND '1 year' AND ts BETWEEN '2000-01-01' AND '2100-01-01';
INSERT INTO x (id, iv, ts) VALUES (1, '1 month', '2024-01-30');
-- ! clocks
SELECT id FROM x WHERE tm BETWEEN '22:00' AND '23:59';
SELECT id FROM x WHERE tm >= '22:00';
INSERT INTO x (id, tm) VALUES (1, '23:59:30');
-- ! clocks
SELECT id FROM x WHERE tm < '24:00';
SELECT id FROM x WHERE tm IS NOT NULL;
INSERT INTO x (id, tm) VALUES (1, '24:00');
-- ! clocks
SELECT id, tm + interval '2 hours' > '03:00' AS late FROM x;
SELECT id, tm > time '03:00' - interval '2 hours' AS late FROM x;
INSERT INTO x (id, tm) VALUES (1, '23:00');
-- ! clocks
SELECT id FROM x WHERE ts::time BETWEEN '08:00' AND '17:00';
SELECT id FROM x WHERE extract(hour FROM ts) BETWEEN 8 AND 17;
INSERT INTO x (id, ts) VALUES (1, '2024-01-01 17:30');
-- ! clocks
SELECT id FROM x WHERE (tz AT TIME ZONE 'America/New_York')::date = '2024-11-03';
SELECT id FROM x WHERE tz >= '2024-11-03 04:00+00' AND tz < '2024-11-04 04:00+00';
INSERT INTO x (id, tz) VALUES (1, '2024-11-04 04:30+00');
-- = clocks
SELECT id FROM x WHERE (tz AT TIME ZONE 'America/New_York')::date = '2024-11-03';
SELECT id FROM x WHERE tz >= '2024-11-03 04:00+00' AND tz < '2024-11-04 05:00+00';
-- ! clocks
SELECT id FROM x WHERE extract(doy FROM d) = 60;
SELECT id FROM x WHERE to_char(d, 'MM-DD') = '02-29';
INSERT INTO x (id, d) VALUES (1, '2023-03-01');
-- ! clocks
SELECT id FROM x WHERE d BETWEEN '2024-01-01' AND '2024-12-31' AND extract(isodow FROM d) = 1;
SELECT id FROM x WHERE d BETWEEN '2024-01-01' AND '2024-12-31' AND (d - date '2024-01-01') % 7 = 1;
INSERT INTO x (id, d) VALUES (1, '2024-01-08');
-- ! clocks
SELECT id, extract(year FROM age(date '2024-02-29', d)) AS n FROM x WHERE d BETWEEN '1900-01-01' AND '2024-02-29';
SELECT id, trunc((date '2024-02-29' - d) / 365.0) AS n FROM x WHERE d BETWEEN '1900-01-01' AND '2024-02-29';
INSERT INTO x (id, d) VALUES (1, '2020-03-01');
-- ! clocks
SELECT id FROM x WHERE date_bin('7 days', ts, '2024-01-01') = '2024-01-08';
SELECT id FROM x WHERE date_trunc('week', ts + interval '1 second') = '2024-01-08';
INSERT INTO x (id, ts) VALUES (1, '2024-01-07 23:59:59.5');
-- = clocks
SELECT id FROM x WHERE date_bin('7 days', ts, '2024-01-01') = '2024-01-08';
SELECT id FROM x WHERE date_trunc('week', ts) = '2024-01-08';
-- ! documents
SELECT id FROM x WHERE j @> '{"a": "1"}';
SELECT id FROM x WHERE j->>'a' = '1';
INSERT INTO x (id, j) VALUES (1, '{"a": 1}');
-- ! documents
SELECT id FROM x WHERE j ? 'k';
SELECT id FROM x WHERE j->'k' IS NOT NULL;
INSERT INTO x (id, j) VALUES (1, '["k"]');
-- = documents
SELECT id FROM x WHERE jsonb_typeof(j) = 'object' AND j ? 'k';
SELECT id FROM x WHERE j->'k' IS NOT NULL;
-- ! documents
SELECT id, j->0 AS q FROM x;
SELECT id, j#>'{0}' AS q FROM x;
INSERT INTO x (id, j) VALUES (1, '{"0": 1}');
-- = documents
SELECT id, j->'a'->'b' AS q FROM x;
SELECT id, j#>'{a,b}' AS q FROM x WHERE jsonb_typeof(j) IS DISTINCT FROM 'array' AND jsonb_typeof(j->'a') IS DISTINCT FROM 'array' UNION ALL SELECT id, NULL FROM x WHERE jsonb_typeof(j) = 'array' OR jsonb_typeof(j->'a') = 'array';
-- ! documents
SELECT id, j - 'a' AS q FROM x WHERE jsonb_typeof(j) IN ('object', 'array');
SELECT id, j #- '{a}' AS q FROM x WHERE jsonb_typeof(j) = 'object' UNION ALL SELECT id, j FROM x WHERE jsonb_typeof(j) = 'array';
INSERT INTO x (id, j) VALUES (1, '["a"]');
-- ! documents
SELECT id, jsonb_strip_nulls(j) AS q FROM x WHERE jsonb_typeof(j) = 'object';
SELECT id, (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(j) WHERE value <> 'null') AS q FROM x WHERE jsonb_typeof(j) = 'object';
INSERT INTO x (id, j) VALUES (1, '{"a": {"b": null}}');
-- ! documents
SELECT id FROM x WHERE j @? '$.a[*] ? (@ > 1)';
SELECT id FROM x WHERE jsonb_typeof(j->'a') = 'number' AND j->'a' > '1' OR EXISTS (SELECT 1 FROM jsonb_array_elements(CASE WHEN jsonb_typeof(j->'a') = 'array' THEN j->'a' ELSE '[]' END) AS e WHERE e > '1');
INSERT INTO x (id, j) VALUES (1, '{"a": [true]}');
-- ! documents
SELECT id, jsonb_array_length(j) AS n FROM x WHERE jsonb_typeof(j) = 'array';
SELECT x.id, count(e)::int AS n FROM x CROSS JOIN LATERAL jsonb_array_elements(x.j) AS e WHERE jsonb_typeof(j) = 'array' GROUP BY x.id;
INSERT INTO x (id, j) VALUES (1, '[]');
-- ! documents
SELECT id, js::text AS q FROM x;
SELECT id, js::jsonb::text AS q FROM x;
INSERT INTO x (id, js) VALUES (1, '{"b":1,"a":2}');
-- ! documents
SELECT DISTINCT j->>'a' AS q FROM x;
SELECT DISTINCT ON (j->'a') j->>'a' AS q FROM x;
INSERT INTO x (id, j) VALUES (1, '{"a": 1}'), (2, '{"a": "1"}');
-- ! arrays
SELECT id, 3 = ANY (a) AS q FROM x;
SELECT id, a @> ARRAY[3] AS q FROM x;
INSERT INTO x (id, a) VALUES (1, '{NULL}');
-- = arrays
SELECT id FROM x WHERE 3 = ANY (a);
SELECT id FROM x WHERE a @> ARRAY[3];
-- ! arrays
SELECT id FROM x WHERE 3 <> ALL (a);
SELECT id FROM x WHERE NOT a @> ARRAY[3];
INSERT INTO x (id, a) VALUES (1, '{NULL}');
-- ! arrays
SELECT id FROM x WHERE array_position(a, 3) IS NOT NULL;
SELECT id FROM x WHERE 3 = ANY (a);
INSERT INTO x (id, a) VALUES (1, '{{3}}');
-- ! arrays
SELECT id, a[1] AS q FROM x;
SELECT id, (SELECT e FROM unnest(a) WITH ORDINALITY AS z(e, o) WHERE o = 1) AS q FROM x;
INSERT INTO x (id, a) VALUES (1, '[0:1]={5,6}');
-- ! arrays
SELECT id FROM x WHERE a && ARRAY[1, 2];
SELECT id FROM x WHERE a <@ ARRAY[1, 2] AND cardinality(a) > 0;
INSERT INTO x (id, a) VALUES (1, '{1,3}');
-- ! arrays
SELECT id FROM x WHERE ta @> ARRAY[t];
SELECT id FROM x WHERE t = ANY (ta) OR t IS NULL AND array_position(ta, NULL) IS NOT NULL;
INSERT INTO x (id, ta, t) VALUES (1, '{NULL}', NULL);
-- ! arrays
SELECT id, ARRAY(SELECT DISTINCT e FROM unnest(a) AS e ORDER BY e) AS q FROM x;
SELECT x.id, array_agg(DISTINCT e ORDER BY e) AS q FROM x LEFT JOIN LATERAL unnest(a) AS e ON true GROUP BY x.id;
INSERT INTO x (id) VALUES (1);
-- ! ranges
SELECT id FROM x WHERE rg && int4range(1, 5);
SELECT id FROM x WHERE lower(rg) < 5 AND upper(rg) > 1;
INSERT INTO x (id, rg) VALUES (1, '(,3)');
-- = ranges
SELECT id FROM x WHERE rg && int4range(1, 5);
SELECT id FROM x WHERE NOT isempty(rg) AND (lower_inf(rg) OR lower(rg) < 5) AND (upper_inf(rg) OR upper(rg) > 1);
-- ! ranges
SELECT id FROM x WHERE mr @> 3;
SELECT id FROM x WHERE range_merge(mr) @> 3;
INSERT INTO x (id, mr) VALUES (1, '{[1,2),[5,6)}');
-- ! ranges
SELECT id, upper(rg) - lower(rg) AS n FROM x;
SELECT id, (SELECT count(*)::int FROM generate_series(lower(rg), upper(rg) - 1)) AS n FROM x WHERE rg IS NULL OR upper(rg) - lower(rg) < 100 OR isempty(rg) OR lower_inf(rg) OR upper_inf(rg);
INSERT INTO x (id, rg) VALUES (1, 'empty');
-- ! patterns
SELECT id FROM x WHERE t ~ '^[0-9]+$';
SELECT id FROM x WHERE t ~ '[0-9]+';
INSERT INTO x (id, t) VALUES (1, 'a1');
-- ! patterns
SELECT id FROM x WHERE t ~ '^a|b$';
SELECT id FROM x WHERE t ~ '^(a|b)$';
INSERT INTO x (id, t) VALUES (1, 'ac');
-- ! patterns
SELECT id FROM x WHERE t LIKE 'a%' AND t LIKE '%a';
SELECT id FROM x WHERE t LIKE 'a%a';
INSERT INTO x (id, t) VALUES (1, 'a');
-- ! patterns
SELECT id FROM x WHERE t LIKE '%.csv';
SELECT id FROM x WHERE t ~ '.csv$';
INSERT INTO x (id, t) VALUES (1, 'xcsv');
-- ! patterns
SELECT id FROM x WHERE t SIMILAR TO '(a|b)%';
SELECT id FROM x WHERE t ~ '^(a|b).+';
INSERT INTO x (id, t) VALUES (1, 'a');
-- = patterns
SELECT id FROM x WHERE t LIKE 'a%b' OR t LIKE 'a%c';
SELECT id FROM x WHERE t LIKE 'a%' AND right(t, 1) IN ('b', 'c') AND length(t) > 1;
-- ! patterns
SELECT id, replace(t, 'aa', 'b') AS q FROM x;
SELECT id, regexp_replace(t, 'aa', 'b') AS q FROM x;
INSERT INTO x (id, t) VALUES (1, 'aaaa');
-- ! patterns
SELECT id, translate(t, 'ab', 'ba') AS q FROM x;
SELECT id, replace(replace(t, 'a', 'b'), 'b', 'a') AS q FROM x;
INSERT INTO x (id, t) VALUES (1, 'a');
-- ! cases
SELECT id, CASE WHEN flags <> 0 THEN big / flags END AS q FROM x WHERE big > 0;
SELECT id, CASE WHEN flags > 0 THEN big / flags WHEN flags < 0 THEN -(big / abs(flags::bigint)) ELSE 0 END AS q FROM x WHERE big > 0;
INSERT INTO x (id, flags, big) VALUES (1, 0, 5);
-- = cases
SELECT id, CASE WHEN flags <> 0 THEN big / flags END AS q FROM x WHERE big > 0;
SELECT id, big / nullif(flags, 0) AS q FROM x WHERE big > 0;
-- ! cases
SELECT id, CASE flags WHEN NULL THEN 'none' WHEN 1 THEN 'one' ELSE 'more' END AS q FROM x;
SELECT id, CASE WHEN flags IS NULL THEN 'none' WHEN flags = 1 THEN 'one' ELSE 'more' END AS q FROM x;
INSERT INTO x (id) VALUES (1);
-- ! cases
SELECT id, coalesce(big / nullif(flags, 0), 0) AS q FROM x WHERE big >= 0;
SELECT id, CASE WHEN flags = 0 THEN 0 ELSE big / flags END AS q FROM x WHERE big >= 0;
INSERT INTO x (id, big) VALUES (1, 5);
-- ! cases
SELECT id, greatest(flags, small) AS q FROM x;
SELECT id, CASE WHEN flags > small THEN flags ELSE small END AS q FROM x;
INSERT INTO x (id, flags) VALUES (1, 5);
-- = cases
SELECT id, least(flags, small) IS NULL AS q FROM x;
SELECT id, flags IS NULL AND small IS NULL AS q FROM x;
-- ! groups of kinds
SELECT k, count(*) AS n FROM y GROUP BY k, d ORDER BY k;
SELECT k, sum(count(*)) OVER (PARTITION BY k, d)::bigint AS n FROM y GROUP BY k, d, t ORDER BY k;
INSERT INTO y VALUES (1, 1, 'a', '2024-01-01', 1, 1), (2, 1, 'b', '2024-01-01', 1, 1);
-- ! groups of kinds
SELECT k, corr(num, f) AS q FROM y GROUP BY k;
SELECT k, regr_slope(num, f) AS q FROM y GROUP BY k;
INSERT INTO y VALUES (1, 1, 'a', '2024-01-01', 1, 1), (2, 1, 'b', '2024-01-01', 3, 2);
-- ! groups of kinds
SELECT k, mode() WITHIN GROUP (ORDER BY num) AS q FROM y GROUP BY k;
SELECT k, max(num) AS q FROM (SELECT k, num, rank() OVER (PARTITION BY k ORDER BY count(*) DESC) AS r FROM y GROUP BY k, num) z WHERE r = 1 GROUP BY k;
INSERT INTO y VALUES (1, 1, 'a', '2024-01-01', 1, 1), (2, 1, 'b', '2024-01-01', 3, 2);
-- = groups of kinds
SELECT k, mode() WITHIN GROUP (ORDER BY t) AS q FROM y GROUP BY k;
SELECT k, min(t) AS q FROM (SELECT k, t, rank() OVER (PARTITION BY k ORDER BY count(*) DESC) AS r FROM y GROUP BY k, t) z WHERE r = 1 GROUP BY k;
-- ! groups of kinds
SELECT k, rank('m') WITHIN GROUP (ORDER BY t) AS q FROM y GROUP BY k;
SELECT k, 1 + count(*) FILTER (WHERE t <= 'm') AS q FROM y GROUP BY k;
INSERT INTO y VALUES (1, 1, 'm', '2024-01-01', 1, 1);
-- = groups of kinds
SELECT k, rank('m') WITHIN GROUP (ORDER BY t) AS q FROM y GROUP BY k;
SELECT k, 1 + count(*) FILTER (WHERE t < 'm') AS q FROM y GROUP BY k;
-- ! groups of kinds
SELECT k, every(num > 0) AS q FROM y GROUP BY k;
SELECT k, min(num) >= 0 AS q FROM y GROUP BY k;
INSERT INTO y VALUES (1, 1, 'm', '2024-01-01', 0, 1);
-- ! last of the limits
SELECT id FROM y ORDER BY d, id OFFSET 1 ROWS FETCH FIRST 1 ROW WITH TIES;
SELECT id FROM y ORDER BY d, id OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY;
INSERT INTO y VALUES (1, 1, 'm', '2024-01-01', 0, 1), (2, 1, 'm', '2024-01-01', 0, 1), (3, 1, 'm', '2024-01-01', 0, 1);
-- = last of the limits
SELECT id FROM y ORDER BY d, id LIMIT NULL;
SELECT id FROM y ORDER BY d, id;
-- ! last of the limits
SELECT d FROM y ORDER BY d FETCH FIRST 1 ROW WITH TIES;
SELECT d FROM y ORDER BY d LIMIT 1;
INSERT INTO y VALUES (1, 1, 'm', '2024-01-01', 0, 1), (2, 1, 'm', '2024-01-01', 0, 1);
-- = last of the limits
SELECT id, d FROM y ORDER BY d FETCH FIRST 1 ROW WITH TIES;
SELECT id, d FROM y WHERE d = (SELECT min(d) FROM y) ORDER BY d;
-- ! last of the limits
SELECT DISTINCT ON (k) k, t FROM y ORDER BY k, d, id;
SELECT DISTINCT ON (k) k, t FROM y ORDER BY k, d DESC, id DESC;
INSERT INTO y VALUES (1, 1, 'm', '2024-01-01', 0, 1), (2, 1, 'n', '2024-01-01', 0, 1);
-- ! last of the limits
SELECT DISTINCT k, t FROM y ORDER BY t, k LIMIT 3;
SELECT k, t FROM y ORDER BY t, k LIMIT 3;
INSERT INTO y VALUES (1, 1, 'm', '2024-01-01', 0, 1), (2, 1, 'm', '2024-01-01', 0, 1);
