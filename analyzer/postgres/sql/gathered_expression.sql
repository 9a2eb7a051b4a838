-- Returns: whether CREATE STATISTICS has gathered what a key of an index is.
-- Needs: the role that owns the shadow's relations. Costs: a look-up for each object.
SELECT EXISTS (
       SELECT FROM pg_stats_ext_exprs AS s
        WHERE s.schemaname = %s
          AND s.tablename = %s
          AND s.null_frac IS NOT NULL
          AND pg_get_indexdef(%s::oid, %s, false) IN (s.expr, '(' || s.expr || ')'))
