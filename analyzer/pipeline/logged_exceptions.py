"""An unexpected exception as log text: where it arose, and no value it was about."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

from analyzer.statements.redact import redact_text

_CREDENTIALS = re.compile(r"(?i)(?<=://)[^\s/@]*@|\bpassword\s*=\s*\S+")
_QUOTED = re.compile(r'"[^"]*"')
_MAX_LINKS = 10


def with_exception_text(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor that puts ``exc_info`` into the event as text.

    Local variables hold statements, rows and passwords, so none is told, and the
    messages go without constants and credentials.
    """
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = "\n".join(_lines(error))
    return event


def _exception(info: object) -> BaseException | None:
    """What ``exc_info`` stands for: an exception, its triple, or a wish for it."""
    if isinstance(info, BaseException):
        return info
    if isinstance(info, tuple):
        return info[1] if isinstance(info[1], BaseException) else None
    return sys.exception() if info else None


def _lines(error: BaseException) -> Iterator[str]:
    """The exception and those it came of, the newest first."""
    link: BaseException | None = error
    for number in range(_MAX_LINKS):
        if link is None:
            return
        yield f"{'caused by ' if number else ''}{_named(link)}"
        for part in traceback.format_tb(link.__traceback__):
            yield from part.rstrip("\n").splitlines()
        link = link.__cause__ or (
            None if link.__suppress_context__ else link.__context__
        )


def _named(error: BaseException) -> str:
    """Its type and message, without constants, which PostgreSQL puts in any quotes."""
    # A KeyError quotes its message, and quotes of quotes would hide a constant.
    first = error.args[0] if len(error.args) == 1 else None
    message = first if isinstance(first, str) else str(error)
    message = redact_text(_CREDENTIALS.sub("?", _QUOTED.sub("?", message)))
    name = type(error).__qualname__
    return f"{name}: {message}" if message else name
