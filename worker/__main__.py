"""Start a worker (``python -m worker``) or the beat (``python -m worker beat``)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import structlog
from celery.apps import worker as celery_worker
from celery.beat import Service
from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from celery.worker.state import active_requests

from analyzer.config import Settings, read_settings
from analyzer.errors import AnalyzerError, ConfigError, UserError
from analyzer.pipeline.service_log import configure_logging
from worker.app import make_app
from worker.heartbeat import Heartbeat
from worker.schedule import TICK_S, StoreScheduler

log = structlog.get_logger()

_PR_SET_PDEATHSIG = 1


class QuietWorker(celery_worker.Worker):
    """A worker that says by its log, not on the terminal, that it stops."""

    def install_platform_tweaks(self, worker: Any) -> None:
        """As Celery does; but SIGTERM prints nothing."""
        super().install_platform_tweaks(worker)
        # Not in the stubs of Celery.
        install: Any = celery_worker.install_worker_term_handler  # type: ignore[attr-defined]
        install(worker, verbose=False)


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
    worker = QuietWorker(
        app=app,
        pool="prefork",
        concurrency=settings.worker_concurrency,
        loglevel=settings.log_level.upper(),
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=False,
        quiet=True,
    )
    # From the main process: those of the pool come and go. A thread would not live
    # through a fork, so it starts when the pool has started.
    heartbeat = Heartbeat(settings.database_url)
    worker_ready.connect(lambda **_: heartbeat.start(), weak=False)
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


def _leave_if_idle(**options: Any) -> None:
    log.info("stopping", by=options.get("sig", ""), running=len(active_requests))
    # Celery's orderly shutdown takes up to six seconds; an idle worker has nothing to
    # put in order, and a bell it may have heard is rung again.
    if not active_requests:
        os._exit(0)


def _die_with_parent(**_options: Any) -> None:
    # A pool process that outlives a killed worker would go on with its job, unseen.
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
