-- case: a timestamp cast to date is a range of the timestamp
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp, total numeric);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2024-05-01"]
-- parameters: ["2024-07-13"]
SELECT id, total FROM orders WHERE created_at::date = $1;
-- expect: recommend
SELECT id, total FROM orders WHERE created_at >= $1::date AND created_at < $1::date + 1

-- case: date_trunc with a unit that the log shows to be always the same
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamptz, total numeric);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["day", "2024-05-01 00:00:00"]
-- parameters: ["day", "2024-05-02 10:00:00"]
SELECT id, total FROM orders WHERE date_trunc($1, created_at) = $2;
-- expect: recommend
SELECT id, total FROM orders WHERE created_at >= $2::timestamptz AND created_at < $2::timestamptz + interval '1 day' AND $2::timestamptz = date_trunc('day', $2::timestamptz)

-- case: date_trunc of a month, at least, with a value inside the month
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp, total numeric);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["month", "2025-10-17"]
-- parameters: ["month", "2025-11-01"]
SELECT id FROM orders WHERE date_trunc($1, created_at) >= $2;
-- expect: recommend
SELECT id FROM orders WHERE created_at >= date_trunc('month', $2::timestamp + interval '1 month' - interval '1 microsecond')

-- case: a year taken out, with NULLs in the column
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp, total numeric);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- fill: orders.created_at = CASE WHEN g % 10 = 0 THEN NULL ELSE timestamp '1900-01-01' + g * interval '1 day' END
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["year", "1950"]
SELECT id FROM orders WHERE extract($1 FROM created_at) = $2;
-- expect: recommend
SELECT id FROM orders WHERE created_at >= make_date($2::int, 1, 1) AND created_at < make_date($2::int + 1, 1, 1)

-- case: a key cast to text, in a join with untouched text around it
CREATE TABLE users (id integer PRIMARY KEY, name text);
CREATE TABLE logins (id bigint PRIMARY KEY, user_id integer NOT NULL, at timestamp);
CREATE INDEX ON logins (user_id);
-- rows: users=100000, logins=1000000
-- only: real, the stub plans no joins
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT u.name, l.at  FROM users u JOIN logins AS l ON l.user_id = u.id
 WHERE u.id::text = $1 ORDER BY l.at;
-- expect: recommend
SELECT u.name, l.at FROM users u JOIN logins AS l ON l.user_id = u.id WHERE u.id = $1::integer ORDER BY l.at

-- case: coalesce around a column that is NOT NULL
CREATE TABLE jobs (id bigint PRIMARY KEY, priority integer NOT NULL, note text);
CREATE INDEX ON jobs (priority);
-- rows: jobs=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["0", "7"]
SELECT id FROM jobs WHERE coalesce(priority, $1) = $2;
-- expect: recommend
SELECT id FROM jobs WHERE priority = $2

-- case: no index yet, one on the column is part of the proof
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp, total numeric);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2024-05-01"]
DELETE FROM orders WHERE created_at::date = $1;
-- expect: recommend
DELETE FROM orders WHERE created_at >= $1::date AND created_at < $1::date + 1

-- case: lower() has no range, an expression index is its answer
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX ON users (email);
-- rows: users=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["v7"]
SELECT id FROM users WHERE lower(email) = $1;
-- expect: silent

-- case: coalesce around a column that may be NULL
CREATE TABLE jobs (id bigint PRIMARY KEY, priority integer, note text);
CREATE INDEX ON jobs (priority);
-- rows: jobs=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["7", "7"]
SELECT id FROM jobs WHERE coalesce(priority, $1) = $2;
-- expect: silent

-- case: coalesce on the side of an outer join that is filled with NULLs
CREATE TABLE a (id bigint PRIMARY KEY, b_id bigint);
CREATE TABLE b (id bigint PRIMARY KEY, state integer NOT NULL);
CREATE INDEX ON b (state);
-- rows: a=1000000, b=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["0", "0"]
SELECT a.id FROM a LEFT JOIN b ON b.id = a.b_id WHERE coalesce(b.state, $1) = $2;
-- expect: silent

-- case: a unit that varies from call to call
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["day", "2024-05-01"]
-- parameters: ["month", "2024-05-01"]
SELECT id FROM orders WHERE date_trunc($1, created_at) = $2;
-- expect: silent

-- case: an interval of months moves the end of a month
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["1 month", "2024-03-31"]
SELECT id FROM orders WHERE created_at + interval $1 < $2;
-- expect: silent

-- case: a small table costs next to nothing either way
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp);
CREATE INDEX ON orders (created_at);
-- rows: orders=200
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2024-05-01"]
SELECT id FROM orders WHERE created_at::date = $1;
-- expect: silent

-- case: the range holds most rows, so no index pays
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp NOT NULL);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2024-01-02"]
-- only: real, the stub knows no histogram
SELECT id FROM orders WHERE created_at::date >= $1;
-- expect: silent

-- case: an index on the expression serves the query as it is
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp);
CREATE INDEX ON orders ((created_at::date));
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2024-05-01"]
-- only: real, the stub does not use expression indexes
SELECT id FROM orders WHERE created_at::date = $1;
-- expect: silent

-- case: a cast of a date in HAVING belongs to the group
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp);
CREATE INDEX ON orders (created_at);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2024-05-01"]
SELECT created_at, count(*) FROM orders GROUP BY created_at HAVING created_at::date = $1;
-- expect: silent
