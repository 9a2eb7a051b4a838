"""The file a shadow is built from: schema, statistics and sizes, no rows."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.snapshot import Snapshot
from analyzer.domain.snapshot_parts import (
    CommonCombination,
    ExpressionValues,
    IndexExtremes,
)
from analyzer.domain.workload import NotSeen
from analyzer.embedded.whole_files import write_whole
from analyzer.errors import SnapshotMismatch, SourceError
from analyzer.indexing.gin_size import GinContents
from analyzer.planner.typed_json import from_json, to_json

FORMAT = "pgproof planner snapshot"
FORMAT_VERSION = 1
MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_CONTENT_BYTES = 1024 * 1024 * 1024
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """How a database sorts: the columns of pg_database.

    ``provider`` is ``c`` (libc), ``i`` (ICU) or ``b`` (builtin).
    """

    encoding: str = "UTF8"
    lc_collate: str = "C"
    lc_ctype: str = "C"
    provider: str = "c"
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionUse:
    """An extension of the watched database, with the schema of its objects."""

    name: str
    version: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedStatistics:
    """What CREATE STATISTICS gathered about a relation, by names of columns.

    ``n_distinct`` counts distinct combinations; a dependency is the degree (0 to 1) to
    which the first columns determine the last one. ``most_common`` are the combinations
    of values of ``columns`` that are frequent, as texts. Values of ``expressions``
    follow those of the columns; by name an expression is its text.
    """

    name: RelationName
    relation: RelationName
    n_distinct: tuple[tuple[tuple[str, ...], float], ...] = ()
    dependencies: tuple[tuple[tuple[str, ...], float], ...] = ()
    columns: tuple[str, ...] = ()
    most_common: tuple[CommonCombination, ...] = field(default=(), repr=False)
    inherited: bool = False
    expressions: tuple[ExpressionValues, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerSnapshot:
    """One database as its planner sees it.

    It holds frequent values and histogram bounds of columns, so it is as confidential
    as the data.

    Attributes:
        taken_at: aware, UTC.
        server_version: as the server prints it, ``18.6``.
        locale: of the database.
        block_size_bytes: of the server.
        catalog: with sizes of tables and indexes.
        schema_sql: DDL as pg_dump writes it.
        schema_search_path: the path that DDL is written for; empty as pg_dump's is.
        statistics_sql: pg_restore_relation_stats and pg_restore_attribute_stats calls.
        btree_heights: levels above the leaves, read by pageinspect or told by costs.
        gin_contents: what metapages of GIN indexes say, where pageinspect can read it.
        extremes: real end values of indexed columns that have changed since ANALYZE.
        planner_settings: settings a shadow copies.
        extensions: installed in the database.
        extended_statistics: of CREATE STATISTICS.
        from_catalog: relations pg_dump could not read, made of the catalogs instead.
        supposed_lengths: relations whose rows and lengths in the catalog are supposed,
            unlike those in statistics_sql.
        statements: counters of pg_stat_statements for this database, with normalized
            texts; none unless asked for.
        redacted: whether text values of the data were replaced.
        not_seen: what could not be read, with hints.
    """

    taken_at: datetime
    server_version: str
    catalog: Catalog
    schema_sql: str = field(repr=False)
    statistics_sql: str = field(repr=False)
    schema_search_path: str = ""
    locale: Locale = Locale()
    block_size_bytes: int = 8192
    btree_heights: Mapping[RelationName, int] = field(default_factory=dict)
    gin_contents: Mapping[RelationName, GinContents] = field(default_factory=dict)
    extremes: tuple[IndexExtremes, ...] = field(default=(), repr=False)
    planner_settings: Mapping[str, str] = field(default_factory=dict)
    extensions: tuple[ExtensionUse, ...] = ()
    extended_statistics: tuple[ExtendedStatistics, ...] = ()
    from_catalog: tuple[RelationName, ...] = ()
    supposed_lengths: tuple[RelationName, ...] = ()
    statements: Snapshot | None = None
    redacted: bool = False
    not_seen: tuple[NotSeen, ...] = ()


def save(snapshot: PlannerSnapshot, path: Path) -> None:
    """Write a snapshot file that only its owner may read; all of it or nothing.

    Raises:
        SourceError: the file cannot be written.
    """
    document = {"format": FORMAT, "version": FORMAT_VERSION, **to_json(snapshot)}
    content = gzip.compress(json.dumps(document).encode(), compresslevel=6, mtime=0)
    try:
        write_whole(path, content, is_private=True)
    except OSError as error:
        raise SourceError(
            f'cannot write the snapshot file "{path}"', detail=error.strerror
        ) from error


def load(path: Path) -> PlannerSnapshot:
    """Read a snapshot file.

    Raises:
        SourceError: it cannot be read, or is not a snapshot.
        SnapshotMismatch: it was made by a newer pgproof.
    """
    document = _document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _not_a_snapshot(path, "It does not say that it is one.")
    version = document.get("version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise SnapshotMismatch(
            f'the snapshot file "{path}" was made by a newer pgproof',
            detail=f"Its format is {version}, this program reads {FORMAT_VERSION}.",
            hint="Install the newer version, or take the snapshot again.",
        )
    try:
        return from_json(PlannerSnapshot, document)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise _not_a_snapshot(path, f"A value is not as expected: {error}.") from error


def _document(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _not_a_snapshot(path, f"It is larger than {MAX_FILE_BYTES:,} bytes.")
        content = _decompressed(path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _not_a_snapshot(path, f"It is damaged or cut off: {error}.") from error
    except OSError as error:
        raise SourceError(
            f'cannot read the snapshot file "{path}"', detail=error.strerror
        ) from error
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _not_a_snapshot(path, "Its content is not JSON.") from error


def _decompressed(path: Path) -> bytes:
    # A small file can unpack to any size, so it is counted while it is unpacked.
    parts: list[bytes] = []
    size_bytes = 0
    with gzip.open(path, "rb") as file:
        while part := file.read(_CHUNK_BYTES):
            size_bytes += len(part)
            if size_bytes > MAX_CONTENT_BYTES:
                raise _not_a_snapshot(
                    path, f"It unpacks to more than {MAX_CONTENT_BYTES:,} bytes."
                )
            parts.append(part)
    return b"".join(parts)


def _not_a_snapshot(path: Path, detail: str) -> SourceError:
    return SourceError(
        f'the file "{path}" is not a snapshot that can be read',
        detail=detail,
        hint="Make one with: pgproof snapshot DSN -o FILE",
    )
