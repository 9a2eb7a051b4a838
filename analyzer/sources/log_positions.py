"""How far logs have been read, in a file, so that the next run goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from analyzer.embedded.whole_files import write_whole
from analyzer.errors import ConfigError

VERSION = 1
TAIL_BYTES = 4096
"""How much before an offset must still be the same for the file to be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPosition:
    """How far a file has been read: which file, how many bytes, and what they end in.

    The hash tells a file that was cut and written anew from one that only grew.
    """

    device: int
    inode: int
    offset_bytes: int
    tail_sha256: str


def position_at(file: BinaryIO, offset_bytes: int) -> LogPosition:
    """The position of an open file at an offset."""
    status = os.fstat(file.fileno())
    return LogPosition(
        device=status.st_dev,
        inode=status.st_ino,
        offset_bytes=offset_bytes,
        tail_sha256=hashlib.sha256(tail_before(file, offset_bytes)).hexdigest(),
    )


def tail_before(file: BinaryIO, offset_bytes: int) -> bytes:
    """The last ``TAIL_BYTES`` before an offset, or as many as there are."""
    start = max(offset_bytes - TAIL_BYTES, 0)
    return os.pread(file.fileno(), offset_bytes - start, start)


def read_positions(path: Path) -> dict[str, LogPosition]:
    """Positions by the path of the log; none where the file does not exist yet.

    Raises:
        ConfigError: it cannot be read, or is something else.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _no_positions(path) from error
    try:
        if document["version"] != VERSION:
            raise _no_positions(path)
        return {
            str(name): LogPosition(
                device=int(item["device"]),
                inode=int(item["inode"]),
                offset_bytes=max(int(item["offset_bytes"]), 0),
                tail_sha256=str(item["tail_sha256"]),
            )
            for name, item in document["files"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_positions(path) from error


def _no_positions(path: Path) -> ConfigError:
    return ConfigError(
        f'"{path}" does not hold positions of logs',
        hint="Name a file that --resume wrote, or one that does not exist.",
    )


def write_positions(path: Path, positions: Mapping[str, LogPosition]) -> None:
    """Write positions in place of those that were there, as a whole or not at all.

    Raises:
        ConfigError: the file cannot be written.
    """
    files = {name: asdict(item) for name, item in sorted(positions.items())}
    text = json.dumps({"version": VERSION, "files": files}, indent=2) + "\n"
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise ConfigError(
            f'cannot write positions of logs to "{path}"',
            detail=f"{error.strerror}.",
        ) from error
