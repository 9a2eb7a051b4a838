"""Messages as files in a folder: kombu's filesystem transport, made atomic.

The original writes a message under its final name, so that a reader may take it while
it is still empty, which ends the whole worker; and it moves each one through the public
temporary folder.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

import structlog
from kombu import transport
from kombu.exceptions import ChannelError
from kombu.transport import filesystem

log = structlog.get_logger()

SCHEME = "folder"
_ENDING = "msg"


def register() -> None:
    """Make ``folder://`` a URL that kombu understands."""
    transport.TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    """Writes and takes each message in one step of the file system.

    The routing key is the name of the queue, so nothing is bound: the original keeps
    its bindings in files, but believes what it remembers from another folder.
    """

    def get_table(self, exchange: str) -> Any:
        """No bindings."""
        return []

    def _queue_bind(self, *_binding: Any) -> None:
        pass

    def _lookup(
        self, exchange: str, routing_key: str, default: str | None = None
    ) -> list[str]:
        return [routing_key]

    # The stubs of kombu give its two base classes different names for the payload.
    def _put(  # type: ignore[override]
        self, queue: str, payload: Any, **_options: Any
    ) -> None:
        folder = Path(self.data_folder_out)
        # Sorted by name is sorted by time, as the reader needs it.
        name = f"{time.monotonic_ns():020}-{uuid.uuid4().hex}.{queue}.{_ENDING}"
        staging = folder / f"{name}.writing"
        try:
            staging.write_text(json.dumps(payload), encoding="utf-8")
            staging.rename(folder / name)
        except OSError as error:
            raise ChannelError(f"cannot write to folder {str(folder)!r}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] == f"{queue}.{_ENDING}":
                payload = _taken(folder / name)
                if payload is not None:
                    return payload
        raise Empty()


class Transport(filesystem.Transport):
    """The transport of ``folder://``."""

    Channel = Channel


def _taken(path: Path) -> Any:
    mine = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        # Of several readers one succeeds.
        path.rename(mine)
        content = mine.read_bytes()
        mine.unlink()
        return json.loads(content)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        # Only a bell: whoever waits for it hears the next one.
        log.warning("message_unreadable", error=type(error).__name__)
        return None
