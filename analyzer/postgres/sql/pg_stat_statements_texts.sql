-- Returns: the text of some query ids, cut at a number of characters.
-- Needs: as the counters.
-- Costs: the server reads its whole text file, whatever is asked for; use it rarely.
SELECT s.queryid, pg_catalog.left(s.query, %(max_chars)s) AS query
FROM {statements}(true) AS s
WHERE s.queryid = ANY (%(queryids)s)
