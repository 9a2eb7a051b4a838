-- case: an equality that few rows meet
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer, note text);
-- rows: orders=1000000
-- fill: orders.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
-- parameters: ["400"]
SELECT * FROM orders WHERE customer_id = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: recommend
CREATE INDEX CONCURRENTLY i ON public.orders (customer_id);

-- case: equality and order, to end a LIMIT early
CREATE TABLE orders (id bigint PRIMARY KEY, status text, created_at timestamptz, note text);
-- rows: orders=1000000
-- fill: orders.status = CASE WHEN g % 50 = 0 THEN 'open' ELSE 'done' END
-- fill: orders.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["open", "20"]
-- parameters: ["done", "20"]
SELECT * FROM orders WHERE status = $1 ORDER BY created_at DESC LIMIT $2;
-- only: real, the pure catalog has no statistics of columns
-- expect: recommend
CREATE INDEX CONCURRENTLY i ON public.orders (status, created_at);

-- case: an expression compared for equality
CREATE TABLE customers (id bigint PRIMARY KEY, email text, note text);
-- rows: customers=1000000
-- fill: customers.email = 'User' || g || '@example.com'
-- fill: customers.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["user17@example.com"]
SELECT * FROM customers WHERE lower(email) = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: recommend
CREATE INDEX CONCURRENTLY i ON public.customers (lower(email));

-- case: only the rows that are not NULL
CREATE TABLE customers (id bigint PRIMARY KEY, referred_by integer, note text);
-- rows: customers=1000000
-- fill: customers.referred_by = CASE WHEN g % 10 = 0 THEN g / 10 END
-- fill: customers.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM customers WHERE referred_by = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: recommend
CREATE INDEX CONCURRENTLY i ON public.customers (referred_by) WHERE referred_by IS NOT NULL;

-- case: the table is small
CREATE TABLE countries (code text PRIMARY KEY, region integer);
-- rows: countries=200
-- workload: calls=100000 total_exec_time_ms=90000
-- parameters: ["3"]
SELECT * FROM countries WHERE region = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: no advice: small

-- case: there are no statistics
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer);
-- rows: orders=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["3"]
SELECT * FROM orders WHERE customer_id = $1;
-- only: pure, ANALYZE has run in the real case
-- expect: no advice: Statistics are missing

-- case: most rows meet the condition
CREATE TABLE customers (id bigint PRIMARY KEY, is_active boolean NOT NULL, note text);
-- rows: customers=1000000
-- fill: customers.is_active = g % 20 <> 0
-- fill: customers.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
SELECT sum(length(note)) FROM customers WHERE is_active;
-- only: real, the pure catalog has no statistics of columns
-- expect: no advice: The planner is right

-- case: only the rare values would gain, two of five
CREATE TABLE orders (id bigint PRIMARY KEY, status text, note text);
-- rows: orders=1000000
-- fill: orders.status = CASE WHEN g % 200 = 0 THEN 'lost' WHEN g % 200 = 1 THEN 'gone' WHEN g % 2 = 0 THEN 'paid' ELSE 'sent' END
-- fill: orders.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["lost"]
-- parameters: ["gone"]
-- parameters: ["paid"]
-- parameters: ["paid"]
-- parameters: ["sent"]
SELECT * FROM orders WHERE status = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: no advice: of the parameter values only

-- case: an index leads with the column
CREATE TABLE shipments (id bigint PRIMARY KEY, order_id integer, shipped_at timestamptz);
CREATE INDEX ON shipments (order_id, shipped_at);
-- rows: shipments=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM shipments WHERE order_id = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: no advice: does not exist yet

-- case: the table is written all the time and read seldom
CREATE TABLE sessions (id bigint PRIMARY KEY, seen_at timestamptz, data text);
-- rows: sessions=1000000
-- fill: sessions.data = repeat('x', 100)
-- workload: calls=20 total_exec_time_ms=100
-- parameters: ["2025-04-01"]
SELECT * FROM sessions WHERE seen_at > $1;
-- workload: calls=500000 total_exec_time_ms=9900
-- parameters: ["2025-04-01", "17"]
UPDATE sessions SET seen_at = $1 WHERE id = $2;
-- only: real, the pure catalog has no statistics of columns
-- expect: silent

-- case: the statement takes next to no time
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer, note text);
-- rows: orders=1000000
-- fill: orders.note = repeat('x', 100)
-- workload: calls=100000 total_exec_time_ms=99950
-- parameters: ["17"]
SELECT * FROM orders WHERE id = $1;
-- workload: calls=1 total_exec_time_ms=50
-- parameters: ["17"]
SELECT * FROM orders WHERE customer_id = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: silent

-- case: the index would be a narrow copy of the table, half of it read each time
CREATE TABLE orders (id bigint PRIMARY KEY, status text, note text);
-- rows: orders=1000000
-- fill: orders.status = CASE WHEN g % 2 = 0 THEN 'paid' ELSE 'sent' END
-- fill: orders.note = repeat('x', 30)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["paid"]
SELECT count(*) FROM orders WHERE status = $1;
-- only: real, the pure catalog has no statistics of columns
-- expect: silent

-- case: a unique key finds the row already
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id integer, note text);
-- rows: orders=1000000
-- fill: orders.note = repeat('x', 100)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17", "3"]
SELECT * FROM orders WHERE id = $1 AND customer_id = $2;
-- only: real, the pure catalog has no statistics of columns
-- expect: silent
