"""The doorbell: a message that says only "look"."""

from __future__ import annotations

import structlog
from kombu.exceptions import KombuError

from worker.app import BELL_EXPIRES_S, DOORBELL, WorkerApp

log = structlog.get_logger()


def ring(app: WorkerApp) -> bool:
    """Ring once; false where the broker could not be reached.

    Nobody waits for the answer: the beat rings again as long as jobs wait.
    """
    try:
        app.send_task(DOORBELL, expires=BELL_EXPIRES_S, retry=False)
    except (KombuError, OSError) as error:
        log.warning("bell_failed", error=type(error).__name__)
        return False
    return True
