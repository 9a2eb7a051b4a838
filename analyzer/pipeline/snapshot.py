"""One file from which a scan can be made without the server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.domain.target import Address
from analyzer.domain.workload import NotSeen
from analyzer.planner.snapshot import save, take_snapshot
from analyzer.planner.snapshot_file import FORMAT_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSnapshot:
    """A snapshot file: its size, its format, and what is not in it."""

    size_bytes: int
    version: int
    not_seen: tuple[NotSeen, ...]


def write_snapshot(address: Address, path: Path) -> WrittenSnapshot:
    """Take a snapshot of a database and write it to a file.

    Raises:
        TargetError: by its branches, for whatever the server did.
        SourceError: the file cannot be written.
    """
    snapshot = take_snapshot(address)
    save(snapshot, path)
    return WrittenSnapshot(
        size_bytes=path.stat().st_size,
        version=FORMAT_VERSION,
        not_seen=snapshot.not_seen,
    )
