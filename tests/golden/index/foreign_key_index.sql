-- case: deletes look up a large table without an index
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint REFERENCES parent);
-- rows: parent=1000, child=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
DELETE FROM parent WHERE id = $1;
-- expect: recommend
CREATE INDEX CONCURRENTLY i ON public.child (parent_id);

-- case: a partial index is not enough
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint REFERENCES parent, open bool);
CREATE INDEX ON child (parent_id) WHERE open;
-- rows: parent=1000, child=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
DELETE FROM parent WHERE id = $1;
-- expect: recommend
CREATE INDEX CONCURRENTLY i ON public.child (parent_id);

-- case: nothing deletes
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint REFERENCES parent);
-- rows: parent=1000, child=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
SELECT * FROM parent WHERE id = $1;
-- expect: silent

-- case: the referencing table is small
CREATE TABLE parent (id bigint PRIMARY KEY);
CREATE TABLE child (id bigint PRIMARY KEY, parent_id bigint REFERENCES parent);
-- rows: parent=1000, child=500
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17"]
DELETE FROM parent WHERE id = $1;
-- expect: silent

-- case: an index begins with the key, its columns in another order
CREATE TABLE parent (a bigint, b bigint, PRIMARY KEY (a, b));
CREATE TABLE child (id bigint PRIMARY KEY, a bigint, b bigint, FOREIGN KEY (a, b) REFERENCES parent);
CREATE INDEX ON child (b, a, id);
-- rows: parent=1000, child=20000
-- fill: child.a = 1 + g % 1000
-- fill: child.b = ((1 + g % 1000) * 7919) % 1000
-- fill: parent.a = g
-- fill: parent.b = (g * 7919) % 1000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["17", "4"]
DELETE FROM parent WHERE a = $1 AND b = $2;
-- expect: silent
