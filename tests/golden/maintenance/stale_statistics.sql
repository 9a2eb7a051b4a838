-- case: the table grew tenfold since ANALYZE
CREATE TABLE t (id bigint PRIMARY KEY, a integer);
-- rows: t=20000
-- activity: t n_live_tup=200000 n_mod_since_analyze=180000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: recommend
ANALYZE public.t;

-- case: a name that must be quoted
CREATE TABLE "Order" (id bigint PRIMARY KEY, a integer);
-- rows: Order=20000
-- activity: Order n_live_tup=200000 n_mod_since_analyze=180000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM "Order" WHERE a = $1;
-- expect: recommend
ANALYZE public."Order";

-- case: few rows changed
CREATE TABLE t (id bigint PRIMARY KEY, a integer);
-- rows: t=20000
-- activity: t n_live_tup=20000 n_mod_since_analyze=900
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: no statement touches the table
CREATE TABLE t (id bigint PRIMARY KEY, a integer);
CREATE TABLE u (id bigint PRIMARY KEY, a integer);
-- rows: t=20000, u=20000
-- activity: t n_live_tup=200000 n_mod_since_analyze=180000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM u WHERE a = $1;
-- expect: silent

-- case: the table is small
CREATE TABLE t (id bigint PRIMARY KEY, a integer);
-- rows: t=50
-- activity: t n_live_tup=50 n_mod_since_analyze=50
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent

-- case: counted as changed since ANALYZE, yet ANALYZE saw as many rows
CREATE TABLE t (id bigint PRIMARY KEY, a integer);
-- rows: t=20000
-- activity: t n_live_tup=20000 n_mod_since_analyze=20000 n_tup_ins=20000 last_analyzed_at=2026-11-01
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM t WHERE a = $1;
-- expect: silent
