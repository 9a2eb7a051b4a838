-- Jobs whose worker went silent: back into the queue, or failed after the last attempt.
UPDATE job
SET state = CASE WHEN attempt < %(max_attempts)s THEN 'queued' ELSE 'failed' END,
    finished_at = CASE WHEN attempt < %(max_attempts)s THEN NULL
                       ELSE clock_timestamp() END,
    payload = CASE WHEN attempt < %(max_attempts)s THEN payload
                   ELSE payload - 'query' END,
    lease_until = NULL,
    reason = CASE WHEN reason <> '' THEN reason ELSE
        format('The worker ended or fell silent during attempt %%s%%s.', attempt,
               CASE WHEN progress_stage <> ''
                    THEN ' (' || progress_stage || ')' ELSE '' END) END
WHERE state = 'running' AND lease_until < clock_timestamp()
