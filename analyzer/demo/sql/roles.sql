-- Roles of the demo shop: the application, and the one that scans.
-- Needs superuser, and schema.sql. Passwords are set apart, as parameters. Costs nothing.
CREATE ROLE shop_app LOGIN;
CREATE ROLE pgproof LOGIN;
GRANT pg_monitor, pg_read_all_data TO pgproof;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO shop_app;
CREATE EXTENSION pg_stat_statements;
-- Counters are sent late, and the next step resets them.
SELECT pg_stat_force_next_flush();
