-- Ten times the shipments, and a carrier that statistics have never heard of.
-- Needs vacuum.sql before it; autovacuum is off for this table. Costs a second.
INSERT INTO shipments
SELECT i, 1 + (i * 7919::bigint) % (220000 * current_setting('shop.scale')::float8)::int,
    (ARRAY['drone', 'drone', 'north', 'south', 'east', 'west', 'sea'])[1 + i % 7],
    upper(substr(md5(i::text), 1, 12)),
    TIMESTAMPTZ '2025-03-12 00:00+00' + i * INTERVAL '9 minutes'
        / current_setting('shop.scale')::float8
FROM generate_series(
    (6000 * current_setting('shop.scale')::float8)::int + 1,
    (60000 * current_setting('shop.scale')::float8)::int
) AS i;
