-- case: a join that only looks for the parent
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric);
-- rows: customers=2000, orders=30000
-- only: real, the stub plans no joins
-- workload: calls=100 total_exec_time_ms=90000
SELECT o.id, o.total FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: recommend
SELECT o.id, o.total FROM orders o

-- case: an OR inside EXISTS
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, alt_id bigint);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (alt_id);
-- rows: customers=2000, orders=20000
-- fill: orders.customer_id = 1 + g % 1500
-- only: real, the stub plans no joins
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["1"]
SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.alt_id = c.id);
-- expect: recommend
SELECT name FROM customers c WHERE NOT EXISTS (SELECT $1 FROM orders o WHERE o.customer_id = c.id) AND NOT EXISTS (SELECT $1 FROM orders o WHERE o.alt_id = c.id)

-- case: the foreign key may be there, but is not declared
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, total numeric);
-- rows: customers=2000, orders=30000
-- fill: orders.customer_id = 1 + g % 1500
-- only: real, the stub plans no joins
-- workload: calls=100 total_exec_time_ms=90000
SELECT o.id, o.total FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: a cast alone belongs to another advisor
CREATE TABLE orders (id bigint PRIMARY KEY, created_at timestamp NOT NULL);
CREATE INDEX ON orders (created_at);
-- rows: orders=30000
-- only: real, the stub knows no such plan
-- workload: calls=100 total_exec_time_ms=90000
SELECT id FROM orders WHERE created_at::date = '2024-05-01';
-- expect: silent

-- case: the planner drops an unused LEFT JOIN itself
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, total numeric);
-- rows: customers=2000, orders=30000
-- only: real, the stub plans no joins
-- workload: calls=100 total_exec_time_ms=90000
SELECT o.id, o.total FROM orders o LEFT JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: a correlated count for a few rows is quick by its index
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
CREATE INDEX ON orders (customer_id);
-- rows: customers=2000, orders=30000
-- only: real, the stub plans no joins
-- workload: calls=100 total_exec_time_ms=90000
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE c.id <= 20;
-- expect: silent
