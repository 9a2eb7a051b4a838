"""The Celery application: JSON only, late acknowledgement, no results, any broker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery import Celery

from analyzer.config import Settings
from analyzer.errors import ConfigError
from worker.folder_transport import SCHEME, register

DOORBELL = "pgproof.doorbell"
QUEUE = "pgproof"
DRAIN_S = 60
"""How long one ring may take up new jobs; then the task rings for the next."""

BELL_EXPIRES_S = 60
_GRACE_S = 60


class WorkerApp(Celery):
    """A Celery application that knows the settings."""

    def __init__(self, settings: Settings, include: Sequence[str]) -> None:
        super().__init__(
            "pgproof",
            broker=_broker(settings.broker_url),
            include=list(include),
            set_as_current=True,
        )
        self.settings = settings
        self.conf.update(_configuration(settings))


def make_app(settings: Settings, *, include: Sequence[str] = ()) -> WorkerApp:
    """Make the application.

    Args:
        settings: of this process.
        include: modules with tasks; none for those who only ring.

    Raises:
        ConfigError: the folder of the filesystem broker cannot be written.
    """
    return WorkerApp(settings, include)


def _broker(url: str) -> str:
    if urlsplit(url).scheme != "filesystem":
        return url
    register()
    # Folders have no host, but kombu warns where none is given.
    return f"{SCHEME}://localhost//"


def _configuration(settings: Settings) -> dict[str, Any]:
    longest_s = settings.job_time_limit_s + DRAIN_S
    return {
        "accept_content": ["json"],
        "task_serializer": "json",
        "event_serializer": "json",
        "result_backend": None,
        "task_ignore_result": True,
        "task_default_queue": QUEUE,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # The runner ends a job at its own limit and says so; this is the backstop.
        "task_time_limit": longest_s + _GRACE_S,
        # Until a killed child is given up, its message blocks the next one.
        "worker_lost_wait": 1.0,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": settings.worker_concurrency,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 2,
        "broker_transport_options": _transport(settings, longest_s + 2 * _GRACE_S),
        "timezone": "UTC",
    }


def _transport(settings: Settings, visibility_timeout_s: int) -> dict[str, Any]:
    scheme = urlsplit(settings.broker_url).scheme
    if scheme == "filesystem":
        return _folders(settings.broker_dir)
    if scheme in ("redis", "rediss"):
        return {
            # Below the longest task, Redis would hand a message out a second time
            # while the first is at work; that is harmless here, but useless.
            "visibility_timeout": visibility_timeout_s,
            "unacked_restore_interval": 2,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
        }
    return {"max_retries": 1, "interval_start": 0, "interval_max": 1}


def _folders(root: Path) -> dict[str, Any]:
    messages = root / "messages"
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        for folder in (root, messages):
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f'cannot write to folder "{root}"',
            detail=f"{error.strerror}.",
            hint="Set PGPROOF_HOME to a folder that this user may write.",
        ) from None
    return {
        "data_folder_in": str(messages),
        "data_folder_out": str(messages),
        "control_folder": str(root),
        "store_processed": False,
        "polling_interval": 0.1,
    }
