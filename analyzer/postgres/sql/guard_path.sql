-- Fails, by dividing by zero, unless the session's search path leads to these schemas.
-- Needs: nothing. Costs: nothing.
SELECT 1 OPERATOR(pg_catalog./) CASE
    WHEN
        pg_catalog.current_schemas(true)
        OPERATOR(pg_catalog.=) %(schemas)s::pg_catalog.name[]
        THEN 1
    ELSE 0
END
