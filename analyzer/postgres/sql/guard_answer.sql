-- Prepares a question of the guard. It gives the answer with its digest; given a digest
-- as the value expected, it gives no rows of the answer, and fails if that differs.
-- Dividing by zero fails as nothing else here does, and a server starts nothing after an
-- error of what was sent to it together. A cast that fails would not do: it first looks
-- for one that the database has made.
-- Needs: nothing. Costs: planning the question.
PREPARE {name} AS
WITH answer AS MATERIALIZED (
    {question}
), state AS (
    SELECT coalesce(
        md5(string_agg(md5(answer::text), '' ORDER BY md5(answer::text) COLLATE "C")),
        ''
    ) AS digest
    FROM answer
)
SELECT
    1 / CASE WHEN %(expected)s::text IN ('', state.digest) THEN 1 ELSE 0 END AS held,
    state.digest,
    answer.*
FROM state
LEFT JOIN answer ON %(expected)s::text = ''
