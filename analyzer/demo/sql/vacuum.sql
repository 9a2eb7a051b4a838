-- Statistics for all tables as they are now; VACUUM must stand alone.
-- Needs keys.sql. Costs seconds.
VACUUM (ANALYZE);
