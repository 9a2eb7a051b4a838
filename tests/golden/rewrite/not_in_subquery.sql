-- case: both columns are NOT NULL
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, state integer);
CREATE INDEX ON orders (customer_id);
-- rows: customers=200000, orders=1500000
-- fill: orders.customer_id = 1 + g * 2 % 30000
-- workload: calls=10 total_exec_time_ms=90000
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- only: pure, thirty thousand rows fit into work_mem
-- expect: recommend
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)

-- case: a condition inside leaves no NULL, and duplicates stay single
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, state integer);
-- rows: customers=200000, orders=1500000
-- fill: orders.customer_id = CASE WHEN g % 10 = 0 THEN NULL ELSE 1 + g * 2 % 30000 END
-- workload: calls=10 total_exec_time_ms=90000
-- parameters: ["3"]
SELECT c.name FROM customers c WHERE c.id NOT IN (
  SELECT o.customer_id FROM orders o WHERE o.customer_id IS NOT NULL OR o.state = $1);
-- expect: silent

-- case: a condition in AND leaves no NULL on the inner side
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, state integer);
-- rows: customers=200000, orders=1500000
-- workload: calls=10 total_exec_time_ms=90000
-- parameters: ["3"]
SELECT c.name FROM customers c WHERE c.id NOT IN (
  SELECT o.customer_id FROM orders o WHERE o.customer_id IS NOT NULL AND o.state < $1);
-- only: pure, thirty thousand rows fit into work_mem
-- expect: recommend
SELECT c.name FROM customers c WHERE NOT EXISTS (
  SELECT 1 FROM orders o WHERE o.customer_id IS NOT NULL AND o.state < $1 AND o.customer_id = c.id)

-- case: the inner column may be NULL, then NOT IN finds nothing
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, state integer);
-- rows: customers=200000, orders=1500000
-- workload: calls=10 total_exec_time_ms=90000
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- only: pure, thirty thousand rows fit into work_mem
-- expect: no advice: public.orders.customer_id may be NULL

-- case: the outer column may be NULL, then NOT EXISTS finds it
CREATE TABLE customers (id bigint PRIMARY KEY, region_id integer);
CREATE TABLE regions (id integer PRIMARY KEY);
-- rows: customers=200000, regions=100000
-- workload: calls=10 total_exec_time_ms=90000
SELECT id FROM customers WHERE region_id NOT IN (SELECT id FROM regions);
-- only: pure, thirty thousand rows fit into work_mem
-- expect: no advice: public.customers.region_id may be NULL

-- case: the outer column is filled with NULLs by an outer join
CREATE TABLE customers (id bigint PRIMARY KEY, region_id integer);
CREATE TABLE regions (id integer PRIMARY KEY, code integer NOT NULL);
-- rows: customers=200000, regions=100000
-- workload: calls=10 total_exec_time_ms=90000
SELECT c.id FROM customers c LEFT JOIN regions r ON r.id = c.region_id AND r.code > 0
WHERE r.code NOT IN (SELECT q.id FROM regions q);
-- only: pure, thirty thousand rows fit into work_mem
-- expect: no advice: public.regions.code may be NULL

-- case: a subquery with LIMIT is another list
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- rows: customers=200000, orders=1500000
-- workload: calls=10 total_exec_time_ms=90000
-- parameters: ["10"]
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders ORDER BY id LIMIT $1);
-- expect: silent

-- case: the list fits into work_mem and is hashed already
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- rows: customers=20000, orders=500
-- fill: orders.customer_id = 1 + g * 2 % 20000
-- workload: calls=10 total_exec_time_ms=90000
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- only: real, the stub knows no work_mem
-- expect: silent

-- case: a real list above work_mem
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- rows: customers=3000, orders=30000
-- fill: orders.customer_id = 1 + g * 2 % 60000
-- setting: work_mem = '64kB'
-- setting: hash_mem_multiplier = 1
-- workload: calls=10 total_exec_time_ms=90000
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- expect: recommend
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)
