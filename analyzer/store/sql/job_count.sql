-- How many jobs are in each state.
SELECT state, count(*) AS job_count FROM job GROUP BY state
