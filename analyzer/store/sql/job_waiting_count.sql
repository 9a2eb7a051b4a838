-- How many jobs could be claimed now.
SELECT count(*) FROM job AS waiting
WHERE state = 'queued' AND run_after <= clock_timestamp()
  AND NOT EXISTS (
      SELECT FROM job AS other
      WHERE other.state = 'running' AND other.exclusive_key = waiting.exclusive_key)
