-- case: nothing has scanned it for weeks
CREATE TABLE t (id bigint PRIMARY KEY, a text, b integer);
CREATE INDEX t_a ON t (a);
-- rows: t=30000
-- fill: t.a = md5(g::text)
-- activity: t n_tup_ins=5000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE id = $1;
-- only: real, a schema has no counters
-- expect: recommend
DROP INDEX CONCURRENTLY IF EXISTS public.t_a;

-- case: the age of the counters is not known
CREATE TABLE t (id bigint PRIMARY KEY, a text, b integer);
CREATE INDEX t_a ON t (a);
-- rows: t=30000
-- fill: t.a = md5(g::text)
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE id = $1;
-- expect: silent

-- case: it keeps rows unique
CREATE TABLE t (id bigint PRIMARY KEY, a text, b integer);
CREATE UNIQUE INDEX t_a ON t (a);
-- rows: t=30000
-- fill: t.a = md5(g::text)
-- activity: t n_tup_ins=5000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE id = $1;
-- expect: silent

-- case: the planner wants it for the workload
CREATE TABLE t (id bigint PRIMARY KEY, a text, b integer);
CREATE INDEX t_a ON t (a);
-- rows: t=30000
-- fill: t.a = md5(g::text)
-- activity: t n_tup_ins=5000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: a foreign key leans on it
CREATE TABLE p (id integer PRIMARY KEY);
CREATE TABLE t (id bigint PRIMARY KEY, a integer REFERENCES p, b text);
CREATE INDEX t_a ON t (a, b);
-- rows: p=1000, t=30000
-- fill: t.b = md5(g::text)
-- activity: t n_tup_ins=5000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE id = $1;
-- expect: silent
