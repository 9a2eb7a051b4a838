-- Documents of bookings: what contains is not what equals, and numbers are written in several ways.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE booking (id int PRIMARY KEY, meta jsonb);

-- ! documents that contain
SELECT id FROM booking WHERE meta @> '{"bags": [1]}';
SELECT id FROM booking WHERE meta -> 'bags' = '[1]';
INSERT INTO booking VALUES (1, '{"bags": [1, 2]}');
-- ! documents that contain
SELECT id FROM booking WHERE meta @> '[1]';
SELECT id FROM booking WHERE meta = '[1]';
INSERT INTO booking VALUES (1, '[1, 1]');
-- ! numbers in documents
SELECT id FROM booking WHERE (meta ->> 'n')::numeric = 1 AND jsonb_typeof(meta -> 'n') = 'number';
SELECT id FROM booking WHERE meta ->> 'n' = '1' AND jsonb_typeof(meta -> 'n') = 'number';
INSERT INTO booking VALUES (1, '{"n": 1.0}');
-- = numbers in documents
SELECT id FROM booking WHERE meta -> 'n' = '1';
SELECT id FROM booking WHERE meta ->> 'n' IS NOT NULL AND meta -> 'n' = '1';
