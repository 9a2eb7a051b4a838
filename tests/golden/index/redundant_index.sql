-- case: the keys begin another index
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_ab ON t (a, b);
-- rows: t=30000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- only: real, a schema has no sizes of indexes
-- expect: recommend
DROP INDEX CONCURRENTLY IF EXISTS public.t_a;

-- case: it enforces uniqueness
CREATE TABLE t (id bigint PRIMARY KEY, a integer UNIQUE, b integer);
CREATE INDEX t_ab ON t (a, b);
-- rows: t=30000
-- fill: t.a = g
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: the other index begins with another column
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_ba ON t (b, a);
-- rows: t=30000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: the wider index is much larger, and range scans would read it all
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b text);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_ab ON t (a, b);
-- rows: t=30000
-- fill: t.b = repeat('x', 200) || g
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17", "500"]
SELECT count(*) FROM t WHERE a BETWEEN $1 AND $2;
-- only: real, the stub planner prices no pages
-- expect: silent
