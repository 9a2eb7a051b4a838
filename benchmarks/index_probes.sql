-- A database of a shop with tenants, and statements that one index would serve.
-- "-- probe: NAME" starts a statement; "-- index: DDL" is what an expert would make for
-- it, and "-- silent" says that no index is worth its place. Parts before the first
-- probe make the database.
CREATE EXTENSION pg_trgm;
CREATE TABLE tenants (id int PRIMARY KEY, name text NOT NULL, region text NOT NULL);
CREATE TABLE users (
  id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, email text NOT NULL,
  name text NOT NULL, country char(2) NOT NULL, created_at timestamp NOT NULL,
  deleted_at timestamp, is_admin boolean NOT NULL, settings jsonb NOT NULL,
  tags text[] NOT NULL, score numeric(10, 2) NOT NULL, phone text
);
CREATE TABLE orders (
  id bigint PRIMARY KEY, user_id int NOT NULL REFERENCES users, tenant_id int NOT NULL,
  status text NOT NULL, total numeric(12, 2) NOT NULL, placed_at timestamp NOT NULL,
  shipped_at timestamp, ref uuid NOT NULL, note text NOT NULL
);
CREATE TABLE events (
  id bigint PRIMARY KEY, ts timestamptz NOT NULL, device_id int NOT NULL,
  kind smallint NOT NULL, payload jsonb NOT NULL, value double precision NOT NULL
);
CREATE TABLE articles (
  id int PRIMARY KEY, author_id int NOT NULL, title text NOT NULL, body text NOT NULL,
  words tsvector NOT NULL, published boolean NOT NULL
);
CREATE TABLE bookings (id int PRIMARY KEY, room int NOT NULL, during tsrange NOT NULL);
CREATE TABLE places (id int PRIMARY KEY, position point NOT NULL, name text NOT NULL);
CREATE TABLE networks (id int PRIMARY KEY, net inet NOT NULL, owner text NOT NULL);
CREATE TABLE currencies (code char(3) PRIMARY KEY, name text NOT NULL);
INSERT INTO tenants SELECT i, 'tenant ' || i, (ARRAY['eu', 'us', 'ap'])[1 + i % 3]
  FROM generate_series(1, 500) i;
INSERT INTO users SELECT i, 1 + (i * 7919) % 500,
  md5(i::text) || '@' || (ARRAY['mail', 'corp', 'web'])[1 + i % 3] || '.example',
  initcap(substr(md5('n' || i), 1, 6)) || ' ' || initcap(substr(md5('s' || i % 4000), 1, 7)),
  (ARRAY['DE', 'FR', 'US', 'US', 'US', 'JP', 'IS'])[1 + (i * 31) % 7 - (CASE WHEN i % 50 > 0 AND (i * 31) % 7 = 6 THEN 2 ELSE 0 END)],
  timestamp '2022-01-01' + i * interval '7 minutes',
  CASE WHEN i % 40 = 0 THEN timestamp '2025-01-01' + i * interval '1 minute' END,
  i % 2000 = 0,
  jsonb_build_object('plan', (ARRAY['free', 'pro', 'team'])[1 + i % 3], 'seats', i % 997,
    'theme', jsonb_build_object('name', 't' || i % 1500)),
  ARRAY['t' || i % 3000, 'g' || i % 7], (i * 37 % 100000) / 10.0,
  CASE WHEN i % 30 = 0 THEN '+49' || i END
  FROM generate_series(1, 200000) i;
INSERT INTO orders SELECT i, 1 + (i::bigint * 48271 % 200000)::int, 1 + i % 500,
  CASE WHEN i % 100 < 97 THEN 'done' WHEN i % 100 = 97 THEN 'failed' WHEN i % 400 = 98 THEN 'pending' ELSE 'paid' END,
  (i::bigint * 16807 % 999983) / 100.0, timestamp '2023-01-01' + i * interval '2 minutes',
  CASE WHEN i % 200 > 0 THEN timestamp '2023-01-02' + i * interval '2 minutes' END,
  md5(i::text)::uuid, repeat('note ' || i % 97 || ' ', 8)
  FROM generate_series(1, 500000) i;
INSERT INTO events SELECT i, timestamptz '2024-01-01 00:00+00' + i * interval '30 seconds',
  (i::bigint * 7121 % 20011)::int, (i % 12)::smallint,
  jsonb_build_object('user_id', i % 50021, 'code', 'c' || i % 9973, 'ok', i % 3 = 0), (i % 1000) / 7.0
  FROM generate_series(1, 600000) i;
INSERT INTO articles SELECT i, i % 900, 'title ' || md5(i::text), body, to_tsvector('english', body), i % 20 = 0
  FROM (SELECT i, 'word' || i % 5000 || ' other' || i % 7001 || ' common text ' || md5(i::text) AS body
    FROM generate_series(1, 60000) i) made;
INSERT INTO bookings SELECT i, i % 300, tsrange(timestamp '2024-01-01' + i * interval '11 minutes',
  timestamp '2024-01-01' + i * interval '11 minutes' + (1 + i % 5) * interval '1 hour') FROM generate_series(1, 150000) i;
INSERT INTO places SELECT i, point((i::bigint * 7919 % 100003) / 100.0, (i::bigint * 104729 % 99991) / 100.0), 'p' || i
  FROM generate_series(1, 120000) i;
INSERT INTO networks SELECT i, set_masklen(('10.' || i / 65536 || '.' || i / 256 % 256 || '.' || i % 256)::inet, 32), 'o' || i % 100
  FROM generate_series(1, 150000) i;
INSERT INTO currencies SELECT chr(65 + i) || 'XX', 'currency ' || i FROM generate_series(0, 25) i;
CREATE INDEX orders_ref ON orders (ref);

-- probe: equality on a text
-- index: CREATE INDEX ON users (email)
SELECT id, name FROM users WHERE email = 'a87ff679a2f3e71d9181a67b7542122c@corp.example';
-- probe: lower
-- index: CREATE INDEX ON users (lower(email))
SELECT id FROM users WHERE lower(email) = 'a87ff679a2f3e71d9181a67b7542122c@corp.example';
-- probe: prefix
-- index: CREATE INDEX ON users (email text_pattern_ops)
SELECT id FROM users WHERE email LIKE 'a87ff%';
-- probe: prefix of lower
-- index: CREATE INDEX ON users (lower(name) text_pattern_ops)
SELECT id FROM users WHERE lower(name) LIKE 'abcde%';
-- probe: equality and prefix
-- index: CREATE INDEX ON users (tenant_id, name text_pattern_ops)
SELECT id FROM users WHERE tenant_id = 77 AND name LIKE 'A1b%';
-- probe: infix
-- index: CREATE INDEX ON users USING gin (name gin_trgm_ops)
SELECT id FROM users WHERE name LIKE '%c4ca4%';
-- probe: infix of any case
-- index: CREATE INDEX ON users USING gin (name gin_trgm_ops)
SELECT id FROM users WHERE name ILIKE '%C4cA4%';
-- probe: similar names
-- index: CREATE INDEX ON users USING gin (name gin_trgm_ops)
SELECT id FROM users WHERE name % 'C81e72 Cfcd208';
-- probe: regular expression
-- index: CREATE INDEX ON users USING gin (email gin_trgm_ops)
SELECT id FROM users WHERE email ~ 'f3e71d918.*corp';
-- probe: left
-- index: CREATE INDEX ON users (left(email, 6))
SELECT id FROM users WHERE left(email, 6) = 'a87ff6';
-- probe: hash of a text
-- index: CREATE INDEX ON articles (md5(body))
SELECT id FROM articles WHERE md5(body) = 'c4ca4238a0b923820dcc509a6f75849b';
-- probe: a day
-- index: CREATE INDEX ON orders (placed_at)
SELECT id, total FROM orders WHERE placed_at >= '2024-03-01' AND placed_at < '2024-03-02';
-- probe: a day of a large table in order
-- index: CREATE INDEX ON events (ts)
SELECT count(*), max(value) FROM events WHERE ts BETWEEN '2024-03-01 00:00+00' AND '2024-03-01 06:00+00';
-- probe: date_trunc
-- index: CREATE INDEX ON orders (date_trunc('day', placed_at))
SELECT sum(total) FROM orders WHERE date_trunc('day', placed_at) = '2024-03-01';
-- probe: cast to date
-- index: CREATE INDEX ON orders ((placed_at::date))
SELECT sum(total) FROM orders WHERE placed_at::date = '2024-03-01';
-- probe: queue
-- index: CREATE INDEX ON orders (placed_at) WHERE status = 'pending'
-- small
SELECT id, ref FROM orders WHERE status = 'pending' ORDER BY placed_at LIMIT 20;
-- probe: rare status
-- index: CREATE INDEX ON orders (id) WHERE status = 'failed'
SELECT count(*) FROM orders WHERE status = 'failed';
-- probe: not the frequent one
-- index: CREATE INDEX ON orders (placed_at) WHERE status <> 'done'
SELECT id FROM orders WHERE status <> 'done' AND placed_at >= '2024-11-01';
-- probe: soft delete
-- index: CREATE INDEX ON users (tenant_id) WHERE deleted_at IS NOT NULL
SELECT id, email FROM users WHERE tenant_id = 12 AND deleted_at IS NOT NULL;
-- probe: rare nulls
-- index: CREATE INDEX ON orders (placed_at) WHERE shipped_at IS NULL
-- small
SELECT id FROM orders WHERE shipped_at IS NULL AND placed_at < '2023-06-01';
-- probe: rare flag
-- index: CREATE INDEX ON users (id) WHERE is_admin
-- small
SELECT id, email FROM users WHERE is_admin;
-- probe: sparse column
-- index: CREATE INDEX ON users (phone) WHERE phone IS NOT NULL
-- small
SELECT id FROM users WHERE phone = '+4990';
-- probe: newest of one user
-- index: CREATE INDEX ON orders (user_id, placed_at)
SELECT id, total FROM orders WHERE user_id = 4711 ORDER BY placed_at DESC LIMIT 10;
-- probe: largest
-- index: CREATE INDEX ON orders (total)
SELECT id FROM orders ORDER BY total DESC LIMIT 10;
-- probe: largest of a tenant, mixed directions
-- index: CREATE INDEX ON orders (tenant_id, status, total DESC)
SELECT id, status, total FROM orders WHERE tenant_id = 20 ORDER BY status, total DESC LIMIT 10;
-- probe: mixed directions
-- index: CREATE INDEX ON users (country, created_at DESC)
SELECT id FROM users ORDER BY country, created_at DESC LIMIT 50;
-- probe: nulls last
-- index: CREATE INDEX ON users (deleted_at DESC NULLS LAST)
SELECT id FROM users ORDER BY deleted_at DESC NULLS LAST LIMIT 20;
-- probe: next page
-- index: CREATE INDEX ON orders (placed_at, id)
SELECT id, total FROM orders WHERE (placed_at, id) > ('2023-05-05', 90000) ORDER BY placed_at, id LIMIT 50;
-- probe: equalities and a range
-- index: CREATE INDEX ON orders (tenant_id, status, placed_at)
SELECT id FROM orders WHERE placed_at > '2024-06-01' AND tenant_id = 99 AND status = 'failed';
-- probe: list and range
-- index: CREATE INDEX ON events (kind, device_id, ts)
SELECT id FROM events WHERE device_id IN (17, 400, 9000) AND ts >= '2024-05-01 00:00+00' AND kind = 3;
-- probe: order by an expression
-- index: CREATE INDEX ON users (lower(name))
SELECT id FROM users ORDER BY lower(name) LIMIT 25;
-- probe: coalesce
-- index: CREATE INDEX ON orders (coalesce(shipped_at, placed_at))
SELECT id FROM orders WHERE coalesce(shipped_at, placed_at) BETWEEN '2024-03-01' AND '2024-03-01 04:00';
-- probe: arithmetic, which a rewrite should move
-- silent
SELECT note FROM orders WHERE total * 2 = 1234.56;
-- probe: jsonb contains
-- index: CREATE INDEX ON events USING gin (payload jsonb_path_ops)
SELECT id FROM events WHERE payload @> '{"code": "c77"}';
-- probe: jsonb text
-- index: CREATE INDEX ON events ((payload ->> 'code'))
SELECT id FROM events WHERE payload ->> 'code' = 'c77';
-- probe: jsonb number
-- index: CREATE INDEX ON events (((payload ->> 'user_id')::int))
SELECT id FROM events WHERE (payload ->> 'user_id')::int = 4711;
-- probe: jsonb deeper
-- index: CREATE INDEX ON users ((settings -> 'theme' ->> 'name'))
SELECT id FROM users WHERE settings -> 'theme' ->> 'name' = 't1200';
-- probe: jsonb path
-- index: CREATE INDEX ON users ((settings #>> '{theme,name}'))
SELECT id FROM users WHERE settings #>> '{theme,name}' = 't1200';
-- probe: jsonpath
-- index: CREATE INDEX ON users USING gin (settings jsonb_path_ops)
SELECT id FROM users WHERE settings @? '$.theme.name ? (@ == "t1200")';
-- probe: array contains
-- index: CREATE INDEX ON users USING gin (tags)
SELECT id FROM users WHERE tags @> ARRAY['t2999'];
-- probe: array overlaps
-- index: CREATE INDEX ON users USING gin (tags)
SELECT id FROM users WHERE tags && ARRAY['t2999', 't1'];
-- probe: full text
-- index: CREATE INDEX ON articles USING gin (words)
SELECT id FROM articles WHERE words @@ to_tsquery('english', 'word77 & other33');
-- probe: full text of an expression
-- index: CREATE INDEX ON articles USING gin (to_tsvector('english', body))
SELECT id FROM articles WHERE to_tsvector('english', body) @@ to_tsquery('english', 'word77');
-- probe: ranges overlap
-- index: CREATE INDEX ON bookings USING gist (during)
SELECT id, room FROM bookings WHERE during && tsrange('2024-05-01 10:00', '2024-05-01 11:00');
-- probe: range contains
-- index: CREATE INDEX ON bookings USING gist (during)
SELECT id FROM bookings WHERE during @> timestamp '2024-05-01 10:00';
-- probe: nearest
-- index: CREATE INDEX ON places USING gist (position)
SELECT id FROM places ORDER BY position <-> point '(500,500)' LIMIT 5;
-- probe: in a box
-- index: CREATE INDEX ON places USING gist (position)
SELECT id FROM places WHERE position <@ box '((10,10),(20,20))';
-- probe: subnet
-- index: CREATE INDEX ON networks USING gist (net inet_ops)
SELECT id FROM networks WHERE net <<= '10.1.7.0/28';
-- probe: covering sum
-- index: CREATE INDEX ON orders (user_id) INCLUDE (total)
SELECT sum(total) FROM orders WHERE user_id BETWEEN 1000 AND 6000;
-- probe: covering count by group
-- index: CREATE INDEX ON events (device_id)
SELECT device_id, count(*) FROM events GROUP BY device_id ORDER BY device_id LIMIT 100;
-- probe: one end
-- index: CREATE INDEX ON events (value)
SELECT max(value) FROM events;
-- probe: newest of a device
-- index: CREATE INDEX ON events (device_id, ts)
SELECT max(ts) FROM events WHERE device_id = 7121;
-- probe: foreign key
-- index: CREATE INDEX ON orders (user_id)
SELECT o.id, o.total FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id = 4711;
-- probe: join from a selective side
-- index: CREATE INDEX ON users (email); CREATE INDEX ON orders (user_id)
SELECT o.id FROM users u JOIN orders o ON o.user_id = u.id
 WHERE u.email = 'a87ff679a2f3e71d9181a67b7542122c@corp.example';
-- probe: join on two columns
-- index: CREATE INDEX ON orders (user_id, tenant_id)
SELECT count(*) FROM users u JOIN orders o ON o.user_id = u.id AND o.tenant_id = u.tenant_id WHERE u.id < 200;
-- probe: semi-join
-- index: CREATE INDEX ON orders (user_id, total)
SELECT u.id FROM users u WHERE u.id < 500 AND EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id AND o.total > 9000);
-- probe: anti-join
-- index: CREATE INDEX ON orders (user_id)
SELECT u.id FROM users u WHERE u.id < 500 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id);
-- probe: best of each
-- index: CREATE INDEX ON orders (user_id, total)
SELECT u.id, o.id FROM users u CROSS JOIN LATERAL
 (SELECT id FROM orders WHERE user_id = u.id ORDER BY total DESC LIMIT 3) o WHERE u.id < 100;
-- probe: correlated aggregate
-- index: CREATE INDEX ON orders (user_id)
SELECT u.id, (SELECT count(*) FROM orders o WHERE o.user_id = u.id) FROM users u WHERE u.id < 300;
-- probe: either of two
-- index: CREATE INDEX ON users (email); CREATE INDEX ON users (phone)
SELECT id FROM users WHERE email = 'a87ff679a2f3e71d9181a67b7542122c@corp.example' OR phone = '+4990';
-- probe: window of one user
-- index: CREATE INDEX ON orders (user_id, placed_at)
SELECT id, row_number() OVER (ORDER BY placed_at) FROM orders WHERE user_id = 4711;
-- probe: in a CTE
-- index: CREATE INDEX ON orders (user_id)
WITH mine AS (SELECT * FROM orders WHERE user_id = 4711) SELECT status, count(*) FROM mine GROUP BY status;
-- probe: in a union
-- index: CREATE INDEX ON orders (user_id); CREATE INDEX ON events (device_id)
SELECT id FROM orders WHERE user_id = 4711 UNION ALL SELECT id FROM events WHERE device_id = 7121;
-- probe: a parameter
-- index: CREATE INDEX ON orders (user_id, placed_at)
SELECT id FROM orders WHERE user_id = $1 ORDER BY placed_at DESC LIMIT $2;
-- probe: a list as a parameter
-- index: CREATE INDEX ON orders (user_id)
SELECT id FROM orders WHERE user_id = ANY($1);
-- probe: a prefix as a parameter
-- index: CREATE INDEX ON users (email text_pattern_ops)
SELECT id FROM users WHERE email LIKE $1 || '%';
-- probe: update
-- index: CREATE INDEX ON orders (user_id)
UPDATE orders SET status = 'failed' WHERE user_id = 4711 AND status = 'paid';
-- probe: delete
-- index: CREATE INDEX ON events (ts)
DELETE FROM events WHERE ts < '2024-01-01 01:00+00';
-- probe: merge by key
-- index: CREATE INDEX ON users (email)
UPDATE users SET score = 0 FROM tenants t WHERE t.id = users.tenant_id AND users.email = 'nobody@web.example';

-- probe: primary key
-- silent
SELECT * FROM users WHERE id = 4711;
-- probe: indexed already
-- silent
SELECT id FROM orders WHERE ref = 'a87ff679-a2f3-e71d-9181-a67b7542122c';
-- probe: tiny table
-- silent
SELECT * FROM currencies WHERE name = 'currency 7';
-- probe: volatile
-- silent
SELECT id, note FROM orders WHERE random() < 0.01;
-- probe: any rows
-- silent
SELECT * FROM events LIMIT 10;
-- probe: any element
-- silent
SELECT id FROM users WHERE 't2999' = ANY (tags);
-- probe: depends on the session
-- silent
SELECT id FROM events WHERE date_trunc('day', ts) = '2024-03-01' AND to_char(ts, 'Day') = 'x';
-- probe: half
-- silent
SELECT sum(length(note)) FROM orders WHERE total > 5000;
-- probe: insert
-- silent
INSERT INTO currencies VALUES ('ZZZ', 'none');
-- probe: catalog
-- silent
SELECT relname FROM pg_class WHERE relname LIKE '%x%';
-- probe: difference from the mean
-- silent
SELECT count(note) FROM orders WHERE total <> 17.5;
