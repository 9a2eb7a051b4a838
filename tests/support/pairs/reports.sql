-- Reports over orders: latest rows, gaps, shares, hierarchies, periods, sets with duplicates.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE cust (id int PRIMARY KEY, email text UNIQUE NULLS NOT DISTINCT, nick text UNIQUE, region text, parent_id int REFERENCES cust, since date NOT NULL, credit numeric(10,2), active boolean);
CREATE TABLE prod (sku char(6) PRIMARY KEY, name text NOT NULL, price numeric(8,2) NOT NULL CHECK (price >= 0), weight real);
CREATE TABLE ord (id bigint PRIMARY KEY, cust_id int REFERENCES cust, placed timestamp NOT NULL, shipped timestamp, state text NOT NULL CHECK (state IN ('new', 'paid', 'sent', 'void')), total numeric(12,2), CHECK (shipped >= placed));
CREATE UNIQUE INDEX one_new ON ord (cust_id) WHERE state = 'new';
CREATE TABLE line (ord_id bigint NOT NULL REFERENCES ord, pos smallint NOT NULL, sku char(6) REFERENCES prod, qty int NOT NULL CHECK (qty > 0), disc numeric(3,2), PRIMARY KEY (ord_id, pos));
CREATE TABLE rate (sku char(6) NOT NULL, valid_from date NOT NULL, price numeric(8,2), UNIQUE (sku, valid_from));
CREATE TABLE stay (id int PRIMARY KEY, room int NOT NULL, a date NOT NULL, b date NOT NULL);

-- = partial key
SELECT c.id, o.id AS oid FROM cust c LEFT JOIN ord o ON o.cust_id = c.id AND o.state = 'new';
SELECT c.id, (SELECT o.id FROM ord o WHERE o.cust_id = c.id AND o.state = 'new') AS oid FROM cust c;
-- ! partial key
SELECT c.id, o.id AS oid FROM cust c LEFT JOIN ord o ON o.cust_id = c.id AND o.state IN ('new', 'paid');
SELECT c.id, (SELECT max(o.id) FROM ord o WHERE o.cust_id = c.id AND o.state IN ('new', 'paid')) AS oid FROM cust c;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO ord (id, cust_id, placed, state) VALUES (1, 1, '2024-01-01', 'new'), (2, 1, '2024-01-01', 'paid');
-- ! partial key
SELECT cust_id, id FROM ord WHERE state = 'new';
SELECT cust_id, max(id) AS id FROM ord WHERE state = 'new' GROUP BY cust_id;
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'), (2, '2024-01-01', 'new');
-- = partial key
SELECT cust_id, id FROM ord WHERE state = 'new' AND cust_id IS NOT NULL;
SELECT cust_id, max(id) AS id FROM ord WHERE state = 'new' AND cust_id IS NOT NULL GROUP BY cust_id;
-- = nulls not distinct
SELECT email FROM cust WHERE since > '2024-01-01';
SELECT DISTINCT email FROM cust WHERE since > '2024-01-01';
-- ! nulls not distinct
SELECT nick FROM cust WHERE since > '2024-01-01';
SELECT DISTINCT nick FROM cust WHERE since > '2024-01-01';
INSERT INTO cust (id, email, since) VALUES (1, 'a', '2024-02-01'), (2, 'b', '2024-02-01');
-- = nulls not distinct
SELECT a.id FROM cust a JOIN cust b ON b.email IS NOT DISTINCT FROM a.email;
SELECT id FROM cust;
-- ! nulls not distinct
SELECT a.id FROM cust a JOIN cust b ON b.nick IS NOT DISTINCT FROM a.nick;
SELECT id FROM cust;
INSERT INTO cust (id, email, since) VALUES (1, 'a', '2024-02-01'), (2, 'b', '2024-02-01');
-- ! nulls not distinct
SELECT a.id FROM cust a JOIN cust b ON b.email = a.email;
SELECT id FROM cust;
INSERT INTO cust (id, since) VALUES (1, '2024-02-01');
-- = checks
SELECT id FROM ord WHERE shipped < placed + interval '1 day';
SELECT id FROM ord WHERE shipped < placed + interval '1 day' AND shipped >= placed;
-- = checks
SELECT id FROM ord WHERE state NOT IN ('void');
SELECT id FROM ord WHERE state IN ('new', 'paid', 'sent');
-- ! checks
SELECT sku FROM prod WHERE price * 0 = 0;
SELECT sku FROM prod;
INSERT INTO prod VALUES ('a', 'x', 'NaN', 1);
-- ! checks
SELECT id FROM ord WHERE NOT (shipped > placed);
SELECT id FROM ord WHERE shipped = placed OR shipped IS NULL;
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new');
-- ! checks
SELECT ord_id, pos FROM line WHERE qty * (1 - coalesce(disc, 0)) > 0;
SELECT ord_id, pos FROM line;
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'); INSERT INTO line VALUES (1, 1, NULL, 1, 1.00);
-- ! latest
SELECT o.cust_id, o.id FROM ord o WHERE o.placed = (SELECT max(x.placed) FROM ord x WHERE x.cust_id = o.cust_id);
SELECT DISTINCT ON (cust_id) cust_id, id FROM ord WHERE cust_id IS NOT NULL ORDER BY cust_id, placed DESC, id DESC;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO ord (id, cust_id, placed, state) VALUES (1, 1, '2024-01-01', 'sent'), (2, 1, '2024-01-01', 'sent');
-- = latest
SELECT DISTINCT ON (cust_id) cust_id, id FROM ord WHERE cust_id IS NOT NULL ORDER BY cust_id, placed DESC, id DESC;
SELECT c.id AS cust_id, o.id FROM cust c CROSS JOIN LATERAL (SELECT id FROM ord WHERE cust_id = c.id ORDER BY placed DESC, id DESC LIMIT 1) o ORDER BY 1;
-- ! latest
SELECT DISTINCT ON (cust_id) cust_id, id FROM ord WHERE cust_id IS NOT NULL ORDER BY cust_id, shipped DESC, id DESC;
SELECT c.id AS cust_id, o.id FROM cust c CROSS JOIN LATERAL (SELECT id FROM ord WHERE cust_id = c.id ORDER BY shipped DESC NULLS LAST, id DESC LIMIT 1) o ORDER BY 1;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO ord (id, cust_id, placed, shipped, state) VALUES (1, 1, '2024-01-01', '2024-01-02', 'sent'), (2, 1, '2024-01-01', NULL, 'paid');
-- ! latest
SELECT l.ord_id, l.pos, r.price FROM line l LEFT JOIN LATERAL (SELECT price FROM rate WHERE rate.sku = l.sku AND valid_from <= '2024-06-30' ORDER BY valid_from DESC LIMIT 1) r ON true;
SELECT l.ord_id, l.pos, r.price FROM line l LEFT JOIN LATERAL (SELECT price FROM rate WHERE rate.sku = l.sku AND valid_from <= '2024-06-30' AND price IS NOT NULL ORDER BY valid_from DESC LIMIT 1) r ON true;
INSERT INTO prod VALUES ('a', 'x', 1, 1); INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'); INSERT INTO line VALUES (1, 1, 'a', 1, NULL); INSERT INTO rate VALUES ('a', '2024-01-01', 5), ('a', '2024-02-01', NULL);
-- = latest
SELECT l.ord_id, l.pos, (SELECT price FROM rate WHERE rate.sku = l.sku AND valid_from <= '2024-06-30' ORDER BY valid_from DESC LIMIT 1) AS price FROM line l;
SELECT l.ord_id, l.pos, r.price FROM line l LEFT JOIN rate r ON r.sku = l.sku AND r.valid_from = (SELECT max(valid_from) FROM rate x WHERE x.sku = l.sku AND x.valid_from <= '2024-06-30');
-- ! latest
SELECT l.ord_id, l.pos, (SELECT price FROM rate WHERE rate.sku = l.sku AND valid_from <= '2024-06-30' ORDER BY valid_from DESC LIMIT 1) AS price FROM line l;
SELECT l.ord_id, l.pos, r.price FROM line l LEFT JOIN rate r ON r.sku = l.sku AND r.valid_from <= '2024-06-30' AND r.valid_from = (SELECT max(valid_from) FROM rate x WHERE x.sku = l.sku);
INSERT INTO prod VALUES ('a', 'x', 1, 1); INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'); INSERT INTO line VALUES (1, 1, 'a', 1, NULL); INSERT INTO rate VALUES ('a', '2024-01-01', 5), ('a', '2024-07-01', 6);
-- = latest
SELECT sku, (array_agg(price ORDER BY valid_from DESC))[1] AS price FROM rate GROUP BY sku;
SELECT sku, price::numeric AS price FROM (SELECT sku, price, row_number() OVER (PARTITION BY sku ORDER BY valid_from DESC) AS r FROM rate) x WHERE r = 1;
-- ! latest
SELECT sku, (array_agg(price ORDER BY valid_from DESC) FILTER (WHERE price IS NOT NULL))[1] AS price FROM rate GROUP BY sku;
SELECT sku, price::numeric AS price FROM (SELECT sku, price, row_number() OVER (PARTITION BY sku ORDER BY valid_from DESC) AS r FROM rate WHERE price IS NOT NULL) x WHERE r = 1;
INSERT INTO rate VALUES ('a', '2024-01-01', NULL);
-- ! top
SELECT c.id, o.total FROM cust c CROSS JOIN LATERAL (SELECT total FROM ord WHERE cust_id = c.id ORDER BY total DESC LIMIT 2) o;
SELECT c.id, o.total FROM cust c JOIN (SELECT cust_id, total, dense_rank() OVER (PARTITION BY cust_id ORDER BY total DESC) AS r FROM ord) o ON o.cust_id = c.id AND r <= 2;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO ord (id, cust_id, placed, state, total) VALUES (1, 1, '2024-01-01', 'sent', 5), (2, 1, '2024-01-01', 'sent', 5), (3, 1, '2024-01-01', 'sent', 4);
-- = top
SELECT c.id, o.total FROM cust c CROSS JOIN LATERAL (SELECT total FROM ord WHERE cust_id = c.id ORDER BY total DESC LIMIT 2) o;
SELECT o.cust_id AS id, o.total FROM (SELECT cust_id, total, row_number() OVER (PARTITION BY cust_id ORDER BY total DESC) AS r FROM ord) o WHERE r <= 2 AND cust_id IS NOT NULL;
-- ! top
SELECT c.id, o.total FROM cust c CROSS JOIN LATERAL (SELECT total FROM ord WHERE cust_id = c.id ORDER BY total DESC FETCH FIRST 2 ROWS WITH TIES) o;
SELECT o.cust_id AS id, o.total FROM (SELECT cust_id, total, dense_rank() OVER (PARTITION BY cust_id ORDER BY total DESC) AS r FROM ord) o WHERE r <= 2 AND cust_id IS NOT NULL;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO ord (id, cust_id, placed, state, total) VALUES (1, 1, '2024-01-01', 'sent', 5), (2, 1, '2024-01-01', 'sent', 5), (3, 1, '2024-01-01', 'sent', 4);
-- = top
SELECT c.id, o.total FROM cust c CROSS JOIN LATERAL (SELECT total FROM ord WHERE cust_id = c.id ORDER BY total DESC FETCH FIRST 2 ROWS WITH TIES) o;
SELECT o.cust_id AS id, o.total FROM (SELECT cust_id, total, rank() OVER (PARTITION BY cust_id ORDER BY total DESC) AS r FROM ord) o WHERE r <= 2 AND cust_id IS NOT NULL;
-- ! top
SELECT region, id FROM (SELECT region, id, rank() OVER (PARTITION BY region ORDER BY credit DESC) AS r FROM cust WHERE active) x WHERE r <= 3;
SELECT region, id FROM (SELECT region, id, active, rank() OVER (PARTITION BY region ORDER BY credit DESC) AS r FROM cust) x WHERE r <= 3 AND active;
INSERT INTO cust (id, email, since, credit, active) VALUES (1, 'a', '2024-01-01', 9, false), (2, 'b', '2024-01-01', 9, false), (3, 'c', '2024-01-01', 9, false), (4, 'd', '2024-01-01', 1, true);
-- ! division
SELECT c.id FROM cust c WHERE NOT EXISTS (SELECT 1 FROM prod p WHERE NOT EXISTS (SELECT 1 FROM ord o JOIN line l ON l.ord_id = o.id WHERE o.cust_id = c.id AND l.sku = p.sku));
SELECT o.cust_id AS id FROM ord o JOIN line l ON l.ord_id = o.id WHERE o.cust_id IS NOT NULL GROUP BY o.cust_id HAVING count(DISTINCT l.sku) = (SELECT count(*) FROM prod);
INSERT INTO cust (id, since) VALUES (1, '2024-01-01');
-- ! division
SELECT c.id FROM cust c WHERE (SELECT count(DISTINCT l.sku) FROM ord o JOIN line l ON l.ord_id = o.id WHERE o.cust_id = c.id) = (SELECT count(*) FROM prod);
SELECT c.id FROM cust c WHERE (SELECT count(l.sku) FROM ord o JOIN line l ON l.ord_id = o.id WHERE o.cust_id = c.id) = (SELECT count(*) FROM prod);
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO prod VALUES ('a', 'x', 1, 1); INSERT INTO ord (id, cust_id, placed, state) VALUES (1, 1, '2024-01-01', 'sent'); INSERT INTO line VALUES (1, 1, 'a', 1, NULL), (1, 2, 'a', 1, NULL);
-- = division
SELECT c.id FROM cust c WHERE NOT EXISTS (SELECT 1 FROM prod p WHERE NOT EXISTS (SELECT 1 FROM ord o JOIN line l ON l.ord_id = o.id WHERE o.cust_id = c.id AND l.sku = p.sku));
SELECT c.id FROM cust c WHERE (SELECT count(DISTINCT l.sku) FROM ord o JOIN line l ON l.ord_id = o.id WHERE o.cust_id = c.id) = (SELECT count(*) FROM prod);
-- ! gaps
SELECT min(id) AS a, max(id) AS b FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS grp FROM cust) x GROUP BY grp;
SELECT min(id) AS a, max(id) AS b FROM (SELECT id, id - rank() OVER (ORDER BY since) AS grp FROM cust) x GROUP BY grp;
INSERT INTO cust (id, email, since) VALUES (1, 'a', '2024-01-02'), (2, 'b', '2024-01-01');
-- ! gaps
SELECT since, count(*) OVER (ORDER BY since) AS n FROM cust;
SELECT since, row_number() OVER (ORDER BY since) AS n FROM cust;
INSERT INTO cust (id, email, since) VALUES (1, 'a', '2024-01-01'), (2, 'b', '2024-01-01');
-- = gaps
SELECT id + 1 AS free FROM cust c WHERE NOT EXISTS (SELECT 1 FROM cust d WHERE d.id = c.id + 1) AND id < 1000;
SELECT id + 1 AS free FROM (SELECT id, lead(id) OVER (ORDER BY id) AS nx FROM cust) x WHERE (nx > id + 1 OR nx IS NULL) AND id < 1000;
-- ! gaps
SELECT id + 1 AS free FROM cust c WHERE NOT EXISTS (SELECT 1 FROM cust d WHERE d.id = c.id + 1) AND id < 1000;
SELECT id + 1 AS free FROM (SELECT id, lead(id) OVER (ORDER BY id) AS nx FROM cust WHERE id < 1000) x WHERE nx > id + 1;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01');
-- ! gaps
SELECT id FROM (SELECT id, placed - lag(placed) OVER (PARTITION BY cust_id ORDER BY placed) AS gap FROM ord) x WHERE gap > '30 days';
SELECT o.id FROM ord o WHERE NOT EXISTS (SELECT 1 FROM ord p WHERE p.cust_id = o.cust_id AND p.placed < o.placed AND p.placed >= o.placed - interval '30 days') AND EXISTS (SELECT 1 FROM ord p WHERE p.cust_id = o.cust_id AND p.placed < o.placed);
INSERT INTO ord (id, cust_id, placed, state) VALUES (1, NULL, '2024-01-01', 'sent'), (2, NULL, '2024-05-01', 'sent');
-- ! middle
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY credit) AS m FROM cust;
SELECT credit::float8 AS m FROM (SELECT credit, row_number() OVER (ORDER BY credit) AS r, count(*) OVER () AS n FROM cust WHERE credit IS NOT NULL) x WHERE r = (n + 1) / 2;
INSERT INTO cust (id, email, since, credit) VALUES (1, 'a', '2024-01-01', 1), (2, 'b', '2024-01-01', 2);
-- = middle
SELECT region, percentile_disc(0.5) WITHIN GROUP (ORDER BY since) AS m FROM cust GROUP BY region;
SELECT region, since AS m FROM (SELECT region, since, row_number() OVER w AS r, count(*) OVER (PARTITION BY region) AS n FROM cust WINDOW w AS (PARTITION BY region ORDER BY since)) x WHERE r = (n + 1) / 2;
-- ! middle
SELECT region, percentile_disc(0.5) WITHIN GROUP (ORDER BY since) AS m FROM cust GROUP BY region;
SELECT region, since AS m FROM (SELECT region, since, row_number() OVER w AS r, count(*) OVER (PARTITION BY region) AS n FROM cust WINDOW w AS (PARTITION BY region ORDER BY since)) x WHERE r = n / 2 + 1;
INSERT INTO cust (id, email, since) VALUES (1, 'a', '2024-01-01'), (2, 'b', '2024-01-02');
-- ! shares
SELECT region, count(*) * 100 / sum(count(*)) OVER () AS pct FROM cust GROUP BY region;
SELECT region, round(count(*) * 100 / sum(count(*)) OVER (), 0) AS pct FROM cust GROUP BY region;
INSERT INTO cust (id, email, since, region) VALUES (1, 'a', '2024-01-01', 'x'), (2, 'b', '2024-01-01', 'y'), (3, 'c', '2024-01-01', 'y');
-- ! shares
SELECT id, credit / nullif(sum(credit) OVER (PARTITION BY region), 0) AS share FROM cust;
SELECT c.id, c.credit / nullif(t.s, 0) AS share FROM cust c JOIN (SELECT region, sum(credit) AS s FROM cust GROUP BY region) t ON t.region = c.region;
INSERT INTO cust (id, since, credit) VALUES (1, '2024-01-01', 5);
-- = shares
SELECT id, credit / nullif(sum(credit) OVER (PARTITION BY region), 0) AS share FROM cust;
SELECT c.id, c.credit / nullif(t.s, 0) AS share FROM cust c JOIN (SELECT region, sum(credit) AS s FROM cust GROUP BY region) t ON t.region IS NOT DISTINCT FROM c.region;
-- ! shares
SELECT ord_id FROM line GROUP BY ord_id HAVING sum(qty * (1 - coalesce(disc, 0))) > 10;
SELECT ord_id FROM line GROUP BY ord_id HAVING sum(qty) * (1 - coalesce(avg(disc), 0)) > 10;
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'); INSERT INTO line VALUES (1, 1, NULL, 11, NULL), (1, 2, NULL, 1, 1.00);
-- ! fan-out
SELECT o.id, o.total, sum(l.qty) AS q FROM ord o LEFT JOIN line l ON l.ord_id = o.id GROUP BY o.id;
SELECT o.id, o.total, (SELECT coalesce(sum(l.qty), 0) FROM line l WHERE l.ord_id = o.id) AS q FROM ord o;
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new');
-- ! fan-out
SELECT o.cust_id, sum(o.total) AS t FROM ord o WHERE EXISTS (SELECT 1 FROM line l WHERE l.ord_id = o.id AND l.qty > 2) GROUP BY o.cust_id;
SELECT o.cust_id, sum(DISTINCT o.total) AS t FROM ord o JOIN line l ON l.ord_id = o.id WHERE l.qty > 2 GROUP BY o.cust_id;
INSERT INTO ord (id, placed, state, total) VALUES (1, '2024-01-01', 'sent', 5), (2, '2024-01-01', 'sent', 5); INSERT INTO line VALUES (1, 1, NULL, 3, NULL), (2, 1, NULL, 3, NULL);
-- = fan-out
SELECT o.cust_id, sum(o.total) AS t FROM ord o WHERE EXISTS (SELECT 1 FROM line l WHERE l.ord_id = o.id AND l.qty > 2) GROUP BY o.cust_id;
SELECT o.cust_id, sum(o.total) AS t FROM ord o JOIN (SELECT DISTINCT ord_id FROM line WHERE qty > 2) l ON l.ord_id = o.id GROUP BY o.cust_id;
-- ! fan-out
SELECT p.sku, count(l.ord_id) AS n FROM prod p LEFT JOIN line l ON l.sku = p.sku GROUP BY p.sku;
SELECT p.sku, count(DISTINCT l.ord_id) AS n FROM prod p LEFT JOIN line l ON l.sku = p.sku GROUP BY p.sku;
INSERT INTO prod VALUES ('a', 'x', 1, 1); INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'); INSERT INTO line VALUES (1, 1, 'a', 1, NULL), (1, 2, 'a', 1, NULL);
-- = trees
WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS d FROM cust WHERE id = 7 UNION ALL SELECT c.id, c.parent_id, d + 1 FROM cust c JOIN up ON c.id = up.parent_id WHERE d < 3) SELECT id, d FROM up;
WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS d FROM cust WHERE id = 7 UNION ALL SELECT c.id, c.parent_id, d + 1 FROM up JOIN cust c ON up.parent_id = c.id AND d <= 2) SELECT id, d FROM up;
-- ! trees
WITH RECURSIVE up AS (SELECT id, parent_id, 0 AS d FROM cust WHERE id = 7 UNION ALL SELECT c.id, c.parent_id, d + 1 FROM cust c JOIN up ON c.id = up.parent_id WHERE d < 3) SELECT id, d FROM up;
SELECT a.id, 0 AS d FROM cust a WHERE a.id = 7 UNION ALL SELECT b.id, 1 FROM cust a JOIN cust b ON b.id = a.parent_id WHERE a.id = 7 UNION ALL SELECT c.id, 2 FROM cust a JOIN cust b ON b.id = a.parent_id JOIN cust c ON c.id = b.parent_id WHERE a.id = 7;
INSERT INTO cust (id, email, parent_id, since) VALUES (4, 'a', NULL, '2024-01-01'), (5, 'b', 4, '2024-01-01'), (6, 'c', 5, '2024-01-01'), (7, 'd', 6, '2024-01-01');
-- ! trees
WITH RECURSIVE down AS (SELECT id FROM cust WHERE parent_id IS NULL UNION SELECT c.id FROM cust c JOIN down ON c.parent_id = down.id) SELECT id FROM down;
SELECT id FROM cust;
INSERT INTO cust (id, parent_id, since) VALUES (1, 1, '2024-01-01');
-- ! trees
WITH RECURSIVE down AS (SELECT id, active FROM cust WHERE id = 1 AND active UNION SELECT c.id, c.active FROM cust c JOIN down ON c.parent_id = down.id WHERE c.active) SELECT id FROM down;
WITH RECURSIVE down AS (SELECT id, active FROM cust WHERE id = 1 UNION SELECT c.id, c.active FROM cust c JOIN down ON c.parent_id = down.id) SELECT id FROM down WHERE active;
INSERT INTO cust (id, email, parent_id, since, active) VALUES (1, 'a', NULL, '2024-01-01', true), (2, 'b', 1, '2024-01-01', false), (3, 'c', 2, '2024-01-01', true);
-- = trees
WITH RECURSIVE down AS (SELECT id, parent_id FROM cust WHERE id = 1 UNION SELECT c.id, c.parent_id FROM cust c JOIN down ON c.parent_id = down.id) SELECT id FROM down WHERE id > 1;
WITH RECURSIVE down AS (SELECT id FROM cust WHERE parent_id = 1 UNION SELECT c.id FROM cust c JOIN down ON c.parent_id = down.id) SELECT id FROM down WHERE id > 1;
-- ! trees
SELECT id, (SELECT count(*) FROM cust k WHERE k.parent_id = c.id) AS n FROM cust c;
WITH RECURSIVE t AS (SELECT id AS top, id FROM cust UNION SELECT t.top, c.id FROM t JOIN cust c ON c.parent_id = t.id) SELECT top AS id, count(*) - 1 AS n FROM t GROUP BY top;
INSERT INTO cust (id, email, parent_id, since) VALUES (4, 'a', NULL, '2024-01-01'), (5, 'b', 4, '2024-01-01'), (6, 'c', 5, '2024-01-01');
-- ! periods
SELECT x.id, y.id AS other FROM stay x JOIN stay y ON y.room = x.room AND x.id < y.id AND (x.a, x.b) OVERLAPS (y.a, y.b);
SELECT x.id, y.id AS other FROM stay x JOIN stay y ON y.room = x.room AND x.id < y.id AND x.a < y.b AND y.a < x.b;
INSERT INTO stay VALUES (1, 1, '2024-01-05', '2024-01-05'), (2, 1, '2024-01-05', '2024-01-09');
-- ! periods
SELECT x.id, y.id AS other FROM stay x JOIN stay y ON y.room = x.room AND x.id < y.id AND x.a <= x.b AND y.a <= y.b AND daterange(x.a, x.b) && daterange(y.a, y.b);
SELECT x.id, y.id AS other FROM stay x JOIN stay y ON y.room = x.room AND x.id < y.id AND x.a <= x.b AND y.a <= y.b AND x.a < y.b AND y.a < x.b;
INSERT INTO stay VALUES (1, 1, '2024-01-05', '2024-01-05'), (2, 1, '2024-01-01', '2024-01-09');
-- = periods
SELECT x.id, y.id AS other FROM stay x JOIN stay y ON y.room = x.room AND x.id < y.id AND x.a < x.b AND y.a < y.b AND daterange(x.a, x.b) && daterange(y.a, y.b);
SELECT x.id, y.id AS other FROM stay x JOIN stay y ON y.room = x.room AND x.id < y.id AND x.a < x.b AND y.a < y.b AND x.a < y.b AND y.a < x.b;
-- ! periods
SELECT s.id, count(*) AS n FROM stay s CROSS JOIN LATERAL generate_series(s.a, s.b, interval '1 day') AS d WHERE s.b - s.a < 400 GROUP BY s.id;
SELECT id, (b - a + 1)::bigint AS n FROM stay WHERE b - a < 400;
INSERT INTO stay VALUES (1, 1, '2024-01-05', '2024-01-02');
-- ! periods
SELECT room, range_agg(daterange(a, b)) AS m FROM stay WHERE a <= b GROUP BY room;
SELECT room, range_agg(daterange(a, b, '[]')) AS m FROM stay WHERE a <= b GROUP BY room;
INSERT INTO stay VALUES (1, 1, '2024-01-05', '2024-01-07');
-- ! periods
SELECT room FROM stay WHERE a < b GROUP BY room HAVING sum(b - a) > 30;
SELECT room FROM (SELECT room, max(b) - min(a) AS n FROM stay WHERE a < b GROUP BY room) x WHERE n > 30;
INSERT INTO stay VALUES (1, 1, '2024-01-01', '2024-01-20'), (2, 1, '2024-01-02', '2024-01-20');
-- ! sets
SELECT cust_id FROM ord WHERE state = 'paid' INTERSECT ALL SELECT cust_id FROM ord WHERE state = 'sent';
SELECT cust_id FROM ord o WHERE state = 'paid' AND EXISTS (SELECT 1 FROM ord p WHERE p.state = 'sent' AND p.cust_id IS NOT DISTINCT FROM o.cust_id);
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'paid'), (2, '2024-01-01', 'paid'), (3, '2024-01-01', 'sent');
-- = sets
SELECT cust_id FROM ord WHERE state = 'paid' INTERSECT ALL SELECT cust_id FROM ord WHERE state = 'sent';
SELECT cust_id FROM (SELECT cust_id, row_number() OVER (PARTITION BY cust_id) AS r FROM ord WHERE state = 'paid') x INTERSECT ALL SELECT cust_id FROM ord WHERE 'sent' = state;
-- ! sets
SELECT cust_id FROM ord WHERE state = 'paid' EXCEPT ALL SELECT cust_id FROM ord WHERE state = 'sent';
SELECT cust_id FROM ord WHERE state = 'paid' EXCEPT SELECT cust_id FROM ord WHERE state = 'sent';
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'paid'), (2, '2024-01-01', 'paid');
-- = sets
SELECT cust_id FROM ord WHERE state = 'paid' EXCEPT ALL SELECT cust_id FROM ord WHERE state = 'sent';
SELECT a.cust_id FROM (SELECT cust_id, row_number() OVER (PARTITION BY cust_id ORDER BY id) AS r FROM ord WHERE state = 'paid') a WHERE a.r > (SELECT count(*) FROM ord s WHERE s.state = 'sent' AND s.cust_id IS NOT DISTINCT FROM a.cust_id);
-- ! sets
SELECT region FROM cust EXCEPT SELECT region FROM cust WHERE active;
SELECT DISTINCT region FROM cust WHERE active IS NOT TRUE;
INSERT INTO cust (id, email, since, region, active) VALUES (1, 'a', '2024-01-01', 'x', true), (2, 'b', '2024-01-01', 'x', false);
-- = sets
SELECT region FROM cust EXCEPT SELECT region FROM cust WHERE active;
SELECT region FROM cust GROUP BY region HAVING NOT coalesce(bool_or(active), false);
-- ! sets
SELECT region FROM cust WHERE active UNION ALL SELECT region FROM cust WHERE NOT active;
SELECT region FROM cust;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01');
-- ! quantifiers
SELECT id FROM ord o WHERE total > ALL (SELECT total FROM ord p WHERE p.cust_id = o.cust_id AND p.id <> o.id);
SELECT id FROM ord o WHERE total > (SELECT max(total) FROM ord p WHERE p.cust_id = o.cust_id AND p.id <> o.id);
INSERT INTO ord (id, placed, state, total) VALUES (1, '2024-01-01', 'sent', 1);
-- ! quantifiers
SELECT id FROM ord o WHERE total >= ALL (SELECT total FROM ord p WHERE p.cust_id = o.cust_id);
SELECT id FROM ord o WHERE NOT EXISTS (SELECT 1 FROM ord p WHERE p.cust_id = o.cust_id AND p.total > o.total);
INSERT INTO ord (id, placed, state, total) VALUES (1, '2024-01-01', 'sent', 1), (2, '2024-01-01', 'sent', NULL); INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); UPDATE ord SET cust_id = 1;
-- = quantifiers
SELECT id FROM ord o WHERE total < ANY (SELECT total FROM ord p WHERE p.cust_id = o.cust_id);
SELECT id FROM ord o WHERE total < (SELECT max(total) FROM ord p WHERE p.cust_id = o.cust_id);
-- ! quantifiers
SELECT sku FROM prod WHERE sku <> ALL (SELECT sku FROM line WHERE qty > 5);
SELECT sku FROM prod p WHERE NOT EXISTS (SELECT 1 FROM line l WHERE l.sku = p.sku AND qty > 5);
INSERT INTO prod VALUES ('a', 'x', 1, 1); INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'new'); INSERT INTO line VALUES (1, 1, NULL, 6, NULL);
-- ! rows of values
SELECT id FROM ord WHERE (cust_id, state) NOT IN (SELECT cust_id, 'void' FROM ord WHERE state = 'void');
SELECT id FROM ord o WHERE NOT EXISTS (SELECT 1 FROM ord v WHERE v.state = 'void' AND v.cust_id = o.cust_id AND o.state = 'void');
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'void');
-- ! rows of values
SELECT id FROM cust WHERE (region, credit) < ('m', 10);
SELECT id FROM cust WHERE region < 'm' OR (region = 'm' AND credit < 10) OR credit IS NULL AND region = 'm';
INSERT INTO cust (id, region, since) VALUES (1, 'm', '2024-01-01');
-- = rows of values
SELECT id FROM cust WHERE (region, credit) < ('m', 10);
SELECT id FROM cust WHERE region <= 'm' AND (region < 'm' OR credit < 10);
-- ! rows of values
SELECT id FROM cust WHERE (region, nick) IS NULL;
SELECT id FROM cust WHERE NOT (region, nick) IS NOT NULL;
INSERT INTO cust (id, region, since) VALUES (1, 'm', '2024-01-01');
-- ! rows of values
SELECT a.id, b.id AS twin FROM cust a JOIN cust b ON (a.region, a.credit) = (b.region, b.credit) AND a.id < b.id;
SELECT a.id, b.id AS twin FROM cust a JOIN cust b ON (a.region, a.credit) IS NOT DISTINCT FROM (b.region, b.credit) AND a.id < b.id;
INSERT INTO cust (id, email, since) VALUES (1, 'a', '2024-01-01'), (2, 'b', '2024-01-01');
-- ! months
SELECT cust_id FROM ord WHERE placed >= '2024-01-01' AND placed < '2025-01-01' GROUP BY cust_id HAVING count(DISTINCT date_trunc('month', placed)) = 3;
SELECT cust_id FROM ord WHERE placed >= '2024-01-01' AND placed < '2025-01-01' GROUP BY cust_id HAVING count(*) = 3;
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'sent'), (2, '2024-01-02', 'sent'), (3, '2024-01-03', 'sent');
-- = months
SELECT date_trunc('month', placed) AS m, count(*) AS n FROM ord GROUP BY 1;
SELECT make_timestamp(y::int, mo::int, 1, 0, 0, 0) AS m, count(*) AS n FROM (SELECT extract(year FROM placed) AS y, extract(month FROM placed) AS mo FROM ord WHERE isfinite(placed)) x GROUP BY y, mo UNION ALL SELECT placed, count(*) FROM ord WHERE NOT isfinite(placed) GROUP BY placed;
-- ! months
SELECT to_char(placed, 'YYYY-MM') AS m, count(*) AS n FROM ord GROUP BY 1;
SELECT to_char(placed, 'YYYY-MM') AS m, count(*) AS n FROM ord GROUP BY extract(month FROM placed), to_char(placed, 'YYYY-MM'), extract(day FROM placed);
INSERT INTO ord (id, placed, state) VALUES (1, '2024-01-01', 'sent'), (2, '2024-01-02', 'sent');
-- ! months
SELECT id FROM cust WHERE age(date '2024-03-01', since) >= interval '1 month';
SELECT id FROM cust WHERE since <= date '2024-03-01' - interval '30 days';
INSERT INTO cust (id, since) VALUES (1, '2024-02-01');
-- ! months
SELECT id FROM ord WHERE shipped - placed >= interval '1 month';
SELECT id FROM ord WHERE shipped >= placed + interval '1 month';
INSERT INTO ord (id, placed, shipped, state) VALUES (1, '2024-02-01', '2024-03-01', 'sent');
-- ! months
SELECT id FROM ord WHERE date_part('day', shipped - placed) = 0;
SELECT id FROM ord WHERE shipped::date = placed::date;
INSERT INTO ord (id, placed, shipped, state) VALUES (1, '2024-02-01 23:00', '2024-02-02 01:00', 'sent');
-- ! texts
SELECT sku, name FROM prod WHERE sku LIKE 'ab%';
SELECT sku, name FROM prod WHERE sku >= 'ab' AND sku < 'ac' AND sku <> 'ab';
INSERT INTO prod VALUES ('ab', 'x', 1, 1);
-- ! texts
SELECT region, string_agg(nick, ',' ORDER BY nick) AS l FROM cust GROUP BY region;
SELECT region, string_agg(coalesce(nick, ''), ',' ORDER BY nick) AS l FROM cust GROUP BY region;
INSERT INTO cust (id, since, region) VALUES (1, '2024-01-01', 'x');
-- ! texts
SELECT region, array_to_string(array_agg(nick ORDER BY nick), ',') AS l FROM cust GROUP BY region;
SELECT region, string_agg(nick, ',' ORDER BY nick) AS l FROM cust GROUP BY region;
INSERT INTO cust (id, since, region) VALUES (1, '2024-01-01', 'x');
-- ! texts
SELECT id FROM cust WHERE email LIKE '%@%.%';
SELECT id FROM cust WHERE position('@' IN email) > 0 AND position('.' IN email) > position('@' IN email);
INSERT INTO cust (id, email, since) VALUES (1, 'a.b@c@d.e', '2024-01-01'), (2, 'a.b@c.d', '2024-01-01');
-- ! texts
SELECT id FROM cust WHERE coalesce(nick, '') <> '';
SELECT id FROM cust WHERE length(trim(nick)) > 0;
INSERT INTO cust (id, nick, since) VALUES (1, ' ', '2024-01-01');
-- ! two counts
SELECT region, count(*) FILTER (WHERE active) AS a, count(*) FILTER (WHERE NOT active) AS b FROM cust GROUP BY region;
SELECT region, count(*) FILTER (WHERE active) AS a, count(*) - count(*) FILTER (WHERE active) AS b FROM cust GROUP BY region;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01');
-- = two counts
SELECT region, count(*) FILTER (WHERE active) AS a, count(*) FILTER (WHERE NOT active) AS b FROM cust GROUP BY region;
SELECT region, count(nullif(active, false)) AS a, count(active) - count(nullif(active, false)) AS b FROM cust GROUP BY region;
-- ! two counts
SELECT c.id, count(o.id) AS n, count(l.pos) AS m FROM cust c LEFT JOIN ord o ON o.cust_id = c.id LEFT JOIN line l ON l.ord_id = o.id GROUP BY c.id;
SELECT c.id, count(DISTINCT o.id) AS n, count(l.pos) AS m FROM cust c LEFT JOIN ord o ON o.cust_id = c.id LEFT JOIN line l ON l.ord_id = o.id GROUP BY c.id;
INSERT INTO cust (id, since) VALUES (1, '2024-01-01'); INSERT INTO ord (id, cust_id, placed, state) VALUES (1, 1, '2024-01-01', 'sent'); INSERT INTO line VALUES (1, 1, NULL, 1, NULL), (1, 2, NULL, 1, NULL);
-- ! totals
SELECT region, active, count(*) AS n FROM cust GROUP BY CUBE (region, active) HAVING GROUPING(region, active) IN (0, 3);
SELECT region, active, count(*) AS n FROM cust GROUP BY region, active UNION ALL SELECT NULL, NULL, count(*) FROM cust HAVING count(*) > 0;
-- on empty tables
-- = totals
SELECT region, active, count(*) AS n FROM cust GROUP BY CUBE (region, active) HAVING GROUPING(region, active) IN (0, 3);
SELECT region, active, count(*) AS n FROM cust GROUP BY GROUPING SETS ((region, active), ());
-- ! totals
SELECT region, active, count(*) AS n FROM cust GROUP BY CUBE (region, active) HAVING GROUPING(region, active) IN (0, 2);
SELECT region, active, count(*) AS n FROM cust GROUP BY ROLLUP (region, active) HAVING GROUPING(region) = 0;
INSERT INTO cust (id, since, region, active) VALUES (1, '2024-01-01', 'x', true);
-- = totals
SELECT region, active, count(*) AS n FROM cust GROUP BY CUBE (region, active) HAVING GROUPING(region, active) IN (0, 1);
SELECT region, active, count(*) AS n FROM cust GROUP BY ROLLUP (region, active) HAVING GROUPING(region) = 0;
