-- Blocks are run one by one; "next" begins another, since VACUUM must stand alone.
-- A shop of 200,000 orders; autovacuum is off, so that what is stale stays so.
CREATE TABLE customer (
    id int PRIMARY KEY, email text, country text, city text, signed date, code varchar(20)
);
INSERT INTO customer
SELECT g, 'user' || g || '@example.com', 'country' || g % 40, 'city' || g % 400,
    date '2020-01-01' + g % 1500, 'C' || g
FROM generate_series(1, 20000) g;
CREATE INDEX customer_email ON customer (email);
CREATE INDEX customer_city ON customer (city);
CREATE INDEX customer_signed ON customer (signed);

CREATE TABLE orders (
    id bigint PRIMARY KEY, customer_id int, status text, created_at timestamp,
    total numeric(10, 2), kind int, twin int, shop int, note text
) WITH (autovacuum_enabled = off);
INSERT INTO orders
SELECT g, 1 + (g * 7919) % 20000,
    CASE WHEN g % 20000 = 0 THEN 'rare' WHEN g % 10 = 0 THEN 'open' ELSE 'done' END,
    timestamp '2024-01-01' + g * interval '1 minute', g % 1000, g % 100, g % 100,
    (g * 31) % 5000, repeat('n', 60)
FROM generate_series(1, 200000) g;
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_created ON orders (created_at);
CREATE INDEX orders_kind ON orders (kind);
CREATE INDEX orders_status ON orders (status);
CREATE INDEX orders_shop_total ON orders (shop, total);

CREATE TABLE item (order_id bigint, product_id int, quantity int);
INSERT INTO item SELECT 1 + g / 2, 1 + (g * 17) % 2000, 1 + g % 5
FROM generate_series(0, 399999) g;
CREATE INDEX item_order ON item (order_id);

CREATE TABLE product (id int PRIMARY KEY, name text, category int);
INSERT INTO product SELECT g, 'product ' || g, g % 20 FROM generate_series(1, 2000) g;

CREATE TABLE country (name text PRIMARY KEY, region text);
INSERT INTO country SELECT 'country' || g, 'region' || g % 5 FROM generate_series(0, 39) g;

-- References without an index on the referencing side.
CREATE TABLE parent (id int PRIMARY KEY, name text);
INSERT INTO parent SELECT g, 'p' || g FROM generate_series(1, 300) g;
CREATE TABLE child (id int, parent_id int REFERENCES parent, pad text);
INSERT INTO child SELECT g, 1 + g % 100, repeat('c', 40) FROM generate_series(1, 100000) g;

-- Statistics of these are from before most of their rows came.
CREATE TABLE visit (id int, day date, customer_id int, page text)
    WITH (autovacuum_enabled = off);
INSERT INTO visit SELECT g, date '2023-01-01' + g / 1000, g % 20000, 'page' || g % 50
FROM generate_series(1, 50000) g;
CREATE INDEX visit_day ON visit (day);
ANALYZE visit;
INSERT INTO visit SELECT g, date '2024-06-01' + g / 20000, g % 20000, 'page' || g % 50
FROM generate_series(1, 100000) g;
CREATE TABLE import (id int, order_id bigint) WITH (autovacuum_enabled = off);
INSERT INTO import SELECT g, g FROM generate_series(1, 10) g;
ANALYZE import;
INSERT INTO import SELECT g, 1 + (g * 7) % 200000 FROM generate_series(1, 30000) g;

-- All rows have been changed since the last VACUUM.
CREATE TABLE counter (id int PRIMARY KEY, at int, value int) WITH (autovacuum_enabled = off);
INSERT INTO counter SELECT g, g, 0 FROM generate_series(1, 100000) g;
CREATE INDEX counter_at ON counter (at);
-- next
VACUUM ANALYZE counter;
-- next
UPDATE counter SET value = 1;

-- Nearly all rows have been deleted, and their space is still there.
CREATE TABLE queue (id int PRIMARY KEY, payload text) WITH (autovacuum_enabled = off);
INSERT INTO queue SELECT g, repeat('q', 200) FROM generate_series(1, 200000) g;
DELETE FROM queue WHERE id % 2000 <> 0;
-- next
VACUUM ANALYZE queue;
-- next

CREATE TABLE event (at timestamp, device int, value int) PARTITION BY RANGE (at);
DO $$ BEGIN
    FOR m IN 1..12 LOOP
        EXECUTE format(
            'CREATE TABLE event_%s PARTITION OF event FOR VALUES FROM (%L) TO (%L)',
            m, date '2024-01-01' + (m - 1) * 30, date '2024-01-01' + m * 30);
    END LOOP;
END $$;
INSERT INTO event SELECT timestamp '2024-01-01' + (g % 360) * interval '1 day', g % 500, g
FROM generate_series(1, 240000) g;
CREATE INDEX event_at ON event (at);

-- Rows in an order that has nothing to do with their key.
CREATE TABLE scattered (id int, key int, pad text);
INSERT INTO scattered SELECT g, (g * 7919) % 100000, repeat('s', 150)
FROM generate_series(1, 100000) g;
CREATE INDEX scattered_key ON scattered (key);

-- Its states have all changed since ANALYZE.
CREATE TABLE ticket (id int PRIMARY KEY, state text, pad text) WITH (autovacuum_enabled = off);
INSERT INTO ticket SELECT g, 'new', repeat('t', 40) FROM generate_series(1, 50000) g;
CREATE INDEX ticket_state ON ticket (state);
ANALYZE ticket;
UPDATE ticket SET state = 'done' WHERE id > 20;
CREATE TABLE mail (id int, address text);
INSERT INTO mail SELECT g, 'user' || g || '@example.com' FROM generate_series(1, 100000) g;
ANALYZE mail;

CREATE TABLE document (id int PRIMARY KEY, body jsonb, owner int);
INSERT INTO document SELECT g, jsonb_build_object('tag', 't' || g % 3000, 'n', g), g % 1000
FROM generate_series(1, 60000) g;

CREATE FUNCTION slow_price(amount int) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE result numeric := 0;
BEGIN
    FOR i IN 1..20 LOOP result := result + amount * i; END LOOP;
    RETURN result;
END $$;

-- next
ANALYZE customer; ANALYZE orders; ANALYZE item; ANALYZE product; ANALYZE country;
ANALYZE parent; ANALYZE child; ANALYZE event; ANALYZE scattered; ANALYZE document;
-- next
VACUUM customer, orders, item, product, country, scattered, event, parent, child, document;
