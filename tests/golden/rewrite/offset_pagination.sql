-- case: a large OFFSET in one direction, the order completed by the key
CREATE TABLE posts (id bigint PRIMARY KEY, created_at timestamp NOT NULL, title text);
CREATE INDEX ON posts (created_at, id);
-- rows: posts=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["20", "20000"]
SELECT id, created_at, title FROM posts ORDER BY created_at DESC LIMIT $1 OFFSET $2;
-- expect: recommend
SELECT id, created_at, title FROM posts WHERE (posts.created_at, posts.id) < ($3, $4) ORDER BY created_at DESC, posts.id DESC LIMIT $1

-- case: mixed directions need the long form, and a condition stays
CREATE TABLE posts (id bigint PRIMARY KEY, score integer NOT NULL, title text, author_id integer NOT NULL);
-- rows: posts=1000000
-- fill: posts.author_id = g % 3
-- only: real, the stub thinks an author has fewer rows than the offset
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["2", "20", "8000"]
SELECT * FROM posts p WHERE author_id = $1 ORDER BY score DESC, id LIMIT $2 OFFSET $3;
-- expect: recommend
SELECT * FROM posts p WHERE author_id = $1 AND p.score <= $4 AND (p.score < $4 OR (p.score = $4 AND p.id > $5)) ORDER BY score DESC, id LIMIT $2

-- case: only small offsets were seen
CREATE TABLE posts (id bigint PRIMARY KEY, created_at timestamp NOT NULL);
-- rows: posts=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["20", "40"]
SELECT id FROM posts ORDER BY id LIMIT $1 OFFSET $2;
-- expect: silent

-- case: no log tells how large the offsets are
CREATE TABLE posts (id bigint PRIMARY KEY, created_at timestamp NOT NULL);
-- rows: posts=1000000
-- workload: calls=100 total_exec_time_ms=90000
SELECT id FROM posts ORDER BY id LIMIT $1 OFFSET $2;
-- expect: silent

-- case: no unique key makes the order total
CREATE TABLE posts (id bigint, created_at timestamp NOT NULL);
CREATE INDEX ON posts (created_at);
-- rows: posts=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["20", "20000"]
SELECT id FROM posts ORDER BY created_at LIMIT $1 OFFSET $2;
-- expect: silent

-- case: the sort column may be NULL, so rows would be lost
CREATE TABLE posts (id bigint PRIMARY KEY, created_at timestamp);
CREATE INDEX ON posts (created_at, id);
-- rows: posts=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["20", "20000"]
SELECT id, created_at FROM posts ORDER BY created_at LIMIT $1 OFFSET $2;
-- expect: no advice: created_at may be NULL

-- case: rows of a join repeat the key
CREATE TABLE posts (id bigint PRIMARY KEY, author_id integer NOT NULL);
CREATE TABLE tags (post_id bigint NOT NULL, name text);
-- rows: posts=100000, tags=1000000
-- workload: calls=100 total_exec_time_ms=90000
-- parameters: ["20", "20000"]
SELECT p.id, t.name FROM posts p JOIN tags t ON t.post_id = p.id ORDER BY p.id LIMIT $1 OFFSET $2;
-- expect: silent
