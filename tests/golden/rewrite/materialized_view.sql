-- case: totals of groups, asked every few seconds
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- fill: orders.status = 's' || g % 5
-- workload: calls=1200 total_exec_time_ms=900000
SELECT status, count(*) AS n, sum(total) AS total FROM orders GROUP BY status;
-- expect: recommend
SELECT status, n, total FROM public.orders_by_status

-- case: totals of all rows
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
SELECT count(*) AS orders, avg(total) AS mean FROM orders;
-- expect: recommend
SELECT orders, mean FROM public.orders_totals

-- case: asked twice an hour
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- fill: orders.status = 's' || g % 5
-- workload: calls=2 total_exec_time_ms=900000
SELECT status, count(*) AS n FROM orders GROUP BY status;
-- expect: silent

-- case: the answer depends on a parameter
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
-- parameters: ["10"]
SELECT status, count(*) AS n FROM orders WHERE total > $1 GROUP BY status;
-- expect: silent

-- case: the answer changes with the clock
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL, status text NOT NULL);
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
SELECT status, count(*) AS n FROM orders WHERE placed_at <= now() GROUP BY status;
-- expect: silent

-- case: a small table
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=500
-- workload: calls=1200 total_exec_time_ms=900000
SELECT status, count(*) AS n FROM orders GROUP BY status;
-- expect: silent

-- case: rows, not totals
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
SELECT status, total FROM orders;
-- expect: silent

-- case: two columns of one name
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
SELECT status, count(id), count(total) FROM orders GROUP BY status;
-- expect: silent

-- case: as many groups as rows
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, total numeric(10,2));
-- rows: orders=100000
-- only: real, the stub always answers ten rows
-- fill: orders.status = 's' || g
-- workload: calls=1200 total_exec_time_ms=900000
SELECT status, count(*) AS n FROM orders GROUP BY status;
-- expect: silent

-- case: the tenant is a setting of the session
-- only: pure
CREATE TABLE orders (id bigint PRIMARY KEY, tenant text NOT NULL, setting text NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
SELECT count(*) AS n, sum(total) AS total FROM orders WHERE tenant = current_setting(setting);
-- expect: silent

-- case: an age is counted from today
CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamp NOT NULL, total numeric(10,2));
-- rows: orders=300000
-- workload: calls=1200 total_exec_time_ms=900000
SELECT max(age(placed_at)) AS oldest FROM orders;
-- expect: silent
