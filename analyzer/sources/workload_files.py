"""A workload from files: statements with their names, weights and values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyzer.errors import SourceError, UserError
from analyzer.statements.split import split_statements

MAX_FILE_BYTES = 64 << 20
MAX_STATEMENTS = 20_000

_ENDINGS = (".sql", ".json")
_NOTE = re.compile(r"^\s*--\s*(calls|weight|name|parameters)\s*:\s*(.*?)\s*$", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStatement:
    """One statement of a workload file.

    ``weight`` says how often it runs, compared with the others. ``parameters`` are sets
    of values for its ``$n``, as text.
    """

    name: str
    query: str
    weight: float = 1.0
    parameters: tuple[tuple[str | None, ...], ...] = ()


def read_workload(path: Path) -> tuple[FileStatement, ...]:
    """The statements of a file, or of all files of a folder by their names.

    A ``.sql`` file holds statements; comments before or within one may say more::

        -- name: orders of a customer
        -- calls: 1200
        -- parameters: ["4711", null]

    A ``.json`` file holds a list of ``{"query", "name", "calls", "parameters"}``, of
    which only ``query`` is needed; ``parameters`` is a list of sets.

    Raises:
        SourceError: a file cannot be read, or is not what it should be; the detail
            names the file and the place.
        UserError: there is no statement at all, or there are too many.
    """
    files = [path]
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix.lower() in _ENDINGS)
    found = [statement for file in files for statement in _read(file)]
    if not found:
        raise UserError(
            f'there is no statement in "{path}"',
            hint="Give a .sql or .json file with statements, or a folder of such.",
        )
    if len(found) > MAX_STATEMENTS:
        raise UserError(
            f'"{path}" holds {len(found):,} statements',
            detail=f"The limit is {MAX_STATEMENTS:,}.",
        )
    return tuple(found)


def _read(path: Path) -> Iterator[FileStatement]:
    text = _text(path)
    if path.suffix.lower() == ".json":
        yield from _of_json(path, text)
        return
    try:
        statements = split_statements(text)
    except UserError as error:
        raise SourceError(
            f'"{path}" cannot be cut into statements', detail=error.detail
        ) from None
    texts = list(_with_comments(text, statements))
    for number, (query, comments) in enumerate(texts, start=1):
        notes = dict(_NOTE.findall(comments))
        sets = [v for k, v in _NOTE.findall(comments) if k == "parameters"]
        default = path.stem if len(texts) == 1 else f"{path.stem}#{number}"
        where = f"{path}, statement {number}"
        yield FileStatement(
            name=notes.get("name") or default,
            query=query,
            weight=_weight(notes.get("calls", notes.get("weight", "1")), where),
            parameters=tuple(_set(_json(text, where), where) for text in sets),
        )


def _with_comments(text: str, statements: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each statement, with itself and the comments before it."""
    at = 0
    for statement in statements:
        start = text.find(statement, at)
        end = max(start, at) + len(statement)
        yield statement, text[at:end]
        at = end


def _of_json(path: Path, text: str) -> Iterator[FileStatement]:
    items = _json(text, str(path))
    if not isinstance(items, list):
        raise SourceError(f'"{path}" is not a list of statements')
    for number, item in enumerate(items, start=1):
        where = f"{path}, item {number}"
        if not isinstance(item, Mapping) or not isinstance(item.get("query"), str):
            raise SourceError("a statement has no query", detail=f"At {where}.")
        sets = item.get("parameters", [])
        if not isinstance(sets, list):
            raise SourceError("parameters is a list of sets", detail=f"At {where}.")
        yield FileStatement(
            name=str(item.get("name") or f"{path.stem}#{number}"),
            query=item["query"],
            weight=_weight(item.get("calls", item.get("weight", 1)), where),
            parameters=tuple(_set(values, where) for values in sets),
        )


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError("this is not JSON", detail=f"At {where}: {error}.") from None


def _set(values: object, where: str) -> tuple[str | None, ...]:
    if not isinstance(values, list):
        raise SourceError("a set of values is a list", detail=f"At {where}.")
    return tuple(None if v is None else _value(v) for v in values)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _weight(value: object, where: str) -> float:
    try:
        weight = float(str(value))
    except ValueError:
        weight = -1.0
    if not 0 <= weight < float("inf"):
        raise SourceError(f'"{value}" is not a number of calls', detail=f"At {where}.")
    return weight


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise SourceError(
                f'"{path}" is too large',
                detail=f"The limit is {MAX_FILE_BYTES:,} bytes.",
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(f'cannot read "{path}"', detail=error.strerror) from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f'"{path}" is not text in UTF-8', detail=f"At byte {error.start}."
        ) from None
