SELECT setseed(0.42);
CREATE TABLE reader (id int PRIMARY KEY, name text, born date, branch int, tier text, phone varchar(30), active boolean, uid uuid);
INSERT INTO reader SELECT g, md5(g::text), date '1940-01-01' + (g*37)%25000, g%30, CASE WHEN g%1000=0 THEN 'gold' ELSE 'plain' END, '+49'||g, g%500<>0, md5('u'||g)::uuid FROM generate_series(1,50000) g;
CREATE INDEX reader_born ON reader(born);
CREATE INDEX reader_phone ON reader(phone);
CREATE TABLE author (id int PRIMARY KEY, name text, nation text);
INSERT INTO author SELECT g, 'author '||g, 'n'||g%25 FROM generate_series(1,3000) g;
CREATE TABLE book (id int PRIMARY KEY, isbn text, title text, author_id int, year smallint, price numeric(8,2), tags text[], meta jsonb, words tsvector, during int4range);
INSERT INTO book SELECT g, lpad(g::text,13,'9'), 'Title '||md5(g::text)||' of things', 1+(g*613)%3000, 1900+g%120, (g%500)/10.0,
 ARRAY['t'||g%800,'s'||g%7], jsonb_build_object('shelf', g%2500, 'lang', 'l'||g%9), to_tsvector('simple', 'word'||g%4000||' other'||g%11), int4range(g, g+5)
FROM generate_series(1,80000) g;
CREATE INDEX book_isbn ON book(isbn);
CREATE INDEX book_author ON book(author_id);
CREATE INDEX book_title ON book(title);
CREATE TABLE loan (id bigint PRIMARY KEY, reader_id int, book_id int, out_on timestamptz, back_on timestamptz, fine numeric(8,2), state char(1), desk smallint, city text, zip text, ref text) WITH (autovacuum_enabled=off);
INSERT INTO loan SELECT g, CASE WHEN g%3=0 THEN 1 ELSE 1+((g::bigint*7727)%50000)::int END, 1+((g::bigint*104729)%80000)::int, timestamptz '2023-01-01 00:00+00'+g*interval '2 minutes',
 CASE WHEN g%3000<>0 THEN timestamptz '2023-02-01 00:00+00'+g*interval '2 minutes' END, (g*17)%900/10.0, CASE WHEN g%50000=0 THEN 'x' WHEN g%8=0 THEN 'o' ELSE 'c' END, g%60, 'city'||(g%300), 'zip'||(g%300), 'R'||g
FROM generate_series(1,300000) g;
CREATE INDEX loan_reader ON loan(reader_id);
CREATE INDEX loan_out ON loan(out_on);
CREATE INDEX loan_state ON loan(state);
CREATE INDEX loan_ref ON loan(ref);
CREATE INDEX loan_zip ON loan(zip);
CREATE TABLE desk (no smallint PRIMARY KEY, label text, floor int);
INSERT INTO desk SELECT g, 'desk'||g, g%4 FROM generate_series(0,59) g;
CREATE TABLE fee (loan_id bigint, kind int, amount numeric(8,2), at date);
INSERT INTO fee SELECT 1+(g*31)%300000, g%12, g%70, date '2023-01-01'+g%700 FROM generate_series(1,500000) g;
CREATE INDEX fee_loan ON fee(loan_id);
-- skew: one account owns 60% of entries
CREATE TABLE account (id int PRIMARY KEY, login text UNIQUE);
INSERT INTO account SELECT g, 'login'||g FROM generate_series(1,5000) g;
CREATE TABLE entry (id int PRIMARY KEY, account_id int, loan_id bigint, pad text);
INSERT INTO entry SELECT g, CASE WHEN g%10<6 THEN 42 ELSE 1+g%5000 END, 1+(g*71)%300000, repeat('e',30) FROM generate_series(1,120000) g;
CREATE INDEX entry_account ON entry(account_id);
-- sub-tables with stale statistics
CREATE TABLE inbox (id int PRIMARY KEY, box int, loan_id bigint, seen boolean) WITH (autovacuum_enabled=off);
INSERT INTO inbox SELECT g, g%50, g, true FROM generate_series(1,2000) g;
CREATE INDEX inbox_box ON inbox(box);
ANALYZE inbox;
INSERT INTO inbox SELECT g, 900, 1+(g*13)%300000, false FROM generate_series(2001,70000) g;
-- churned
CREATE TABLE gauge (id int PRIMARY KEY, sensor int, v int, pad text) WITH (autovacuum_enabled=off, fillfactor=100);
INSERT INTO gauge SELECT g, g%2000, g, repeat('p',20) FROM generate_series(1,150000) g;
CREATE INDEX gauge_sensor ON gauge(sensor, v);
-- next
VACUUM ANALYZE gauge;
-- next
DELETE FROM gauge WHERE id % 3 = 0;
UPDATE gauge SET pad = repeat('q',20) WHERE id % 3 = 1;
-- next
CREATE TABLE mq (id int PRIMARY KEY, done boolean, payload text) WITH (autovacuum_enabled=off);
INSERT INTO mq SELECT g, true, repeat('m',300) FROM generate_series(1,120000) g;
DELETE FROM mq WHERE id%3000<>0;
-- next
VACUUM mq;
-- next
ANALYZE mq;
CREATE TABLE measure (region text, at date, value int, station int) PARTITION BY LIST (region);
DO $$ BEGIN FOR m IN 0..9 LOOP EXECUTE format('CREATE TABLE measure_r%s PARTITION OF measure FOR VALUES IN (%L)', m, 'r'||m); END LOOP; END $$;
INSERT INTO measure SELECT 'r'||g%10, date '2023-01-01'+g%365, g, g%4000 FROM generate_series(1,300000) g;
CREATE TABLE hashed (k int, v int, w text) PARTITION BY HASH (k);
DO $$ BEGIN FOR m IN 0..7 LOOP EXECUTE format('CREATE TABLE hashed_%s PARTITION OF hashed FOR VALUES WITH (MODULUS 8, REMAINDER %s)', m, m); END LOOP; END $$;
INSERT INTO hashed SELECT g%20000, g, 'w'||g FROM generate_series(1,200000) g;
CREATE TABLE node (id int PRIMARY KEY, parent int, label text);
INSERT INTO node SELECT g, CASE WHEN g>1 THEN g/3 END, 'n'||g FROM generate_series(1,60000) g;
CREATE TABLE holder (id int PRIMARY KEY, x text);
INSERT INTO holder SELECT g, 'h'||g FROM generate_series(1,2000) g;
CREATE TABLE held (id int, holder_id int REFERENCES holder ON DELETE CASCADE, pad text);
INSERT INTO held SELECT g, 1+g%1500, repeat('x',30) FROM generate_series(1,90000) g;
CREATE TABLE wide (id int PRIMARY KEY, grp int, doc text);
INSERT INTO wide SELECT g, (g*7919)%60000, (SELECT string_agg(md5((g*i)::text),'') FROM generate_series(1,6) i) FROM generate_series(1,60000) g;
CREATE INDEX wide_grp ON wide(grp);
CREATE FUNCTION scrub(t text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text := t; BEGIN FOR i IN 1..8 LOOP r := replace(r, i::text, 'x'); END LOOP; RETURN r; END $$;
CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM count(*) FROM desk; RETURN new; END $$;
CREATE TABLE audited (id int PRIMARY KEY, v int);
INSERT INTO audited SELECT g, g FROM generate_series(1,20000) g;
CREATE TRIGGER audited_note AFTER UPDATE ON audited FOR EACH ROW EXECUTE FUNCTION note_it();
CREATE VIEW loans_by_reader AS SELECT reader_id, count(*) AS n, sum(fine) AS fines FROM loan GROUP BY reader_id;
-- next
ANALYZE reader; ANALYZE author; ANALYZE book; ANALYZE loan; ANALYZE desk; ANALYZE fee; ANALYZE account; ANALYZE entry; ANALYZE measure; ANALYZE hashed; ANALYZE node; ANALYZE holder; ANALYZE held; ANALYZE wide; ANALYZE audited;
-- next
VACUUM reader;
-- next
VACUUM loan;
-- next
VACUUM book;
-- next
VACUUM fee;
