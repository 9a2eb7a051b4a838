-- The last step: dirty pages are written, and the statements so far are forgotten.
-- Needs all other scripts. Costs part of a second.
CHECKPOINT;
SELECT pg_stat_statements_reset();
