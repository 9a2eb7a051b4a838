-- Blocks are run one by one; "next" begins another, since VACUUM must stand alone.
-- Theatres and their tickets, for causes that an outside author had named and no rule.
CREATE TABLE venue (id int PRIMARY KEY, name text, city int);
INSERT INTO venue SELECT g, 'Venue ' || g, g % 10 FROM generate_series(1, 60) g;
CREATE TABLE guest (id int PRIMARY KEY, name text, tier int, code varchar(12), token uuid, spent numeric(10, 2));
INSERT INTO guest SELECT g, 'Guest ' || g, g % 5, (g % 150)::text, md5(g::text)::uuid, g % 977 FROM generate_series(1, 120000) g;
CREATE TABLE ticket (
    id bigint PRIMARY KEY, order_no bigint, venue_id int, guest_id int, show_id int, sold timestamp, price int, state text
) WITH (autovacuum_enabled = off);
INSERT INTO ticket SELECT g, 10000000 + g, CASE WHEN g % 10 < 9 THEN 1 ELSE 2 + g % 59 END, 1 + (g::bigint * 7919) % 120000, 1 + g % 3000,
    timestamp '2025-01-01' + g * interval '40 seconds', (g * 31) % 9000, CASE WHEN g % 50 = 0 THEN 'void' ELSE 'sold' END
FROM generate_series(1, 600000) g;
CREATE UNIQUE INDEX ticket_order_no ON ticket (order_no);
CREATE INDEX ticket_venue ON ticket (venue_id);
CREATE INDEX ticket_guest ON ticket (guest_id, sold);
CREATE INDEX ticket_show ON ticket (show_id);
CREATE TABLE entry (id bigint PRIMARY KEY, ticket_id bigint, gate int) WITH (autovacuum_enabled = off);
INSERT INTO entry SELECT g, g, g % 12 FROM generate_series(1, 600000) g;
CREATE INDEX entry_ticket ON entry (ticket_id);
CREATE TABLE refused (guest_id int);
INSERT INTO refused SELECT g * 2 FROM generate_series(1, 30000) g;
CREATE TABLE script (id int PRIMARY KEY, show_id int, doc jsonb, brief jsonb) WITH (autovacuum_enabled = off);
INSERT INTO script SELECT g, g % 3000, jsonb_build_object('kind', 'k' || g % 400,
    'lines', (SELECT jsonb_agg(md5((g * k)::text)) FROM generate_series(1, 200) k)), jsonb_build_object('kind', 'k' || g % 400)
FROM generate_series(1, 4000) g;
CREATE TABLE visit (guest_id int, at timestamp, seat int) WITH (autovacuum_enabled = off);
INSERT INTO visit SELECT (g::bigint * 7919) % 150000, timestamp '2025-01-01' + g * interval '40 seconds', g % 700 FROM generate_series(1, 400000) g;
CREATE FUNCTION cut() RETURNS timestamp LANGUAGE sql VOLATILE AS $$ SELECT timestamp '2025-09-30' FROM generate_series(1, 1) $$;
CREATE FUNCTION cut_stable() RETURNS timestamp LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN '2025-09-30'; END $$;
CREATE FUNCTION wanted() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN 10004711; END $$;
-- next
VACUUM ANALYZE
