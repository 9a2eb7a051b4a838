-- The store's clock.
SELECT clock_timestamp()
