-- Counters without the filling, so that they tell what the shop does.
-- Needs superuser, and roles.sql, whose last statement sends this session's counters.
SELECT pg_stat_reset();
