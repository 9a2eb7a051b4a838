-- Ordinary queries of reports, searches and DBAs, written before the guard was asked.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS hstore;
CREATE EXTENSION IF NOT EXISTS ltree;
CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
CREATE EXTENSION IF NOT EXISTS intarray;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS cube;
CREATE EXTENSION IF NOT EXISTS earthdistance;
CREATE TYPE order_state AS ENUM ('new', 'paid', 'shipped', 'lost');
CREATE DOMAIN positive_amount AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE TABLE region (id int PRIMARY KEY, parent_id int REFERENCES region, name text NOT NULL);
CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    full_name varchar(200),
    region_id int REFERENCES region,
    tags text[] NOT NULL DEFAULT '{}',
    profile jsonb NOT NULL DEFAULT '{}',
    birthday date,
    created_at timestamptz NOT NULL DEFAULT now(),
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(full_name, ''))) STORED
);
CREATE TABLE purchase (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    state order_state NOT NULL DEFAULT 'new',
    total positive_amount NOT NULL,
    lines jsonb,
    placed_at timestamptz NOT NULL,
    shipped_at timestamptz,
    PRIMARY KEY (id, placed_at)
) PARTITION BY RANGE (placed_at);
CREATE TABLE purchase_2025 PARTITION OF purchase FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE purchase_2026 PARTITION OF purchase FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE booking (
    room int,
    during tstzrange,
    EXCLUDE USING gist (room WITH =, during WITH &&)
);
CREATE TABLE price (product_id int, amount numeric, valid daterange);
CREATE TABLE sensor (device int, taken_at timestamptz, celsius float8, raw bytea);
CREATE TABLE request_log (at timestamptz, ip inet, path text, status smallint, took interval, agent text);
CREATE TABLE article (id int, title text, body text, labels ltree[], path ltree, attributes hstore, handle citext);
CREATE TABLE item (id int, embedding vector(3));
CREATE TABLE shop (id int, lat float8, lon float8, area box);
CREATE VIEW paid_purchase AS SELECT id, customer_id, total, placed_at FROM purchase WHERE state <> 'new';
CREATE MATERIALIZED VIEW daily_total AS
    SELECT placed_at::date AS day, sum(total) AS total FROM purchase GROUP BY 1;
INSERT INTO region VALUES (1, NULL, 'World'), (2, 1, 'Europe'), (3, 2, 'France');
INSERT INTO customer (email, full_name, region_id, tags, profile, birthday)
    SELECT 'u' || g || '@example.com', 'User ' || g, 1 + g % 3, ARRAY['t' || g % 5], jsonb_build_object('age', g % 80, 'langs', jsonb_build_array('en', 'fr')), date '1980-01-01' + g
    FROM generate_series(1, 200) g;
INSERT INTO purchase SELECT g, 1 + g % 200, 'paid', g, jsonb_build_array(jsonb_build_object('sku', 'a' || g, 'qty', g % 4, 'price', 2.5)), timestamptz '2025-01-01' + g * interval '10 hours', NULL
    FROM generate_series(1, 800) g;
-- queries
SELECT date_trunc('month', placed_at) AS month, count(*) AS orders, sum(total) AS revenue, round(avg(total), 2) AS average
FROM purchase WHERE placed_at >= now() - interval '1 year' GROUP BY 1 ORDER BY 1;
WITH monthly AS (SELECT date_trunc('month', placed_at) AS month, sum(total) AS revenue FROM purchase GROUP BY 1)
SELECT month, revenue, revenue - lag(revenue) OVER w AS change,
    round(100.0 * (revenue - lag(revenue) OVER w) / nullif(lag(revenue) OVER w, 0), 1) AS percent
FROM monthly WINDOW w AS (ORDER BY month);
SELECT day::date, coalesce(sum(p.total), 0) AS total
FROM generate_series(date '2025-01-01', date '2025-03-31', interval '1 day') AS day
LEFT JOIN purchase p ON p.placed_at >= day AND p.placed_at < day + interval '1 day' GROUP BY day ORDER BY day;
SELECT customer_id, placed_at, total,
    sum(total) OVER (PARTITION BY customer_id ORDER BY placed_at ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving,
    first_value(total) OVER (PARTITION BY customer_id ORDER BY placed_at RANGE BETWEEN interval '7 days' PRECEDING AND CURRENT ROW EXCLUDE TIES) AS first_in_week
FROM purchase;
SELECT customer_id, count(*) FILTER (WHERE state = 'lost') AS lost, percentile_cont(0.5) WITHIN GROUP (ORDER BY total) AS median,
    mode() WITHIN GROUP (ORDER BY state) AS usual FROM purchase GROUP BY customer_id HAVING count(*) > 2;
SELECT r.name, p.state, sum(p.total), grouping(r.name, p.state) FROM purchase p JOIN customer c ON c.id = p.customer_id
JOIN region r ON r.id = c.region_id GROUP BY GROUPING SETS ((r.name, p.state), (r.name), ()) ORDER BY 4, 1, 2;
SELECT extract(isoyear FROM placed_at) AS year, extract(week FROM placed_at) AS week, sum(total) FROM purchase GROUP BY ROLLUP (1, 2);
SELECT r.name, p.state, count(*) FROM purchase p JOIN customer c ON c.id = p.customer_id JOIN region r ON r.id = c.region_id GROUP BY CUBE (r.name, p.state);
SELECT c.id, c.email, latest.total, latest.placed_at FROM customer c
CROSS JOIN LATERAL (SELECT total, placed_at FROM purchase p WHERE p.customer_id = c.id ORDER BY placed_at DESC LIMIT 3) AS latest WHERE c.region_id = 2;
SELECT DISTINCT ON (customer_id) customer_id, id, total FROM purchase ORDER BY customer_id, placed_at DESC;
WITH RECURSIVE tree AS (SELECT id, name, 1 AS depth, ARRAY[id] AS path FROM region WHERE parent_id IS NULL
    UNION ALL SELECT r.id, r.name, t.depth + 1, t.path || r.id FROM region r JOIN tree t ON r.parent_id = t.id WHERE t.depth < 10)
SELECT depth, repeat('  ', depth) || name FROM tree ORDER BY path;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i * i FROM n LIMIT 100;
WITH RECURSIVE reach AS (SELECT id, parent_id FROM region WHERE id = 3 UNION SELECT r.id, r.parent_id FROM region r JOIN reach ON r.id = reach.parent_id)
    SEARCH BREADTH FIRST BY id SET visit CYCLE id SET is_cycle USING trail SELECT * FROM reach ORDER BY visit;
SELECT ntile(4) OVER (ORDER BY sum(total) DESC) AS quartile, customer_id, sum(total), dense_rank() OVER (ORDER BY sum(total) DESC), cume_dist() OVER (ORDER BY sum(total)) FROM purchase GROUP BY customer_id;
SELECT profile ->> 'age' AS age, count(*) FROM customer WHERE profile @> '{"langs": ["fr"]}' AND profile ? 'age' GROUP BY 1;
SELECT c.id, lang.value FROM customer c, jsonb_array_elements_text(c.profile -> 'langs') WITH ORDINALITY AS lang(value, position) WHERE lang.position = 1;
SELECT p.id, line ->> 'sku' AS sku, (line ->> 'qty')::int * (line ->> 'price')::numeric AS amount FROM purchase p CROSS JOIN LATERAL jsonb_array_elements(p.lines) AS line WHERE jsonb_typeof(p.lines) = 'array';
SELECT id, jsonb_path_query_array(lines, '$[*] ? (@.qty > 2).sku') FROM purchase WHERE lines @? '$[*] ? (@.price > 1)';
SELECT j.sku, sum(j.qty) FROM purchase p, JSON_TABLE(p.lines, '$[*]' COLUMNS (n FOR ORDINALITY, sku text PATH '$.sku', qty int PATH '$.qty' DEFAULT 0 ON EMPTY, price numeric PATH '$.price')) AS j GROUP BY j.sku ORDER BY 2 DESC;
SELECT JSON_VALUE(profile, '$.age' RETURNING int DEFAULT 0 ON ERROR), JSON_QUERY(profile, '$.langs' WITH WRAPPER), JSON_EXISTS(profile, '$.age ? (@ > 30)') FROM customer;
SELECT JSON_OBJECT('id' VALUE id, 'email' VALUE email ABSENT ON NULL), JSON_ARRAY(id, region_id) FROM customer;
SELECT JSON_OBJECTAGG(email VALUE region_id), JSON_ARRAYAGG(email ORDER BY id) FROM customer WHERE email IS JSON OR profile IS NOT NULL;
SELECT jsonb_object_agg(state, n ORDER BY n DESC) FROM (SELECT state, count(*) AS n FROM purchase GROUP BY state) s;
SELECT row_to_json(c), to_jsonb(c) - 'profile' || jsonb_build_object('orders', (SELECT json_agg(p ORDER BY p.placed_at) FROM paid_purchase p WHERE p.customer_id = c.id)) FROM customer c LIMIT 20;
SELECT jsonb_set(profile, '{address,city}', '"Paris"', true), profile #>> '{langs,0}', jsonb_pretty(profile), jsonb_strip_nulls(profile) FROM customer WHERE id = 7;
SELECT r.* FROM customer c, jsonb_to_record(c.profile) AS r(age int, langs jsonb);
SELECT room, during, lower(during), upper_inf(during), during * tstzrange(now(), now() + interval '1 day') FROM booking WHERE during && tstzrange(now(), now() + interval '1 day', '[)');
SELECT product_id, range_agg(valid), range_intersect_agg(valid) FROM price WHERE valid @> current_date GROUP BY product_id;
SELECT room, tstzmultirange(tstzrange('2026-01-01', '2026-02-01')) - range_agg(during) AS free FROM booking GROUP BY room;
SELECT unnest(range_agg(valid)), isempty('[4,4)'::int4range), '{[1,3),[5,9)}'::int4multirange @> 6 FROM price;
SELECT id, ts_rank_cd(search, q) AS rank, ts_headline('simple', full_name, q, 'MaxWords=10, MinWords=3') FROM customer, websearch_to_tsquery('simple', 'user -admin') AS q WHERE search @@ q ORDER BY rank DESC LIMIT 10;
SELECT id FROM article WHERE to_tsvector('english', coalesce(title, '') || ' ' || body) @@ (phraseto_tsquery('english', 'index scan') || plainto_tsquery('english', 'vacuum'));
SELECT setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'D'), strip(to_tsvector(body)), numnode(to_tsquery('a & b')) FROM article;
SELECT full_name, similarity(full_name, 'usr 12'), word_similarity('user', full_name) FROM customer WHERE full_name % 'usr 12' OR full_name ILIKE '%ser 1%' ORDER BY full_name <-> 'usr 12' LIMIT 5;
SELECT attributes -> 'color', akeys(attributes), hstore_to_jsonb(attributes), attributes @> 'size=>10' FROM article WHERE attributes ? 'color' AND attributes -> ARRAY['a', 'b'] IS NOT NULL;
SELECT subpath(path, 0, 2), nlevel(path), path ~ '*.Science.*{1,2}', path <@ 'Top.Science' FROM article WHERE path @ 'Europe & !Asia' ORDER BY path;
SELECT id, embedding <-> '[1,2,3]' AS distance, 1 - (embedding <=> '[1,2,3]'::vector) AS cosine, vector_norm(embedding) FROM item ORDER BY embedding <-> '[1,2,3]' LIMIT 10;
SELECT avg(embedding), sum(embedding) FROM item;
SELECT handle, replace(handle, 'A', 'b'), regexp_replace(handle, 'x+', 'y') FROM article WHERE handle = 'Bob' OR handle LIKE 'al%';
SELECT unaccent(title), levenshtein(title, 'kitten'), soundex(title), dmetaphone(title) FROM article WHERE unaccent(lower(title)) = unaccent('été');
SELECT id, earth_distance(ll_to_earth(lat, lon), ll_to_earth(48.85, 2.35)) AS metres FROM shop WHERE earth_box(ll_to_earth(48.85, 2.35), 5000) @> ll_to_earth(lat, lon) ORDER BY 2;
SELECT id, area && box '((0,0),(2,2))', center(area), area(area), point(lat, lon) <-> point '(1,1)' AS flat FROM shop WHERE circle(point(lat, lon), 2) @> point(1, 1) ORDER BY point(lat, lon) <-> point '(1,1)' LIMIT 3;
SELECT avg(celsius), stddev_samp(celsius), corr(celsius, extract(epoch FROM taken_at)), regr_slope(celsius, device) FROM sensor TABLESAMPLE BERNOULLI (5) REPEATABLE (42);
SELECT count(*) FROM purchase TABLESAMPLE SYSTEM (10);
SELECT date_bin('15 minutes', taken_at, timestamp '2001-01-01') AS slot, min(celsius), max(celsius), count(*) FROM sensor WHERE taken_at AT TIME ZONE 'Europe/Paris' BETWEEN '2026-01-01' AND '2026-02-01' GROUP BY 1;
SELECT to_char(placed_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS'), age(placed_at), justify_interval(now() - placed_at), extract(dow FROM placed_at), make_date(2026, 1, 31) + interval '1 month', placed_at::date - date '2025-01-01' FROM purchase LIMIT 50;
SELECT encode(sha256(raw), 'hex'), length(raw), get_byte(raw, 0), md5(encode(raw, 'base64')) FROM sensor WHERE octet_length(raw) > 10;
SELECT regexp_replace(path, '/\d+', '/:id', 'g') AS route, count(*), percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY took) FROM request_log WHERE status >= 500 AND agent !~* 'bot|crawler' GROUP BY 1 ORDER BY 2 DESC LIMIT 20;
SELECT (regexp_match(path, '^/api/v(\d+)/([a-z]+)'))[2] AS resource, regexp_split_to_array(agent, '\s+'), host(ip), masklen(ip), network(set_masklen(ip::cidr, 24)) FROM request_log WHERE ip <<= '10.0.0.0/8';
SELECT word, count(*) FROM article, regexp_split_to_table(lower(body), '\W+') AS word WHERE length(word) > 3 GROUP BY word ORDER BY 2 DESC LIMIT 25;
SELECT tag, count(*) FROM customer, unnest(tags) AS tag GROUP BY tag HAVING count(*) > 1;
SELECT id, array_length(tags, 1), array_position(tags, 't1'), tags[1:2], tags || ARRAY['x'], array_to_string(array_remove(tags, 't2'), ','), cardinality(tags) FROM customer WHERE tags && ARRAY['t1', 't3'] AND 't4' <> ALL (tags);
SELECT array_agg(DISTINCT region_id ORDER BY region_id), string_agg(email, '; ' ORDER BY email), bool_or(birthday IS NULL), every(id > 0), bit_or(region_id) FROM customer;
SELECT id, total, CASE WHEN total < 10 THEN 'small' WHEN total BETWEEN 10 AND 100 THEN 'middle' ELSE 'large' END AS size, width_bucket(total, 0, 1000, 10), greatest(total, 5), coalesce(shipped_at, placed_at), to_char(total, 'FM999G990D00') FROM purchase WHERE (state, total) IN (('paid', 5), ('lost', 6)) OR state = ANY ('{new,shipped}');
SELECT email FROM customer c WHERE EXISTS (SELECT FROM purchase p WHERE p.customer_id = c.id AND p.total > (SELECT avg(total) FROM purchase)) EXCEPT SELECT email FROM customer WHERE region_id IS NOT DISTINCT FROM 3;
(SELECT 'customer' AS kind, count(*) FROM customer UNION ALL SELECT 'purchase', count(*) FROM purchase) INTERSECT ALL SELECT kind, n FROM (VALUES ('customer', 200::bigint), ('purchase', 800)) AS v(kind, n) ORDER BY 1 FETCH FIRST 5 ROWS WITH TIES;
SELECT d.day, d.total, sum(d.total) OVER (ORDER BY d.day GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM daily_total d WHERE d.day >= current_date - 30 OR EXTRACT(month FROM d.day) IN (1, 2);
SELECT xmlelement(name customer, xmlattributes(id), xmlforest(email, full_name)) FROM customer LIMIT 5;
SELECT xmlagg(xmlelement(name tag, tag)) FROM customer, unnest(tags) AS tag;
SELECT p.id, overlay(c.email PLACING '***' FROM 2 FOR 3), split_part(c.email, '@', 2), position('@' IN c.email), left(c.full_name, 3), initcap(c.full_name), translate(c.email, 'aeiou', '*****'), reverse(c.email), format('%s <%s>', c.full_name, c.email), concat_ws(', ', c.full_name, c.email), trim(BOTH ' ' FROM c.full_name) FROM purchase p JOIN customer c ON c.id = p.customer_id WHERE c.email LIKE 'u1%' ESCAPE '!' AND c.full_name SIMILAR TO 'User (1|2)%';
SELECT id, ln(total + 1), sqrt(total), power(total, 2), total % 7, div(total, 3), trunc(total, -1), random() < 0.5 AS coin, gcd(id, 12), cbrt(total), sign(total), scale(total) FROM purchase;
SELECT c.oid::regclass, c.reltuples, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY pg_total_relation_size(c.oid) DESC;
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position;
SELECT indexrelid::regclass, indrelid::regclass FROM pg_index WHERE NOT indisvalid;
SELECT tc.table_name, kcu.column_name FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage kcu USING (constraint_name) WHERE tc.constraint_type = 'PRIMARY KEY';
SELECT relname, n_live_tup, n_dead_tup, last_autovacuum FROM pg_stat_user_tables ORDER BY n_dead_tup DESC LIMIT 10;
SELECT current_database(), current_user, version(), current_setting('work_mem'), now(), current_date, localtimestamp, inet_server_port();
