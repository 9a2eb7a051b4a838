-- Joins by USING, FULL joins, long chains, semi-joins, keys with NULLs, the first rows.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE dept (id int PRIMARY KEY, name text NOT NULL, boss int, region int, budget numeric(12,2));
CREATE TABLE emp (id int PRIMARY KEY, dept_id int REFERENCES dept, boss_id int, name text, salary int, hired date NOT NULL, region int);
CREATE TABLE task (id int PRIMARY KEY, emp_id int NOT NULL REFERENCES emp, dept_id int, state text NOT NULL, hours numeric(6,2), due date);
CREATE TABLE tag (task_id int REFERENCES task, name text NOT NULL, UNIQUE (task_id, name));
CREATE TABLE n1 (a int, b int, c text);
CREATE TABLE n2 (a int, b int, c text);
CREATE TABLE uq (id int PRIMARY KEY, a int UNIQUE, b int UNIQUE NULLS NOT DISTINCT, k int, live boolean NOT NULL);
CREATE UNIQUE INDEX uq_live ON uq (k) WHERE live;

-- ! using
SELECT n1.c FROM n1 JOIN n2 USING (a, b);
SELECT n1.c FROM n1 JOIN n2 ON n1.a = n2.a AND n1.b IS NOT DISTINCT FROM n2.b;
-- ! using
SELECT a FROM n1 FULL JOIN n2 USING (a);
SELECT n1.a FROM n1 FULL JOIN n2 ON n1.a = n2.a;
-- = using
SELECT a FROM n1 FULL JOIN n2 USING (a);
SELECT coalesce(n1.a, n2.a) AS a FROM n1 FULL JOIN n2 ON n1.a = n2.a;
-- ! using
SELECT a FROM n1 LEFT JOIN n2 USING (a);
SELECT n2.a FROM n1 LEFT JOIN n2 ON n2.a = n1.a;
-- = using
SELECT a FROM n1 RIGHT JOIN n2 USING (a);
SELECT n2.a FROM n2 LEFT JOIN n1 ON n1.a = n2.a;
-- ! using
SELECT count(*) AS n FROM n1 NATURAL JOIN n2;
SELECT count(*) AS n FROM n1 JOIN n2 USING (a, b);
-- = using
SELECT count(*) AS n FROM n1 NATURAL JOIN n2;
SELECT count(*) AS n FROM n1 JOIN n2 USING (a, b, c);
-- ! using
SELECT a, b FROM n1 NATURAL LEFT JOIN (SELECT a, c FROM n2) x;
SELECT a, b FROM n1;
-- ! full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a AND n1.b > 3;
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE n1.b > 3;
-- ! full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE n1.b > 3;
SELECT x.c, n2.c AS d FROM (SELECT * FROM n1 WHERE b > 3) x FULL JOIN n2 ON x.a = n2.a;
-- = full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE n1.b > 3;
SELECT n1.c, n2.c AS d FROM n1 LEFT JOIN n2 ON n1.a = n2.a WHERE n1.b > 3;
-- ! full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE coalesce(n1.b, n2.b) > 3;
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE n1.b > 3 OR n2.b > 3;
-- ! full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE n1.a IS NULL OR n2.a IS NULL;
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a WHERE n1.a IS DISTINCT FROM n2.a;
-- = full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a;
SELECT n1.c, n2.c AS d FROM n1 LEFT JOIN n2 ON n1.a = n2.a UNION ALL SELECT NULL, n2.c FROM n2 WHERE NOT EXISTS (SELECT 1 FROM n1 WHERE n1.a = n2.a);
-- ! full joins
SELECT n1.c, n2.c AS d FROM n1 FULL JOIN n2 ON n1.a = n2.a;
SELECT n1.c, n2.c AS d FROM n1 LEFT JOIN n2 ON n1.a = n2.a UNION SELECT n1.c, n2.c FROM n1 RIGHT JOIN n2 ON n1.a = n2.a;
-- ! chains
SELECT d.name FROM dept d LEFT JOIN emp e ON e.dept_id = d.id LEFT JOIN task t ON t.emp_id = e.id AND t.state = 'open' WHERE t.id IS NULL;
SELECT d.name FROM dept d WHERE NOT EXISTS (SELECT 1 FROM emp e JOIN task t ON t.emp_id = e.id WHERE e.dept_id = d.id AND t.state = 'open');
-- ! chains
SELECT e.id, d.name FROM emp e LEFT JOIN dept d ON d.id = e.dept_id LEFT JOIN dept r ON r.id = d.boss;
SELECT e.id, d.name FROM emp e LEFT JOIN (dept d JOIN dept r ON r.id = d.boss) ON d.id = e.dept_id;
-- ! chains
SELECT count(*) AS n FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id JOIN emp b ON b.id = e.boss_id JOIN dept bd ON bd.id = b.dept_id WHERE bd.region = d.region;
SELECT count(*) AS n FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id JOIN emp b ON b.id = e.boss_id JOIN dept bd ON bd.id = b.dept_id WHERE b.region = d.region;
-- ! chains
SELECT t.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id JOIN emp b ON b.id = e.boss_id JOIN dept bd ON bd.id = b.dept_id WHERE g.name = 'urgent' AND bd.budget > 5000;
SELECT t.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id JOIN emp b ON b.id = e.boss_id JOIN dept bd ON bd.id = b.dept_id WHERE g.name = 'urgent' AND bd.budget >= 5000;
-- = chains
SELECT t.id FROM task t JOIN emp e ON e.id = t.emp_id JOIN dept d ON d.id = e.dept_id JOIN emp b ON b.id = e.boss_id JOIN tag g ON g.task_id = t.id WHERE b.salary > 100;
SELECT t.id FROM task t JOIN emp e ON e.id = t.emp_id JOIN emp b ON b.id = e.boss_id JOIN tag g ON g.task_id = t.id WHERE b.salary > 100 AND e.dept_id IS NOT NULL;
-- ! chains
SELECT t.id FROM task t JOIN emp e ON e.id = t.emp_id JOIN dept d ON d.id = e.dept_id JOIN emp b ON b.id = e.boss_id JOIN tag g ON g.task_id = t.id WHERE b.salary > 100;
SELECT t.id FROM task t JOIN emp e ON e.id = t.emp_id JOIN emp b ON b.id = e.boss_id JOIN tag g ON g.task_id = t.id WHERE b.salary > 100;
-- ! chains
SELECT a.id FROM emp a JOIN emp b ON b.id = a.boss_id JOIN emp c ON c.id = b.boss_id JOIN emp d ON d.id = c.boss_id JOIN emp e ON e.id = d.boss_id WHERE e.id = 1;
SELECT a.id FROM emp a JOIN emp b ON b.id = a.boss_id JOIN emp c ON c.id = b.boss_id JOIN emp d ON d.id = c.boss_id WHERE d.boss_id = 1;
-- ! chains
SELECT a.id, d.name FROM emp a JOIN dept d ON d.id = a.dept_id JOIN task t ON t.emp_id = a.id JOIN task u ON u.emp_id = a.id JOIN tag g ON g.task_id = t.id JOIN tag h ON h.task_id = u.id WHERE g.name = 'x' AND h.name = 'y';
SELECT a.id, d.name FROM emp a JOIN dept d ON d.id = a.dept_id JOIN task t ON t.emp_id = a.id JOIN tag g ON g.task_id = t.id JOIN tag h ON h.task_id = t.id WHERE g.name = 'x' AND h.name = 'y';
-- ! semi-joins
SELECT e.id FROM emp e JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id AND g.name = 'x';
SELECT e.id FROM emp e WHERE EXISTS (SELECT 1 FROM task t JOIN tag g ON g.task_id = t.id WHERE t.emp_id = e.id AND g.name = 'x');
-- ! semi-joins
SELECT t.id FROM task t JOIN tag g ON g.task_id = t.id WHERE g.name IN ('x', 'y');
SELECT t.id FROM task t WHERE EXISTS (SELECT 1 FROM tag g WHERE g.task_id = t.id AND g.name IN ('x', 'y'));
-- = semi-joins
SELECT t.id FROM task t JOIN tag g ON g.task_id = t.id WHERE g.name = 'x';
SELECT t.id FROM task t WHERE t.id IN (SELECT task_id FROM tag WHERE name = 'x');
-- ! semi-joins
SELECT DISTINCT e.name FROM emp e JOIN task t ON t.emp_id = e.id;
SELECT e.name FROM emp e WHERE EXISTS (SELECT 1 FROM task t WHERE t.emp_id = e.id);
-- = semi-joins
SELECT DISTINCT e.id, e.name FROM emp e JOIN task t ON t.emp_id = e.id;
SELECT e.id, e.name FROM emp e WHERE EXISTS (SELECT 1 FROM task t WHERE t.emp_id = e.id);
-- ! semi-joins
SELECT d.id, count(e.id) AS n FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id GROUP BY d.id;
SELECT d.id, count(e.id) AS n FROM dept d JOIN emp e ON e.dept_id = d.id WHERE EXISTS (SELECT 1 FROM task t WHERE t.emp_id = e.id) GROUP BY d.id;
-- = semi-joins
SELECT d.id, count(DISTINCT e.id) AS n FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id GROUP BY d.id;
SELECT d.id, count(e.id) AS n FROM dept d JOIN emp e ON e.dept_id = d.id WHERE EXISTS (SELECT 1 FROM task t WHERE t.emp_id = e.id) GROUP BY d.id;
-- ! nulls in sets
SELECT a, b FROM n1 EXCEPT SELECT a, b FROM n2;
SELECT DISTINCT n1.a, n1.b FROM n1 LEFT JOIN n2 ON n2.a = n1.a AND n2.b = n1.b WHERE n2.a IS NULL;
-- ! nulls in sets
SELECT c FROM n1 WHERE (a, b) NOT IN (SELECT a, b FROM n2);
SELECT c FROM n1 WHERE NOT EXISTS (SELECT 1 FROM n2 WHERE n2.a = n1.a AND n2.b = n1.b);
-- ! nulls in sets
SELECT c FROM n1 WHERE (a, b) NOT IN (SELECT a, b FROM n2 WHERE a IS NOT NULL);
SELECT c FROM n1 WHERE (a, b) NOT IN (SELECT a, b FROM n2 WHERE a IS NOT NULL AND b IS NOT NULL);
-- = nulls in sets
SELECT c FROM n1 WHERE a NOT IN (SELECT a FROM n2 WHERE a IS NOT NULL);
SELECT c FROM n1 WHERE NOT EXISTS (SELECT 1 FROM n2 WHERE n2.a = n1.a) AND (a IS NOT NULL OR NOT EXISTS (SELECT 1 FROM n2 WHERE a IS NOT NULL));
-- ! nulls in sets
SELECT c FROM n1 WHERE a NOT IN (SELECT a FROM n2 WHERE a IS NOT NULL);
SELECT c FROM n1 WHERE a IS NOT NULL AND NOT EXISTS (SELECT 1 FROM n2 WHERE n2.a = n1.a);
-- ! nulls in sets
SELECT c FROM n1 WHERE a <> ANY (SELECT a FROM n2);
SELECT c FROM n1 WHERE a NOT IN (SELECT a FROM n2);
-- ! nulls in sets
SELECT id FROM emp e WHERE salary >= ALL (SELECT salary FROM emp f WHERE f.dept_id = e.dept_id);
SELECT id FROM emp e WHERE salary = (SELECT max(salary) FROM emp f WHERE f.dept_id = e.dept_id);
-- ! rows with nulls
SELECT c FROM n1 WHERE (a, b) IS DISTINCT FROM (3, 5);
SELECT c FROM n1 WHERE (a, b) <> (3, 5);
-- = rows with nulls
SELECT c FROM n1 WHERE (a, b) <> (3, 5);
SELECT c FROM n1 WHERE a <> 3 OR b <> 5;
-- ! rows with nulls
SELECT c FROM n1 WHERE (a, b) IS NULL;
SELECT c FROM n1 WHERE NOT ((a, b) IS NOT NULL);
-- ! rows with nulls
SELECT count(*) AS n FROM n1 WHERE n1 IS NOT NULL;
SELECT count(*) AS n FROM n1 WHERE NOT (n1 IS NULL);
-- = rows with nulls
SELECT count(*) AS n FROM n1 WHERE n1 IS NOT NULL;
SELECT count(*) AS n FROM n1 WHERE a IS NOT NULL AND b IS NOT NULL AND c IS NOT NULL;
-- ! rows with nulls
SELECT c FROM n1 WHERE (a, b) > (3, 5);
SELECT c FROM n1 WHERE a > 3 OR (a >= 3 AND b >= 5);
-- ! rows with nulls
SELECT e.id, count(t) AS n FROM emp e LEFT JOIN task t ON t.emp_id = e.id GROUP BY e.id;
SELECT e.id, count(t.hours) AS n FROM emp e LEFT JOIN task t ON t.emp_id = e.id GROUP BY e.id;
-- = rows with nulls
SELECT e.id, count(t) AS n FROM emp e LEFT JOIN task t ON t.emp_id = e.id GROUP BY e.id;
SELECT e.id, count(t.id) AS n FROM emp e LEFT JOIN task t ON t.emp_id = e.id GROUP BY e.id;
-- ! first rows
SELECT DISTINCT ON (dept_id) dept_id, id FROM emp ORDER BY dept_id, hired, id;
SELECT DISTINCT ON (dept_id) dept_id, id FROM emp ORDER BY dept_id, hired, id DESC;
-- ! first rows
SELECT DISTINCT ON (dept_id) dept_id, id FROM emp WHERE salary > 10 ORDER BY dept_id, hired DESC, id;
SELECT dept_id, id FROM (SELECT DISTINCT ON (dept_id) dept_id, id, salary FROM emp ORDER BY dept_id, hired DESC, id) x WHERE salary > 10 ORDER BY dept_id;
-- = first rows
SELECT DISTINCT ON (dept_id) dept_id, id FROM emp ORDER BY dept_id, hired DESC, id;
SELECT dept_id, id FROM (SELECT dept_id, id, row_number() OVER (PARTITION BY dept_id ORDER BY hired DESC, id) AS r FROM emp) x WHERE r = 1 ORDER BY dept_id;
-- ! first rows
SELECT id FROM emp ORDER BY salary FETCH FIRST 3 ROWS WITH TIES;
SELECT id FROM emp WHERE salary IN (SELECT salary FROM emp ORDER BY salary LIMIT 3) ORDER BY salary;
-- = first rows
SELECT id FROM emp ORDER BY hired FETCH FIRST 3 ROWS WITH TIES;
SELECT id FROM emp WHERE hired IN (SELECT hired FROM emp ORDER BY hired LIMIT 3) ORDER BY hired;
-- ! first rows
(SELECT id FROM emp WHERE region = 1 ORDER BY id LIMIT 3) UNION ALL (SELECT id FROM emp WHERE region = 2 ORDER BY id LIMIT 3) ORDER BY id;
SELECT id FROM emp WHERE region IN (1, 2) ORDER BY id LIMIT 6;
-- ! first rows
SELECT id FROM emp ORDER BY id OFFSET 2 LIMIT 3;
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM emp) x WHERE r BETWEEN 2 AND 5 ORDER BY id;
-- = first rows
SELECT id FROM emp ORDER BY id OFFSET 2 LIMIT 3;
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM emp) x WHERE r BETWEEN 3 AND 5 ORDER BY id;
-- ! correlation
SELECT d.id, x.id AS e FROM dept d CROSS JOIN LATERAL (SELECT e.id FROM emp e WHERE e.dept_id = d.id AND e.region = d.region ORDER BY e.salary DESC NULLS LAST, e.id LIMIT 1) x;
SELECT d.id, x.id AS e FROM dept d CROSS JOIN LATERAL (SELECT e.id, e.region FROM emp e WHERE e.dept_id = d.id ORDER BY e.salary DESC NULLS LAST, e.id LIMIT 1) x WHERE x.region = d.region;
-- ! correlation
SELECT d.id, x.id AS e FROM dept d LEFT JOIN LATERAL (SELECT e.id, e.salary FROM emp e WHERE e.dept_id = d.id ORDER BY e.hired, e.id LIMIT 1) x ON x.salary > 10;
SELECT d.id, x.id AS e FROM dept d LEFT JOIN LATERAL (SELECT e.id FROM emp e WHERE e.dept_id = d.id AND e.salary > 10 ORDER BY e.hired, e.id LIMIT 1) x ON true;
-- ! correlation
SELECT e.id, (SELECT min(t.due) FROM task t WHERE t.emp_id = e.id) AS due FROM emp e;
SELECT e.id, t.due FROM emp e LEFT JOIN task t ON t.emp_id = e.id;
-- = correlation
SELECT e.id FROM emp e WHERE e.salary > (SELECT avg(f.salary) FROM emp f WHERE f.dept_id = e.dept_id AND f.id <> e.id);
SELECT e.id FROM emp e JOIN (SELECT dept_id, avg(salary) AS m FROM emp GROUP BY dept_id) f ON f.dept_id = e.dept_id WHERE e.salary > f.m;
-- ! correlation
SELECT d.id, (SELECT count(*) FROM emp e WHERE e.dept_id = d.id AND e.region IS NOT DISTINCT FROM d.region) AS n FROM dept d;
SELECT d.id, count(e.id) AS n FROM dept d LEFT JOIN emp e ON e.dept_id = d.id AND e.region = d.region GROUP BY d.id;
-- ! thresholds
SELECT d.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id GROUP BY d.id HAVING count(DISTINCT e.id) > 4;
SELECT d.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id GROUP BY d.id HAVING count(*) > 4;
-- ! thresholds
SELECT d.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id GROUP BY d.id HAVING count(DISTINCT t.state) >= 4;
SELECT d.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id GROUP BY d.id HAVING count(DISTINCT t.state) > 4;
-- ! thresholds
SELECT emp_id FROM task GROUP BY emp_id HAVING sum(hours) > 40;
SELECT emp_id FROM task GROUP BY emp_id HAVING avg(hours) * count(*) > 40;
-- ! thresholds
SELECT d.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id WHERE g.name = 'late' GROUP BY d.id HAVING count(DISTINCT t.id) >= 5;
SELECT d.id FROM dept d JOIN emp e ON e.dept_id = d.id JOIN task t ON t.emp_id = e.id JOIN tag g ON g.task_id = t.id WHERE g.name = 'late' GROUP BY d.id HAVING count(DISTINCT t.id) >= 6;
-- ! thresholds
SELECT task_id FROM tag WHERE name IN ('a', 'b', 'c') GROUP BY task_id HAVING count(*) = 3;
SELECT task_id FROM tag WHERE name IN ('a', 'b', 'c') GROUP BY task_id HAVING count(DISTINCT name) = 3;
-- = thresholds
SELECT task_id FROM tag WHERE name IN ('a', 'b', 'c') AND task_id IS NOT NULL GROUP BY task_id HAVING count(*) = 3;
SELECT task_id FROM tag WHERE name IN ('a', 'b', 'c') AND task_id IS NOT NULL GROUP BY task_id HAVING count(DISTINCT name) = 3;
-- ! thresholds
SELECT t.id FROM task t WHERE EXISTS (SELECT 1 FROM tag WHERE task_id = t.id AND name = 'a') AND EXISTS (SELECT 1 FROM tag WHERE task_id = t.id AND name = 'b');
SELECT t.id FROM task t JOIN tag g ON g.task_id = t.id WHERE g.name IN ('a', 'b') GROUP BY t.id HAVING count(*) >= 1;
-- = thresholds
SELECT t.id FROM task t WHERE EXISTS (SELECT 1 FROM tag WHERE task_id = t.id AND name = 'a') AND EXISTS (SELECT 1 FROM tag WHERE task_id = t.id AND name = 'b');
SELECT t.id FROM task t JOIN tag g ON g.task_id = t.id WHERE g.name IN ('a', 'b') GROUP BY t.id HAVING count(*) >= 2;
-- ! keys
SELECT DISTINCT a FROM uq;
SELECT a FROM uq;
-- = keys
SELECT DISTINCT b FROM uq;
SELECT b FROM uq;
-- ! keys
SELECT DISTINCT k FROM uq WHERE k IS NOT NULL;
SELECT k FROM uq WHERE k IS NOT NULL;
-- = keys
SELECT DISTINCT k FROM uq WHERE live AND k IS NOT NULL;
SELECT k FROM uq WHERE live AND k IS NOT NULL;
-- ! keys
SELECT DISTINCT k FROM uq WHERE live;
SELECT k FROM uq WHERE live;
-- ! keys
SELECT x.a FROM uq x JOIN uq y ON y.a = x.a;
SELECT a FROM uq;
-- = keys
SELECT x.a FROM uq x JOIN uq y ON y.a = x.a;
SELECT a FROM uq WHERE a IS NOT NULL;
-- ! keys
SELECT x.id FROM uq x JOIN uq y ON y.b IS NOT DISTINCT FROM x.b;
SELECT x.id FROM uq x JOIN uq y ON y.b = x.b;
-- = keys
SELECT x.id FROM uq x JOIN uq y ON y.b IS NOT DISTINCT FROM x.b;
SELECT id FROM uq;
-- ! keys
SELECT e.id FROM emp e LEFT JOIN tag g ON g.task_id = e.id;
SELECT e.id FROM emp e;
-- = keys
SELECT e.id FROM emp e LEFT JOIN tag g ON g.task_id = e.id AND g.name = 'x';
SELECT e.id FROM emp e;
-- ! keys
SELECT count(*) AS n FROM (SELECT DISTINCT task_id, name FROM tag) x;
SELECT count(*) AS n FROM tag;
