-- How far each standby is behind; run it on the primary, as a member of pg_monitor.
SELECT application_name, state, replay_lag
FROM pg_stat_replication;
