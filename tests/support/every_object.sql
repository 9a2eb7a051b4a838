-- One of each kind of object, in a schema that servers from 13 on accept.
-- What came later stands behind "-- since N". Statements end with ";" at a line's end.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE SCHEMA "Sales dept";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN postcode AS text CHECK (VALUE ~ '^[0-9]{5}$');
CREATE TYPE address AS (street text, code postcode);
CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de-DE');
CREATE COLLATION no_case (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE FUNCTION f_lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
CREATE FUNCTION tenant() RETURNS int LANGUAGE sql STABLE AS 'SELECT 3';
-- since 14
CREATE FUNCTION f_twice(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a * 2;
-- all
CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text COLLATE german,
    city text COLLATE no_case,
    mood mood,
    code postcode,
    lives address,
    tags text[] NOT NULL DEFAULT '{}',
    profile jsonb,
    price numeric(10, 2),
    gross numeric GENERATED ALWAYS AS (price * 1.19) STORED,
    tenant int NOT NULL,
    created timestamptz NOT NULL,
    body text
);
INSERT INTO customer (email, name, city, mood, code, lives, tags, profile, price, tenant, created, body)
    SELECT 'u' || g || '@example.com', 'Name ' || g % 700, 'City ' || g % 40,
        (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood, lpad((g % 900)::text, 5, '0'),
        ROW('Street ' || g % 10, '12345')::address, ARRAY['t' || g % 50, 't' || g % 31],
        jsonb_build_object('plan', g % 5, 'level', g % 100), g % 300, g % 20,
        '2026-01-01'::timestamptz + g * interval '13 minutes', md5(g::text) || ' ' || md5((g % 500)::text)
    FROM generate_series(1, 20000) AS g;
CREATE INDEX customer_lower ON customer (lower(email));
CREATE INDEX customer_f ON customer (f_lower(name));
CREATE INDEX customer_happy ON customer (created) WHERE mood = 'happy';
CREATE INDEX customer_cover ON customer (tenant, created DESC) INCLUDE (price);
CREATE INDEX customer_tags ON customer USING gin (tags);
CREATE INDEX customer_profile ON customer USING gin (profile jsonb_path_ops);
CREATE INDEX customer_body ON customer USING gin (body gin_trgm_ops);
CREATE INDEX customer_created ON customer USING brin (created);
CREATE INDEX customer_hash ON customer USING hash (code);
CREATE INDEX customer_pattern ON customer (email text_pattern_ops);
CREATE STATISTICS customer_all ON tenant, price, mood FROM customer;
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON customer USING (tenant = tenant());
-- since 14
CREATE STATISTICS customer_computed ON (price / 10), lower(email) FROM customer;
-- all
CREATE TABLE "Sales dept"."Order" (
    id int NOT NULL, customer_id bigint NOT NULL REFERENCES customer, at date NOT NULL,
    total numeric NOT NULL, state char(1) NOT NULL DEFAULT 'n', PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE "Sales dept".order_1 PARTITION OF "Sales dept"."Order"
    FOR VALUES FROM ('2026-01-01') TO ('2026-04-01');
CREATE TABLE "Sales dept".order_2 PARTITION OF "Sales dept"."Order"
    FOR VALUES FROM ('2026-04-01') TO ('2026-07-01') PARTITION BY HASH (id);
CREATE TABLE "Sales dept".order_2a PARTITION OF "Sales dept".order_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE "Sales dept".order_2b PARTITION OF "Sales dept".order_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE "Sales dept".order_rest PARTITION OF "Sales dept"."Order" DEFAULT;
INSERT INTO "Sales dept"."Order" SELECT g, 1 + g * 79 % 20000, date '2026-01-01' + g % 270, g % 997,
    CASE WHEN g % 100 = 0 THEN 'o' ELSE 'n' END FROM generate_series(1, 40000) AS g;
CREATE INDEX order_customer ON "Sales dept"."Order" (customer_id);
CREATE TABLE item (order_id int, at date, line int, product int, amount int, PRIMARY KEY (order_id, at, line),
    FOREIGN KEY (order_id, at) REFERENCES "Sales dept"."Order" (id, at) ON DELETE CASCADE);
INSERT INTO item SELECT id, at, l, (id * 7 + l) % 1000, l FROM "Sales dept"."Order", generate_series(1, 2) AS l;
CREATE TABLE vehicle (id int PRIMARY KEY, wheels int, weight numeric);
CREATE TABLE truck (axles int) INHERITS (vehicle);
INSERT INTO vehicle SELECT g, g % 5, g % 70 FROM generate_series(1, 3000) AS g;
INSERT INTO truck SELECT g, 4 + g % 4, g % 900, g % 6 FROM generate_series(1, 9000) AS g;
CREATE INDEX truck_weight ON truck (weight);
CREATE TABLE booking (id serial PRIMARY KEY, room int, during tstzrange, nights int4range, place point, net inet,
    EXCLUDE USING gist (room WITH =, during WITH &&));
INSERT INTO booking (room, during, nights, place, net)
    SELECT g % 50, tstzrange('2026-01-01'::timestamptz + g / 50 * interval '1 day', '2026-01-01'::timestamptz + g / 50 * interval '1 day' + interval '20 hours'),
        int4range(g, g + g % 20), point(g % 97, g % 89), ('10.' || g % 250 || '.0.1')::inet
    FROM generate_series(1, 8000) AS g;
CREATE INDEX booking_nights ON booking USING gist (nights);
CREATE INDEX booking_place ON booking USING spgist (place);
CREATE INDEX booking_net ON booking USING spgist (net);
-- since 14
ALTER TABLE booking ADD COLUMN closed tstzmultirange;
UPDATE booking SET closed = tstzmultirange(during) WHERE id % 3 = 0;
CREATE TABLE packed (id int PRIMARY KEY, doc text COMPRESSION pglz);
INSERT INTO packed SELECT g, repeat(md5(g::text), 100) FROM generate_series(1, 300) AS g;
-- since 15
CREATE TABLE account (id int PRIMARY KEY, login text UNIQUE NULLS NOT DISTINCT);
INSERT INTO account SELECT g, 'a' || g FROM generate_series(1, 2000) AS g;
CREATE VIEW mine WITH (security_invoker) AS SELECT * FROM customer;
-- since 16
CREATE TABLE note (id int PRIMARY KEY, doc text STORAGE EXTERNAL);
INSERT INTO note SELECT g, repeat('x', 3000) FROM generate_series(1, 200) AS g;
-- since 17
CREATE TABLE ticket (id bigint GENERATED BY DEFAULT AS IDENTITY, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE ticket_1 PARTITION OF ticket FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO ticket (at) SELECT date '2026-01-01' + g % 300 FROM generate_series(1, 2000) AS g;
CREATE COLLATION by_code (PROVIDER = builtin, LOCALE = 'C.UTF-8');
-- since 18
CREATE TABLE virtual (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL);
INSERT INTO virtual SELECT g, g % 60 FROM generate_series(1, 4000) AS g;
-- all
CREATE UNLOGGED TABLE scratch (id int, v text);
INSERT INTO scratch SELECT g, 'v' || g % 9 FROM generate_series(1, 500) AS g;
CREATE VIEW open_orders AS SELECT o.id, o.at, c.email FROM "Sales dept"."Order" o JOIN customer c ON c.id = o.customer_id WHERE o.state = 'o';
CREATE MATERIALIZED VIEW by_city AS SELECT city, count(*) AS n, sum(price) AS total FROM customer GROUP BY city;
CREATE UNIQUE INDEX by_city_city ON by_city (city);
CREATE SEQUENCE numbers;
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA "Sales dept" TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public, "Sales dept" TO reader;
