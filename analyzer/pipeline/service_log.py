"""Log lines of the service's processes: one event and its fields, text or JSON."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from analyzer.pipeline.logged_exceptions import with_exception_text

Event = MutableMapping[str, Any]


def configure_logging(process: str, level: str = "info", form: str = "text") -> None:
    """Send all log records of this process to stderr in one shape.

    Args:
        process: name of the process, in each line.
        level: debug, info, warning or error.
        form: ``text`` for people, ``json`` for programs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _named(process),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                with_exception_text,
                _renderer(form),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_number(level))


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _named(process: str) -> structlog.typing.Processor:
    def add(_logger: Any, _method: str, event: Event) -> Event:
        event.setdefault("process", process)
        return event

    return add


def _renderer(form: str) -> structlog.typing.Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    colors = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    return structlog.dev.ConsoleRenderer(colors=colors, timestamp_key="time")
