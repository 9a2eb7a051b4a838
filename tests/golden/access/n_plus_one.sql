-- case: one lookup for each row of the query before
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, state integer);
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, name text);
-- rows: orders=100000, items=1000000
-- workload: calls=10 total_exec_time_ms=1000
SELECT id FROM orders WHERE customer_id = $1;
-- workload: calls=500 total_exec_time_ms=9000
-- runs: call_count=500 run_count=10 longest=60
SELECT name, order_id FROM items WHERE order_id = $1;
-- expect: recommend
SELECT name, order_id FROM items WHERE order_id = ANY($1)

-- case: with LIMIT there is no batched text, but the loop is still named
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, name text);
-- rows: items=1000000
-- workload: calls=500 total_exec_time_ms=9000
-- runs: call_count=500 run_count=10 longest=60
SELECT name FROM items WHERE order_id = $1 ORDER BY id LIMIT $2;
-- expect: recommend

-- case: the runs are short
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, name text);
-- rows: items=1000000
-- workload: calls=500 total_exec_time_ms=9000
-- runs: call_count=500 run_count=250 longest=3
SELECT name FROM items WHERE order_id = $1;
-- expect: silent

-- case: the same value again and again is not a loop over rows
CREATE TABLE settings (id bigint PRIMARY KEY, name text);
-- rows: settings=100
-- workload: calls=500 total_exec_time_ms=9000
-- runs: call_count=500 run_count=10 longest=60 distinct_percent=2
SELECT name FROM settings WHERE id = $1;
-- expect: silent

-- case: many single inserts are another matter
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL, name text);
-- rows: items=1000000
-- workload: calls=500 total_exec_time_ms=9000
-- runs: call_count=500 run_count=10 longest=60
INSERT INTO items VALUES ($1, $2, $3);
-- expect: silent
