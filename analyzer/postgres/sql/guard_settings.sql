-- Names of settings that do not have the value they were set to, null if all have.
-- Values are compared as the server shows them, so that 1024kB and 1MB are equal.
-- Needs: nothing. Costs: nothing.
SELECT string_agg(asked.name, ', ')
FROM unnest(%(names)s::text[], %(values)s::text[]) AS asked (name, value)
WHERE current_setting(asked.name) <> set_config(asked.name, asked.value, true)
