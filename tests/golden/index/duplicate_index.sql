-- case: the same columns twice
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer);
CREATE INDEX t_1 ON t (a, b);
CREATE INDEX t_2 ON t (a, b);
-- rows: t=20000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: recommend
DROP INDEX CONCURRENTLY IF EXISTS public.t_2;

-- case: the constraint stays, the plain index goes
CREATE TABLE t (id bigint PRIMARY KEY, a integer);
CREATE INDEX t_id ON t (id);
-- rows: t=20000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE id = $1;
-- expect: recommend
DROP INDEX CONCURRENTLY IF EXISTS public.t_id;

-- case: the order of the columns differs
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer);
CREATE INDEX t_1 ON t (a, b);
CREATE INDEX t_2 ON t (b, a);
-- rows: t=20000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: the operator class differs
CREATE TABLE t (id bigint PRIMARY KEY, a text);
CREATE INDEX t_1 ON t (a);
CREATE INDEX t_2 ON t (a text_pattern_ops);
-- rows: t=20000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["x"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: one holds part of the rows
CREATE TABLE t (id bigint PRIMARY KEY, a integer, b boolean);
CREATE INDEX t_1 ON t (a);
CREATE INDEX t_2 ON t (a) WHERE b;
-- rows: t=20000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent
