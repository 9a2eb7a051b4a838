"""Start a worker (``python -m worker``) or the beat (``python -m worker beat``)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from celery.beat import Service
from celery.signals import worker_process_init, worker_shutting_down
from celery.worker.state import active_requests

from analyzer.config import Settings, read_settings
from analyzer.errors import AnalyzerError, ConfigError, UserError
from analyzer.pipeline.service_log import configure_logging
from worker.app import make_app
from worker.schedule import TICK_S, StoreScheduler

_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> int:
    """Run until told to stop; returns the exit code."""
    try:
        return _start(arguments)
    except AnalyzerError as error:
        parts = (error.message, error.detail, error.hint)
        print("\n".join(part for part in parts if part), file=sys.stderr)
        return error.exit_code


def _start(arguments: Sequence[str]) -> int:
    settings = read_settings(os.environ)
    if not settings.database_url:
        raise ConfigError(
            "PGPROOF_DATABASE_URL is not set",
            detail="A worker alone does not start a store.",
            hint="Run pgproof up, which starts all, or set it.",
        )
    role = arguments[0] if arguments else "worker"
    if role not in ("worker", "beat"):
        raise UserError(f'"{role}" is neither worker nor beat')
    configure_logging(role, settings.log_level, settings.log_format)
    if role == "beat":
        return _beat(settings)
    return _work(settings)


def _work(settings: Settings) -> int:
    # Celery warns about the superuser because of pickle. Messages here are JSON only
    # and carry no arguments at all, so there is nothing in them to be executed.
    warnings.filterwarnings("ignore", message=".*superuser privileges.*")
    worker_process_init.connect(_die_with_parent)
    worker_shutting_down.connect(_leave_if_idle)
    app = make_app(settings, include=("worker.tasks",))
    worker = app.Worker(
        pool="prefork",
        concurrency=settings.worker_concurrency,
        loglevel=settings.log_level.upper(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=False,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _beat(settings: Settings) -> int:
    app = make_app(settings)
    service = Service(app, max_interval=TICK_S, scheduler_cls=StoreScheduler)

    def stop(_number: int, _frame: object) -> None:
        # Wakes it from its sleep; the service catches this and stops.
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    service.start()
    return 0


def _leave_if_idle(**_options: Any) -> None:
    # Celery's orderly shutdown takes up to six seconds; an idle worker has nothing to
    # put in order, and a bell it may have heard is rung again.
    if not active_requests:
        os._exit(0)


def _die_with_parent(**_options: Any) -> None:
    # A pool process that outlives a killed worker would go on with its job, unseen.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
