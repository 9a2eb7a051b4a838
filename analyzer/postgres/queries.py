"""Load the SQL of one question, in the text that fits the server's version."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

MARKER = "/* pgproof */"
"""Stands in each of our statements, so that they can be told from the workload."""

NEWEST = 999_999
_FOLDER = Path(__file__).parent / "sql"
_VERSIONED = re.compile(r"(?P<name>\w+)(?:\.v(?P<version>\d{6}))?\.sql")
_HEADER = re.compile(r"\A(?:\s*--[^\n]*\n)+")
_FIRST_WORD = re.compile(r"\A\s*(\w+)")


@cache
def load(name: str, server_version_num: int = NEWEST, *, folder: Path = _FOLDER) -> str:
    """The statement of ``name.sql``, or of the newest ``name.vNNNNNN.sql`` that fits.

    Args:
        name: of the file, without version and ending.
        server_version_num: as ``SHOW server_version_num`` prints it.
        folder: where the files are, for tests and for other owners of SQL files.

    Raises:
        LookupError: no such file, which is a mistake of ours.

    >>> load("database").startswith("SELECT /* pgproof */")
    True
    """
    best: tuple[int, Path] | None = None
    for path in folder.glob(f"{name}*.sql"):
        match = _VERSIONED.fullmatch(path.name)
        if match is None or match["name"] != name:
            continue
        version = int(match["version"] or 0)
        if version <= server_version_num and (best is None or version > best[0]):
            best = (version, path)
    if best is None:
        raise LookupError(f"no SQL file for {name!r} and version {server_version_num}")
    return marked(best[1].read_text(encoding="utf-8"))


def marked(sql: str) -> str:
    r"""A statement with its header comment replaced by our marker.

    The marker comes behind the first word: pg_stat_statements of version 18 cuts off
    what stands before it.

    >>> marked("-- what it returns\nSELECT 1\n")
    'SELECT /* pgproof */ 1'
    """
    body = _HEADER.sub("", sql).strip()
    return _FIRST_WORD.sub(rf"\1 {MARKER}", body, count=1)
