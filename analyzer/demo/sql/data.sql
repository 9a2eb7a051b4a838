-- The rows of the demo shop, the same at each run; shop.scale (1 is about a million).
-- Needs schema.sql. Costs seconds: everything is INSERT … SELECT.
SELECT setseed(0.2026);
INSERT INTO countries
SELECT chr(65 + i / 26) || chr(65 + i % 26), 'Country ' || i, (15 + i % 11)::numeric
FROM generate_series(0, 119) AS i;
INSERT INTO coupons
SELECT i, 'SAVE' || lpad((i * 7919 % 100000)::text, 5, '0'), 5 + i % 30, 0,
    CASE WHEN i % 4 > 0 THEN DATE '2026-06-01' + i END
FROM generate_series(1, 200) AS i;
INSERT INTO categories
SELECT i, 'Category ' || i FROM generate_series(1, 48) AS i;
INSERT INTO customers
SELECT i,
    CASE WHEN i % 3 = 0 THEN 'Customer.' ELSE 'customer.' END || i || '@example.com',
    (ARRAY['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal'])[1 + i % 8]
        || ' ' || initcap(substr(md5(i::text), 1, 9)),
    chr(65 + c / 26) || chr(65 + c % 26),
    'City ' || (power(random(), 2) * 900)::int,
    (1 + i % 250) || ' ' || initcap(substr(md5((i + 7)::text), 1, 14)) || ' Street',
    random() < 0.95,
    (power(random(), 4) * 9000)::int,
    CASE WHEN random() < 0.7 THEN random() < 0.4 END,
    CASE WHEN random() < 0.1 THEN 1 + (random() * i)::bigint END,
    TIMESTAMPTZ '2021-01-01 00:00+00' + i * INTERVAL '50 minutes'
        / current_setting('shop.scale')::float8
FROM (
    SELECT n AS i, (power(random(), 3) * 119)::int AS c
    FROM generate_series(1, (60000 * current_setting('shop.scale')::float8)::int) AS n
) AS numbered;
INSERT INTO products
SELECT i, 'SKU-' || lpad(i::text, 7, '0'),
    (ARRAY['Blue', 'Red', 'Small', 'Large', 'Heavy', 'Light'])[1 + i % 6] || ' '
        || (ARRAY['chair', 'lamp', 'mug', 'rug', 'desk', 'sofa', 'bowl'])[1 + i % 7]
        || ' ' || i,
    1 + (power(random(), 1.5) * 47)::int,
    199 + (power(random(), 3) * 90000)::int,
    CASE WHEN random() < 0.8 THEN 50 + (random() * 20000)::int END,
    repeat(md5(i::text) || ' ', 4),
    CASE WHEN random() < 0.07 THEN TIMESTAMPTZ '2026-05-01 00:00+00' END,
    TIMESTAMPTZ '2021-01-01 00:00+00' + i * INTERVAL '8 hours'
FROM generate_series(1, (6000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO orders
    (id, customer_id, status, total_cents, coupon_id, country_code, note, created_at)
SELECT i, 1 + (power(random(), 2) * (customer_count - 1))::bigint,
    -- New orders are on their way; old ones have arrived.
    CASE
        WHEN i > 0.996 * order_count THEN 'pending'
        WHEN i > 0.985 * order_count THEN 'paid'
        WHEN i > 0.96 * order_count THEN 'shipped'
        WHEN r < 0.06 THEN 'cancelled'
        WHEN r < 0.09 THEN 'returned'
        ELSE 'delivered'
    END,
    500 + (power(random(), 3) * 80000)::int,
    CASE WHEN random() < 0.08 THEN 1 + (random() * 199)::int END,
    chr(65 + c / 26) || chr(65 + c % 26),
    CASE WHEN random() < 0.05 THEN 'Leave at the door, ' || md5(i::text) END,
    TIMESTAMPTZ '2026-11-01 00:00+00'
        - (order_count - i) * (INTERVAL '600 days' / order_count)
FROM (
    SELECT n AS i, random() AS r, (power(random(), 3) * 119)::int AS c,
        (220000 * current_setting('shop.scale')::float8)::int AS order_count,
        (60000 * current_setting('shop.scale')::float8)::int AS customer_count
    FROM generate_series(1, (220000 * current_setting('shop.scale')::float8)::int) AS n
) AS numbered;
INSERT INTO order_items (id, order_id, product_id, quantity, unit_price_cents)
SELECT i, 1 + (i - 1) / 2 + (i % 5) / 4,
    1 + (power(random(), 2) * (6000 * current_setting('shop.scale')::float8 - 1))::int,
    1 + (power(random(), 4) * 6)::int, 199 + (power(random(), 3) * 40000)::int
FROM generate_series(1, (400000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO refunds
SELECT i,
    CASE WHEN random() < 0.97
        THEN 1 + (random() * (220000 * current_setting('shop.scale')::float8 - 1))::bigint
    END,
    500 + (random() * 20000)::int,
    (ARRAY['damaged', 'late', 'wrong item', 'other'])[1 + i % 4],
    TIMESTAMPTZ '2026-11-01 00:00+00' - random() * INTERVAL '600 days'
FROM generate_series(1, (4000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO reviews
SELECT i,
    1 + (power(random(), 2) * (5700 * current_setting('shop.scale')::float8 - 1))::int,
    1 + (random() * (60000 * current_setting('shop.scale')::float8 - 1))::bigint,
    5 - (power(random(), 3) * 4)::int, repeat(md5(i::text) || ' ', 3),
    TIMESTAMPTZ '2026-11-01 00:00+00' - random() * INTERVAL '900 days'
FROM generate_series(1, (70000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO carts
SELECT i, 1 + (random() * (60000 * current_setting('shop.scale')::float8 - 1))::bigint,
    TIMESTAMPTZ '2026-11-01 00:00+00' - random() * INTERVAL '60 days'
FROM generate_series(1, (30000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO cart_items
SELECT i, 1 + (i * 7919::bigint) % (30000 * current_setting('shop.scale')::float8)::int,
    1 + (random() * (6000 * current_setting('shop.scale')::float8 - 1))::int,
    1 + i % 3, TIMESTAMPTZ '2026-11-01 00:00+00' - random() * INTERVAL '60 days'
FROM generate_series(1, (90000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO sessions
SELECT i, md5('session ' || i),
    1 + (random() * (60000 * current_setting('shop.scale')::float8 - 1))::bigint,
    'Mozilla/5.0 (X11; Linux x86_64)', 1,
    TIMESTAMPTZ '2026-11-01 00:00+00' - random() * INTERVAL '20 days'
FROM generate_series(1, (60000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO events (id, customer_id, kind, session_ref, payload, occurred_at)
SELECT i,
    CASE WHEN random() < 0.8
        THEN 1 + (random() * (60000 * current_setting('shop.scale')::float8 - 1))::bigint
    END,
    (ARRAY['view', 'view', 'view', 'search', 'cart', 'checkout'])[1 + i % 6],
    md5('visit ' || i / 3), jsonb_build_object('path', '/p/' || i % 6000, 'ms', i % 900),
    TIMESTAMP '2026-11-01 00:00' - (180000 - i / current_setting('shop.scale')::float8)
        * INTERVAL '45 seconds'
FROM generate_series(1, (180000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO audit_log (id, actor, action, details, logged_at)
SELECT i, 'operator-' || i % 37, (ARRAY['login', 'edit', 'export'])[1 + i % 3],
    repeat(md5(i::text), 2),
    TIMESTAMPTZ '2026-11-01 00:00+00' - (90000 - i) * INTERVAL '5 minutes'
FROM generate_series(1, (90000 * current_setting('shop.scale')::float8)::int) AS i;
INSERT INTO outbox (id, topic, payload, status, attempts, created_at)
SELECT i, (ARRAY['mail', 'invoice', 'webhook'])[1 + i % 3],
    jsonb_build_object('ref', i, 'body', repeat(md5(i::text), 3)),
    CASE WHEN i > outbox_count * 0.995 THEN 'pending'
        WHEN i % 400 = 0 THEN 'failed' ELSE 'done' END,
    1 + i % 2, TIMESTAMPTZ '2026-11-01 00:00+00' - (outbox_count - i) * INTERVAL '3 min'
FROM (
    SELECT n AS i, (80000 * current_setting('shop.scale')::float8)::int AS outbox_count
    FROM generate_series(1, (80000 * current_setting('shop.scale')::float8)::int) AS n
) AS numbered;
-- Only the first weeks of shipments exist when statistics are collected.
INSERT INTO shipments
SELECT i, 1 + (i * 7919::bigint) % (220000 * current_setting('shop.scale')::float8)::int,
    (ARRAY['north', 'south', 'east', 'west', 'sea'])[1 + (power(random(), 2) * 4)::int],
    upper(substr(md5(i::text), 1, 12)),
    TIMESTAMPTZ '2025-03-12 00:00+00' + i * INTERVAL '9 minutes'
        / current_setting('shop.scale')::float8
FROM generate_series(1, (6000 * current_setting('shop.scale')::float8)::int) AS i;
SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders));
SELECT setval(pg_get_serial_sequence('order_items', 'id'),
    (SELECT max(id) FROM order_items));
SELECT setval(pg_get_serial_sequence('events', 'id'), (SELECT max(id) FROM events));
SELECT setval(pg_get_serial_sequence('audit_log', 'id'),
    (SELECT max(id) FROM audit_log));
SELECT setval(pg_get_serial_sequence('outbox', 'id'), (SELECT max(id) FROM outbox));
