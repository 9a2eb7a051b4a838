-- An index of that name, and whether it is valid; no row is best.
SELECT indexrelid::regclass, indisvalid
FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid
WHERE relname = {name};
