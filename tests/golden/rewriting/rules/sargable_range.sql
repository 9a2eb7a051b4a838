-- case: a cast to date
SELECT id FROM orders WHERE created_at::date = '2024-02-07';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-07' AND created_at < '2024-02-08'

-- case: lower() has no inverse
SELECT id FROM orders WHERE lower(note) = 'n1';
-- expect: silent

-- case: days of a list
SELECT id FROM orders WHERE created_at::date IN ('2024-02-07', '2024-02-05') AND amount > 0;
-- expect: rewritten
SELECT id FROM orders WHERE (created_at >= '2024-02-05' AND created_at < '2024-02-06' OR created_at >= '2024-02-07' AND created_at < '2024-02-08') AND amount > 0

-- case: days of a list that is computed
SELECT id FROM orders WHERE created_at::date IN ('2024-02-07', current_date);
-- expect: silent

-- case: days that are not of a list
SELECT id FROM orders WHERE created_at::date NOT IN ('2024-02-07', '2024-02-05');
-- expect: silent

-- case: a list with a time of day, whose type is not that of a date
SELECT id FROM orders WHERE created_at::date IN ('2024-02-07'::timestamp, '2024-02-05');
-- expect: silent

-- case: a list with what is no date
SELECT id FROM orders WHERE created_at::date IN ('2024-02-07', 'infinity');
-- expect: silent

-- case: hours from one to another
SELECT id FROM orders WHERE date_trunc('hour', created_at) BETWEEN '2024-02-05 00:00' AND '2024-02-07 12:00';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-05' AND created_at < '2024-02-07 13:00'

-- case: hours from one to half past another
SELECT id FROM orders WHERE date_trunc('hour', created_at) BETWEEN '2024-02-05 00:00' AND '2024-02-07 12:30';
-- expect: silent

-- case: hours of a session's zone
SELECT id FROM orders WHERE date_trunc('hour', placed_at) = '2024-02-05 01:00';
-- expect: silent

-- case: months from one to a computed one
SELECT id FROM orders WHERE date_trunc('month', created_at) BETWEEN '2024-02-01' AND current_date;
-- expect: silent

-- case: a month of the text's day on
-- style: ISO
SELECT id FROM orders WHERE to_char(created_at, 'yyyy-mm') >= '2024-02';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-01'

-- case: days between two texts
SELECT id FROM orders WHERE to_char(created_at, 'YYYYMMDD') BETWEEN '20240205' AND '20240207';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-05' AND created_at < '2024-02-08'

-- case: a day as Germans write it
SELECT id FROM orders WHERE to_char(created_at, 'DD.MM.YYYY') = '07.02.2024';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-07' AND created_at < '2024-02-08'

-- case: days as Germans write them do not sort like days
SELECT id FROM orders WHERE to_char(created_at, 'DD.MM.YYYY') >= '07.02.2024';
-- expect: silent

-- case: a text that is no month of the year
SELECT id FROM orders WHERE to_char(created_at, 'YYYY-MM') > '2024-13';
-- expect: silent

-- case: between a text and a parameter
-- values: ["2024-03"]
SELECT id FROM orders WHERE to_char(created_at, 'YYYY-MM') BETWEEN '2024-01' AND $1;
-- expect: silent

-- case: a day of UTC, as Django asks for it
SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date = '2024-02-07'::date;
-- expect: rewritten
SELECT id FROM orders WHERE placed_at >= '2024-02-07 00:00+00' AND placed_at < '2024-02-08 00:00+00'

-- case: a month of UTC and all after it
SELECT id FROM orders WHERE date_trunc('month', placed_at AT TIME ZONE 'Etc/UTC') >= '2024-02-01';
-- expect: rewritten
SELECT id FROM orders WHERE placed_at >= '2024-02-01 00:00+00'

-- case: a day of UTC that is a parameter
-- values: ["2024-02-07"]
SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date = $1;
-- expect: rewritten
SELECT id FROM orders WHERE placed_at >= ($1::date)::timestamp AT TIME ZONE 'UTC' AND placed_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'

-- case: a day of a zone whose clocks are set back
SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'America/Havana')::date = '2024-02-07';
-- expect: silent

-- case: a timestamp taken for UTC becomes a day of the session's zone
SELECT id FROM orders WHERE (created_at AT TIME ZONE 'UTC')::date = '2024-02-07';
-- expect: silent

-- case: a month of UTC that does not begin there
SELECT id FROM orders WHERE date_trunc('month', placed_at AT TIME ZONE 'UTC') >= '2024-02-05';
-- expect: silent

-- case: an hour of UTC
SELECT id FROM orders WHERE date_trunc('hour', placed_at AT TIME ZONE 'UTC') = '2024-02-05';
-- expect: silent

-- case: a month of UTC that is a parameter
-- values: ["2024-02-01"]
SELECT id FROM orders WHERE date_trunc('month', placed_at AT TIME ZONE 'UTC') = $1;
-- expect: silent

-- case: a day of UTC compared with a point in time
SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date = '2024-02-07'::timestamptz;
-- expect: silent

-- case: a zone that is a parameter
-- values: ["UTC"]
SELECT id FROM orders WHERE (placed_at AT TIME ZONE $1)::date = '2024-02-07';
-- expect: silent

-- case: a day of UTC a day later
SELECT id FROM orders WHERE ((placed_at + interval '1 day') AT TIME ZONE 'UTC')::date = '2024-02-07';
-- expect: silent

-- case: the text of a day of UTC
SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::text = '2024-02-07';
-- expect: silent

-- case: all days of UTC but one
SELECT id FROM orders WHERE (placed_at AT TIME ZONE 'UTC')::date <> '2024-02-07';
-- expect: silent

-- case: a cast that changes no value
SELECT id FROM orders WHERE amount::bigint >= 7 AND id::numeric = 3;
-- expect: rewritten
SELECT id FROM orders WHERE amount >= 7 AND id = 3

-- case: a cast that rounds large values
SELECT id FROM orders WHERE id::float8 = 3;
-- expect: silent

-- case: a cast that fails for large values
SELECT id FROM orders WHERE id::integer = 3;
-- expect: silent

-- case: a cast to few digits
SELECT id FROM orders WHERE amount::numeric(3) = 3;
-- expect: silent

-- case: a cast compared with a fraction
SELECT id FROM orders WHERE amount::numeric = 3.5;
-- expect: silent

-- case: a cast compared with what no value of the column is
SELECT id FROM orders WHERE amount::bigint = 3000000000;
-- expect: silent

-- case: a cast compared with a text
SELECT id FROM orders WHERE amount::bigint = '3'::bigint;
-- expect: silent

-- case: a value that can be no NULL
SELECT id FROM orders WHERE nullif(amount, 0) = 5;
-- expect: rewritten
SELECT id FROM orders WHERE amount = 5

-- case: a text that can be no NULL
SELECT id FROM orders WHERE nullif(note, '') = 'n1';
-- expect: rewritten
SELECT id FROM orders WHERE note = 'n1'

-- case: the value that is made NULL
SELECT id FROM orders WHERE nullif(amount, 5) = 5;
-- expect: silent

-- case: a column that makes it NULL
SELECT id FROM orders WHERE nullif(amount, id) = 5;
-- expect: silent

-- case: NULL where the column is
SELECT id FROM orders WHERE nullif(5, amount) = 5;
-- expect: silent

-- case: larger than a value, of which one is made NULL
SELECT id FROM orders WHERE nullif(amount, 7) > 5;
-- expect: silent

-- case: a cut column that can be no NULL
SELECT id FROM orders WHERE nullif(note::varchar(2), 'x') = 'n1';
-- expect: silent

-- case: texts of integers in a list
SELECT note FROM orders WHERE id::text IN ('17', '18');
-- expect: rewritten
SELECT note FROM orders WHERE id IN (17, 18)

-- case: texts of integers in an array
SELECT note FROM orders WHERE id::text = ANY ('{17,18}');
-- expect: rewritten
SELECT note FROM orders WHERE id IN (17, 18)

-- case: one text in a list that no integer has
SELECT note FROM orders WHERE id::text IN ('17', '018');
-- expect: silent

-- case: a text in a list that is computed
SELECT note FROM orders WHERE id::text IN ('17', note);
-- expect: silent

-- case: none of a list of texts
SELECT note FROM orders WHERE id::text NOT IN ('17', '18');
-- expect: silent

-- case: days in an array
SELECT id FROM orders WHERE created_at::date = ANY ('{2024-02-01,2024-02-09}'::date[]);
-- expect: rewritten
SELECT id FROM orders WHERE (created_at >= '2024-02-01' AND created_at < '2024-02-02' OR created_at >= '2024-02-09' AND created_at < '2024-02-10')

-- case: days in an array with a NULL
SELECT id FROM orders WHERE created_at::date = ANY ('{2024-02-01,NULL}'::date[]);
-- expect: silent

-- case: a text that its type cuts
SELECT id FROM orders WHERE id::text = '123'::varchar(2);
-- expect: silent

-- case: a text in a list that its type cuts
SELECT id FROM orders WHERE id::text IN ('123'::varchar(2), '7');
-- expect: silent

-- case: what stands for NULL is cut by its type
SELECT id FROM orders WHERE coalesce(note, 'n1x'::varchar(2)) = 'n1';
-- expect: silent

-- case: the year of a rounded time
SELECT id FROM orders WHERE extract(year FROM created_at::timestamp(0)) = 2024;
-- expect: silent
