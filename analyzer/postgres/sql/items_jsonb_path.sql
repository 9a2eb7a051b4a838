-- Returns: scalar values with their paths of the column "value" of the query it stands in.
-- Needs: CONNECT only. Costs: one value.
WITH RECURSIVE tree (name, path, node) AS (
    SELECT NULL, '', (value)::jsonb
    UNION ALL
    SELECT e.name, t.path || '.' || COALESCE(e.name, ''), e.node
      FROM tree AS t, LATERAL (
           SELECT *
             FROM jsonb_each(CASE jsonb_typeof(t.node) WHEN 'object' THEN t.node
                                  ELSE '{}' END)
           UNION ALL
           SELECT NULL, a
             FROM jsonb_array_elements(CASE jsonb_typeof(t.node) WHEN 'array' THEN t.node
                                            ELSE '[]' END) AS a
      ) AS e (name, node)
)
SELECT path || node::text
  FROM tree
 WHERE jsonb_typeof(node) NOT IN ('object', 'array')
