-- Sets settings until the end of the transaction.
-- Needs: nothing. Costs: nothing.
SELECT pg_catalog.set_config(setting.name, setting.value, true)
FROM ROWS FROM (
    pg_catalog.unnest(%(names)s::pg_catalog.text[]),
    pg_catalog.unnest(%(values)s::pg_catalog.text[])
) AS setting (name, value)
